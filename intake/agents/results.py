"""What orders have done, told to the agent: the lines of a transcript."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Final

from intake.agents import receipts
from intake.agents.errand import Errand, Refused
from parsing.body.commands import Fault
from parsing.body.verbs import VERBS, Verb
from replies.order_words import Phrases, Told
from store.facts import Purpose

#: A phrase and its values.
Said = tuple[str, dict[str, str]]

#: Verbs that are given in order to be told something.
_REPORTS: Final = frozenset(
    {Verb.HELP, Verb.MINE, Verb.FIND, Verb.AWAY, Verb.TRANSCRIPT, Verb.SPLIT, Verb.UNDO, Verb.OPEN, Verb.INCIDENT}
)

#: What is offered below every transcript.
_OFFERED: Final = (Purpose.TAKE, Purpose.WAIT, Purpose.CLOSE, Purpose.UNDO, Purpose.HELP)


def transcript(errand: Errand, done: Iterable[Said], headline: str = "heads.done") -> None:
    """Tell what was done, and how the ticket stands now."""
    speech = errand.speech
    lines = tuple(speech.say(key, **values) for key, values in done)
    receipts.tell(
        errand, Told(headline=speech.say(headline), lines=lines, links=_links(errand, speech), state=_state(errand))
    )


def refused(errand: Errand, why: Sequence[str], words: str) -> None:
    """Tell that nothing was done, why, and give the words back, so that they can be sent again."""
    speech = errand.speech
    told = Told(headline=speech.say("heads.nothing_done"), lines=tuple(why), words=words, state=_state(errand))
    receipts.tell(errand, told)


def faults(speech: Phrases, found: Iterable[Fault]) -> list[str]:
    """What is wrong with each line that was meant as an order."""
    lines = []
    for fault in found:
        meant = f"#{VERBS[fault.meant][0][0]}" if fault.meant else ""
        key = f"faults.{fault.why}" + ("_meant" if meant and fault.why == "unknown" else "")
        usage = f"{meant} {VERBS[fault.meant][1].usage}".strip() if fault.meant else ""
        lines.append(speech.say(key, line=fault.line, meant=meant, usage=usage))
    return lines


def reason(speech: Phrases, why: Refused) -> str:
    """Why an order could not be carried out."""
    return speech.say(why.key, **why.values)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; "?" where none is like it."""
    listed = {each.lower(): each for each in known}
    found = difflib.get_close_matches(name.lower(), listed, n=1, cutoff=0.5)
    return listed[found[0]] if found else "?"


def help_lines(speech: Phrases) -> list[str]:
    """Every verb with its names and what it does: one line each."""
    lines = []
    for verb, (names, shape) in VERBS.items():
        shown = " ".join(filter(None, (f"#{names[0]}", shape.usage)))
        others = ", ".join(f"#{name}" for name in names[1:3])
        lines.append(f"{shown}: {speech.say(f'verbs.{verb}')}" + (f" ({others})" if others else ""))
    return lines


def is_report(verb: Verb) -> bool:
    """Whether a verb is given in order to be told something."""
    return verb in _REPORTS


def _links(errand: Errand, speech: Phrases) -> tuple[tuple[str, str], ...]:
    return tuple((speech.say(f"links.{purpose}"), errand.addresses.link(purpose)) for purpose in _OFFERED)


def _state(errand: Errand) -> str:
    ticket, speech = errand.ticket, errand.speech
    return speech.say(
        "heads.state",
        number=ticket.number,
        status=speech.name("status", ticket.status),
        priority=speech.name("priority", ticket.priority),
    )

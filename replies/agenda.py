"""A letter that tells an agent or a lead of several tickets: one line each, with what can be done by one tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from replies import agent_words, language, render, wording
from replies.defang import defanged
from replies.language import Language
from replies.letters import Letter
from replies.settings import DeskSettings

#: Of what a customer wrote, in code points: enough to know again what it is about.
MAX_WORDS: Final = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One ticket."""

    number: str
    subject: str
    customer: str
    since: datetime  #: since when it waits
    due: datetime | None
    whys: Sequence[str] = ()  #: what happened: see store/notices.py
    holder: str = ""  #: whose it is, where that is not the reader
    words: str = ""  #: what the customer wrote last
    verbs: Sequence[tuple[str, str]] = ()  #: a deed's name, and the link that does it


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Tickets of one kind, the most pressing first."""

    code: str  #: mine, queue, unowned, held …: see [agenda] in agents.toml
    lines: Sequence[Line]
    more: int = 0  #: how many are not listed


@dataclass(frozen=True, kw_only=True, slots=True)
class Agenda:
    """The whole letter."""

    code: str  #: news, morning, daily
    language: str
    now: datetime
    parts: Sequence[Part]
    facts: Sequence[tuple[str, str]] = ()  #: what is told besides: a code, and what it speaks of


def agenda(desk: DeskSettings, view: Agenda) -> Letter:
    """The letter's words. Raises LetterUnreadable."""
    speech = wording.laid_over(language.load, view.language, desk.templates)
    words = wording.laid_over(agent_words.load, view.language, desk.templates)
    count = sum(len(part.lines) + part.more for part in view.parts)
    today = speech.day(view.now.astimezone(desk.zone).date())
    title = words["agenda"][f"{view.code}_subject"].format(count=count, desk=desk.display_name, day=today)
    values = {
        "language": view.language,
        "subject": title,
        "intro": words["agenda"][view.code].format(count=count),
        "facts": [words["facts"][code].format(defanged(what)) for code, what in view.facts],
        "parts": [
            {
                "heading": words["agenda"][part.code].format(count=len(part.lines) + part.more),
                "lines": [_line(desk, view, each, speech, words) for each in part.lines],
                "more": words["agenda"]["more"].format(part.more) if part.more else "",
            }
            for part in view.parts
        ],
    }
    text, html = render.letter(desk.templates, view.language, "agenda", values)
    return Letter(subject=title, text=text, html=html)


def _line(
    desk: DeskSettings, view: Agenda, each: Line, speech: Language, words: agent_words.AgentWords
) -> dict[str, object]:
    told = [words["why"][code].partition(" {")[0].rstrip(".:") for code in each.whys]
    due = speech.brief(each.due, view.now, desk.zone) if each.due else ""
    late = each.due is not None and each.due <= view.now
    return {
        "number": each.number,
        "subject": each.subject,
        "customer": defanged(each.customer),
        "told": [
            *told,
            *([words["agenda"]["late" if late else "due"].format(due)] if due else []),
            words["agenda"]["since"].format(speech.brief(each.since, view.now, desk.zone)),
            *([each.holder] if each.holder else []),
        ],
        "late": late,
        "words": defanged(" ".join(each.words.split())[:MAX_WORDS]),
        "verbs": [(words["verbs"][name], link) for name, link in each.verbs],
    }

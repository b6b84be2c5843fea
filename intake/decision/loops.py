"""Tells an exchange between machines from one with people, by how our automatic letters are answered. Pure.

It needs no header, and believes none: a responder that marks nothing, changes its subject and refers to nothing is told
by when it answers and what it says. How a mail answered a letter is judged when it comes (`answers_as`); whether what
has come makes a loop is counted (`looping`). People are left alone who answer within the minute, correct themselves,
report ten different matters a day, or share an address: whoever brings something new answers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from parsing.claims.phrases import fold
from parsing.fields import category
from parsing.mail import AttachmentKind, Envelope, Nature, ParsedMail
from parsing.report import Category, Report
from store.exchange import MAX_WORDS
from store.facts import Exchange, Facts, Round

#: A person who has to say something else than before needs longer for it; and who is told that it has come, longer to
#: say the same again.
PROMPT: Final = timedelta(minutes=3)
AT_ONCE: Final = timedelta(minutes=1)

#: More than three answered within ten minutes, or five a day: people do not do that.
FAST: Final = (timedelta(minutes=10), 4)
SLOW: Final = (timedelta(days=1), 5)

#: A third letter answered within the hour, and each time by the same words, when they are no report: nobody says three
#: times that his office is closed. The first time they are news.
ECHOED: Final = timedelta(hours=1)
ECHOES: Final = 2
ANSWERS: Final = 3

#: And for those who take hours or a day: the same words again and again, over days. A report is repeated by people too.
SAME: Final = (timedelta(days=7), 4)
SAME_REPORT: Final = (timedelta(days=7), 5)

#: How much of two mails' words has to be the same; a responder's differ by a name or a weekday.
ALIKE: Final = 0.8

#: Fewer letters than this are said by anybody, twice: "halo min?".
MIN_LETTERS: Final = 20

#: Values that a report is about.
_MATTER: Final = frozenset({"usernames", "transaction_ids", "amounts", "phones"})

#: A number before a subject, as ticket systems write it: "[ABC-4711] Deposit", "Request #4711".
_NUMBERED: Final = re.compile(r"\[[^\]]{0,40}\d{3}[^\]]{0,40}\]|#\d{3}")

_PROOF: Final = frozenset({AttachmentKind.SCREENSHOT, AttachmentKind.PHOTO})


class Kind(StrEnum):
    """How a mail that brings nothing new answers an automatic letter."""

    ECHO = "echo"  # it says what its sender said before, at once or without reporting anything
    SAME = "same"  # it reports what its sender reported before
    THREAD = "thread"  # it joins the letter's ticket
    PROMPT = "prompt"  # it came at once
    PLAIN = "plain"  # only that it came next, and a person may have written it


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What a mail means for the brakes."""

    kind: Kind | None = None  #: how it answers our last automatic letter to its sender
    loop: bool = False  #: the exchange with its sender is one between machines


def judge(mail: ParsedMail, report: Report, facts: Facts, envelope: Envelope) -> Judgement:
    """Whether the mail is a machine's answer to a letter of ours, and whether there have been too many.

    A sender who was called a machine before goes on being one with every mail that says the same again, answer or not:
    some machines remind of their own accord.
    """
    by_sender = not (envelope.history or envelope.sent) and mail.nature is Nature.HUMAN
    if not by_sender or _brings_something(mail, report, facts):
        return Judgement()
    at, exchange = envelope.received_at, facts.exchange
    delay = at - exchange.letter.at if exchange.letter else None
    again = _again(mail, report, exchange, at_once=delay is not None and delay <= AT_ONCE)
    # what is only read later is no answer to what we wrote meanwhile
    kind = _answers_as(again, facts, delay) if delay is not None and delay > timedelta() else None
    rounds = (*exchange.rounds, Round(at=at, kind=kind)) if kind else exchange.rounds
    loop = _too_many(rounds, at) if kind else False
    return Judgement(kind=kind, loop=loop or (again is not None and facts.looped))


def _answers_as(again: Kind | None, facts: Facts, delay: timedelta) -> Kind | None:
    """How a mail that brings nothing new answers our last letter to its sender, so long after it.

    Who answers a person's words may say anything, but hardly the same as before.
    """
    letter = facts.exchange.letter
    if again is not None or letter is None or not letter.automatic:
        return again
    if any(each.ticket_id == letter.ticket_id and each.sender_takes_part for each in facts.candidates):
        return Kind.THREAD
    return Kind.PROMPT if delay <= PROMPT else Kind.PLAIN


def _too_many(rounds: Sequence[Round], now: datetime) -> bool:
    echoes = [each for each in rounds if each.kind == Kind.ECHO]
    reports = [each for each in rounds if each.kind == Kind.SAME]
    telling = [each for each in rounds if each.kind != Kind.PLAIN]
    counted = ((telling, FAST), (telling, SLOW), (echoes, SAME), (reports, SAME_REPORT))
    return _echoed(rounds, now) or any(_within(some, window, now) >= many for some, (window, many) in counted)


def _echoed(rounds: Sequence[Round], now: datetime) -> bool:
    last = [each.kind for each in rounds if now - each.at <= ECHOED and each.kind != Kind.THREAD]
    return len(last) >= ANSWERS and last.count(Kind.ECHO) >= ECHOES


def _within(rounds: Sequence[Round], window: timedelta, now: datetime) -> int:
    return sum(now - each.at <= window for each in rounds)


def _brings_something(mail: ParsedMail, report: Report, facts: Facts) -> bool:
    """Whether the mail brings a value or a picture that its sender had not brought before."""
    if any(each.kind in _PROOF and not each.inline for each in mail.attachments):
        return True
    before = "\n".join(facts.exchange.said).casefold()
    if not any(each.field in _MATTER and each.raw.casefold() not in before for each in report.findings):
        return False
    joins = any(each.sender_takes_part for each in facts.candidates)
    return joins or not _NUMBERED.search(mail.subject) or _reports(mail.new_text)


def _reports(text: str) -> bool:
    """Whether the words report something without their subject: a ticket system's may be the subject that we wrote."""
    return category.category("", text, ticket=False, details=0, named=False).category != Category.OTHER


def _again(mail: ParsedMail, report: Report, exchange: Exchange, *, at_once: bool) -> Kind | None:
    """Whether the mail says what its sender said before, numbers aside, and what it repeats of our letters."""
    ours = frozenset(
        each for text in exchange.ours for line in text.splitlines() if len(each := line.strip()) >= MIN_LETTERS
    )
    own = _without(mail.new_text, ours)
    words = _words(own)
    if not any(_alike(words, _words(_without(each, ours))) for each in exchange.said):
        return None
    if at_once or _is_machine_like(words, own, mail, report):
        return Kind.ECHO
    return Kind.SAME


def _is_machine_like(words: frozenset[str], own: str, mail: ParsedMail, report: Report) -> bool:
    """Whether what is said again is more than a word, and no report but for words of ours."""
    reports = report.category != Category.OTHER and own == _without(mail.new_text, frozenset())
    named = any(each.field in _MATTER and each.raw in own for each in report.findings)
    return not reports and not named and sum(map(len, words)) >= MIN_LETTERS


def _without(text: str, ours: frozenset[str]) -> str:
    """The words of a mail without lines of our own letters: some machines repeat them, and mark nothing."""
    return "\n".join(line for line in text.splitlines() if _unquoted(line) not in ours)


def _unquoted(line: str) -> str:
    return line.lstrip("> \t").rstrip()


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in fold(text[:MAX_WORDS]).split() if word.isalpha())


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if not one and not other:
        return True  # nothing but numbers, or a picture of words
    return len(one & other) >= ALIKE * len(one | other)

"""Tells an exchange between machines from one with people, by how our automatic letters are answered. Pure.

It needs no header, and believes none: a responder that marks nothing, changes its subject and refers to nothing is told
by when it answers and what it says. How a mail answered a letter is judged when it comes (`answers_as`); whether what
has come makes a loop is counted (`looping`). People are left alone who answer within the minute, correct themselves,
report ten different matters a day, or share an address: whoever brings something new answers nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from parsing.claims.phrases import fold
from parsing.mail import AttachmentKind, Envelope, Nature, ParsedMail
from parsing.report import Category, Report
from store.facts import Exchange, Facts, Round

#: A person who has to say something else than before needs longer for it.
PROMPT: Final = timedelta(minutes=3)

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

#: What a report is about, as far as a machine's own words do not happen to look like it.
_MATTER: Final = frozenset({"usernames", "transaction_ids", "amounts", "phones"})

_PROOF: Final = frozenset({AttachmentKind.SCREENSHOT, AttachmentKind.PHOTO})


class Kind(StrEnum):
    """How a mail that brings nothing new answers an automatic letter."""

    ECHO = "echo"  # it says what its sender said before, and that is no report
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
    if (
        envelope.history
        or envelope.sent
        or mail.nature is not Nature.HUMAN
        or _brings_something(mail, report, facts.exchange)
    ):
        return Judgement()
    at, rounds = envelope.received_at, facts.exchange.rounds
    again = _again(mail, report, facts.exchange)
    kind = _answers_as(again, facts, at)
    if kind is not None and _too_many((*rounds, Round(at=at, kind=kind)), at):
        return Judgement(kind=kind, loop=True)
    return Judgement(kind=kind, loop=again is not None and (facts.braked or _too_many(rounds, at)))


def _answers_as(again: Kind | None, facts: Facts, received_at: datetime) -> Kind | None:
    """How a mail that brings nothing new answers our last automatic letter to its sender."""
    letter = facts.exchange.letter
    if letter is None or received_at <= letter.at:  # what is only read later is no answer to what we wrote meanwhile
        return None
    if again is not None:
        return again
    if any(each.ticket_id == letter.ticket_id and each.sender_takes_part for each in facts.candidates):
        return Kind.THREAD
    return Kind.PROMPT if received_at - letter.at <= PROMPT else Kind.PLAIN


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


def _brings_something(mail: ParsedMail, report: Report, exchange: Exchange) -> bool:
    """Whether the mail brings a value or a picture that its sender had not brought before."""
    if any(each.kind in _PROOF and not each.inline for each in mail.attachments):
        return True
    before = "\n".join(exchange.said).casefold()
    return report.category != Category.OTHER and any(
        each.field in _MATTER and each.raw.casefold() not in before for each in report.findings
    )


def _again(mail: ParsedMail, report: Report, exchange: Exchange) -> Kind | None:
    """Whether the mail says what its sender said before, numbers aside."""
    words = _words(mail.new_text)
    if not any(_alike(words, _words(each)) for each in exchange.said):
        return None
    is_report = report.category != Category.OTHER or any(each.field in _MATTER for each in report.findings)
    return Kind.SAME if is_report or sum(map(len, words)) < MIN_LETTERS else Kind.ECHO


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in fold(text[:4_000]).split() if word.isalpha())


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if not one and not other:
        return True  # nothing but numbers, or a picture of words
    return len(one & other) >= ALIKE * len(one | other)

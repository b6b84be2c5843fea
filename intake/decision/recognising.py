"""Which earlier reports a report is about the same matter as, and what follows. Pure.

The same sender reporting the same again joins the first ticket, where the sender has authenticated; others' reports of
the same transaction, and of the same new error, are linked. Many reports of one topic within minutes are told to the
agent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.reading.sealed import SeenPicture
from parsing.mail import Attachment, AttachmentKind, ParsedMail
from parsing.pictures.likeness import alike
from parsing.report import Category, Report
from store.marks import ERROR, LIKENESS, PICTURE, TOPIC, TRANSACTION, WORDS, Earlier, MarkOf

#: Within it the same report is the same matter; people who wait report again after a day, after three, after a weekend.
DUPLICATE_WINDOW = timedelta(days=7)

#: Reports of one topic by so many senders within so short a time have one cause, most often.
RUSH_WINDOW = timedelta(minutes=20)
RUSH_SENDERS = 4

#: An error that was reported before this, and since, is no news.
NEWS_WINDOW = timedelta(days=1)

#: Fewer letters than this are said by many: "Bukti terlampir."
MIN_LETTERS = 20

#: What is compared, the surest first.
_DUPLICATES = (TRANSACTION, PICTURE, LIKENESS, WORDS)

#: What somebody else's report has in common with it.
_SHARED = {TRANSACTION: "same_transaction", ERROR: "same_error"}

#: In these a channel is where it went wrong.
_BY_CHANNEL = frozenset({Category.DEPOSIT_MISSING, Category.WITHDRAWAL_MISSING, Category.TECHNICAL})

_NO_LETTERS = re.compile(r"[\W_]+")

Digest = Callable[..., str]  #: a desk's keyed hash


@dataclass(frozen=True, kw_only=True, slots=True)
class Similar:
    """What many reports have in common, in words for an agent."""

    what: str  #: "the same transaction", "the same error", or a topic
    reports: int
    minutes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognised:
    """What an earlier report means for this one."""

    duplicate_of: int | None = None  #: the ticket that this report repeats
    proven: bool = False  #: its sender was proven there too, so that it is his
    why: str = ""
    related: tuple[tuple[int, str], ...] = ()
    similar: tuple[Similar, ...] = ()


def marks(
    mail: ParsedMail, report: Report, seen: Iterable[SeenPicture], contents: Sequence[str], digest: Digest
) -> list[MarkOf]:
    """The marks of a report; `contents` are the keyed hashes of the attachments' bytes."""
    found = [
        MarkOf(kind=TRANSACTION, value=digest("transaction", _bare(each))) for each in _texts(report, "transaction_ids")
    ]
    found += [MarkOf(kind=ERROR, value=digest("error", _bare(each))) for each in _texts(report, "error_messages")]
    words = _NO_LETTERS.sub("", mail.new_text.casefold())
    if len(words) >= MIN_LETTERS:
        found.append(MarkOf(kind=WORDS, value=digest("words", words)))
    found += [
        MarkOf(kind=PICTURE, value=contents[number]) for number, each in enumerate(mail.attachments) if _is_proof(each)
    ]
    found += [MarkOf(kind=LIKENESS, value=each.likeness) for each in seen if each.read and each.likeness]
    if report.category in _BY_CHANNEL:
        found += [MarkOf(kind=TOPIC, value=topic(report.category, each)) for each in _texts(report, "channels")]
    return list(dict.fromkeys(found))


def topic(category: str, channel: str) -> str:
    """A topic is told to agents, so it is kept in words of ours: "deposit_missing DANA"."""
    return f"{category} {channel}"


def _is_proof(file: Attachment) -> bool:
    """Whether a file was sent to show something: what stands inline may be the logo under every mail."""
    return file.kind in (AttachmentKind.SCREENSHOT, AttachmentKind.PHOTO) and not file.inline


def recognise(
    own: Sequence[MarkOf], earlier: Sequence[Earlier], sender: str, category: str, now: datetime
) -> Recognised:
    """What earlier reports, the oldest first, mean for one with these marks."""
    same = [each for each in _own(own, earlier, sender) if each.kind == TRANSACTION or each.category == category]
    first = next((each for each in same if each.proven), next(iter(same), None))
    others = [each for each in earlier if each.sender != sender and each.kind in _SHARED]
    related = [
        (each.ticket_id, _SHARED[each.kind])
        for each in others
        if each.kind == TRANSACTION or _is_news(each, earlier, now)
    ]
    return Recognised(
        duplicate_of=first.ticket_id if first else None,
        proven=first is not None and first.proven,
        why=f"its sender has reported the same {_TOLD[first.kind]} before" if first else "",
        related=tuple(dict.fromkeys(related)),
        similar=tuple(_similar(earlier, sender, now)),
    )


_TOLD = {TRANSACTION: "transaction", PICTURE: "picture", LIKENESS: "picture", WORDS: "words", ERROR: "error"}


def _own(own: Sequence[MarkOf], earlier: Sequence[Earlier], sender: str) -> Iterable[Earlier]:
    """The same sender's reports of the same, the surest sign first."""
    transactions = frozenset(each.value for each in own if each.kind == TRANSACTION)
    likenesses = [each.value for each in own if each.kind == LIKENESS]
    for kind in _DUPLICATES:
        for each in earlier:
            if each.sender != sender or each.kind != kind:
                continue
            if kind == LIKENESS and not _looks_alike(each, likenesses, transactions):
                continue
            if not (transactions and each.transactions) or transactions & each.transactions:
                yield each


def _looks_alike(earlier: Earlier, likenesses: Iterable[str], transactions: frozenset[str]) -> bool:
    """Whether two pictures are the same; receipts of one app look alike, and are told apart by what they say."""
    if transactions or earlier.transactions:
        return False
    return any(alike(earlier.value, likeness) for likeness in likenesses)


def _is_news(error: Earlier, earlier: Sequence[Earlier], now: datetime) -> bool:
    """Whether an error was first reported lately."""
    oldest = min(each.at for each in earlier if each.kind == ERROR and each.value == error.value)
    return now - oldest <= NEWS_WINDOW


def _similar(earlier: Sequence[Earlier], sender: str, now: datetime) -> Iterable[Similar]:
    """What several senders report, this one included."""
    for kind, value in dict.fromkeys((each.kind, each.value) for each in earlier if each.kind in (*_SHARED, TOPIC)):
        listed = [each for each in earlier if (each.kind, each.value) == (kind, value)]
        if kind == TOPIC:
            listed = [each for each in listed if now - each.at <= RUSH_WINDOW]
        if kind == ERROR and not (listed and _is_news(listed[0], earlier, now)):
            continue
        senders = {each.sender for each in listed} | {sender}
        if len(senders) >= (RUSH_SENDERS if kind == TOPIC else 2):
            what = value if kind == TOPIC else f"the same {_TOLD[kind]}"
            minutes = int((now - listed[0].at) / timedelta(minutes=1))
            yield Similar(what=what, reports=len(senders), minutes=max(1, minutes))


def _texts(report: Report, field: str) -> list[str]:
    return [str(value) for value in report.values(field)]


def _bare(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()

"""Erases tickets, mails and letters as `fates` says, row by row, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, update
from sqlmodel import Session, SQLModel, col, select

from store.erasure.fates import FATES
from store.facts import AGENT
from store.models import (
    Access,
    AccountUse,
    AgentAddress,
    Answer,
    Arrival,
    Attachment,
    Blob,
    Event,
    Finding,
    Letter,
    LetterAttempt,
    LetterRecipient,
    Mail,
    Mark,
    Message,
    Notice,
    Participant,
    Route,
    SealingKey,
    Tag,
    ThreadId,
    Ticket,
)
from store.rows import chunks

#: The one event whose detail figures read: which state led to which.
MOVED: Final = "status"

#: The event that says that a ticket was erased.
ERASED: Final = "erased"

#: States of letters that may still leave.
WAITING: Final = ("pending", "held")


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """What was erased, and what is yet to be removed from the disk once that is committed."""

    tickets: int = 0
    messages: int = 0
    mails: int = 0
    files: int = 0  #: sealed ones, the mails themselves among them
    findings: int = 0
    letters: int = 0
    cancelled: int = 0  #: of the letters, those that had not left
    blobs: tuple[str, ...] = ()  #: names of sealed files
    letter_ids: tuple[str, ...] = ()  #: Message-IDs of letters

    def __add__(self, other: Gone) -> Gone:
        """Both together."""
        return Gone(**{name: getattr(self, name) + getattr(other, name) for name in self.__slots__})


def tickets(session: Session, keys: Sequence[int], now: datetime, *, spare: Collection[int] = ()) -> Gone:
    """Erase tickets with all that hangs on them, but for the messages named in `spare`, whose words stay."""
    gone = Gone()
    for piece in chunks(keys):
        written = session.exec(select(Message.id, Message.mail_id).where(col(Message.ticket_id).in_(piece))).all()
        own_mails = session.exec(select(Mail.id).where(col(Mail.ticket_id).in_(piece))).all()
        letter_keys = session.exec(select(Letter.id).where(col(Letter.ticket_id).in_(piece))).all()
        spared = {mail for key, mail in written if key in spare}
        came = {key for key in (*own_mails, *(mail for _key, mail in written)) if key is not None}
        gone += files(session, [key or 0 for key, _mail in written], sorted(came), now)
        gone += messages(session, [key or 0 for key, _mail in written if key not in spare])
        gone += mails(session, sorted(came - spared))
        gone += letters(session, [key or 0 for key in letter_keys])
        for table in (Finding, Mark, ThreadId, Tag, Notice, AccountUse):
            found = remove(session, table, col(table.ticket_id).in_(piece))
            gone += Gone(findings=found if table is Finding else 0)
        remove(session, Participant, col(Participant.ticket_id).in_(piece), col(Participant.role) != AGENT)
        blank(session, Answer, col(Answer.ticket_id).in_(piece))
        blank(session, Event, col(Event.ticket_id).in_(piece), col(Event.what) != MOVED)
        gone += Gone(tickets=blank(session, Ticket, col(Ticket.id).in_(piece)))
    return gone


def messages(session: Session, keys: Sequence[int]) -> Gone:
    """Erase what was said in messages, and what was found in it."""
    count = found = 0
    for piece in chunks(keys):
        found += remove(session, Finding, col(Finding.message_id).in_(piece))
        count += blank(session, Message, col(Message.id).in_(piece))
    return Gone(messages=count, findings=found)


def mails(session: Session, keys: Sequence[int]) -> Gone:
    """Erase lines of the ledger; the mails are known again all the same."""
    count = 0
    for piece in chunks(keys):
        arrivals = select(Route.arrival_id).where(col(Route.mail_id).in_(piece))
        blank(session, Arrival, col(Arrival.id).in_(arrivals))
        blank(session, Route, col(Route.mail_id).in_(piece))
        count += blank(session, Mail, col(Mail.id).in_(piece))
    return Gone(mails=count)


def files(session: Session, message_keys: Sequence[int], mail_keys: Sequence[int], now: datetime) -> Gone:
    """Destroy the keys of mails and of the files of messages, and with them what they are sealed in."""
    raw: set[str] = set()
    sealed: set[str] = set()
    for piece in chunks(mail_keys):
        raw |= {name for name in session.exec(select(Mail.raw_blob).where(col(Mail.id).in_(piece))).all() if name}
    for piece in chunks(message_keys):
        of_them = select(Attachment.blob).where(col(Attachment.message_id).in_(piece))
        sealed |= set(session.exec(of_them).all())
        remove(session, Attachment, col(Attachment.message_id).in_(piece))
    names = _destroy(session, _keys(session, raw, sealed), now)
    return Gone(files=len(names), blobs=tuple(names))


def letters(session: Session, keys: Sequence[int]) -> Gone:
    """Erase letters of ours with whom they went to, but for agents; what had not left never does."""
    gone, agents = Gone(), select(AgentAddress.address)
    for piece in chunks(keys):
        gone += empty(session, piece)
        blank(
            session,
            LetterRecipient,
            col(LetterRecipient.letter_id).in_(piece),
            func.lower(LetterRecipient.address).not_in(agents),
        )
    return gone


def empty(session: Session, keys: Sequence[int]) -> Gone:
    """Take the bytes out of letters, and what servers said of them; what had not left, or failed, never leaves then.

    Even where a sender has claimed it: the fence is raised.
    """
    ids = session.exec(select(Letter.message_id).where(col(Letter.id).in_(keys))).all()
    cancelled = _withdraw(session, col(Letter.id).in_(keys), col(Letter.state).in_(WAITING))
    _withdraw(session, col(Letter.id).in_(keys), col(Letter.state) == "failed")
    count = blank(session, Letter, col(Letter.id).in_(keys))
    blank(session, LetterAttempt, col(LetterAttempt.letter_id).in_(keys))
    said = update(LetterRecipient).where(col(LetterRecipient.letter_id).in_(keys))
    session.connection().execute(said.values(reply=""))
    return Gone(letters=count, cancelled=cancelled, letter_ids=tuple(ids))


def _withdraw(session: Session, *where: Any) -> int:
    values = {"state": "cancelled", "fence": col(Letter.fence) + 1, "lease_until": None}
    return session.connection().execute(update(Letter).where(*where).values(**values)).rowcount


def blank(session: Session, table: type[SQLModel], *where: Any) -> int:
    """Empty what becomes empty of a table's rows; returns how many there are."""
    return session.connection().execute(update(table).where(*where).values(**FATES[table].becomes)).rowcount


def remove(session: Session, table: type[SQLModel], *where: Any) -> int:
    """Remove rows that go; returns how many."""
    return session.connection().execute(delete(table).where(*where)).rowcount


def _keys(session: Session, raw: Iterable[str], sealed: Iterable[str]) -> set[int]:
    """The keys of sealed files. The same mail may have been sealed twice, by one who put it back: both are meant."""
    found: set[int] = set()
    for piece in chunks(sorted({*raw, *sealed})):
        found |= set(session.exec(select(Blob.key_id).where(col(Blob.name).in_(piece))).all())
    for piece in chunks(sorted(raw)):
        same = select(Blob.desk_id, Blob.content_digest).where(col(Blob.name).in_(piece)).subquery()
        again = (col(Blob.content_digest) == same.c.content_digest) & (col(Blob.desk_id) == same.c.desk_id)
        found |= set(session.exec(select(Blob.key_id).join(same, again)).all())
    return found


def _destroy(session: Session, keys: Iterable[int], now: datetime) -> list[str]:
    """Destroy keys; returns the names of the files that were sealed with them."""
    names: list[str] = []
    for piece in chunks(sorted(keys)):
        there = update(SealingKey).where(col(SealingKey.id).in_(piece), col(SealingKey.wrapped).is_not(None))
        session.connection().execute(there.values(**FATES[SealingKey].becomes, erased_at=now))
        sealed = session.exec(select(Blob.name).where(col(Blob.key_id).in_(piece))).all()
        for few in chunks(sealed):
            blank(session, Access, col(Access.blob).in_(few))
        names += sealed
    return names

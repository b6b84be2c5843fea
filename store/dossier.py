"""A ticket as its agents are told of it. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from store.models import (
    Agent,
    Answer,
    Attachment,
    Blob,
    Event,
    Letter,
    LetterRecipient,
    Mail,
    Message,
    Participant,
    Route,
    Ticket,
    TicketLink,
)
from store.prepared import Prepared, several, valued

#: The kind of the letters that tell an agent of a ticket.
NOTICE: Final = "notice"

#: The kind of those that tell of several at once.
NEWS: Final = "news"

#: Earlier messages, and other tickets, that a letter tells of: more are looked up by who wants them.
MAX_HISTORY: Final = 8
MAX_OTHERS: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """Another ticket, and what it has to do with this one; "" where it is the same customer's."""

    number: str
    subject: str
    status: str
    closed_at: datetime | None
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileOf:
    """A file that came with a message."""

    message_id: int
    position: int  #: from 0, in the mail's order
    name: str
    kind: str
    size: int
    guard: str  #: why only few may open it, "" where that is not so
    large: str | None  #: the copy to show
    large_size: int  #: its bytes


def news(session: Session, ticket_id: int, told_id: int, own: Collection[str]) -> Sequence[Message]:
    """What others than ourselves said on a ticket after the message of that key; the oldest first.

    What came from an agent's `own` addresses is none to that agent, unless it cannot be believed, or began the ticket.
    """
    statement = select(Message).where(
        Message.ticket_id == ticket_id, Message.direction != "out", col(Message.id) > told_id
    )
    found = session.exec(statement.order_by(col(Message.id))).all()
    begun = found[0].id if found and not told_id else None
    return [each for each in found if each.id == begun or each.sender not in own or each.identity != "verified"]


def history(session: Session, ticket_id: int, without: Sequence[int]) -> Sequence[Message]:
    """What was said besides, the newest first."""
    statement = select(Message).where(Message.ticket_id == ticket_id, col(Message.id).not_in(without))
    return session.exec(statement.order_by(col(Message.id).desc()).limit(MAX_HISTORY)).all()


def writers(session: Session, messages: Sequence[int]) -> Mapping[int, str]:
    """Which agent wrote each of those messages that are answers."""
    statement = select(Answer.message_id, Agent.name).join(Agent, col(Agent.id) == col(Answer.agent_id))
    return dict(session.exec(statement.where(col(Answer.message_id).in_(messages))).all())


def last_word(session: Session, ticket_id: int) -> Message | None:
    """The newest message that came by mail."""
    statement = select(Message).where(Message.ticket_id == ticket_id, Message.direction == "in")
    return session.exec(statement.order_by(col(Message.id).desc())).first()


def files(session: Session, messages: Sequence[int]) -> Sequence[FileOf]:
    """The files of messages, in their order; what is only decoration of a signature is left out."""
    shown = aliased(Blob)
    statement = (
        select(Attachment, Blob.guard, shown.size)
        .join(Blob, col(Blob.name) == col(Attachment.blob))
        .outerjoin(shown, col(shown.name) == col(Attachment.large))
        .where(col(Attachment.message_id).in_(messages), Attachment.kind != "signature")
        .order_by(col(Attachment.id))
    )
    return [
        FileOf(
            message_id=each.message_id,
            position=each.position,
            name=each.name,
            kind=each.kind,
            size=each.size,
            guard=guard,
            large=each.large,
            large_size=size or 0,
        )
        for each, guard, size in session.exec(statement).all()
    ]


def participants(session: Session, ticket_id: int, role: str) -> Sequence[str]:
    """Who takes part in that role, the first first."""
    statement = select(Participant.address).where(Participant.ticket_id == ticket_id, Participant.role == role)
    return session.exec(statement.order_by(col(Participant.id))).all()


@cache
def _events(count: int) -> Prepared:
    """A ticket's events of so many names."""
    wanted = (Event.ticket_id == bindparam("ticket"), col(Event.what).in_(several("what", count)))
    return Prepared(select(Event.at, Event.detail).where(*wanted).order_by(col(Event.id)))


def events(session: Session, ticket_id: int, *what: str) -> Sequence[tuple[datetime, Mapping[str, Any]]]:
    """When something happened to a ticket, with its detail, the oldest first."""
    return _events(len(what)).all(session, {"ticket": ticket_id} | valued("what", what))


def asked(session: Session, ticket_id: int) -> Mapping[str, datetime]:
    """When each missing item was asked for."""
    return {item: at for at, detail in events(session, ticket_id, "acknowledged") for item in detail.get("missing", ())}


def others(session: Session, ticket: Ticket, address: str) -> Sequence[Related]:
    """The same customer's other tickets, and those that are linked, the newest first of each."""
    own = (
        select(Ticket)
        .join(Participant, col(Participant.ticket_id) == col(Ticket.id))
        .where(
            Ticket.desk_id == ticket.desk_id,
            Ticket.id != ticket.id,
            Participant.address == address,
            Participant.role == "requester",
        )
        .order_by(col(Ticket.id).desc())
        .limit(MAX_OTHERS)
    )
    found = {each.number: _related(each) for each in session.exec(own).all()} if address else {}
    for each, why in _linked(session, ticket.id or 0):
        found.setdefault(each.number, _related(each, why))
    return list(found.values())[: 2 * MAX_OTHERS]


def sent_to(session: Session, address: str, since: datetime) -> Sequence[tuple[datetime, int | None]]:
    """When an agent was written, and of which ticket; letters of the calendar are not counted."""
    statement = (
        select(Letter.created_at, Letter.ticket_id)
        .join(LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id))
        .where(LetterRecipient.address == address, col(Letter.kind).in_((NOTICE, NEWS)), col(Letter.created_at) > since)
    )
    return list(session.exec(statement.order_by(col(Letter.id))).all())


def acted_at(session: Session, ticket_id: int, name: str) -> datetime | None:
    """When an agent last did something with a ticket."""
    statement = select(func.max(Event.at)).where(Event.ticket_id == ticket_id, Event.by == name)
    return session.exec(statement).one()


def written_to(session: Session, ticket_id: int) -> Sequence[str]:
    """The recipients by which a ticket's mails came, the first mail's first."""
    statement = (
        select(Route.recipient)
        .join(Mail, col(Mail.id) == col(Route.mail_id))
        .where(Mail.ticket_id == ticket_id, col(Route.recipient).is_not(None))
        .order_by(col(Route.id))
    )
    return [each for each in session.exec(statement).all() if each]


def _linked(session: Session, ticket_id: int) -> Sequence[tuple[Ticket, str]]:
    """Tickets that this one is linked with, from either side."""
    statement = (
        select(Ticket, TicketLink.why)
        .join(TicketLink, (col(TicketLink.ticket_id) == col(Ticket.id)) | (col(TicketLink.other_id) == col(Ticket.id)))
        .where((TicketLink.ticket_id == ticket_id) | (TicketLink.other_id == ticket_id), Ticket.id != ticket_id)
        .order_by(col(Ticket.id).desc())
        .limit(MAX_OTHERS)
    )
    return list(session.exec(statement).all())


def _related(ticket: Ticket, why: str = "") -> Related:
    return Related(
        number=ticket.number, subject=ticket.subject, status=ticket.status, closed_at=ticket.closed_at, why=why
    )

"""Tickets and what hangs on them: opening, adding a message, changing the state. Every change leaves an event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func
from sqlmodel import Session, select

from parsing.report import Finding as Found
from store import clocks, desks, rows, states
from store.errors import NoSuchRow
from store.models import Blob, Event, Finding, Message, SealingKey, ThreadId, Ticket, TicketLink
from store.prepared import Prepared

#: msg-ids longer than a line can be (RFC 5322, 2.1.1) are no msg-ids.
MAX_MSGID = 998

#: The priority of a ticket of which nobody has said another.
PRIORITY = "normal"

#: Who did what no person did.
LOKET = "loket"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewTicket:
    """What must be known to open a ticket."""

    desk_id: int
    prefix: str  #: of its number
    subject: str  #: in our own words; the number is put before it in letters, not here
    customer_subject: str
    category: str
    language: str
    person_id: int | None
    missing: Sequence[str]
    created_at: datetime
    first_reply_due_at: datetime | None
    history: bool = False
    held_for: str = ""  #: why it is kept out of the agents' way
    queue: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedFile:
    """A file in the blob folder that is about to get its row."""

    name: str
    content_digest: str
    size: int
    guard: str = ""  #: why only few may open it, "" where that is not so


def open_ticket(session: Session, new: NewTicket) -> Ticket:
    """Open a ticket with the desk's next number; an imported one is closed from the start, a suspicious one held."""
    number = desks.next_number(session, new.desk_id, new.prefix)
    status = states.beginning(history=new.history, held=bool(new.held_for))
    ticket = Ticket(
        desk_id=new.desk_id,
        number=number,
        status=status,
        subject=new.subject,
        customer_subject=new.customer_subject,
        category=new.category,
        language=new.language,
        priority=PRIORITY,
        person_id=new.person_id,
        missing=list(new.missing),
        history=new.history,
        held_for=new.held_for,
        queue=new.queue,
        created_at=new.created_at,
        updated_at=new.created_at,
        first_reply_due_at=new.first_reply_due_at,
        closed_at=new.created_at if new.history else None,
    )
    ticket.id = rows.add(session, ticket)
    if status == states.Status.OPEN:
        clocks.begin(session, ticket, new.created_at, awaited=new.first_reply_due_at is not None)
    return ticket


def move(session: Session, ticket_id: int, what: states.Move, by: str, now: datetime) -> Ticket:
    """Make a move of the state table; returns the ticket. An event is left where the state changed."""
    ticket = rows.locked(session, Ticket, ticket_id)
    before, ticket.status = states.Status(ticket.status), states.after(ticket.status, what, bool(ticket.wait_until))
    ticket.updated_at = now
    if ticket.status != before:
        ticket.closed_at = now if ticket.status == states.Status.CLOSED else None
        ticket.wait_until = None
        add_event(session, ticket_id, now, "status", by, {"from": before, "to": ticket.status, "move": what})
    session.add(ticket)
    session.flush()
    clocks.turned(session, ticket, before, what, now)
    return ticket


_MISSING = Prepared(select(Ticket.missing).where(Ticket.id == bindparam("ticket")))


def missing(session: Session, ticket_id: int) -> list[str]:
    """What is still missing of a ticket."""
    return list(_MISSING.first(session, {"ticket": ticket_id}).missing)


def seal(session: Session, desk_id: int, wrapped: bytes, files: Iterable[SealedFile], now: datetime) -> None:
    """Name the sealed files of one mail, and the key that opens them."""
    key_id = rows.add(session, rows.Draft(SealingKey, desk_id=desk_id, wrapped=wrapped, created_at=now))
    rows.add_all(
        session,
        [
            rows.Draft(
                Blob,
                name=file.name,
                desk_id=desk_id,
                key_id=key_id,
                content_digest=file.content_digest,
                size=file.size,
                guard=file.guard,
                created_at=now,
            )
            for file in files
        ],
    )


def add_message(session: Session, message: rows.Draft, attachments: Iterable[rows.Draft]) -> int:
    """Add a message with its files to a ticket; each attachment's `message_id` is filled in here."""
    message_id = rows.add(session, message)
    listed = list(attachments)
    for attachment in listed:
        attachment.values["message_id"] = message_id
    rows.add_later(session, listed)
    return message_id


def add_findings(session: Session, ticket_id: int, message_id: int, found: Iterable[Found]) -> None:
    """Keep what was extracted from a message, with its evidence."""
    rows.add_later(
        session,
        [
            rows.Draft(
                Finding,
                ticket_id=ticket_id,
                message_id=message_id,
                field=each.field,
                value=each.value,
                role=each.role,
                raw=each.raw,
                location=each.where,
                start=each.start,
                end=each.end,
                rule=each.rule,
                confidence=each.confidence,
                alternatives=list(each.alternatives),
                box=list(each.box) if each.box else None,
                standing=each.standing,
            )
            for each in found
        ],
    )


def add_thread_ids(
    session: Session, desk_id: int, ticket_id: int, own: str | None, references: Iterable[str] = ()
) -> None:
    """Remember the msg-ids by which later mail may find this ticket."""
    wanted = [("is", own)] if own else []
    wanted += [("refers", msgid) for msgid in dict.fromkeys(references)]
    rows.add_later(
        session,
        [
            rows.Draft(ThreadId, desk_id=desk_id, ticket_id=ticket_id, msgid=msgid, relation=relation)
            for relation, msgid in wanted
            if msgid and len(msgid) <= MAX_MSGID
        ],
        missing=True,
    )


def add_event(
    session: Session, ticket_id: int, at: datetime, what: str, by: str = LOKET, detail: dict[str, Any] | None = None
) -> None:
    """Record something that happened."""
    rows.add_later(session, [rows.Draft(Event, ticket_id=ticket_id, at=at, what=what, by=by, detail=detail or {})])


def link(session: Session, ticket_id: int, others: Iterable[tuple[int, str]]) -> None:
    """Say that a ticket has to do with others, and why."""
    rows.add_all(session, [TicketLink(ticket_id=ticket_id, other_id=other, why=why) for other, why in others])


def not_linked(session: Session, ticket_id: int, others: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Of these links those that are not there yet, from either side, and lead to another ticket."""
    wanted = [link for link in dict.fromkeys(others) if link[0] != ticket_id]
    if not wanted:
        return []
    statement = select(TicketLink.ticket_id, TicketLink.other_id, TicketLink.why).where(
        (TicketLink.ticket_id == ticket_id) | (TicketLink.other_id == ticket_id)
    )
    there = {(other if own == ticket_id else own, why) for own, other, why in session.exec(statement).all()}
    return [link for link in wanted if link not in there]


def message_of(session: Session, mail_id: int) -> int:
    """The key of the message that a mail became."""
    return session.exec(select(Message.id).where(Message.mail_id == mail_id)).one() or 0


def by_number(session: Session, desk_id: int, number: str) -> Ticket:
    """A desk's ticket by its number; NoSuchRow where there is none."""
    ticket = session.exec(
        select(Ticket).where(Ticket.desk_id == desk_id, func.upper(Ticket.number) == number.strip().upper())
    ).first()
    if ticket is None:
        raise NoSuchRow(number)
    return ticket


def counts(session: Session) -> dict[str, int]:
    """How many tickets are in each state."""
    found = session.exec(select(Ticket.status, func.count()).group_by(Ticket.status)).all()
    return {status.value: 0 for status in states.Status} | dict(found)

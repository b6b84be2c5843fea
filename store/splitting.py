"""Two matters in one ticket: what belongs to the second moves into a ticket of its own, with all that it brought."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from store import people, rows, tickets
from store.errors import MoveRefused
from store.models import Finding, Mail, Message, Participant, ThreadId, Ticket
from store.tickets import NewTicket


def split(session: Session, ticket_id: int, message_id: int | None, by: str, now: datetime) -> Ticket:
    """Move a customer's message, the newest unless one is named, into a new ticket of the same customer.

    Raises NoSuchRow; MoveRefused where nothing of the customer's would stay.
    """
    ticket = rows.one(session, Ticket, ticket_id)
    theirs = session.exec(
        select(Message).where(Message.ticket_id == ticket_id, Message.direction == "in").order_by(col(Message.id))
    ).all()
    wanted = [each for each in theirs if message_id in (None, each.id)][-1:]
    if not wanted or len(theirs) == 1:
        raise MoveRefused(f"{ticket.number} has no second message to split off")
    other = tickets.open_ticket(session, _like(ticket, now))
    _take_part(session, ticket_id, other)
    _move(session, wanted[0], ticket_id, other.id or 0)
    tickets.link(session, other.id or 0, [(ticket_id, "split")])
    detail = {"message": wanted[0].id}
    tickets.add_event(session, other.id or 0, now, "split", by, detail | {"from": ticket.number})
    tickets.add_event(session, ticket_id, now, "split", by, detail | {"into": other.number})
    return rows.one(session, Ticket, other.id)


def move_back(session: Session, message_id: int, ticket_id: int) -> None:
    """Let a message that was split off return to its ticket. Raises NoSuchRow."""
    message = rows.one(session, Message, message_id)
    _move(session, message, message.ticket_id, ticket_id)


def _like(ticket: Ticket, now: datetime) -> NewTicket:
    return NewTicket(
        desk_id=ticket.desk_id,
        prefix=ticket.number.rpartition("-")[0],
        subject=ticket.subject,
        customer_subject=ticket.customer_subject,
        category=ticket.category,
        language=ticket.language,
        person_id=ticket.person_id,
        missing=(),
        created_at=now,
        first_reply_due_at=ticket.first_reply_due_at,
    )


def _take_part(session: Session, ticket_id: int, other: Ticket) -> None:
    """Whoever takes part in a ticket does in what is split off from it; agents do once they are written to."""
    statement = select(Participant).where(
        Participant.ticket_id == ticket_id, col(Participant.role).in_(("requester", "copied"))
    )
    for each in session.exec(statement.order_by(col(Participant.id))).all():
        people.take_part(session, other.desk_id, other.id or 0, each.address, each.role)


def _move(session: Session, message: Message, ticket_id: int, other_id: int) -> None:
    """What was found in the message goes with it, and so does whatever answers it."""
    connection = session.connection()
    connection.execute(update(Finding).where(col(Finding.message_id) == message.id).values(ticket_id=other_id))
    connection.execute(update(Mail).where(col(Mail.id) == message.mail_id).values(ticket_id=other_id))
    connection.execute(
        update(ThreadId)
        .where(col(ThreadId.ticket_id) == ticket_id, col(ThreadId.msgid) == message.message_id)
        .values(ticket_id=other_id)
    )
    message.ticket_id = other_id
    session.add(message)
    session.flush()

"""A customer's own tickets, as far as an address takes part in them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from store.models import Message, Participant, Ticket
from store.states import Status

#: Tickets of one customer that are looked at, the newest first.
MAX_TICKETS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Own:
    """A ticket that somebody takes part in."""

    ticket_id: int
    number: str
    closed: bool


def proven(address: Mapped[str]) -> ColumnElement[bool]:
    """Of a query on tickets: that a mail of this address's, in lower case, was proven there, and it is at work.

    Anybody can open a ticket in somebody's name: who is proven must not be led into it by its content, least of all
    into one that is kept out of sight.
    """
    own = select(Message.id).where(
        Message.ticket_id == Ticket.id,
        Message.direction == "in",
        Message.identity == "verified",
        func.lower(Message.sender) == address,
    )
    return own.correlate_except(Message).exists() & (col(Ticket.status) != Status.HELD)


def tickets_of(session: Session, desk_id: int, address: str) -> tuple[Own, ...]:
    """The tickets that an address, in lower case, asked for and was proven in; the newest first."""
    statement = (
        select(Ticket.id, Ticket.number, Ticket.status)
        .join(Participant, col(Participant.ticket_id) == col(Ticket.id))
        .where(Ticket.desk_id == desk_id, Participant.address == address, Participant.role == "requester")
        .where(proven(col(Participant.address)))
        .order_by(col(Ticket.id).desc())
        .limit(MAX_TICKETS)
    )
    return tuple(
        Own(ticket_id=key or 0, number=number, closed=status == Status.CLOSED)
        for key, number, status in session.exec(statement).all()
    )

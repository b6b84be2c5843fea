"""A customer's own tickets, as far as an address takes part in them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from store.models import Participant, Ticket
from store.states import Status

#: Tickets of one customer that are looked at, the newest first.
MAX_TICKETS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Own:
    """A ticket that somebody takes part in."""

    ticket_id: int
    number: str
    closed: bool


def tickets_of(session: Session, desk_id: int, address: str) -> tuple[Own, ...]:
    """The tickets that an address, in lower case, asked for; the newest first."""
    statement = (
        select(Ticket.id, Ticket.number, Ticket.status)
        .join(Participant, col(Participant.ticket_id) == col(Ticket.id))
        .where(Ticket.desk_id == desk_id, Participant.address == address, Participant.role == "requester")
        .order_by(col(Ticket.id).desc())
        .limit(MAX_TICKETS)
    )
    return tuple(
        Own(ticket_id=key or 0, number=number, closed=status == Status.CLOSED)
        for key, number, status in session.exec(statement).all()
    )

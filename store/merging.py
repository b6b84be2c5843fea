"""Two tickets about one matter: one goes on, and whatever is tied to the other leads there (see candidates.py)."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from store import rows, tickets
from store.errors import MoveRefused
from store.models import Ticket
from store.states import Move, Status


def merge(session: Session, ticket_id: int, into_id: int, by: str, now: datetime) -> None:
    """Close a ticket in favour of another one of its desk. Raises NoSuchRow, MoveRefused where that makes a circle."""
    ticket, into = rows.one(session, Ticket, ticket_id), rows.one(session, Ticket, into_id)
    if ticket_id == into_id or ticket.desk_id != into.desk_id or ticket.merged_into_id or into.merged_into_id:
        raise MoveRefused(f"{ticket.number} into {into.number}")
    before = ticket.status
    if before != Status.CLOSED:
        tickets.move(session, ticket_id, Move.CLOSE, tickets.LOKET, now)  # part of the merge, and taken back with it
    ticket.merged_into_id = into_id
    session.add(ticket)
    session.flush()
    tickets.add_event(session, ticket_id, now, "merged", by, {"into": into.number, "before": before})
    tickets.add_event(session, into_id, now, "merged", by, {"from": ticket.number})

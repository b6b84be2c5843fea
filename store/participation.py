"""Who takes part in a ticket is said by a person: nobody becomes a participant by writing, or by being in copy."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from store import people, rows, tickets
from store.errors import MoveRefused
from store.models import Participant, PersonAddress, Ticket


def admit(
    session: Session, ticket: Ticket, address: str, by: str, now: datetime, *, same_person: bool = False
) -> Participant:
    """Let an address take part; with `same_person` it is also known as the customer's from now on.

    Raises MoveRefused where the address is another person's already.
    """
    wanted, ticket_id = people.canonical(address), ticket.id or 0
    if same_person:
        _name(session, ticket, wanted)
    found = session.exec(
        select(Participant).where(Participant.ticket_id == ticket_id, Participant.address == wanted)
    ).first()
    participant = found or people.take_part(session, ticket.desk_id, ticket_id, wanted, "copied")
    tickets.add_event(session, ticket_id, now, "admitted", by, {"address": wanted, "same_person": same_person})
    return participant


def _name(session: Session, ticket: Ticket, address: str) -> None:
    """Make the address one of the customer's; one that stood alone, for a person of its own, moves."""
    if ticket.person_id is None:
        raise MoveRefused(f"{ticket.number} has no customer")
    known = people.find(session, ticket.desk_id, address)
    if known is None:
        row = PersonAddress(desk_id=ticket.desk_id, person_id=ticket.person_id, address=address)
        rows.add(session, row)
    elif known.person_id != ticket.person_id:
        if len(people.addresses(session, known.person_id)) > 1:
            raise MoveRefused(f"{address} is one of several addresses of another person")
        known.person_id = ticket.person_id
        session.add(known)
        session.flush()

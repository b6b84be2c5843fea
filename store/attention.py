"""Which agents want to hear of a ticket that is not theirs, and which want to hear nothing more of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlmodel import Session, select

from store import rows, tickets
from store.models import Attention

WATCH: Final = "watch"
MUTE: Final = "mute"


def turn(session: Session, ticket_id: int, agent_id: int, kind: str | None, by: str, now: datetime) -> None:
    """Have an agent told of a ticket (WATCH), left in peace by it (MUTE), or neither (None)."""
    row = _find(session, ticket_id, agent_id)
    before = row.kind if row else None
    if before == kind:
        return
    if row is not None:
        session.delete(row)
        session.flush()
    if kind is not None:
        rows.add(session, rows.Draft(Attention, ticket_id=ticket_id, agent_id=agent_id, kind=kind))
    detail = {"agent": agent_id, "from": before, "to": kind}
    tickets.add_event(session, ticket_id, now, "attention", by, detail)


def of_ticket(session: Session, ticket_id: int) -> dict[int, str]:
    """What agents have said of a ticket: WATCH or MUTE, by the agent's key."""
    found = session.exec(select(Attention).where(Attention.ticket_id == ticket_id)).all()
    return {row.agent_id: row.kind for row in found}


def _find(session: Session, ticket_id: int, agent_id: int) -> Attention | None:
    statement = select(Attention).where(Attention.ticket_id == ticket_id, Attention.agent_id == agent_id)
    return session.exec(statement).first()

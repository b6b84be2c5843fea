"""Letters that go out once in a day or week: that one was written is a row, so that no restart writes it again."""

from __future__ import annotations

from sqlmodel import Session, select

from store import rows
from store.models import Bulletin


def first(session: Session, desk_id: int, agent_id: int, kind: str, period: str) -> bool:
    """Whether it is not written yet; from now on it is. With PostgreSQL, a second writer fails at its commit."""
    statement = select(Bulletin.id).where(
        Bulletin.desk_id == desk_id, Bulletin.agent_id == agent_id, Bulletin.kind == kind, Bulletin.period == period
    )
    if session.exec(statement).first() is not None:
        return False
    rows.add(session, rows.Draft(Bulletin, desk_id=desk_id, agent_id=agent_id, kind=kind, period=period))
    return True

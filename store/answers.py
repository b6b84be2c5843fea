"""Answers of agents to customers. Each has a serial within its ticket; a token says which was the newest seen."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import Session, select

from store.models import Answer


def newest(session: Session, ticket_id: int) -> int:
    """The serial of a ticket's newest answer, 0 before the first: what a notice tells its agent is told up to there."""
    return session.exec(select(func.max(Answer.serial)).where(Answer.ticket_id == ticket_id)).one() or 0

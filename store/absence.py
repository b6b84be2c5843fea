"""Agents who are away: no new ticket is given to one, and the ones that one has go to others when news comes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from store.models import Agent


def leave(session: Session, agent_id: int, until: datetime) -> None:
    """An agent is away until an instant, aware UTC, or until the agent writes."""
    session.connection().execute(update(Agent).where(col(Agent.id) == agent_id).values(away_until=until))


def back(session: Session, agent_id: int) -> bool:
    """An agent is here again; returns whether that is news."""
    away = (col(Agent.id) == agent_id) & col(Agent.away_until).is_not(None)
    return bool(session.connection().execute(update(Agent).where(away).values(away_until=None)).rowcount)

"""Notices: what agents are yet to be told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models import columns


class Notice(SQLModel, table=True):
    """One reason to write to an agent about a ticket; it goes when the letter that tells it is in the outbox."""

    __table_args__ = (UniqueConstraint("ticket_id", "agent_id", "why"),)

    id: int | None = columns.key()
    ticket_id: int = columns.ref("ticket.id")
    agent_id: int = 0  #: whom it is for; 0: whoever is found when it is sent
    why: str  #: see store/notices.py
    detail: dict[str, Any] = columns.json_object()
    wanted_at: datetime
    kept: bool = False  #: it could not go to this agent at once
    routed: bool = False  #: this agent was found for it, and another may be by now
    due_at: datetime = Field(index=True)  #: not before


class Bulletin(SQLModel, table=True):
    """That a letter of a day or week has been written to an agent."""

    __table_args__ = (UniqueConstraint("desk_id", "agent_id", "kind", "period"),)

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    agent_id: int = columns.ref("agent.id")
    kind: str  #: morning, daily, weekly
    period: str  #: its day, "2026-11-25"

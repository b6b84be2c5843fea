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
    due_at: datetime = Field(index=True)  #: not before

"""Clocks: whose turn a ticket was and for how long, and what was done about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models import columns


class Clock(SQLModel, table=True):
    """One round of one of a ticket's clocks. Each of its two strokes is struck once, however often it is reckoned."""

    __table_args__ = (UniqueConstraint("ticket_id", "kind", "round"),)

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    ticket_id: int = columns.ref("ticket.id")
    kind: str  #: see store/clocks.py
    round: int  #: from 1
    running_since: datetime | None = None  #: null while it stands still
    ran: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  #: before: from, until
    early_at: datetime | None = None  #: as last reckoned, likewise the others
    late_at: datetime | None = None
    early_done_at: datetime | None = None
    late_done_at: datetime | None = None
    look_at: datetime | None = Field(default=None, index=True)  #: when there is something to do; null for never
    wound_by: str = ""  #: a fingerprint of the settings that it was reckoned by; "" where it has to be reckoned anew
    ended_at: datetime | None = None
    ended: str = ""  #: by what: answered, closed, our turn; anew where another round began

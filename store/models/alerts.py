"""Alerts: what the operators have to know now."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from store.models import columns


class Alert(SQLModel, table=True):
    """One incident, from when it was noticed until it was over."""

    id: int | None = columns.key()
    key: str = Field(index=True)  #: what is wrong, in a stable word: "door:smtp", "breaker:support"
    open_key: str | None = Field(default=None, unique=True)  #: the key while it lasts, so that it lasts once
    sentence: str = columns.text()  #: for people: what is wrong, and what to do about it
    raised_at: datetime
    seen_at: datetime  #: when it was last found to be so
    cleared_at: datetime | None = None
    told_at: datetime | None = None  #: when the operators were told
    recovery_told_at: datetime | None = None

"""Incidents: one cause, many tickets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models import columns


class Incident(SQLModel, table=True):
    """A trouble that many report: what is answered on its own ticket reaches all of theirs."""

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id", index=True)
    ticket_id: int = columns.ref("ticket.id", index=True)  #: its own
    name: str  #: as customers are told it
    marks: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  #: kind and value
    begun_at: datetime
    ended_at: datetime | None = None


class IncidentTicket(SQLModel, table=True):
    """That a ticket is of an incident."""

    __table_args__ = (UniqueConstraint("incident_id", "ticket_id"),)

    id: int | None = columns.key()
    incident_id: int = columns.ref("incident.id")
    ticket_id: int = columns.ref("ticket.id", index=True)

"""What agents do with tickets: tags, who follows them, and answers on their way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models import columns


class Tag(SQLModel, table=True):
    """A word that agents have put on a ticket."""

    __table_args__ = (UniqueConstraint("ticket_id", "word"),)

    id: int | None = columns.key()
    ticket_id: int = columns.ref("ticket.id")
    word: str = Field(index=True)  #: lower case


class Attention(SQLModel, table=True):
    """That an agent wants to hear of a ticket, or wants not to."""

    __table_args__ = (UniqueConstraint("ticket_id", "agent_id"),)

    id: int | None = columns.key()
    ticket_id: int = columns.ref("ticket.id")
    agent_id: int = columns.ref("agent.id")
    kind: str  #: watch, mute


class Answer(SQLModel, table=True):
    """What an agent has written to a customer, from when it came: see store/answers.py."""

    __table_args__ = (UniqueConstraint("ticket_id", "serial"),)

    id: int | None = columns.key()
    ticket_id: int = columns.ref("ticket.id")
    agent_id: int = columns.ref("agent.id")
    message_id: int = columns.ref("message.id")  #: its words, a note until it leaves
    serial: int  #: within the ticket, from 1: what the agent's tokens call it
    state: str  #: out, held, note, discarded
    why: str = columns.text()  #: why it is held
    letters: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  #: keys of the outbox
    before: str = ""  #: the ticket's status before it, for whoever takes it back
    created_at: datetime

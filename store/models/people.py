"""People, participants and agents."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models import columns


class Person(SQLModel, table=True):
    """Someone who wrote to a desk."""

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    name: str = ""
    created_at: datetime


class PersonAddress(SQLModel, table=True):
    """An address of a person's; a person may have several."""

    __table_args__ = (UniqueConstraint("desk_id", "address"),)

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    person_id: int = columns.ref("person.id", index=True)
    address: str  #: lower case
    verified: bool = False  #: a mail from it has authenticated
    hard_bounces: int = 0  #: letters that came back for good since it last wrote


class Participant(SQLModel, table=True):
    """An address that takes part in a ticket, and the handle that stands for it in reply tokens."""

    __table_args__ = (UniqueConstraint("ticket_id", "address"), UniqueConstraint("desk_id", "handle"))

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    ticket_id: int = columns.ref("ticket.id", index=True)
    address: str  #: lower case
    role: str  #: requester, copied, agent
    handle: int = Field(sa_type=BigInteger)  #: 40 random bits; see replies/tokens.py
    told_id: int = Field(default=0, sa_type=BigInteger)  #: of an agent: the newest message that a notice has told


class Agent(SQLModel, table=True):
    """Who may answer."""

    id: int | None = columns.key()
    name: str = Field(unique=True)
    role: str  #: agent, lead, kyc, auditor
    active: bool = True
    created_at: datetime
    language: str = ""  #: of letters to this agent; "" is the desk's first
    quiet: str = ""  #: hours of the day in which nothing is sent, "21:00-07:00"
    away_until: datetime | None = None
    picked_at: datetime | None = None  #: when a queue's rule last gave this agent a ticket


class AgentAddress(SQLModel, table=True):
    """An address that an agent answers from."""

    id: int | None = columns.key()
    agent_id: int = columns.ref("agent.id", index=True)
    address: str = Field(unique=True)  #: lower case

"""What the desk remembers in order not to be misused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models import columns


class Tally(SQLModel, table=True):
    """How often something happened within one slice of time."""

    __table_args__ = (UniqueConstraint("desk_id", "name", "since"),)

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    name: str  #: "ack:all", "ack:example.com", "token:192.0.2.1"
    since: datetime = Field(index=True)  #: the slice's beginning
    count: int


class Brake(SQLModel, table=True):
    """Automatic letters to an address, stopped until a time; longer where it goes on."""

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    address: str = Field(index=True)  #: lower case
    pulled_at: datetime
    until: datetime
    alert: str  #: the key of the alert that tells of it


class AccountUse(SQLModel, table=True):
    """An account that an address has written about."""

    __table_args__ = (UniqueConstraint("desk_id", "account", "address"),)

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    account: str  #: the username, lower case
    address: str  #: lower case
    ticket_id: int = columns.ref("ticket.id")  #: where it did so first
    first_at: datetime

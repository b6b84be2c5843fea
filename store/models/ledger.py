"""The ledger: what became of every mail, at every desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models import columns


class Desk(SQLModel, table=True):
    """A desk that this store has served. Its settings are in config.toml; here is what must survive a restart."""

    id: int | None = columns.key()
    name: str = Field(unique=True)
    last_number: int = 0  #: the serial of its newest ticket, without the check digit
    wrapped_key: bytes = Field(sa_type=LargeBinary)  #: the desk's key, wrapped by the master key
    token_epoch: int = 0  #: how often the key of its reply tokens was changed


class Arrival(SQLModel, table=True):
    """One mail file of the spool: a single acceptance at a door."""

    id: int | None = columns.key()
    spool_name: str = Field(unique=True)
    door: str
    mailbox: str | None = None
    received_at: datetime
    size: int  #: bytes, as received
    attempts: int = 0  #: counted before each try
    state: str = Field(index=True)  #: waiting, done, shunted
    error: str | None = columns.text(nullable=True)  #: why the last try failed, for the operator


class Mail(SQLModel, table=True):
    """The ledger: one row a mail and desk, however often and by whatever routes it came."""

    __table_args__ = (
        UniqueConstraint("desk_id", "ingest_key"),
        Index("ix_mail_sender", "desk_id", "sender", "received_at"),
        Index("ix_mail_message", "desk_id", "message_id"),
    )

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    ingest_key: str  #: hex; see parsing/message/ingest.py
    message_id: str | None = Field(default=None, index=True)
    sender: str | None = None  #: lower case
    received_at: datetime
    state: str  #: done, shunted
    nature: str | None = None
    rule: str  #: the rule of triage that decided
    why: str = columns.text()  #: that decision in a sentence
    acknowledged: str = ""  #: "yes", or why not
    answers_as: str = ""  #: how it answered an automatic letter of ours: see intake/decision/loops.py
    ticket_id: int | None = columns.ref("ticket.id", index=True, nullable=True)
    raw_blob: str | None = Field(default=None, foreign_key="blob.name")
    same_message_id: bool = False  #: another mail of this desk bears this Message-ID with other content


class Route(SQLModel, table=True):
    """One way by which a mail came: door, mailbox, recipient."""

    id: int | None = columns.key()
    mail_id: int = columns.ref("mail.id", index=True)
    arrival_id: int | None = columns.ref("arrival.id", nullable=True)
    door: str
    mailbox: str | None = None
    recipient: str | None = None
    received_at: datetime

"""The outbox: what we say, to whom, and what came back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models import columns


class Letter(SQLModel, table=True):
    """The outbox: a mail of ours, its final bytes, and how far it has come."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("mail_id", "kind"), Index("ix_outbox_due", "state", "due_at"))

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    ticket_id: int | None = columns.ref("ticket.id", index=True, nullable=True)
    mail_id: int | None = columns.ref("mail.id", nullable=True)  #: the mail that caused it
    kind: str  #: received, answer, notice …
    message_id: str = Field(unique=True)
    envelope_from: str  #: "" is the null reverse-path
    content: bytes = Field(sa_type=LargeBinary)
    state: str  #: pending, sent, failed, held, cancelled
    reason: str = columns.text()  #: why held or failed
    created_at: datetime
    due_at: datetime
    give_up_at: datetime
    attempts: int = 0
    lease_until: datetime | None = None
    fence: int = 0  #: raised with every claim; a writer with an older one writes nothing


class LetterRecipient(SQLModel, table=True):
    """One recipient of a letter, with what came back for it."""

    __tablename__ = "outbox_recipient"

    id: int | None = columns.key()
    letter_id: int = columns.ref("outbox.id", index=True)
    address: str = Field(index=True)
    state: str  #: pending, sent, failed
    reply: str = columns.text()


class LetterAttempt(SQLModel, table=True):
    """One try at sending. An intent without an end is a dot whose answer we never saw."""

    __tablename__ = "outbox_attempt"

    id: int | None = columns.key()
    letter_id: int = columns.ref("outbox.id", index=True)
    fence: int
    started_at: datetime
    intent_at: datetime | None = None  #: committed before the final dot
    ended_at: datetime | None = None
    reply: str = columns.text()

"""Doors: polled mailboxes, and how every door does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models import columns


class Mailbox(SQLModel, table=True):
    """A polled folder in one of its lives (RFC 3501, 2.3.1.1)."""

    __table_args__ = (UniqueConstraint("account", "folder", "uidvalidity"),)

    id: int | None = columns.key()
    account: str
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)
    baseline: int = Field(sa_type=BigInteger)  #: UIDs up to this one were there before us: history, or left alone
    created_at: datetime
    uidnext: int = Field(default=0, sa_type=BigInteger)  #: the highest that the server has told
    again: bool = False  #: its mails are told from earlier ones by their words: every UID is looked at
    comparing: int | None = Field(default=None, sa_type=BigInteger)  #: UIDs up to this one are yet to be compared


class MailboxUid(SQLModel, table=True):
    """A UID that we have taken, with the key of what it was."""

    __table_args__ = (UniqueConstraint("mailbox_id", "uid"),)

    id: int | None = columns.key()
    mailbox_id: int = columns.ref("mailbox.id")
    uid: int = Field(sa_type=BigInteger)
    ingest_key: str
    spool_name: str
    state: str  #: stored (ours, not yet flagged), done, held (for the operator), gone (from the folder)
    mark: str = ""  #: size and time of arrival as the server told them


class DoorHealth(SQLModel, table=True):
    """When a door last worked, and what went wrong since."""

    __tablename__ = "door"

    name: str = Field(primary_key=True)
    kind: str
    last_success: datetime | None = None
    last_error_at: datetime | None = None
    last_error: str | None = columns.text(nullable=True)
    failing_since: datetime | None = None  #: the first failure since the last success
    oldest_unread_at: datetime | None = None  #: when the oldest mail came that is there and not taken yet
    server_count: int | None = None  #: at the last reconcile: mails in the folder
    ledger_count: int | None = None  #: of them, those that we can account for
    counted_at: datetime | None = None

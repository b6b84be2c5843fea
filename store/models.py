"""The tables. Only shapes stand here; what may be done with a row stands in the module named after it.

Every row that belongs to a desk carries its `desk_id`, and every query that serves a desk names it.
Instants are aware UTC. A `*_digest` is a keyed hash, so that equality can be found within one desk without
keeping what it was made from.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

# SQLite gives a rowid alias, and so an automatic key, only to a column of type INTEGER.
_Key = BigInteger().with_variant(Integer, "sqlite")


def _key() -> Any:
    return Field(default=None, primary_key=True, sa_type=_Key)


def _ref(target: str, *, index: bool = False, nullable: bool = False) -> Any:
    default = None if nullable else ...
    return Field(default, foreign_key=target, index=index, sa_type=_Key, nullable=nullable)


def _text(*, nullable: bool = False) -> Any:
    return Field(default=None if nullable else "", sa_type=Text, nullable=nullable)


def _json() -> Any:
    return Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Desk(SQLModel, table=True):
    """A desk that this store has served. Its settings are in config.toml; here is what must survive a restart."""

    id: int | None = _key()
    name: str = Field(unique=True)
    last_number: int = 0  #: the serial of its newest ticket, without the check digit
    wrapped_key: bytes = Field(sa_type=LargeBinary)  #: the desk's key, wrapped by the master key


# --- the ledger: what became of every mail


class Arrival(SQLModel, table=True):
    """One mail file of the spool: a single acceptance at a door."""

    id: int | None = _key()
    spool_name: str = Field(unique=True)
    door: str
    mailbox: str | None = None
    received_at: datetime
    size: int  #: bytes, as received
    attempts: int = 0  #: counted before each try
    state: str = Field(index=True)  #: waiting, done, shunted
    error: str | None = _text(nullable=True)  #: why the last try failed, for the operator


class Mail(SQLModel, table=True):
    """The ledger: one row a mail and desk, however often and by whatever routes it came."""

    __table_args__ = (UniqueConstraint("desk_id", "ingest_key"),)

    id: int | None = _key()
    desk_id: int = _ref("desk.id")
    ingest_key: str  #: hex; see parsing/message/ingest.py
    message_id: str | None = Field(default=None, index=True)
    sender: str | None = None
    received_at: datetime
    state: str  #: done, shunted
    nature: str | None = None
    rule: str  #: the rule of triage that decided
    why: str = _text()  #: that decision in a sentence
    acknowledged: str = ""  #: "yes", or why not
    ticket_id: int | None = _ref("ticket.id", index=True, nullable=True)
    raw_blob: str | None = Field(default=None, foreign_key="blob.name")
    same_message_id: bool = False  #: another mail of this desk bears this Message-ID with other content


class Route(SQLModel, table=True):
    """One way by which a mail came: door, mailbox, recipient."""

    id: int | None = _key()
    mail_id: int = _ref("mail.id", index=True)
    arrival_id: int | None = _ref("arrival.id", nullable=True)
    door: str
    mailbox: str | None = None
    recipient: str | None = None
    received_at: datetime


# --- tickets


class Ticket(SQLModel, table=True):
    """A case: one customer's problem, from the first mail to the last."""

    __table_args__ = (UniqueConstraint("desk_id", "number"), Index("ix_ticket_desk_status", "desk_id", "status"))

    id: int | None = _key()
    desk_id: int = _ref("desk.id")
    number: str  #: "LKT-104231", the last digit a check digit
    status: str  #: see store/states.py
    subject: str  #: ours, by category and language
    customer_subject: str = _text()  #: the first mail's, for agents only
    category: str
    language: str  #: of our letters
    priority: str = "normal"
    queue: str | None = None
    assignee_id: int | None = _ref("agent.id", nullable=True)
    person_id: int | None = _ref("person.id", index=True, nullable=True)
    missing: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    history: bool = False  #: from an import
    created_at: datetime = Field(index=True)
    updated_at: datetime
    first_reply_due_at: datetime | None = None
    closed_at: datetime | None = None


class Message(SQLModel, table=True):
    """One entry of a ticket's conversation."""

    id: int | None = _key()
    desk_id: int = _ref("desk.id")
    ticket_id: int = _ref("ticket.id", index=True)
    mail_id: int | None = _ref("mail.id", index=True, nullable=True)
    direction: str  #: in, out, note
    message_id: str | None = None
    sender_name: str = ""
    sender: str | None = None
    recipients: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    date: datetime | None = None  #: the mail's own Date, in UTC
    received_at: datetime
    subject: str = _text()
    text: str = _text()
    new_text: str = _text()
    nature: str = "human"
    identity: str = "unverified"  #: verified, unverified, suspicious


class ThreadId(SQLModel, table=True):
    """A msg-id that belongs to a ticket: a message's own one, or one that a message refers to."""

    __table_args__ = (UniqueConstraint("ticket_id", "msgid", "relation"), Index("ix_threadid", "desk_id", "msgid"))

    id: int | None = _key()
    desk_id: int = _ref("desk.id")
    ticket_id: int = _ref("ticket.id")
    msgid: str
    relation: str  #: is, refers


class TicketLink(SQLModel, table=True):
    """Two tickets that have to do with each other, without being one."""

    __table_args__ = (UniqueConstraint("ticket_id", "other_id", "why"),)

    id: int | None = _key()
    ticket_id: int = _ref("ticket.id")
    other_id: int = _ref("ticket.id", index=True)
    why: str  #: claims_to_answer …


class SealingKey(SQLModel, table=True):
    """The key that one mail's files are sealed with, wrapped by its desk's key. To erase it is to erase them."""

    id: int | None = _key()
    desk_id: int = _ref("desk.id")
    wrapped: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)  #: None once erased
    created_at: datetime
    erased_at: datetime | None = None


class Blob(SQLModel, table=True):
    """A sealed file in the blob folder, named by a keyed hash of its content and key."""

    name: str = Field(primary_key=True)
    desk_id: int = _ref("desk.id")
    key_id: int = _ref("sealingkey.id", index=True)
    content_digest: str = Field(
        index=True
    )  #: keyed hash of the content alone: equal content, equal digest, within a desk
    size: int  #: bytes, opened
    created_at: datetime


class Attachment(SQLModel, table=True):
    """A file that came with a message."""

    id: int | None = _key()
    message_id: int = _ref("message.id", index=True)
    position: int  #: from 0, in the mail's order
    blob: str = Field(foreign_key="blob.name")
    name: str
    type: str
    declared_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None = None
    kind: str


class Finding(SQLModel, table=True):
    """One extracted value with its evidence; an agent's own is `by` that agent and never overwritten."""

    id: int | None = _key()
    ticket_id: int = _ref("ticket.id", index=True)
    message_id: int | None = _ref("message.id", nullable=True)
    field: str
    value: Any = Field(default=None, sa_column=Column(JSON, nullable=False))
    role: str | None = None
    raw: str = _text()
    location: str = ""  #: subject, body, html, attachment:N
    start: int = 0
    end: int = 0
    rule: str = ""
    confidence: float = 1.0
    alternatives: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    by: str = "loket"


class Event(SQLModel, table=True):
    """Something that happened to a ticket, never changed afterwards."""

    id: int | None = _key()
    ticket_id: int = _ref("ticket.id", index=True)
    at: datetime
    what: str
    by: str
    detail: dict[str, Any] = _json()


class Access(SQLModel, table=True):
    """A sealed file that was opened: who, when, why."""

    id: int | None = _key()
    blob: str = Field(foreign_key="blob.name", index=True)
    at: datetime
    by: str
    reason: str


# --- people


class Person(SQLModel, table=True):
    """Someone who wrote to a desk."""

    id: int | None = _key()
    desk_id: int = _ref("desk.id")
    name: str = ""
    created_at: datetime


class PersonAddress(SQLModel, table=True):
    """An address of a person's; a person may have several."""

    __table_args__ = (UniqueConstraint("desk_id", "address"),)

    id: int | None = _key()
    desk_id: int = _ref("desk.id")
    person_id: int = _ref("person.id", index=True)
    address: str  #: lower case
    verified: bool = False  #: a mail from it has authenticated


class Participant(SQLModel, table=True):
    """An address that takes part in a ticket, and the handle that stands for it in reply tokens."""

    __table_args__ = (UniqueConstraint("ticket_id", "address"), UniqueConstraint("desk_id", "handle"))

    id: int | None = _key()
    desk_id: int = _ref("desk.id")
    ticket_id: int = _ref("ticket.id", index=True)
    address: str  #: lower case
    role: str  #: requester, copied, agent
    handle: int = Field(sa_type=BigInteger)  #: 40 random bits; see replies/tokens.py


class Agent(SQLModel, table=True):
    """Who may answer."""

    id: int | None = _key()
    name: str = Field(unique=True)
    role: str  #: agent, lead, kyc, auditor
    active: bool = True
    created_at: datetime


class AgentAddress(SQLModel, table=True):
    """An address that an agent answers from."""

    id: int | None = _key()
    agent_id: int = _ref("agent.id", index=True)
    address: str = Field(unique=True)  #: lower case


# --- what we say


class Letter(SQLModel, table=True):
    """The outbox: a mail of ours, its final bytes, and how far it has come."""

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("mail_id", "kind"), Index("ix_outbox_due", "state", "due_at"))

    id: int | None = _key()
    desk_id: int = _ref("desk.id")
    ticket_id: int | None = _ref("ticket.id", index=True, nullable=True)
    mail_id: int | None = _ref("mail.id", nullable=True)  #: the mail that caused it
    kind: str  #: received, answer, notice …
    message_id: str = Field(unique=True)
    envelope_from: str  #: "" is the null reverse-path
    content: bytes = Field(sa_type=LargeBinary)
    state: str  #: pending, sent, failed, held, cancelled
    reason: str = _text()  #: why held or failed
    created_at: datetime
    due_at: datetime
    give_up_at: datetime
    attempts: int = 0
    lease_until: datetime | None = None
    fence: int = 0  #: raised with every claim; a writer with an older one writes nothing


class LetterRecipient(SQLModel, table=True):
    """One recipient of a letter, with what came back for it."""

    __tablename__ = "outbox_recipient"

    id: int | None = _key()
    letter_id: int = _ref("outbox.id", index=True)
    address: str = Field(index=True)
    state: str  #: pending, sent, failed
    reply: str = _text()


class LetterAttempt(SQLModel, table=True):
    """One try at sending. An intent without an end is a dot whose answer we never saw."""

    __tablename__ = "outbox_attempt"

    id: int | None = _key()
    letter_id: int = _ref("outbox.id", index=True)
    fence: int
    started_at: datetime
    intent_at: datetime | None = None  #: committed before the final dot
    ended_at: datetime | None = None
    reply: str = _text()


# --- doors


class Mailbox(SQLModel, table=True):
    """A polled folder in one of its lives (RFC 3501, 2.3.1.1)."""

    __table_args__ = (UniqueConstraint("account", "folder", "uidvalidity"),)

    id: int | None = _key()
    account: str
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)
    baseline: int = Field(sa_type=BigInteger)  #: UIDs up to this one were there before us and stay where they are
    created_at: datetime


class MailboxUid(SQLModel, table=True):
    """A UID that we have taken, with the key of what it was."""

    __table_args__ = (UniqueConstraint("mailbox_id", "uid"),)

    id: int | None = _key()
    mailbox_id: int = _ref("mailbox.id")
    uid: int = Field(sa_type=BigInteger)
    ingest_key: str
    spool_name: str
    state: str  #: stored (ours, not yet flagged), done


class DoorHealth(SQLModel, table=True):
    """When a door last worked, and what went wrong since."""

    __tablename__ = "door"

    name: str = Field(primary_key=True)
    kind: str
    last_success: datetime | None = None
    last_error_at: datetime | None = None
    last_error: str | None = _text(nullable=True)

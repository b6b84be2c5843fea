"""Tickets and what hangs on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.models import columns


class Ticket(SQLModel, table=True):
    """A case: one customer's problem, from the first mail to the last."""

    __table_args__ = (UniqueConstraint("desk_id", "number"), Index("ix_ticket_desk_status", "desk_id", "status"))

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    number: str  #: "LKT-104231", the last digit a check digit
    status: str  #: see store/states.py
    subject: str  #: ours, by category and language
    customer_subject: str = columns.text()  #: the first mail's, for agents only
    category: str
    language: str  #: of our letters
    priority: str = "normal"
    queue: str | None = None
    assignee_id: int | None = columns.ref("agent.id", nullable=True)
    person_id: int | None = columns.ref("person.id", index=True, nullable=True)
    missing: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    history: bool = False  #: from an import
    created_at: datetime = Field(index=True)
    updated_at: datetime
    first_reply_due_at: datetime | None = None
    closed_at: datetime | None = None
    held_for: str = ""  #: why it was held, see store/holding.py; it stays said after a release
    merged_into_id: int | None = columns.ref("ticket.id", nullable=True)  #: the ticket that goes on in its place
    wait_until: datetime | None = None  #: of one that waits: when it is our turn again, whatever the customer does


class Message(SQLModel, table=True):
    """One entry of a ticket's conversation."""

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    ticket_id: int = columns.ref("ticket.id", index=True)
    mail_id: int | None = columns.ref("mail.id", index=True, nullable=True)
    letter_id: int | None = columns.ref("outbox.id", index=True, nullable=True)  #: of what we wrote
    direction: str  #: in, out, note
    message_id: str | None = None
    sender_name: str = ""
    sender: str | None = None
    recipients: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    date: datetime | None = None  #: the mail's own Date, in UTC
    received_at: datetime
    subject: str = columns.text()
    text: str = columns.text()
    new_text: str = columns.text()
    nature: str = "human"
    identity: str = "unverified"  #: verified, unverified, suspicious
    identity_why: str = columns.text()  #: in words for an agent: "DMARC pass, 14th mail of this person"


class ThreadId(SQLModel, table=True):
    """A msg-id that belongs to a ticket: a message's own one, or one that a message refers to."""

    __table_args__ = (UniqueConstraint("ticket_id", "msgid", "relation"), Index("ix_threadid", "desk_id", "msgid"))

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    ticket_id: int = columns.ref("ticket.id")
    msgid: str
    relation: str  #: is, refers


class TicketLink(SQLModel, table=True):
    """Two tickets that have to do with each other, without being one."""

    __table_args__ = (UniqueConstraint("ticket_id", "other_id", "why"),)

    id: int | None = columns.key()
    ticket_id: int = columns.ref("ticket.id")
    other_id: int = columns.ref("ticket.id", index=True)
    why: str  #: claims_to_answer …


class Attachment(SQLModel, table=True):
    """A file that came with a message."""

    id: int | None = columns.key()
    message_id: int = columns.ref("message.id", index=True)
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
    likeness: str = ""  #: of a picture: see parsing/pictures/likeness.py
    large: str | None = Field(default=None, foreign_key="blob.name")  #: a copy to show, freed of all but its dots
    small: str | None = Field(default=None, foreign_key="blob.name")
    unread: str = ""  #: of a picture: why it was not read


class Finding(SQLModel, table=True):
    """One extracted value with its evidence; an agent's own is `by` that agent and never overwritten."""

    id: int | None = columns.key()
    ticket_id: int = columns.ref("ticket.id", index=True)
    message_id: int | None = columns.ref("message.id", nullable=True)
    field: str
    value: Any = Field(default=None, sa_column=Column(JSON, nullable=False))
    role: str | None = None
    raw: str = columns.text()
    location: str = ""  #: subject, body, html, attachment:N
    start: int = 0
    end: int = 0
    rule: str = ""
    confidence: float = 1.0
    alternatives: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    by: str = "loket"
    box: list[int] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    standing: str | None = None  #: of a picture's: fills, confirms, contradicts
    corrected: bool = False  #: a later message says otherwise


class Mark(SQLModel, table=True):
    """Something by which a report is known to be about the same as another; a keyed hash, most often."""

    __table_args__ = (Index("ix_mark", "desk_id", "kind", "value"),)

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    ticket_id: int = columns.ref("ticket.id", index=True)
    kind: str  #: see store/marks.py
    value: str
    sender: str  #: the address, lower case
    at: datetime


class Event(SQLModel, table=True):
    """Something that happened to a ticket, never changed afterwards."""

    id: int | None = columns.key()
    ticket_id: int = columns.ref("ticket.id", index=True)
    at: datetime
    what: str
    by: str
    detail: dict[str, Any] = columns.json_object()

"""Puts letters to agents into the outbox: automatic mail from the desk's address, kept together by its References."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from intake import letter_box
from intake.desks import OpenDesk
from intake.directory import Directory
from parsing.mail import Address
from replies import agent_words, compose, straight, tokens
from replies.agent_addresses import AgentAddresses
from replies.enclosing import File
from replies.errors import LetterUnreadable
from replies.letters import Letter, subject
from store import outbox
from store.blobs import BlobFolder
from store.models import Participant, Ticket
from store.routing import Colleague, Queue

_log = structlog.get_logger(__name__)

#: Of a letter that waits for an operator because nothing is to leave.
SHADOW = "shadow"


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """What writing to agents needs."""

    desks: Mapping[int, OpenDesk]  #: by key
    queues: Mapping[str, Queue]
    folder: BlobFolder
    directory: Directory
    picture_bytes: int  #: that all pictures of a letter may have together
    shadow: bool = False  #: nothing leaves

    def reaches(self, agent: Colleague) -> bool:
        """Whether an agent may be written to: a letter to a desk's own address would come back as a ticket."""
        ours = self.directory.knows(agent.address)
        if ours:
            _log.error("an agent's address is one of a desk's: nothing is sent there", agent=agent.name)
        return not ours


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A letter to an agent, and how it travels."""

    letter: Letter
    kind: str  #: in the outbox
    to: str
    address: str  #: the desk's, from which it comes
    message_id: str
    thread: str  #: the msg-id of a mail that never was: what refers to it stays together
    reply_to: str | None = None
    ticket_id: int | None = None
    files: Sequence[File] = ()


def post(session: Session, means: Means, desk: OpenDesk, sheet: Sheet, now: datetime) -> int:
    """Queue a letter's final bytes, from the null reverse-path; returns its key."""
    heading = compose.Heading(
        from_=Address(name=desk.settings.display_name, address=sheet.address),
        to=sheet.to,
        reply_to=sheet.reply_to,
        message_id=sheet.message_id,
        date=now.astimezone(desk.settings.zone),
        references=[sheet.thread],
        auto_submitted="auto-generated",
        loop_mark=tokens.loop_mark(desk.key.tokens),
    )
    return outbox.queue(
        session,
        desk_id=desk.id,
        ticket_id=sheet.ticket_id,
        mail_id=None,
        kind=sheet.kind,
        message_id=heading.message_id,
        envelope_from="",
        recipients=[sheet.to],
        content=compose.compose(sheet.letter, heading, desk.settings.dkim, sheet.files),
        now=now,
        hold=SHADOW if means.shadow else "",
    )


def post_list(
    session: Session,
    means: Means,
    desk: OpenDesk,
    agent: Colleague,
    letter: Letter,
    kind: str,
    now: datetime,
    files: Sequence[File] = (),
) -> None:
    """Queue a letter of several tickets: it belongs to none, and is not to be answered."""
    address = desk.settings.addresses[0]
    sheet = Sheet(
        letter=letter,
        kind=kind,
        to=agent.address,
        address=address,
        message_id=straight.message_id(address),
        thread=thread(address, kind, desk.settings.name, str(agent.id)),
        files=files,
    )
    post(session, means, desk, sheet, now)


def addresses(session: Session, desk: OpenDesk, ticket: Ticket, part: Participant, now: datetime) -> AgentAddresses:
    """An agent's signed addresses on a ticket, at the address that the customer wrote to."""
    return AgentAddresses(
        desk_address=letter_box.desk_address(session, desk, ticket.id or 0),
        separator=desk.settings.separator,
        key=desk.key.tokens,
        handle=part.handle,
        today=now.astimezone(desk.settings.zone).date(),
        subject=subject(ticket.number, ticket.subject),
    )


def spoken(desk: OpenDesk, agent: Colleague) -> str:
    """The language of letters to an agent: the agent's own, or where there are no letters in it the desk's first."""
    first = desk.settings.languages[0]
    try:
        agent_words.load(agent.language or first, desk.settings.templates)
    except LetterUnreadable:
        return first
    return agent.language or first


def thread(address: str, *parts: str) -> str:
    """A msg-id that holds letters together, out of words of ours."""
    return f"t.{'.'.join(parts).lower()}@{address.rpartition('@')[2].lower()}"

"""Puts letters to agents into the outbox: automatic mail from the desk's address, kept together by its References."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session

from intake.desks import OpenDesk
from intake.directory import Directory
from parsing.mail import Address
from replies import agent_words, compose, order_words, straight, tokens, wording
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
    """Queue a letter that nobody asked for; returns its key."""
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
    return queue(
        session,
        desk,
        heading,
        sheet.letter,
        sheet.kind,
        now,
        ticket_id=sheet.ticket_id,
        files=sheet.files,
        shadow=means.shadow,
    )


def queue(
    session: Session,
    desk: OpenDesk,
    heading: compose.Heading,
    letter: Letter,
    kind: str,
    now: datetime,
    *,
    ticket_id: int | None,
    files: Sequence[File],
    shadow: bool,
) -> int:
    """Put a letter to an agent into the outbox, as its final bytes, from the null reverse-path; returns its key."""
    return outbox.queue(
        session,
        desk_id=desk.id,
        ticket_id=ticket_id,
        mail_id=None,
        kind=kind,
        message_id=heading.message_id,
        envelope_from="",
        recipients=[heading.to],
        content=compose.compose(letter, heading, desk.settings.dkim, files),
        now=now,
        hold=SHADOW if shadow else "",
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


def addresses(desk: OpenDesk, ticket: Ticket, part: Participant, desk_address: str, now: datetime) -> AgentAddresses:
    """An agent's signed addresses on a ticket, at that one of the desk's."""
    return AgentAddresses(
        desk_address=desk_address,
        separator=desk.settings.separator,
        key=desk.key.tokens,
        handle=part.handle,
        today=now.astimezone(desk.settings.zone).date(),
        subject=subject(ticket.number, ticket.subject),
    )


def spoken(desk: OpenDesk, language: str) -> str:
    """The language of letters to an agent: the agent's own, or where there are no letters in it the desk's first."""
    first, overlay = desk.settings.languages[0], desk.settings.templates
    try:
        wording.laid_over(agent_words.load, language or first, overlay)
        wording.laid_over(order_words.phrases, language or first, overlay)
    except LetterUnreadable:
        return first
    return language or first


def thread(address: str, *parts: str) -> str:
    """A msg-id that holds letters together, out of words of ours."""
    return f"t.{'.'.join(parts).lower()}@{address.rpartition('@')[2].lower()}"

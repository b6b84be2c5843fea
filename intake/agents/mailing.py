"""Puts letters to agents into the outbox: automatic mail from the desk's address, kept together by its References."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from intake.desks import OpenDesk
from parsing.mail import Address
from replies import compose, tokens
from replies.agent_addresses import AgentAddresses
from replies.enclosing import File
from replies.letters import Letter, subject
from store import dossier, outbox
from store.models import Participant, Ticket

#: Of a letter that waits for an operator because nothing is to leave.
SHADOW = "shadow"


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


def post(session: Session, desk: OpenDesk, sheet: Sheet, now: datetime, *, shadow: bool) -> int:
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
        hold=SHADOW if shadow else "",
    )


def addresses(session: Session, desk: OpenDesk, ticket: Ticket, part: Participant, now: datetime) -> AgentAddresses:
    """An agent's signed addresses on a ticket, at the address that the customer wrote to."""
    known = {address.lower(): address for address in desk.settings.addresses}
    named = dossier.written_to(session, ticket.id or 0)
    return AgentAddresses(
        desk_address=next((known[each.lower()] for each in named if each.lower() in known), desk.settings.addresses[0]),
        separator=desk.settings.separator,
        key=desk.key.tokens,
        handle=part.handle,
        today=now.astimezone(desk.settings.zone).date(),
        subject=subject(ticket.number, ticket.subject),
    )


def thread(address: str, *parts: str) -> str:
    """A msg-id that holds letters together, out of words of ours."""
    return f"t.{'.'.join(parts).lower()}@{address.rpartition('@')[2].lower()}"

"""What is for agents alone: lines of our letters to one and of notes, but for those that the customer may read."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlmodel import col, select

from intake.agents.errand import Errand
from store import dossier, people
from store.models import Letter, LetterRecipient, Message

#: Letters to an agent about one ticket whose lines are looked for in an answer.
_LETTERS: Final = 5


def internal_lines(errand: Errand) -> frozenset[str]:
    """The lines of the ticket's notes, and of the latest letters to this agent about it, but for what was said outside.

    Of the letters that are no notices, what they give back of the agent's own words is the agent's to send again.
    """
    notices, others = _told(errand)
    said = _said(errand)
    return frozenset((notices | (others - said.own) | said.notes) - said.outside)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Said:
    """The lines of a ticket's messages."""

    notes: set[str]
    outside: set[str]  #: by the customer, or to him
    own: set[str]  #: of earlier mails of this agent's that did not leave


def _told(errand: Errand) -> tuple[set[str], set[str]]:
    """The lines of the latest notices to the agent about the ticket, and those of other letters."""
    statement = (
        select(Letter.kind, Letter.content)
        .join(LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id))
        .where(Letter.ticket_id == errand.ticket_id, LetterRecipient.address == errand.agent.address)
        .order_by(col(Letter.id).desc())
        .limit(_LETTERS)
    )
    notices: set[str] = set()
    others: set[str] = set()
    for kind, content in errand.session.exec(statement).all():
        (notices if kind == dossier.NOTICE else others).update(_lines(_text(content)))
    return notices, others


def _said(errand: Errand) -> _Said:
    session, ticket_id = errand.session, errand.ticket_id
    notes = {detail.get("message") for _at, detail in dossier.events(session, ticket_id, "note")}
    own = people.agent_addresses(session, errand.agent.id)
    said = _Said(notes=set(), outside=set(), own=set())
    statement = select(Message.id, Message.direction, Message.sender, Message.text).where(
        Message.ticket_id == ticket_id, Message.id != errand.message_id
    )
    for key, direction, sender, text in session.exec(statement).all():
        if direction != "note":
            said.outside.update(_lines(text))
        elif key in notes:
            said.notes.update(_lines(text))
        elif sender in own:
            said.own.update(_lines(text))
    return said


def _text(content: bytes) -> str:
    mail = email.message_from_bytes(content, policy=email.policy.default)
    part = mail.get_body(("plain",)) if isinstance(mail, email.message.EmailMessage) else None
    return str(part.get_content()) if part else ""


def _lines(text: str) -> Iterable[str]:
    return (" ".join(line.lstrip("> \t").split()) for line in text.split("\n"))

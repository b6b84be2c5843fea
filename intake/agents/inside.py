"""What is for agents alone: lines of our letters to one, but for those that the customer wrote, or was written."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterable
from typing import Final

from sqlmodel import col, select

from intake.agents.errand import Errand
from store.models import Letter, LetterRecipient, Message

#: Notices to an agent about one ticket whose lines are looked for in an answer.
_NOTICES: Final = 5


def internal_lines(errand: Errand) -> frozenset[str]:
    """The lines of the latest notices to this agent about the ticket, without those that the customer wrote."""
    statement = (
        select(Letter.content)
        .join(LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id))
        .where(Letter.ticket_id == errand.ticket_id, LetterRecipient.address == errand.agent.address)
        .order_by(col(Letter.id).desc())
        .limit(_NOTICES)
    )
    told = {line for content in errand.session.exec(statement).all() for line in _lines(_text(content))}
    spoken = select(Message.text).where(
        Message.ticket_id == errand.ticket_id, col(Message.direction).in_(("in", "out"))
    )
    known = {line for text in errand.session.exec(spoken).all() for line in _lines(text)}
    return frozenset(told - known)


def _text(content: bytes) -> str:
    mail = email.message_from_bytes(content, policy=email.policy.default)
    part = mail.get_body(("plain",)) if isinstance(mail, email.message.EmailMessage) else None
    return str(part.get_content()) if part else ""


def _lines(text: str) -> Iterable[str]:
    return (" ".join(line.lstrip("> \t").split()) for line in text.split("\n"))

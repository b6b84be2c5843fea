"""What we have said on a ticket: how many letters, and when a person last answered. Reads only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from parsing.mail import Nature
from store.models import Letter, LetterRecipient, Message


def letters(session: Session, ticket_id: int) -> int:
    """How many letters of ours a ticket has."""
    return session.exec(select(func.count()).select_from(Letter).where(Letter.ticket_id == ticket_id)).one()


def letters_of(session: Session, ticket_id: int, kind: str, since: datetime) -> int:
    """How many of one kind, since then."""
    statement = (
        select(func.count())
        .select_from(Letter)
        .where(Letter.ticket_id == ticket_id, Letter.kind == kind, col(Letter.created_at) > since)
    )
    return session.exec(statement).one()


def last_answer(session: Session, ticket_id: int) -> datetime | None:
    """When a person last answered; letters that the program wrote by itself do not count."""
    statement = select(func.max(Message.received_at)).where(
        Message.ticket_id == ticket_id, Message.direction == "out", Message.nature == Nature.HUMAN.value
    )
    return session.exec(statement).one()


def letter_to(session: Session, message_id: str, address: str) -> int | None:
    """The letter of that Message-ID, in whatever case, that was for an address in lower case."""
    statement = (
        select(Letter.id)
        .join(LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id))
        .where(Letter.message_id == message_id.lower(), LetterRecipient.address == address)
    )
    return session.exec(statement).first()

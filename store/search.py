"""Finds tickets by words: number, subject, what was said, who said it, and what was found in it. Within one desk.

A word matches where it stands in a text, in any case. Every word has to match somewhere in the ticket.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, cast, exists, or_
from sqlmodel import Session, col, select

from store.models import Finding, Message, Participant, Ticket

#: More words than this narrow nothing down.
MAX_WORDS = 8


def search(session: Session, desk_id: int, query: str, *, limit: int = 50) -> list[Ticket]:
    """The tickets of a desk in which every word stands, the newest first; none for a query without words."""
    words = query.split()[:MAX_WORDS]
    if not words:
        return []
    statement = select(Ticket).where(Ticket.desk_id == desk_id, *(_holds(word) for word in words))
    return list(session.exec(statement.order_by(col(Ticket.id).desc()).limit(limit)).all())


def _holds(word: str) -> Any:
    """That a ticket holds a word."""
    own, message, finding, participant = Ticket.id, Message, Finding, Participant
    return or_(
        _like(Ticket.number, word),
        _like(Ticket.subject, word),
        _like(Ticket.customer_subject, word),
        exists().where(col(message.ticket_id) == own, or_(_like(message.text, word), _like(message.sender, word))),
        exists().where(col(finding.ticket_id) == own, _like(cast(col(finding.value), String), word)),
        exists().where(col(participant.ticket_id) == own, _like(participant.address, word)),
    )


def _like(column: Any, word: str) -> Any:
    text = column if hasattr(column, "icontains") else col(column)
    return text.icontains(word, autoescape=True)

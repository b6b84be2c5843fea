"""Tickets that are kept out of the agents' way until somebody has looked: why, and what may be decided."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlmodel import Session

from store import notices, rows, tickets
from store.models import Ticket
from store.notices import Why
from store.states import Move


class Reason(StrEnum):
    """Why a mail is held."""

    FORGED = "forged"
    SPAM = "spam"
    MALWARE = "malware"
    UNSCANNED = "unscanned"
    AGENT = "agent"


#: What a person is told of each.
TOLD: Final = {
    Reason.FORGED: "its sender is not who it says, or cannot be told",
    Reason.SPAM: "the mail server before us calls it spam",
    Reason.MALWARE: "the scanner found something in it",
    Reason.UNSCANNED: "the scanner did not answer",
    Reason.AGENT: "it says it is an agent's, and is not proven to be",
}


class Refusal(StrEnum):
    """Why a held ticket is refused."""

    SPAM = "spam"
    FORGED = "forged"
    MALWARE = "malware"
    ABUSE = "abuse"
    NOT_OURS = "not_ours"


def release(session: Session, ticket_id: int, by: str, due_at: datetime, now: datetime) -> None:
    """Let a held ticket become work. Raises NoSuchRow, MoveRefused where it is not held."""
    tickets.move(session, ticket_id, Move.RELEASE, by, now)
    ticket = rows.one(session, Ticket, ticket_id)
    ticket.first_reply_due_at = due_at
    session.add(ticket)
    tickets.add_event(session, ticket_id, now, "released", by, {"held_for": ticket.held_for})
    notices.want(session, ticket_id, Why.RELEASED, now)


def refuse(session: Session, ticket_id: int, why: Refusal, by: str, now: datetime) -> None:
    """Close a held ticket for good. Raises NoSuchRow, MoveRefused where it is not held."""
    tickets.move(session, ticket_id, Move.REFUSE, by, now)
    tickets.add_event(session, ticket_id, now, "refused", by, {"why": why.value})

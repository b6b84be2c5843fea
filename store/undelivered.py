"""A letter that has failed for good is told to the agent of its ticket, unless it was for an agent."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from store import notices, rows
from store.models import AgentAddress, Letter, LetterRecipient
from store.notices import Why


def tell(session: Session, letter_id: int, now: datetime) -> None:
    """Have the agent told whom a letter did not reach, and why."""
    letter = rows.one(session, Letter, letter_id)
    agents = select(AgentAddress.address)
    failed = select(LetterRecipient).where(
        LetterRecipient.letter_id == letter_id,
        LetterRecipient.state == "failed",
        col(LetterRecipient.address).not_in(agents),
    )
    found = session.exec(failed.order_by(col(LetterRecipient.id))).first()
    if found is not None and letter.ticket_id is not None:
        why = f"{found.address}: {found.reply}"
        notices.want(session, letter.ticket_id, Why.NOT_SENT, now, detail={"why": why})

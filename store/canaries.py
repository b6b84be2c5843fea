"""The mails that a desk sends to itself: which are out, which have come back, and for how long none has."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from store import rows
from store.models import Canary, Desk

#: What a canary's Message-ID begins with, so that no other mail has to be looked up.
PREFIX = "canary."

#: How long one is remembered: when it comes back later than that, it is a mail like any other.
KEPT = timedelta(days=7)


def fly(session: Session, desk_id: int, message_id: str, now: datetime) -> int:
    """Write down that one is sent, before it is; returns its row."""
    session.connection().execute(delete(Canary).where(col(Canary.desk_id) == desk_id, col(Canary.sent_at) < now - KEPT))
    return rows.add(session, rows.Draft(Canary, desk_id=desk_id, message_id=message_id, sent_at=now, trouble=""))


def fell(session: Session, canary_id: int, trouble: str) -> None:
    """Write down why one could not be sent."""
    session.connection().execute(update(Canary).where(col(Canary.id) == canary_id).values(trouble=trouble))


def is_ours(session: Session, desk_id: int, message_id: str | None) -> bool:
    """Whether a mail that came in is one of them."""
    if message_id is None or not message_id.startswith(PREFIX):
        return False
    wanted = select(Canary.id).where(Canary.desk_id == desk_id, Canary.message_id == message_id)
    return session.exec(wanted).first() is not None


def land(session: Session, message_id: str, now: datetime) -> None:
    """Write down that one has come back."""
    statement = update(Canary).where(col(Canary.message_id) == message_id, col(Canary.back_at).is_(None))
    session.connection().execute(statement.values(back_at=now))


def missing(session: Session, since: datetime, late: datetime) -> dict[str, Canary | None]:
    """By desk that has sent one since then: the newest of those sent before `late`; None where one has come back."""
    found: dict[str, Canary | None] = {}
    statement = select(Desk.name, Canary).join(Desk, col(Desk.id) == col(Canary.desk_id))
    for name, canary in session.exec(statement.where(col(Canary.sent_at) > since).order_by(col(Canary.id).desc())):
        if canary.back_at is not None:
            found.setdefault(name, None)
        elif canary.sent_at < late:
            found.setdefault(name, canary)
    return found

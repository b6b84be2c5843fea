"""The outbox under an operator's hands: look, hold, retry, cancel, count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from store import rows
from store.errors import MoveRefused
from store.models import Letter, LetterRecipient
from store.outbox import GIVE_UP

#: What an operator may do to a letter: (state, move) → state.
MOVES: Final[Mapping[tuple[str, str], str]] = {
    ("pending", "hold"): "held",
    ("pending", "retry"): "pending",
    ("held", "retry"): "pending",
    ("failed", "retry"): "pending",
    ("pending", "cancel"): "cancelled",
    ("held", "cancel"): "cancelled",
    ("failed", "cancel"): "cancelled",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """One recipient of a letter, and what came back."""

    address: str
    state: str  #: pending, sent, failed
    reply: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A letter without its content."""

    id: int
    desk_id: int
    ticket_id: int | None
    kind: str
    message_id: str
    state: str  #: pending, sent, failed, held, cancelled
    reason: str
    created_at: datetime
    due_at: datetime
    attempts: int
    recipients: tuple[Addressee, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """The outbox in numbers."""

    pending: int = 0
    sent: int = 0
    failed: int = 0
    held: int = 0
    cancelled: int = 0
    oldest_seconds: int | None = None  #: the age of the oldest pending letter


def listed(
    session: Session,
    *,
    desk_id: int | None = None,
    ticket_id: int | None = None,
    state: str | None = None,
    limit: int = 100,
) -> list[Listed]:
    """Letters, the newest first; without a desk, those of all desks (for the operator of the machine)."""
    wanted = {"desk_id": desk_id, "ticket_id": ticket_id, "state": state}
    conditions = [col(getattr(Letter, name)) == value for name, value in wanted.items() if value is not None]
    shown = (getattr(Letter, name) for name in _SHOWN)
    statement = select(*shown).where(*conditions).order_by(col(Letter.id).desc()).limit(limit)
    found = [dict(row) for row in session.connection().execute(statement).mappings()]
    recipients = _recipients(session, [row["id"] for row in found])
    return [Listed(**row, recipients=tuple(recipients.get(row["id"], ()))) for row in found]


def counts(session: Session, now: datetime, *, desk_id: int | None = None) -> Counts:
    """How many letters are in each state, and how long the oldest has waited."""
    own = [] if desk_id is None else [col(Letter.desk_id) == desk_id]
    by_state = session.connection().execute(
        select(Letter.state, func.count(), func.min(Letter.created_at)).where(*own).group_by(Letter.state)
    )
    numbers: dict[str, Any] = {}
    for state, count, oldest in by_state:
        numbers[state] = count
        if state == "pending":
            numbers["oldest_seconds"] = max(0, int((now - oldest).total_seconds()))
    return Counts(**numbers)


def hold(session: Session, letter_id: int, why: str) -> None:
    """Keep a pending letter back, even one that a sender has claimed. Raises NoSuchRow, MoveRefused."""
    _move(session, letter_id, "hold", reason=why)


def cancel(session: Session, letter_id: int, why: str) -> None:
    """Never send a letter that has not been sent. Raises NoSuchRow, MoveRefused."""
    _move(session, letter_id, "cancel", reason=why)


def retry(session: Session, letter_id: int, now: datetime, give_up: timedelta = GIVE_UP) -> None:
    """Send a waiting, held or failed letter now, to those whom it has not reached. Raises NoSuchRow, MoveRefused."""
    _move(session, letter_id, "retry", reason="", due_at=now, give_up_at=now + give_up, attempts=0)
    session.connection().execute(
        update(LetterRecipient)
        .where(col(LetterRecipient.letter_id) == letter_id, col(LetterRecipient.state) == "failed")
        .values(state="pending")
    )


def release_leases(session: Session) -> int:
    """Free what a sender held that is no more, so that its letters need not wait for the lease's end.

    Only for the start of the one daemon that sends from this store. The fence is raised, in case it is not the one.
    """
    statement = (
        update(Letter)
        .where(col(Letter.state) == "pending", col(Letter.lease_until).is_not(None))
        .values(lease_until=None, fence=col(Letter.fence) + 1)
    )
    return session.connection().execute(statement).rowcount


def busiest_day(session: Session, since: datetime) -> int:
    """Of the days since then, in UTC, the most letters' recipients that one of them had."""
    made = select(Letter.created_at).join(LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id))
    found = session.exec(made.where(Letter.created_at >= since)).all()
    return max(Counter(each.date() for each in found).values(), default=0)


def _move(session: Session, letter_id: int, move: str, **values: Any) -> None:
    letter = rows.one(session, Letter, letter_id)
    state = MOVES.get((letter.state, move))
    if state is None:
        detail = f"letter {letter_id}: {letter.state}, {move}"
        raise MoveRefused(detail)
    if state != "pending":
        # A sender that holds it now finds the fence raised, and does not send the dot.
        values |= {"fence": col(Letter.fence) + 1, "lease_until": None}
    session.connection().execute(update(Letter).where(col(Letter.id) == letter_id).values(state=state, **values))


_SHOWN = ("id", "desk_id", "ticket_id", "kind", "message_id", "state", "reason", "created_at", "due_at", "attempts")


def _recipients(session: Session, letter_ids: list[int]) -> dict[int, list[Addressee]]:
    found: dict[int, list[Addressee]] = {}
    for chunk in rows.chunks(letter_ids):
        statement = select(LetterRecipient).where(col(LetterRecipient.letter_id).in_(chunk))
        for row in session.exec(statement.order_by(col(LetterRecipient.id))).all():
            addressee = Addressee(address=row.address, state=row.state, reply=row.reply)
            found.setdefault(row.letter_id, []).append(addressee)
    return found

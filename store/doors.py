"""How every door does, as `status` shows it: written down from time to time by the doors' own health book."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from store.models import DoorHealth


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """What a reconcile found."""

    server: int  #: mails in the folder
    ledger: int  #: of them, those that we can account for
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How a door does, as far as it knows itself; what it does not know is None."""

    success: datetime | None = None
    failure: tuple[datetime, str] | None = None  #: the last one, and why
    failing_since: datetime | None = None  #: the first failure since the last success
    oldest_unread: datetime | None = None  #: when the oldest mail came that is there and not taken
    count: Count | None = None


def note(session: Session, name: str, kind: str, told: Health) -> None:
    """Write down how a door does; a time that is None leaves the older one as it is.

    A failure goes with the first success after it: what stands there is still wrong.
    """
    row = session.get(DoorHealth, name) or DoorHealth(name=name, kind=kind)
    row.kind = kind
    row.last_success = told.success or row.last_success
    if told.failure is not None:
        row.last_error_at, row.last_error = told.failure
    if row.last_success and row.last_error_at and row.last_error_at < row.last_success:
        row.last_error_at = row.last_error = None
    row.failing_since, row.oldest_unread_at = told.failing_since, told.oldest_unread
    if told.count is not None:
        row.server_count, row.ledger_count, row.counted_at = told.count.server, told.count.ledger, told.count.at
    session.add(row)
    session.flush()


def last_success(session: Session, door: str) -> datetime | None:
    """When a door last did its work, None where it never did; a little late, as health is written from time to time."""
    row = session.get(DoorHealth, door)
    return row.last_success if row else None


def listed(session: Session) -> Iterable[DoorHealth]:
    """Every door that ever told how it does, by name."""
    return session.exec(select(DoorHealth).order_by(DoorHealth.name)).all()

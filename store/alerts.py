"""Alerts, by a stable key: raised any number of times and told once, until they are cleared.

Whoever notices that something is wrong raises it in a transaction of its own or in the one that is open; the desk
carries it to the operators, and tells them too when it is over. An incident that was over before anybody was told is
not told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Update, update
from sqlmodel import Session, col, select

from store import rows
from store.models import Alert

#: Of a sentence, for a mail's subject line and a status line: some servers say pages.
MAX_SENTENCE = 500


def raise_(session: Session, key: str, sentence: str, now: datetime) -> bool:
    """Something is wrong, and this is what to do about it; returns whether it is news."""
    told = sentence[:MAX_SENTENCE]
    changed = session.connection().execute(_open(key).values(seen_at=now, sentence=told))
    if changed.rowcount:
        return False
    fresh = rows.Draft(Alert, key=key, open_key=key, sentence=told, raised_at=now, seen_at=now)
    rows.add_missing(session, [fresh])  # another node may have been quicker
    return True


def clear(session: Session, key: str, now: datetime) -> bool:
    """It is over; returns whether there was anything to clear."""
    return bool(session.connection().execute(_open(key).values(open_key=None, cleared_at=now)).rowcount)


def fade(session: Session, family: str, unseen_since: datetime, now: datetime) -> None:
    """What is raised while it lasts, and by nobody cleared, is over when it has not been seen for so long.

    `family` is the part of the keys before the colon.
    """
    old = (col(Alert.open_key).startswith(f"{family}:"), col(Alert.seen_at) <= unseen_since)
    session.connection().execute(update(Alert).where(*old).values(open_key=None, cleared_at=now))


def current(session: Session) -> Sequence[Alert]:
    """What is wrong now, the oldest first."""
    return session.exec(select(Alert).where(col(Alert.open_key).is_not(None)).order_by(col(Alert.id))).all()


def untold(session: Session) -> Sequence[Alert]:
    """What the operators have not heard of: incidents that last, and the end of those that they know."""
    news = col(Alert.told_at).is_(None) & col(Alert.open_key).is_not(None)
    ended = col(Alert.told_at).is_not(None) & col(Alert.cleared_at).is_not(None) & col(Alert.recovery_told_at).is_(None)
    return session.exec(select(Alert).where(news | ended).order_by(col(Alert.id))).all()


def told(session: Session, alert_id: int, *, recovery: bool, now: datetime) -> None:
    """Write down that the operators have been told of it, or of its end."""
    values = {"recovery_told_at": now} if recovery else {"told_at": now}
    session.connection().execute(update(Alert).where(col(Alert.id) == alert_id).values(**values))


def _open(key: str) -> Update:
    return update(Alert).where(col(Alert.open_key) == key)

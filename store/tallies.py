"""Counts what happened within the last hour, by name: acknowledgements to a domain, wrong tokens from a client.

Kept in slices of ten minutes, so that counting costs the same however much there was. Survives restarts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar as Select

from store import rows
from store.models import Tally

SLICE: Final = timedelta(minutes=10)
WINDOW: Final = timedelta(hours=1)

_COUNT = (
    select(Tally.name, func.sum(Tally.count))
    .where(
        Tally.desk_id == bindparam("desk"),
        col(Tally.name).in_(bindparam("names", expanding=True)),
        col(Tally.since) > bindparam("after"),
    )
    .group_by(Tally.name)
)


def within_hour(name: str) -> Select[int]:
    """How often something happened, as a part of a larger question; its name is the parameter called `name`."""
    total = func.coalesce(func.sum(Tally.count), 0)
    mine = (Tally.desk_id == bindparam("desk"), Tally.name == bindparam(name))
    return select(total).where(*mine, col(Tally.since) > bindparam("tallied"))


def oldest(now: datetime) -> datetime:
    """After which a slice has to begin that counts: never too few are counted."""
    return now - WINDOW - SLICE


def counts(session: Session, desk_id: int, names: Sequence[str], now: datetime) -> Mapping[str, int]:
    """How often each happened within the last hour, and up to a slice longer: never too few are counted."""
    wanted = {"desk": desk_id, "names": list(names), "after": oldest(now)}
    found = {name: int(count) for name, count in session.connection().execute(_COUNT, wanted)}
    return {name: found.get(name, 0) for name in names}


def add(session: Session, desk_id: int, names: Sequence[str], now: datetime, count: int = 1) -> None:
    """Say that each happened now."""
    since = now - timedelta(seconds=now.timestamp() % SLICE.total_seconds())
    since = since.replace(microsecond=0)
    drafts = [rows.Draft(Tally, desk_id=desk_id, name=name, since=since, count=count) for name in dict.fromkeys(names)]
    rows.add_up(session, drafts, "count", unique=("desk_id", "name", "since"))


def forget(session: Session, now: datetime) -> None:
    """Remove what no count reaches any more, and what a clock that was wrong put where every count reaches it."""
    since = col(Tally.since)
    session.connection().execute(delete(Tally).where((since <= now - 2 * WINDOW) | (since > now + WINDOW)))

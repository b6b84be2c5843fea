"""A ticket's findings as they stand: what a later mail corrects is kept, and counts no more; an agent's stays."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlmodel import Session, col, select

from parsing.report import Finding as Found
from parsing.report import Standing
from store.models import Finding
from store.tickets import LOKET


def standing(session: Session, ticket_id: int) -> tuple[Found, ...]:
    """What is known of a ticket now: an agent's values where there are any, else what was found and not corrected."""
    rows = session.exec(
        select(Finding)
        .where(Finding.ticket_id == ticket_id, col(Finding.corrected).is_(False))
        .order_by(col(Finding.id))
    ).all()
    settled = {row.field for row in rows if row.by != LOKET}
    return tuple(_found(row) for row in rows if row.by != LOKET or row.field not in settled)


def correct(session: Session, ticket_id: int, field: str, values: Collection[Any], *, before: int) -> int:
    """Mark what earlier messages said of a field, and a later one says otherwise; returns how many values."""
    rows = session.exec(
        select(Finding).where(
            Finding.ticket_id == ticket_id,
            Finding.field == field,
            Finding.by == LOKET,
            col(Finding.corrected).is_(False),
            col(Finding.message_id) < before,
        )
    ).all()
    wrong = [row for row in rows if row.value not in values]
    for row in wrong:
        row.corrected = True
        session.add(row)
    session.flush()
    return len(wrong)


def _found(row: Finding) -> Found:
    return Found(
        field=row.field,
        value=row.value,
        raw=row.raw,
        where=row.location,
        start=row.start,
        end=row.end,
        rule=row.rule,
        confidence=row.confidence,
        role=row.role,
        standing=Standing(row.standing) if row.standing else None,
    )

"""Marks by which a report is known to be about the same matter as an earlier one.

A mark is a keyed hash within one desk: equal reports are found, and nothing can be read out of it. Only a picture's
likeness is kept as it is, since likenesses are compared, not equal; no picture can be made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy
from sqlalchemy import ColumnElement, Select, bindparam, tuple_
from sqlmodel import Session, col, select

from store import customers, rows
from store.models import Mark, Ticket
from store.prepared import Prepared, several, valued

TRANSACTION, ERROR, WORDS, PICTURE, LIKENESS, TOPIC = "transaction", "error", "words", "picture", "likeness", "topic"

#: Earlier marks that are looked at: what more than so many reports have in common is an incident long since told.
MAX_FOUND = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkOf:
    """A mark of a report that has just come."""

    kind: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """An earlier report with such a mark."""

    ticket_id: int
    number: str
    category: str  #: of its ticket
    kind: str
    value: str
    sender: str  #: the address, lower case
    at: datetime
    proven: bool  #: its sender was proven in its ticket, and that is at work
    transactions: frozenset[str]  #: the marks of all transactions in its ticket


def add(session: Session, desk_id: int, ticket_id: int, sender: str, marks: Iterable[MarkOf], at: datetime) -> None:
    """Remember a report's marks."""
    rows.add_all(
        session,
        [
            rows.Draft(
                Mark, desk_id=desk_id, ticket_id=ticket_id, kind=each.kind, value=each.value, sender=sender, at=at
            )
            for each in marks
        ],
    )


def find(session: Session, desk_id: int, sender: str, marks: Sequence[MarkOf], since: datetime) -> tuple[Earlier, ...]:
    """Earlier reports that share a mark, the oldest first; and all likenesses of the same sender's pictures."""
    wanted = {"desk": desk_id, "since": since}
    exact = [each for each in marks if each.kind != LIKENESS]
    kinds, values = valued("kind", [each.kind for each in exact]), valued("value", [each.value for each in exact])
    found = _exact(len(exact)).all(session, wanted | kinds | values) if exact else []
    if any(each.kind == LIKENESS for each in marks):
        found += _OF_SENDER.all(session, wanted | {"sender": sender})
    transactions = _transactions(session, {mark.ticket_id for mark in found})
    return tuple(
        Earlier(**mark._asdict(), transactions=transactions.get(mark.ticket_id, frozenset()))
        for mark in sorted(found, key=lambda mark: mark.at)
    )


def _marks(alike: ColumnElement[bool]) -> Select[int, str, str, str, str, str, datetime, bool]:
    """Earlier marks with their tickets, as `Earlier` calls the columns."""
    return (
        sqlalchemy.select(
            col(Mark.ticket_id),
            col(Ticket.number),
            col(Ticket.category),
            col(Mark.kind),
            col(Mark.value),
            col(Mark.sender),
            col(Mark.at),
            customers.proven(col(Mark.sender)).label("proven"),
        )
        .join(Ticket, col(Ticket.id) == col(Mark.ticket_id))
        .where(col(Mark.desk_id) == bindparam("desk"), col(Mark.at) > bindparam("since"), alike)
        .order_by(col(Mark.id).desc())
        .limit(MAX_FOUND)
    )


@cache
def _exact(count: int) -> Prepared:
    """Earlier marks that are one of so many."""
    kinds, values = several("kind", count), several("value", count)
    pairs = tuple_(col(Mark.kind), col(Mark.value)).in_([tuple_(*pair) for pair in zip(kinds, values, strict=True)])
    # SQLite finds no pairs in an index, and would look through all marks of the desk
    return Prepared(_marks(col(Mark.kind).in_(kinds) & col(Mark.value).in_(values) & pairs))


_OF_SENDER = Prepared(_marks((col(Mark.kind) == LIKENESS) & (col(Mark.sender) == bindparam("sender"))))


def _transactions(session: Session, tickets: Iterable[int]) -> dict[int, frozenset[str]]:
    wanted = list(tickets)
    if not wanted:
        return {}
    statement = select(Mark.ticket_id, Mark.value).where(col(Mark.ticket_id).in_(wanted), col(Mark.kind) == TRANSACTION)
    found: dict[int, set[str]] = {}
    for ticket_id, value in session.exec(statement).all():
        found.setdefault(ticket_id, set()).add(value)
    return {ticket_id: frozenset(values) for ticket_id, values in found.items()}

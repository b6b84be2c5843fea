"""The ledger: the fate of every mail ever taken, and the counting of attempts.

An *arrival* is one file of the spool; a *mail* is what a desk made of it, found again by its ingest key however often
it comes; a *route* is one of the ways by which it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from store import rows
from store.facts import MAX_COUNTED, Earlier
from store.models import Arrival, Mail, Route
from store.prepared import Prepared, several, valued

WAITING, DONE, SHUNTED = "waiting", "done", "shunted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A spool file as the worker found it."""

    spool_name: str
    door: str
    mailbox: str | None
    received_at: datetime
    size: int


class Attempt(NamedTuple):
    """A spool file that is about to be tried."""

    spool_name: str
    arrival_id: int
    attempts: int  #: this one included
    state: str
    error: str | None  #: why the last try failed


@cache
def _count_attempts(count: int) -> Prepared:
    """One more for each of so many spool files that are waiting."""
    named = col(Arrival.spool_name).in_(several("name", count))
    counted = update(Arrival).where(named, col(Arrival.state) == WAITING)
    return Prepared(counted.values(attempts=col(Arrival.attempts) + 1))


@cache
def _attempts(count: int) -> Prepared:
    columns = [col(getattr(Arrival, name)) for name in ("spool_name", "id", "attempts", "state", "error")]
    return Prepared(sqlalchemy.select(*columns).where(col(Arrival.spool_name).in_(several("name", count))))


def begin_attempts(session: Session, found: Sequence[Seen]) -> dict[str, Attempt]:
    """Count one more attempt for each spool file that is still waiting; returns them by spool name.

    To be committed before the try: a mail that kills us must have cost it an attempt.
    """
    if not found:
        return {}
    rows.add_missing(
        session,
        [
            rows.Draft(
                Arrival,
                spool_name=seen.spool_name,
                door=seen.door,
                mailbox=seen.mailbox,
                received_at=seen.received_at,
                size=seen.size,
                state=WAITING,
            )
            for seen in found
        ],
    )
    names = valued("name", [seen.spool_name for seen in found])
    _count_attempts(len(found)).run(session, names)
    return {row[0]: Attempt(*row) for row in _attempts(len(found)).all(session, names)}


@cache
def _settled(count: int) -> Prepared:
    settled = update(Arrival).where(col(Arrival.id).in_(several("key", count)))
    return Prepared(settled.values(state=bindparam("new_state"), error=bindparam("new_error")))


def settle(session: Session, arrival_ids: Sequence[int], state: str, error: str | None = None) -> None:
    """Say what became of spool files."""
    new = {"new_state": state, "new_error": error}
    _settled(len(arrival_ids)).run(session, valued("key", arrival_ids) | new)


def note_failure(session: Session, arrival_id: int, error: str) -> None:
    """Keep the reason for which the last attempt failed."""
    session.connection().execute(update(Arrival).where(col(Arrival.id) == arrival_id).values(error=error))


def tried(session: Session) -> list[str]:
    """The spool files that are waiting though they were tried: failed ones, and those in hand when the daemon died."""
    return list(session.exec(select(Arrival.spool_name).where(Arrival.state == WAITING, Arrival.attempts > 0)).all())


def take_back_attempt(session: Session, arrival_id: int) -> None:
    """Let the last attempt not count, because it failed for a reason outside the mail."""
    session.connection().execute(
        update(Arrival).where(col(Arrival.id) == arrival_id).values(attempts=col(Arrival.attempts) - 1)
    )


_OF_DESK = select(Mail.ingest_key, Mail.id, Mail.state, Mail.ticket_id).where(Mail.desk_id == bindparam("desk"))
#: Not in one condition: SQLite then looks through all mails of the desk.
_SAME = Prepared(
    sqlalchemy.union_all(
        _OF_DESK.where(Mail.ingest_key == bindparam("key")),
        _OF_DESK.where(Mail.message_id == bindparam("message_id"), Mail.ingest_key != bindparam("key")),
    )
)


def same(session: Session, desk_id: int, ingest_key: str, message_id: str | None) -> tuple[Earlier | None, bool]:
    """What the desk made of the same mail; and whether another one, with other content, bears its Message-ID."""
    found = _SAME.all(session, {"desk": desk_id, "key": ingest_key, "message_id": message_id})
    own = next((row for row in found if row.ingest_key == ingest_key), None)
    earlier = Earlier(mail_id=own.id, state=own.state, ticket_id=own.ticket_id) if own else None
    return earlier, any(row.ingest_key != ingest_key for row in found)


def add_routes(session: Session, mail_id: int, arrival_id: int | None, seen: Seen, recipients: Iterable[str]) -> None:
    """Record the way by which a mail came: one route a recipient, or one without where the door knows none."""
    known: list[str | None] = list(recipients)
    rows.add_later(
        session,
        [
            rows.Draft(
                Route,
                mail_id=mail_id,
                arrival_id=arrival_id,
                door=seen.door,
                mailbox=seen.mailbox,
                recipient=recipient,
                received_at=seen.received_at,
            )
            for recipient in known or [None]
        ],
    )


def listing(session: Session, *, state: str | None = None, limit: int = 100) -> list[tuple[Arrival, list[Mail]]]:
    """The newest arrivals, each with the mails that it became."""
    statement = select(Arrival).order_by(col(Arrival.id).desc()).limit(limit)
    if state:
        statement = statement.where(Arrival.state == state)
    return [(arrival, mails_of(session, arrival)) for arrival in session.exec(statement).all()]


_OF_SENDER = select(Mail.id).where(Mail.desk_id == bindparam("desk"), col(Mail.sender) == bindparam("sender"))

#: How many mails of an address, in lower case, a desk has had, as far as they are counted.
MAILS_OF_SENDER = select(func.count()).select_from(_OF_SENDER.limit(MAX_COUNTED).subquery("counted"))


def by_message_id(session: Session, message_id: str) -> list[Mail]:
    """All mails with that Message-ID, at every desk."""
    return list(session.exec(select(Mail).where(Mail.message_id == message_id.strip().strip("<>"))).all())


def routes(session: Session, mail_id: int) -> list[Route]:
    """The ways by which a mail came, in order."""
    return list(session.exec(select(Route).where(Route.mail_id == mail_id).order_by(col(Route.id))).all())


def counts(session: Session) -> dict[str, int]:
    """How many mails are done and how many shunted."""
    found = session.exec(select(Mail.state, func.count()).group_by(Mail.state)).all()
    return {DONE: 0, SHUNTED: 0} | dict(found)


def mails_of(session: Session, arrival: Arrival) -> list[Mail]:
    """What an arrival became, at each of its desks."""
    statement = select(Mail).join(Route, col(Route.mail_id) == col(Mail.id)).where(Route.arrival_id == arrival.id)
    return list(session.exec(statement.distinct()).all())

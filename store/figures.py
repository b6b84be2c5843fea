"""The numbers of a stretch of time at one desk, queue by queue, for whoever leads it. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from statistics import median, quantiles
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from parsing.mail import Nature
from store import rows
from store.models import Event, Finding, Message, Ticket
from store.states import Status

#: Names of one kind that are told, the most frequent first.
MAX_NAMES: Final = 8

#: What tickets are counted by, and the finding's field that says it.
_FIELDS: Final[Mapping[str, str]] = {"channel": "channels", "device": "devices", "error": "error_messages"}


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueFigures:
    """What became of one queue's tickets."""

    queue: str  #: "" for tickets in none
    opened: int
    answered: int  #: of them, by a person
    first_answer: timedelta | None  #: the middle one of these; automatic letters are no answers
    first_answer_late: timedelta | None  #: nine of ten were quicker
    closed: int  #: within the time, whenever they were opened
    resolution: timedelta | None  #: the middle one of these
    reopened: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """All of it."""

    queues: Sequence[QueueFigures]
    by: Mapping[str, Sequence[tuple[str, int]]]  #: category, channel, device, error: names and how many tickets
    days: Sequence[tuple[date, int]]  #: tickets opened, day by day


def figures(session: Session, desk_id: int, since: datetime, until: datetime, zone: tzinfo) -> Figures:
    """What happened from an instant up to another, with the days of a zone."""
    ours = (Ticket.desk_id == desk_id, col(Ticket.history).is_(False))
    opened = _tickets(session, *ours, col(Ticket.created_at) >= since, col(Ticket.created_at) < until)
    closed = _tickets(session, *ours, col(Ticket.closed_at) >= since, col(Ticket.closed_at) < until)
    answers = _first_answers(session, [each.id or 0 for each in opened])
    reopened = _reopened(session, desk_id, since, until)
    names = sorted({each.queue or "" for each in (*opened, *closed)} | set(reopened))
    return Figures(
        queues=[_of_queue(name, opened, closed, answers, reopened) for name in names],
        by={"category": Counter(each.category for each in opened).most_common(MAX_NAMES)}
        | {kind: _by_finding(session, opened, field) for kind, field in _FIELDS.items()},
        days=_days([each.created_at for each in opened], since, until, zone),
    )


def _tickets(session: Session, *where: Any) -> Sequence[Ticket]:
    return session.exec(select(Ticket).where(*where, Ticket.status != Status.HELD)).all()


def _of_queue(
    name: str,
    opened: Iterable[Ticket],
    closed: Iterable[Ticket],
    answers: Mapping[int, datetime],
    reopened: Mapping[str, int],
) -> QueueFigures:
    own = [each for each in opened if (each.queue or "") == name]
    done = [each for each in closed if (each.queue or "") == name]
    waits = [answers[each.id or 0] - each.created_at for each in own if each.id in answers]
    lives = [each.closed_at - each.created_at for each in done if each.closed_at is not None]
    return QueueFigures(
        queue=name,
        opened=len(own),
        answered=len(waits),
        first_answer=_middle(waits),
        first_answer_late=_ninth(waits),
        closed=len(done),
        resolution=_middle(lives),
        reopened=reopened.get(name, 0),
    )


def _middle(spans: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(each.total_seconds() for each in spans)) if spans else None


def _ninth(waits: Sequence[timedelta]) -> timedelta | None:
    if not waits:
        return None
    seconds = [each.total_seconds() for each in waits]
    return timedelta(seconds=quantiles(seconds, n=10, method="inclusive")[-1] if len(seconds) > 1 else seconds[0])


def _first_answers(session: Session, ticket_ids: Sequence[int]) -> Mapping[int, datetime]:
    found: dict[int, datetime] = {}
    for keys in rows.chunks(ticket_ids):
        statement = (
            select(Message.ticket_id, func.min(Message.received_at))
            .where(col(Message.ticket_id).in_(keys), Message.direction == "out", Message.nature == Nature.HUMAN.value)
            .group_by(col(Message.ticket_id))
        )
        found.update({key: at for key, at in session.exec(statement).all() if at is not None})
    return found


def _reopened(session: Session, desk_id: int, since: datetime, until: datetime) -> Mapping[str, int]:
    """How often a closed ticket was opened again, by queue."""
    statement = (
        select(Ticket.queue, Event.detail)
        .join(Event, col(Event.ticket_id) == col(Ticket.id))
        .where(Ticket.desk_id == desk_id, Event.what == "status", col(Event.at) >= since, col(Event.at) < until)
    )
    return Counter(
        queue or "" for queue, detail in session.exec(statement).all() if detail.get("from") == Status.CLOSED
    )


def _by_finding(session: Session, opened: Sequence[Ticket], field: str) -> Sequence[tuple[str, int]]:
    """How many tickets name a value of a field, the most named first."""
    named: set[tuple[int, str]] = set()
    for keys in rows.chunks([each.id or 0 for each in opened]):
        statement = select(Finding.ticket_id, Finding.value).where(
            col(Finding.ticket_id).in_(keys), Finding.field == field, col(Finding.corrected).is_(False)
        )
        named |= {(key, value) for key, value in session.exec(statement).all() if isinstance(value, str)}
    return Counter(value for _key, value in named).most_common(MAX_NAMES)


def _days(times: Iterable[datetime], since: datetime, until: datetime, zone: tzinfo) -> Sequence[tuple[date, int]]:
    counted = Counter(each.astimezone(zone).date() for each in times)
    first, last = since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date()
    return [(day, counted[day]) for day in (first + timedelta(days=n) for n in range((last - first).days + 1))]

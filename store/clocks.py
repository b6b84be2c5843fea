"""A ticket's clocks: what they count, and that each of their strokes is struck once.

    answer      from the opening, until a person answers         reminds, then escalates
    resolution  while it is our turn, until the ticket closes    reminds, then escalates
    silence     while it is the customer's turn                  warns, then closes; or brings the ticket back

A clock is kept in rounds, one row each: a ticket that a customer opens again starts anew, and each answer of ours
begins another silence. Here stands only what happened: since when a clock runs, and what it ran before. When its
strokes are due follows from that and from the desk's calendar, which this package does not know: whoever changes
something marks the clock to be wound, and `intake/clocks/clockwork.py` winds it.

A ticket's row is locked before its clocks are, by everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from store import rows, said
from store.models import Clock, Ticket
from store.states import Move, Status


class Kind(StrEnum):
    """What a clock counts."""

    ANSWER = "answer"
    RESOLUTION = "resolution"
    SILENCE = "silence"


class Stroke(StrEnum):
    """Which of its two."""

    EARLY = "early"
    LATE = "late"


#: The clocks that run while it is our turn.
_OURS: Final = (Kind.ANSWER, Kind.RESOLUTION)

#: By what a clock ended.
_ANSWERED, _CLOSED, _OUR_TURN, _AGAIN = "answered", "closed", "our turn", "anew"


# --- what happens to tickets


def begin(session: Session, ticket: Ticket, now: datetime, *, awaited: bool) -> None:
    """Start the clocks of a ticket that was opened as our turn; without `awaited` nobody waits for an answer."""
    kinds = _OURS if awaited else (Kind.RESOLUTION,)
    rows.add_later(session, [_fresh(ticket, kind, 1, now) for kind in kinds])


def turned(session: Session, ticket: Ticket, before: Status, move: Move, now: datetime) -> None:
    """Let the clocks follow a move of the state table, which the ticket has made."""
    after = Status(ticket.status)
    if after is before and not (after is Status.WAITING and move is Move.WE_ANSWERED):
        return
    standing = _latest(session, ticket.id or 0)
    if after is Status.OPEN:
        _our_turn(session, ticket, standing, before, move, now)
    elif after is Status.WAITING:
        _their_turn(session, ticket, standing, move, now)
    else:
        for clock in standing.values():
            _end(clock, _CLOSED, now)
    session.add_all(standing.values())
    session.flush()


def unwind(session: Session, ticket_id: int, now: datetime) -> None:
    """Have a ticket's clocks reckoned anew: its priority, its category or the day it waits for has changed."""
    running = (col(Clock.ticket_id) == ticket_id, col(Clock.running_since).is_not(None))
    unstruck = col(Clock.late_done_at).is_(None)
    session.connection().execute(update(Clock).where(*running, unstruck).values(look_at=now, wound_by=""))


def _our_turn(
    session: Session, ticket: Ticket, standing: Mapping[str, Clock], before: Status, move: Move, now: datetime
) -> None:
    """A ticket that an agent takes up again goes on where it stood; one that a customer does starts anew."""
    if Kind.SILENCE in standing:
        _end(standing[Kind.SILENCE], _OUR_TURN, now)
    anew = before in (Status.CLOSED, Status.HELD) and move is not Move.REOPEN
    for kind in _OURS:
        clock = standing.get(kind)
        if anew or (clock is None and kind is Kind.RESOLUTION):
            rows.add(session, _fresh(ticket, kind, clock.round + 1 if clock else 1, now))
        elif clock is not None and (clock.ended != _ANSWERED or _is_taken_back(session, clock, move)):
            _resume(clock, now)


def _is_taken_back(session: Session, clock: Clock, move: Move) -> bool:
    """Whether the answer that ended a clock was none after all: its writer has taken it back before it left."""
    if move is not Move.REOPEN:
        return False
    answered, begun = said.last_answer(session, clock.ticket_id), min(since for since, _ in spans(clock))
    return answered is None or answered < begun


def _their_turn(session: Session, ticket: Ticket, standing: Mapping[str, Clock], move: Move, now: datetime) -> None:
    silence = standing.get(Kind.SILENCE)
    if silence is not None:
        _end(silence, _AGAIN, now)
    rows.add(session, _fresh(ticket, Kind.SILENCE, silence.round + 1 if silence else 1, now))
    for kind in _OURS:
        if kind in standing:
            _pause(standing[kind], now)
    answer = standing.get(Kind.ANSWER)
    if answer is not None and move is Move.WE_ANSWERED:
        _end(answer, _ANSWERED, now)
    elif answer is not None and answer.ended_at is None:
        ticket.first_reply_due_at = None  # nobody can say, as long as it stands still


# --- one clock


def spans(clock: Clock) -> list[tuple[datetime, datetime | None]]:
    """The stretches in which a clock ran, in order; the last goes on while it runs."""
    past: list[tuple[datetime, datetime | None]] = [
        (datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in clock.ran
    ]
    return [*past, (clock.running_since, None)] if clock.running_since is not None else past


def _fresh(ticket: Ticket, kind: Kind, number: int, now: datetime) -> rows.Draft:
    return rows.Draft(
        Clock,
        desk_id=ticket.desk_id,
        ticket_id=ticket.id or 0,
        kind=kind.value,
        round=number,
        running_since=now,
        look_at=now,
    )


def _pause(clock: Clock, now: datetime) -> None:
    """Stand still: what ran is kept; a machine whose time went backwards meanwhile has run for nothing."""
    if clock.running_since is not None:
        clock.ran = [*clock.ran, [_told(clock.running_since), _told(max(clock.running_since, now))]]
    clock.running_since = clock.look_at = None


def _resume(clock: Clock, now: datetime) -> None:
    if clock.running_since is None:
        clock.running_since, clock.wound_by = now, ""
        clock.look_at = now if clock.late_done_at is None else None
    clock.ended, clock.ended_at = "", None


def _end(clock: Clock, why: str, now: datetime) -> None:
    if clock.ended_at is None:
        _pause(clock, now)
        clock.ended, clock.ended_at = why, now


def _latest(session: Session, ticket_id: int) -> dict[str, Clock]:
    """The newest round of each of a ticket's clocks."""
    found = session.exec(select(Clock).where(Clock.ticket_id == ticket_id).order_by(col(Clock.round))).all()
    return {clock.kind: clock for clock in found}


def _told(when: datetime) -> str:
    return when.astimezone(UTC).isoformat()


# --- winding and striking


def adopt(session: Session, desk_id: int, fingerprint: str, now: datetime) -> None:
    """Have those clocks of a desk reckoned anew that were reckoned by other settings. What was struck stays struck."""
    other = (col(Clock.look_at).is_not(None), col(Clock.desk_id) == desk_id, col(Clock.wound_by) != fingerprint)
    session.connection().execute(update(Clock).where(*other).values(look_at=now))


def due(session: Session, desk_ids: Collection[int], now: datetime, limit: int) -> list[int]:
    """The tickets of up to so many clocks that are to be looked at, the longest overdue first."""
    found = session.exec(
        select(Clock.ticket_id)
        .where(col(Clock.look_at) <= now, col(Clock.desk_id).in_(desk_ids))
        .order_by(col(Clock.look_at), col(Clock.id))
        .limit(limit)
    ).all()
    return list(found)


def lock(session: Session, ticket_ids: Collection[int], now: datetime) -> list[tuple[Ticket, Clock]]:
    """Those clocks of tickets that are to be looked at, their tickets locked; who is busy elsewhere is left out."""
    statement = select(Ticket).where(col(Ticket.id).in_(ticket_ids)).order_by(col(Ticket.id))
    held = {ticket.id: ticket for ticket in session.exec(statement.with_for_update(skip_locked=True)).all()}
    clocks = session.exec(
        select(Clock)
        .where(col(Clock.ticket_id).in_(held), col(Clock.look_at) <= now)
        .order_by(col(Clock.look_at), col(Clock.id))
    ).all()
    return [(held[clock.ticket_id], clock) for clock in clocks]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wound:
    """A clock as it was reckoned."""

    clock_id: int
    early_at: datetime | None
    late_at: datetime | None
    look_at: datetime | None
    wound_by: str


_WIND = (
    update(Clock)
    .where(col(Clock.id) == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in ("early_at", "late_at", "look_at", "wound_by")})
)


def wind(session: Session, wound: Iterable[Wound]) -> None:
    """Write down when clocks strike."""
    values = [
        {
            "key": each.clock_id,
            "new_early_at": each.early_at,
            "new_late_at": each.late_at,
            "new_look_at": each.look_at,
            "new_wound_by": each.wound_by,
        }
        for each in wound
    ]
    if values:
        session.connection().execute(_WIND, values)


def strike(session: Session, clock: Clock, stroke: Stroke, now: datetime) -> bool:
    """Say that a stroke was struck; False where it had been, or where the clock has stopped meanwhile."""
    done = Clock.early_done_at if stroke is Stroke.EARLY else Clock.late_done_at
    unstruck = (col(Clock.id) == clock.id, col(done).is_(None), col(Clock.running_since).is_not(None))
    struck = session.connection().execute(update(Clock).where(*unstruck).values({col(done): now}))
    return struck.rowcount == 1


def again(session: Session, ticket: Ticket, clock: Clock, now: datetime) -> None:
    """Begin another round of a clock that has struck and goes on."""
    session.refresh(clock)
    _end(clock, _AGAIN, now)
    session.add(clock)
    session.flush()
    rows.add(session, _fresh(ticket, Kind(clock.kind), clock.round + 1, now))


def put_off(session: Session, clock_id: int, until: datetime) -> None:
    """Look at a clock again at another time."""
    session.connection().execute(update(Clock).where(col(Clock.id) == clock_id).values(look_at=until))


# --- what is to be told of them


@dataclass(frozen=True, kw_only=True, slots=True)
class Dates:
    """What is due on a ticket, and when."""

    due_at: datetime | None = None  #: the next of what we owe
    resolution_due_at: datetime | None = None
    next_at: datetime | None = None
    next_what: str | None = None  #: answer, resolution, silence


def dates(session: Session, ticket_ids: Sequence[int]) -> dict[int, Dates]:
    """The dates of those of these tickets that have any."""
    found: dict[int, list[Clock]] = {}
    for piece in rows.chunks(ticket_ids):
        live = select(Clock).where(col(Clock.ticket_id).in_(piece), col(Clock.ended_at).is_(None))
        for clock in session.exec(live.order_by(col(Clock.id))).all():
            found.setdefault(clock.ticket_id, []).append(clock)
    return {ticket_id: _dates(clocks) for ticket_id, clocks in found.items()}


def _dates(clocks: Sequence[Clock]) -> Dates:
    running = [clock for clock in clocks if clock.running_since is not None]
    dated = [(at, each.kind) for each in running if (at := each.late_at or each.look_at) is not None]
    following = min(dated, default=(None, None))
    return Dates(
        due_at=min((each.late_at for each in running if each.kind in _OURS and each.late_at), default=None),
        resolution_due_at=next((each.late_at for each in running if each.kind == Kind.RESOLUTION), None),
        next_at=following[0],
        next_what=following[1],
    )

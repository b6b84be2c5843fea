"""Winds the tickets' clocks by their desks' settings, and does what is due: each stroke once, whatever dies in between.

A run looks only at what has to be looked at (an index, a bounded batch): clocks that something was changed about, and
clocks that strike. A stroke and all that follows from it are one transaction, which begins by saying in the clock's row
that it was struck: a second one finds that said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session

from intake.clocks import striking
from intake.clocks.closing import Case
from intake.desks import OpenDesk
from replies import targets
from replies.settings import DeskSettings
from replies.targets import Strokes
from store import clocks
from store.clocks import Kind, Stroke, Wound
from store.engine import writing
from store.errors import StoreUnreachable
from store.models import Clock, Ticket

_log = structlog.get_logger(__name__)

#: Clocks that are wound in one transaction: the worker waits for it on SQLite.
AT_A_TIME: Final = 100

#: Batches of one run, so that the timetable's other jobs get their turn after a change of settings.
BATCHES: Final = 50

#: When a stroke is tried again that failed by a fault of ours.
REST: Final = timedelta(minutes=10)


class Clockwork:
    """The clocks of all desks."""

    def __init__(
        self,
        *,
        engine: Engine,
        open_desks: Mapping[str, OpenDesk],
        now: Callable[[], datetime],
        shadow: bool = False,
    ) -> None:
        self._engine = engine
        self._desks = {desk.id: desk for desk in open_desks.values()}
        self._marks = {desk.id: targets.fingerprint(desk.settings) for desk in open_desks.values()}
        self._ours = frozenset(each.lower() for desk in open_desks.values() for each in desk.settings.addresses)
        self._now = now
        self._shadow = shadow

    def adopt(self) -> None:
        """Have reckoned anew what other settings reckoned; at the start, since only then settings change."""
        with writing(self._engine) as session:
            for desk_id, mark in self._marks.items():
                clocks.adopt(session, desk_id, mark, self._now())

    def run(self) -> bool:
        """Wind, and do what is due; returns whether there may be letters to send. Raises StoreUnreachable."""
        struck = False
        for _ in range(BATCHES):
            found, due = self._wind()
            struck = sum(map(self._strike, due)) > 0 or struck
            if found < AT_A_TIME:
                break
        return struck

    def _wind(self) -> tuple[int, list[int]]:
        """Reckon a batch of clocks; how many were found, and the tickets on which something is due."""
        now = self._now()
        with writing(self._engine) as session:
            found = clocks.due(session, self._desks, now, AT_A_TIME)
            held = clocks.lock(session, found, now)
            wound = [self._reckon(session, ticket, clock) for ticket, clock in held]
            clocks.wind(session, wound)
        due = [ticket.id for (ticket, _), each in zip(held, wound, strict=True) if each.look_at and each.look_at <= now]
        return len(found), list(dict.fromkeys(key for key in due if key is not None))

    def _reckon(self, session: Session, ticket: Ticket, clock: Clock) -> Wound:
        strokes = _strokes(self._desks[ticket.desk_id].settings, ticket, clock)
        if clock.kind == Kind.ANSWER and ticket.first_reply_due_at != strokes.late:
            ticket.first_reply_due_at = strokes.late
            session.add(ticket)
            session.flush()
        return Wound(
            clock_id=clock.id or 0,
            early_at=strokes.early,
            late_at=strokes.late,
            look_at=_look_at(clock, strokes),
            wound_by=self._marks[ticket.desk_id],
        )

    def _strike(self, ticket_id: int) -> bool:
        """Do what is due on one ticket; a fault of ours puts it off, and is nobody else's."""
        try:
            with writing(self._engine) as session:
                held = clocks.lock(session, [ticket_id], self._now())
                return sum(self._struck(session, ticket, clock) for ticket, clock in held) > 0  # all of them
        except StoreUnreachable:
            raise
        except Exception:  # noqa: BLE001  # the next ticket is not to suffer for it
            _log.exception("a clock did not strike", ticket=ticket_id)
            with writing(self._engine) as session:
                for _, clock in clocks.lock(session, [ticket_id], self._now()):
                    clocks.put_off(session, clock.id or 0, self._now() + REST)
            return False

    def _struck(self, session: Session, ticket: Ticket, clock: Clock) -> bool:
        now, desk = self._now(), self._desks[ticket.desk_id]
        strokes = _strokes(desk.settings, ticket, clock)
        stroke = _due(clock, strokes, now)
        case = Case(desk=desk, ticket=ticket, now=now, shadow=self._shadow, ours=self._ours)
        struck = stroke is not None and striking.strike(session, case, clock, stroke, strokes.late or now)
        session.refresh(clock)
        if clock.running_since is not None and (struck or stroke is None):
            clocks.wind(session, [self._reckon(session, ticket, clock)])
        return struck


def _strokes(desk: DeskSettings, ticket: Ticket, clock: Clock) -> Strokes:
    """When a clock strikes, by the desk's settings as they are now."""
    match Kind(clock.kind):
        case Kind.ANSWER:
            hours = targets.first_reply_hours(desk, ticket.category, ticket.priority)
            return targets.of_target(desk, hours, clocks.spans(clock))
        case Kind.RESOLUTION:
            hours = targets.resolution_hours(desk, ticket.category, ticket.priority)
            return targets.of_target(desk, hours, clocks.spans(clock))
        case Kind.SILENCE:
            if clock.running_since is None or ticket.wait_until is not None:
                return Strokes(None, ticket.wait_until)
            return targets.of_silence(desk, clock.running_since, clock.early_done_at)


def _look_at(clock: Clock, strokes: Strokes) -> datetime | None:
    """When there is something to do: after the late stroke never again."""
    if clock.late_done_at is not None:
        return None
    return strokes.early if strokes.early is not None and clock.early_done_at is None else strokes.late


def _due(clock: Clock, strokes: Strokes, now: datetime) -> Stroke | None:
    """The stroke that is due. No reminder comes after its target has passed; a warning comes before every closing."""
    if clock.late_done_at is not None or clock.running_since is None:
        return None
    late = strokes.late is not None and strokes.late <= now
    early = strokes.early is not None and strokes.early <= now and clock.early_done_at is None
    if early and (clock.kind == Kind.SILENCE or not late):
        return Stroke.EARLY
    return Stroke.LATE if late else None

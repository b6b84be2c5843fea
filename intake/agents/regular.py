"""Letters that come by the calendar: each morning an agent's tickets, each day what lies about, each week the numbers.

A letter is late rather than lost, within the same working day, and is never written twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Final

import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session

from intake.agent_settings import NoticeSettings
from intake.agents import gathering, mailing, reporting
from intake.agents.ceilings import quiet_until
from intake.agents.mailing import Means
from intake.desks import OpenDesk
from replies.settings import WEEKDAYS
from store import bulletins, routing
from store.engine import looking, writing
from store.errors import StoreUnreachable
from store.routing import Colleague

_log = structlog.get_logger(__name__)

#: Later than this after its time a letter of the day helps nobody.
LATEST: Final = timedelta(hours=6)

LEAD: Final = "lead"


class Regular:
    """Who writes them."""

    def __init__(self, settings: NoticeSettings, means: Means, *, engine: Engine, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._means = means
        self._engine = engine
        self._now = now
        self._done: set[tuple[int, str, str]] = set()  #: what need not be looked for again: desk, kind, period

    @property
    def _weekly_at(self) -> time | str:
        """At the time of the leads' daily letter, or where there is none, when agents have theirs by default."""
        return self._settings.daily if isinstance(self._settings.daily, time) else time(8)

    def look(self) -> int:
        """Write what is due; returns how many letters. Raises StoreUnreachable."""
        now, written = self._now(), 0
        for desk in self._means.desks.values():
            for kind, at in (
                (gathering.MORNING, self._settings.morning),
                (reporting.DAILY, self._settings.daily),
                (reporting.WEEKLY, self._weekly_at),
            ):
                local = now.astimezone(desk.settings.zone)
                if isinstance(at, time) and self._is_time(desk, kind, at, local):
                    written += self._write(desk, kind, local)
        return written

    def _is_time(self, desk: OpenDesk, kind: str, at: time, local: datetime) -> bool:
        """Whether it is the day and the hour; letters of the day come when the desk is open that day."""
        hours, weekday = desk.settings.hours, WEEKDAYS[local.weekday()]
        today = (
            weekday == self._settings.weekly
            if kind == reporting.WEEKLY
            else (weekday in hours.days and local.date() not in hours.holidays)
        )
        due = datetime.combine(local.date(), at, local.tzinfo)
        return today and due <= local <= due + LATEST

    def _write(self, desk: OpenDesk, kind: str, local: datetime) -> int:
        period = local.date().isoformat()
        if (desk.id, kind, period) in self._done:
            return 0
        written, later = 0, False
        with looking(self._engine) as session:
            staff = [each for each in routing.working(session, self._now()) if self._means.reaches(each)]
        for agent in staff:
            if kind != gathering.MORNING and agent.role != LEAD:
                continue
            if quiet_until(agent.quiet, local) is not None:
                later = True
                continue
            written += self._to(desk, agent, kind, period, local)
        if not later:
            self._done = {each for each in self._done if each[2] == period} | {(desk.id, kind, period)}
        return written

    def _to(self, desk: OpenDesk, agent: Colleague, kind: str, period: str, local: datetime) -> int:
        try:
            with writing(self._engine) as session:
                if agent.away or not bulletins.first(session, desk.id, agent.id, kind, period):
                    return 0
                return self._post(session, desk, agent, kind, local)
        except StoreUnreachable:
            raise
        except Exception:  # noqa: BLE001  # logged with its trace; one letter's fault is no other's
            _log.exception("a regular letter could not be written", kind=kind, agent=agent.name)
            return 0

    def _post(self, session: Session, desk: OpenDesk, agent: Colleague, kind: str, local: datetime) -> int:
        now, means = self._now(), self._means
        if kind == reporting.WEEKLY:
            told = reporting.weekly_letter(session, desk, agent, local)
            mailing.post_list(session, means, desk, agent, told.letter, kind, now, told.files)
            return 1
        if kind == reporting.DAILY:
            mailing.post_list(session, means, desk, agent, reporting.daily(session, desk, agent, now), kind, now)
            return 1
        letter = gathering.morning(session, means, desk, agent, now)
        if letter is None:
            return 0
        mailing.post_list(session, means, desk, agent, letter, kind, now)
        return 1

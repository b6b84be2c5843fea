"""The only module that knows APScheduler: name, when, what.

Jobs live in memory and are declared anew at every start. Each is a short scan of what is due, so that it may run
twice or late without harm: a late one runs once (coalesce) and is never dropped (no grace time), and no job runs
beside itself.

The library goes by the machine's clock. When that is set (a board that starts in 1970 and then hears what time it is, a
machine that was asleep), everything planned moves along with it: else a clock set back would stop all work for as long,
and a clock set forward would have the library count every turn that was missed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

#: Jobs that may run at the same time: every mailbox has one, and a slow server must not hold up the others.
THREADS = 16

#: Spread, as a share of the interval, so that several mailboxes are not polled in the same second.
JITTER = 0.1

#: Smaller steps of the machine's clock are its ordinary correction, and cost nobody anything.
STEP_SECONDS = 2.0

#: How soon it is noticed that the clock was set, where that was done just before going to sleep.
SLEEP_SECONDS = 2.0

_log = structlog.get_logger(__name__)


class Timetable:
    """What is done regularly."""

    def __init__(self) -> None:
        self._scheduler = _Steady(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, seconds: float, name: str, what: Callable[[], object], *, at_once: bool = False) -> None:
        """Do something every so many seconds, from now on or after the first interval."""
        first = {"next_run_time": datetime.now(UTC)} if at_once else {}
        trigger = IntervalTrigger(seconds=seconds, jitter=seconds * JITTER, timezone=UTC)
        self._scheduler.add_job(what, trigger, id=name, name=name, **first)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """Start nothing any more, and wait for what runs."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


class _Steady(BackgroundScheduler):  # type: ignore[misc]  # the library is not typed
    """Counts the seconds that pass, whatever the machine's clock says meanwhile."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._ahead = _wall_ahead()

    def _process_jobs(self) -> float:
        """Carry out what is due; the library calls it whenever it wakes."""
        ahead = _wall_ahead()
        step, self._ahead = ahead - self._ahead, ahead
        if abs(step) >= STEP_SECONDS:
            _log.warning("the machine's clock was set", seconds=round(step))
            for job in self.get_jobs():
                job.modify(next_run_time=job.next_run_time + timedelta(seconds=step))
        wait: float | None = super()._process_jobs()
        return SLEEP_SECONDS if wait is None else min(wait, SLEEP_SECONDS)


def _wall_ahead() -> float:
    return time.time() - time.monotonic()

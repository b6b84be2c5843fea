"""The only module that knows APScheduler: name, when, what.

Jobs live in memory and are declared anew at every start. Each is a short scan of what is due, so that it may run
twice or late without harm: a late one runs once (coalesce) and is never dropped (no grace time), and no job runs
beside itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

#: Jobs that may run at the same time: every mailbox has one, and a slow server must not hold up the others.
THREADS = 16

#: Spread, as a share of the interval, so that several mailboxes are not polled in the same second.
JITTER = 0.1


class Timetable:
    """What is done regularly."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
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

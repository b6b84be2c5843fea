"""Regular work: run on time, late ones once, none beside itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

import pytest
from apscheduler.schedulers import base

from intake import timetable as planned
from intake.timetable import Timetable


@pytest.fixture
def timetable() -> Iterator[Timetable]:
    """One that is stopped in the end."""
    made = Timetable()
    yield made
    made.stop()


def test_a_job_comes_again_and_again(timetable: Timetable) -> None:
    """Three times here."""
    rounds = threading.Semaphore(0)
    timetable.every(0.02, "often", rounds.release)
    timetable.start()
    for _ in range(3):
        assert rounds.acquire(timeout=10)


def test_a_job_may_start_at_once(timetable: Timetable) -> None:
    """A mailbox is looked at when the daemon starts, not a minute later."""
    done = threading.Event()
    timetable.every(3600, "mailbox", done.set, at_once=True)
    timetable.start()
    assert done.wait(timeout=10)


@pytest.mark.filterwarnings("ignore")
def test_a_slow_job_never_runs_beside_itself_and_is_not_dropped(timetable: Timetable) -> None:
    """While it runs its turns pass; when it is done, it comes again."""
    running, most, rounds = [0], [0], threading.Semaphore(0)
    lock = threading.Lock()
    gate = threading.Event()

    def slow() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait(timeout=0.2)
        with lock:
            running[0] -= 1
        rounds.release()

    timetable.every(0.01, "slow", slow)
    timetable.start()
    assert rounds.acquire(timeout=10)
    gate.set()
    assert rounds.acquire(timeout=10)
    assert most == [1]


def test_a_job_that_fails_comes_again(timetable: Timetable) -> None:
    """Its fault is logged; the timetable goes on."""
    rounds = threading.Semaphore(0)

    def failing() -> None:
        rounds.release()
        raise RuntimeError("planted")

    timetable.every(0.02, "failing", failing)
    timetable.start()
    assert rounds.acquire(timeout=10)
    assert rounds.acquire(timeout=10)


@pytest.mark.parametrize("step", [timedelta(days=-400), timedelta(hours=-1), timedelta(days=20_000)])
def test_a_clock_that_is_set_stops_nothing(
    timetable: Timetable, monkeypatch: pytest.MonkeyPatch, step: timedelta
) -> None:
    """Neither back nor forth; and no turn that the clock went past is made up for."""
    rounds, set_by = threading.Semaphore(0), timedelta(0)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + set_by

    class Time:
        monotonic = staticmethod(time.monotonic)

        @staticmethod
        def time() -> float:
            return time.time() + set_by.total_seconds()

    monkeypatch.setattr(base, "datetime", Clock)
    monkeypatch.setattr(planned, "time", Time)
    timetable.every(0.1, "often", rounds.release)
    timetable.start()
    assert rounds.acquire(timeout=10)
    set_by = step
    began = time.monotonic()
    for _ in range(5):
        assert rounds.acquire(timeout=10)
    assert time.monotonic() - began > 0.2

"""How doors tell how they do."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from intake.doors.health import DoorHealthBook
from store import doors
from store.engine import looking, writing
from store.models import DoorHealth

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


class Clock:
    """A clock that goes on by a minute at each look."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        self.time += timedelta(minutes=1)
        return self.time


def _flushed(book: DoorHealthBook, engine: Engine) -> list[DoorHealth]:
    with writing(engine) as session:
        book.flush(session)
    with looking(engine) as session:
        return list(doors.listed(session))


def test_a_door_that_never_did_anything_is_in_the_book(engine: Engine) -> None:
    """Status shows every door that there is."""
    book = DoorHealthBook(Clock())
    book.door("smtp", "smtp")
    (row,) = _flushed(book, engine)
    assert (row.name, row.last_success, row.last_error) == ("smtp", None, None)


def test_a_failure_stands_until_the_door_works_again(engine: Engine) -> None:
    """What is mended is not told any more."""
    book = DoorHealthBook(Clock())
    page = book.door("imap:box", "imap")
    page.worked()
    page.failed("the connection broke")
    (row,) = _flushed(book, engine)
    assert (row.last_success, row.last_error_at) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=2))
    assert row.last_error == "the connection broke"
    page.worked()
    (row,) = _flushed(book, engine)
    assert (row.last_error, row.last_error_at) == (None, None)


def test_what_was_not_committed_is_written_the_next_time(engine: Engine) -> None:
    """A database that fails in the middle loses no news."""
    book = DoorHealthBook(Clock())
    book.door("smtp", "smtp").worked()
    with pytest.raises(ZeroDivisionError), writing(engine) as session:
        book.flush(session)
        _ = 1 / 0
    (row,) = _flushed(book, engine)
    assert row.last_success == NOON + timedelta(minutes=1)


def test_a_restart_forgets_nothing(engine: Engine) -> None:
    """A new book knows nothing yet, and takes nothing back."""
    before = DoorHealthBook(Clock())
    before.door("smtp", "smtp").worked()
    _flushed(before, engine)
    after = DoorHealthBook(Clock())
    after.door("smtp", "smtp").failed("no disk")
    (row,) = _flushed(after, engine)
    assert row.last_success == NOON + timedelta(minutes=1)


def test_many_threads_may_write_in_one_book(engine: Engine) -> None:
    """The doors are threads, and so is the one that writes it down."""
    book = DoorHealthBook(lambda: NOON)
    pages = [book.door(f"door{number}", "smtp") for number in range(4)]
    threads = [threading.Thread(target=lambda page=page: [page.worked() for _ in range(500)]) for page in pages]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    _flushed(book, engine)
    for thread in threads:
        thread.join()
    assert [row.last_success for row in _flushed(book, engine)] == [NOON] * 4

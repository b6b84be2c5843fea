"""Transactions."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlmodel import select

from store.engine import looking, open_store, ping, writing
from store.errors import StoreUnreachable
from store.models import DoorHealth


def test_a_transaction_is_whole_or_nothing(engine: Engine) -> None:
    """What an exception interrupts leaves no row."""
    with pytest.raises(ZeroDivisionError), writing(engine) as session:
        session.add(DoorHealth(name="smtp", kind="smtp"))
        session.flush()
        raise ZeroDivisionError
    with looking(engine) as session:
        assert session.exec(select(DoorHealth)).all() == []


def test_looking_changes_nothing(engine: Engine) -> None:
    """A view is rolled back, whatever was done in it."""
    with looking(engine) as session:
        session.add(DoorHealth(name="smtp", kind="smtp"))
        session.flush()
    with looking(engine) as session:
        assert session.exec(select(DoorHealth)).all() == []


def test_writers_wait_for_each_other(engine: Engine) -> None:
    """Two writers that read first and write then both succeed: a deferred BEGIN on SQLite failed here at once."""

    def write(name: str) -> None:
        with writing(engine) as session:
            session.exec(select(DoorHealth)).all()
            time.sleep(0.05)
            session.add(DoorHealth(name=name, kind="smtp"))

    threads = [threading.Thread(target=write, args=[str(number)]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with looking(engine) as session:
        assert len(session.exec(select(DoorHealth)).all()) == len(threads)


def test_sqlite_keeps_a_commit_through_a_power_loss(tmp_path: Path) -> None:
    """WAL with synchronous=FULL (2): NORMAL may lose the last commits."""
    with looking(open_store(f"sqlite:///{tmp_path / 'x.db'}")) as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_database_that_does_not_answer_has_one_name() -> None:
    """Whichever driver reports it, the worker sees StoreUnreachable, which is temporary."""
    with pytest.raises(StoreUnreachable) as caught:
        ping(open_store("postgresql://nobody@127.0.0.1:1/none"))
    assert caught.value.temporary


def test_ping_finds_a_store_that_is_there(engine: Engine) -> None:
    """No exception where the database answers."""
    ping(engine)
    with writing(engine) as session:
        assert session.connection().execute(text("SELECT 1")).scalar() == 1

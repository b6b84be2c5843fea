"""Rows that wait for each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from store import rows
from store.engine import looking, writing
from store.models import DoorHealth


def _door(name: str, kind: str = "smtp") -> rows.Draft:
    return rows.Draft(DoorHealth, name=name, kind=kind)


def _names(session: Session) -> list[str]:
    return sorted(session.exec(select(DoorHealth.name)).all())


_INSERTS: list[str] = []


class _Noting:
    """A driver's cursor that notes the inserts."""

    def execute(self, statement: Any, *more: Any, **how: Any) -> Any:
        """Note it, and execute."""
        if str(statement).startswith("INSERT"):
            _INSERTS.append(str(statement))
        return super().execute(statement, *more, **how)  # type: ignore[misc]

    def executemany(self, statement: Any, *more: Any, **how: Any) -> Any:
        """Likewise, once for all."""
        _INSERTS.append(str(statement))
        return super().executemany(statement, *more, **how)  # type: ignore[misc]


class _SqliteCursor(_Noting, sqlite3.Cursor):
    pass


class _PostgresCursor(_Noting, psycopg.Cursor[Any]):
    pass


class _SqliteConnection(sqlite3.Connection):
    def cursor(self, *_: Any) -> Any:
        return super().cursor(_SqliteCursor)


@contextmanager
def _inserts(engine: Engine) -> Iterator[list[str]]:
    """The inserts that come while this lasts."""

    def connect(_dialect: Any, _record: Any, _arguments: Any, how: dict[str, Any]) -> None:
        sqlite = engine.dialect.name == "sqlite"
        how |= {"factory": _SqliteConnection} if sqlite else {"cursor_factory": _PostgresCursor}

    engine.dispose()
    _INSERTS.clear()
    event.listen(engine, "do_connect", connect)
    yield _INSERTS
    event.remove(engine, "do_connect", connect)
    engine.dispose()


def test_rows_that_wait_go_in_one_statement(engine: Engine) -> None:
    """However often they were added; with the end of the waiting they are written."""
    with _inserts(engine) as inserts, writing(engine) as session:
        with rows.gathering(session):
            for name in ("a", "b", "c"):
                rows.add_later(session, [_door(name)])
            rows.add_later(session, [])
            assert inserts == []
        assert len(inserts) == 1
    with looking(engine) as session:
        assert _names(session) == ["a", "b", "c"]


def test_nobody_can_tell_that_rows_wait(engine: Engine) -> None:
    """Whoever asks for their table finds them, and what is written to it comes behind them."""
    with writing(engine) as session, rows.gathering(session):
        rows.add_later(session, [_door("a")])
        assert _names(session) == ["a"]
        rows.add_later(session, [_door("a", "lmtp"), _door("b")], missing=True)
        rows.add_missing(session, [_door("b", "imap")])
        rows.add_later(session, [_door("c")])
        assert {door.name: door.kind for door in session.exec(select(DoorHealth)).all()} == {
            "a": "smtp",
            "b": "smtp",
            "c": "smtp",
        }


def test_without_gathering_nothing_waits(engine: Engine) -> None:
    """Rows are written at once, as ever."""
    with _inserts(engine) as inserts, writing(engine) as session:
        rows.add_later(session, [_door("a")])
        assert len(inserts) == 1


def test_what_fails_leaves_nothing_waiting(engine: Engine) -> None:
    """Rows that wait go with their transaction, and the session waits no more."""
    with pytest.raises(ZeroDivisionError), writing(engine) as session, rows.gathering(session):
        rows.add_later(session, [_door("a")])
        raise ZeroDivisionError
    with writing(engine) as session:
        assert _names(session) == []
        rows.add_later(session, [_door("b")])
        assert _names(session) == ["b"]


def test_a_row_that_is_there_is_added_to(engine: Engine) -> None:
    """Its number grows by the new one's; a row that is not there is made."""
    with writing(engine) as session:
        for count in (2, 3):
            rows.add_up(
                session,
                [rows.Draft(DoorHealth, name="a", kind="smtp", server_count=count)],
                "server_count",
                unique=("name",),
            )
        assert session.exec(select(DoorHealth.server_count)).all() == [5]


def test_what_is_undone_is_undone_with_the_rows_that_wait_in_it(engine: Engine) -> None:
    """What waited before it is written all the same."""
    with writing(engine) as session, rows.gathering(session):
        rows.add_later(session, [rows.Draft(DoorHealth, name="before", kind="smtp")])
        with pytest.raises(ZeroDivisionError), rows.undoable(session):
            rows.add_later(session, [rows.Draft(DoorHealth, name="within", kind="smtp")])
            raise ZeroDivisionError
        with rows.undoable(session):
            rows.add_later(session, [rows.Draft(DoorHealth, name="after", kind="smtp")])
    with looking(engine) as session:
        assert {row.name for row in session.exec(select(DoorHealth)).all()} == {"before", "after"}

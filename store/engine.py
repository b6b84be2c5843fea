"""Opens the database and hands out transactions: `writing` for those that change something, `looking` for the others.

SQLite runs in WAL with synchronous=FULL, because a committed mail is released from the spool: NORMAL may lose the last
commits at a power loss (https://www.sqlite.org/pragma.html#pragma_synchronous). A writing transaction begins IMMEDIATE:
a deferred one that reads before it writes fails at once with "database is locked", whatever the busy timeout.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session, create_engine

from store.errors import StoreUnreachable

#: How long a writer waits for another one. Every write here is short, so a longer wait means that something hangs.
BUSY_SECONDS = 5

#: A connect or a statement on PostgreSQL that takes longer is a database that is down, not one that is slow.
POSTGRES_CONNECT_SECONDS = 5
POSTGRES_STATEMENT_SECONDS = 30


def open_store(url: str) -> Engine:
    """Make the engine for `sqlite:///PATH` or `postgresql://…`; nothing is connected yet."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        # errors end up in logs, and what was being written are people's mails
        waiting = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        engine = create_engine(parsed, connect_args=waiting, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = f"-c statement_timeout={POSTGRES_STATEMENT_SECONDS}s -c timezone=UTC"
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        connect_args={"connect_timeout": POSTGRES_CONNECT_SECONDS, "options": options},
        pool_pre_ping=True,
        hide_parameters=True,
    )


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction that changes something: committed at the end, rolled back on any exception.

    Raises StoreUnreachable where the database does not answer.
    """
    options = engine.execution_options(loket_writing=True)
    with _translated(), Session(options, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def looking(engine: Engine) -> Iterator[Session]:
    """A consistent view of the store that changes nothing."""
    with _translated(), Session(engine, expire_on_commit=False) as session:
        yield session  # closing rolls back, and leaves what was read readable


@contextmanager
def _translated() -> Iterator[None]:
    """Give the database's absence one name, whichever driver reports it."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise StoreUnreachable(_reason(error.orig)) from error


def _reason(error: object) -> str:
    """Of SQLite its words, as "database or disk is full"; another driver's may hold names and addresses."""
    return str(error) if isinstance(error, sqlite3.Error) else type(error).__name__


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes only before the first change, and is deferred: we begin ourselves.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("loket_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def ping(engine: Engine) -> None:
    """Ask the database for one row; StoreUnreachable where it does not answer."""
    with looking(engine) as session:
        session.execute(text("SELECT 1"))

"""Statements that are prepared once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from store import rows
from store.engine import looking, writing
from store.errors import StoreUnreachable
from store.models import Desk, DoorHealth, Event, Ticket
from store.prepared import Prepared, several, valued

_AT = datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=7)))
_DOORS = Prepared(select(DoorHealth.name, DoorHealth.kind).where(DoorHealth.kind == bindparam("kind")))


def test_values_come_back_as_they_went(engine: Engine) -> None:
    """An instant is aware and in UTC, an object is an object, a truth a truth; rows know their columns' names."""
    asked = Prepared(
        select(Event.at, Event.detail, Ticket.history)
        .join(Ticket, col(Ticket.id) == col(Event.ticket_id))
        .where(Event.at == bindparam("at"), Event.what == "opened")
    )
    with writing(engine) as session:
        desk = rows.add(session, Desk(name="help", wrapped_key=b"k"))
        of_desk = {"desk_id": desk, "number": "LKT-1", "status": "open", "category": "other", "language": "id"}
        said = {"subject": "s", "customer_subject": "s", "priority": "normal", "missing": [], "history": True}
        key = rows.add(session, rows.Draft(Ticket, **of_desk, **said, created_at=_AT, updated_at=_AT))
        rows.add(session, rows.Draft(Event, ticket_id=key, at=_AT, what="opened", by="loket", detail={"why": ["é"]}))
        (found,) = asked.all(session, {"at": _AT})
    assert (found.at, found.detail, found.history) == (_AT, {"why": ["é"]}, True)
    assert found.at.tzinfo is UTC


def test_an_in_has_as_many_values_as_are_given(engine: Engine) -> None:
    """And nothing found is no row, or none."""
    named = Prepared(select(DoorHealth.name).where(col(DoorHealth.name).in_(several("name", 2))))
    with writing(engine) as session:
        rows.add_all(session, [rows.Draft(DoorHealth, name=name, kind="smtp") for name in "abc"])
        assert sorted(name for (name,) in named.all(session, valued("name", ["a", "c"]))) == ["a", "c"]
        assert named.all(session, valued("name", ["x", "y"])) == []
        assert named.first(session, valued("name", ["x", "y"])) is None
        assert named.first(session, valued("name", ["x", "b"])).name == "b"


def test_what_is_changed_is_counted(engine: Engine) -> None:
    """By the database."""
    change = Prepared(update(DoorHealth).where(col(DoorHealth.kind) == bindparam("old")).values(kind=bindparam("new")))
    with writing(engine) as session:
        rows.add_all(session, [rows.Draft(DoorHealth, name=name, kind="smtp") for name in "abc"])
        assert change.run(session, {"old": "smtp", "new": "lmtp"}) == 3
        assert change.run(session, {"old": "smtp", "new": "lmtp"}) == 0
        assert len(_DOORS.all(session, {"kind": "lmtp"})) == 3


def test_what_fails_fails_as_ever(engine: Engine) -> None:
    """With SQLAlchemy's error, in which no values stand, and the transaction is undone."""
    with pytest.raises(IntegrityError) as failed, writing(engine) as session:
        rows.add_all(session, [rows.Draft(DoorHealth, name="secret", kind="smtp")])
        rows.add_all(session, [rows.Draft(DoorHealth, name="secret", kind="lmtp")])
    assert "lmtp" not in str(failed.value)
    with looking(engine) as session:
        assert _DOORS.all(session, {"kind": "smtp"}) == []


def test_a_store_that_goes_away_is_told_by_its_own_name(engine: Engine) -> None:
    """So that the mail waits and is not taken for one that cannot be written; and the lost connection is not kept."""
    if engine.dialect.name == "sqlite":
        return  # a file does not go away
    with pytest.raises(StoreUnreachable), writing(engine) as session:
        own = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with looking(engine) as other:
            other.connection().exec_driver_sql(f"SELECT pg_terminate_backend({own})")
        _DOORS.all(session, {"kind": "smtp"})
    with looking(engine) as session:
        assert _DOORS.all(session, {"kind": "smtp"}) == []

"""Inserts rows past the unit of work: in the order written, at a third of its cost.

The order matters (foreign keys are checked at once), the cost too: a mail makes about fifteen rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, TypeVar

from sqlalchemy import Table, event, insert
from sqlalchemy import inspect as inspect_row
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from store.errors import NoSuchRow
from store.prepared import BEFORE, Prepared

Row = TypeVar("Row", bound=SQLModel)

_WAITING = "rows that wait"  #: where a session keeps them


class Draft:
    """A row that is about to be written and not looked at again. A model's instance costs ten times as much to make."""

    __slots__ = ("table", "values")

    def __init__(self, table: type[SQLModel], /, **values: Any) -> None:
        """Of a table; what is not told has the model's default."""
        self.table = table
        self.values = values


def add(session: Session, row: SQLModel | Draft) -> int:
    """Insert one row; returns its new integer key, 0 where its table has none."""
    table, values = _table(row), _values(row)
    if "id" not in table.model_fields:
        _insert(table, keyed=False).run(session, values)
        return 0
    return int(_insert_for_key(table, "id" in values).first(session, values).id)


def add_all(session: Session, rows: Iterable[SQLModel | Draft]) -> None:
    """Insert rows of one table in one statement; none is fine."""
    listed = list(rows)
    if listed:
        values = [_values(row) for row in listed]
        _insert(_table(listed[0]), "id" in values[0]).run_each(session, values)


def add_missing(session: Session, rows: Iterable[SQLModel | Draft]) -> None:
    """Likewise, passing over rows whose unique values are there already."""
    listed = list(rows)
    if listed:
        statement = _insert_missing(_table(listed[0]), _dialect(session))
        statement.run_each(session, [_values(row) for row in listed])


def add_up(session: Session, rows: Iterable[SQLModel | Draft], column: str, *, unique: tuple[str, ...]) -> None:
    """Insert rows; where one with the same unique values is there, its number in `column` grows by the new one's."""
    listed = list(rows)
    if listed:
        statement = _insert_or_add(_table(listed[0]), _dialect(session), column, unique)
        statement.run_each(session, [_values(row) for row in listed])


def add_later(session: Session, rows: Iterable[SQLModel | Draft], *, missing: bool = False) -> None:
    """Insert rows of one table whose keys nobody asks for, within `gathering` together with further ones.

    `missing`: passing over rows whose unique values are there already.
    """
    listed = list(rows)
    waiting: _Waiting | None = session.info.get(_WAITING)
    if waiting is None:
        (add_missing if missing else add_all)(session, listed)
    elif listed:
        waiting.setdefault((_table(listed[0]), missing), []).extend(listed)


@contextmanager
def gathering(session: Session) -> Iterator[None]:
    """Within it the rows of `add_later` wait for each other, and go in one statement a table.

    They are written before any other statement that names their table, and at the end, so that nobody can tell. They
    must refer to no row that waits itself.
    """
    waiting: _Waiting = {}

    def write(table: type[SQLModel], missing: bool) -> None:  # a key of `waiting`
        (add_missing if missing else add_all)(session, waiting.pop((table, missing), ()))

    def catch_up(statement: str) -> None:
        for table, missing in [key for key in waiting if _names(statement, key[0])]:
            write(table, missing)

    def catch_up_too(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        catch_up(statement)

    connection = session.connection()
    session.info |= {_WAITING: waiting, BEFORE: catch_up}
    event.listen(connection, "before_cursor_execute", catch_up_too)
    try:
        yield
        _write_all(session, waiting)
    finally:
        event.remove(connection, "before_cursor_execute", catch_up_too)
        del session.info[_WAITING], session.info[BEFORE]


@contextmanager
def undoable(session: Session) -> Iterator[None]:
    """A part of the transaction that is undone as a whole where it raises, with the rows that wait in it."""
    waiting: _Waiting = session.info.get(_WAITING, {})
    _write_all(session, waiting)  # what waits from before is no part of it
    try:
        with session.begin_nested():
            yield
            _write_all(session, waiting)
    except BaseException:
        waiting.clear()
        session.expire_all()
        raise


def _write_all(session: Session, waiting: _Waiting) -> None:
    for table, missing in list(waiting):
        (add_missing if missing else add_all)(session, waiting.pop((table, missing), ()))


def one(session: Session, table: type[Row], key: Any) -> Row:
    """The row of that key, or NoSuchRow."""
    row = session.get(table, key)
    if row is None:
        raise NoSuchRow
    return row


def locked(session: Session, table: type[Row], key: Any) -> Row:
    """Likewise, as it is now, and nobody else changes it before this transaction ends."""
    row = session.get(table, key, with_for_update=True)
    if row is None:
        raise NoSuchRow
    return row


def chunks(values: Sequence[Any], size: int = 500) -> Iterable[Sequence[Any]]:
    """Cut a sequence into pieces that fit into one IN (…): SQLite before 3.32 took 999 parameters."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


_Waiting = dict[tuple[type[SQLModel], bool], list[SQLModel | Draft]]


@lru_cache(maxsize=10_000)
def _names(statement: str, table: type[SQLModel]) -> bool:
    """Whether a statement may have to do with a table: its name stands in it, if only as a part of another's."""
    return str(table.__tablename__) in statement


def _table(row: SQLModel | Draft) -> type[SQLModel]:
    return row.table if isinstance(row, Draft) else type(row)


def _values(row: SQLModel | Draft) -> dict[str, Any]:
    if isinstance(row, Draft):
        return _defaults(row.table) | row.values
    held = row.__dict__
    return {name: held[name] for name in type(row).model_fields if not (name == "id" and held[name] is None)}


@cache
def _insert(table: type[SQLModel], keyed: bool) -> Prepared:
    return Prepared(insert(_mapped(table)), columns=_columns(table, keyed))


@cache
def _insert_for_key(table: type[SQLModel], keyed: bool) -> Prepared:
    mapped = _mapped(table)
    return Prepared(insert(mapped).returning(mapped.c.id), columns=_columns(table, keyed))


@cache
def _insert_missing(table: type[SQLModel], dialect: str) -> Prepared:
    return Prepared(_insert_of(table, dialect).on_conflict_do_nothing(), columns=_columns(table, keyed=False))


@cache
def _insert_or_add(table: type[SQLModel], dialect: str, column: str, unique: tuple[str, ...]) -> Prepared:
    statement = _insert_of(table, dialect)
    added = _mapped(table).c[column] + statement.excluded[column]
    return Prepared(
        statement.on_conflict_do_update(index_elements=unique, set_={column: added}),
        columns=_columns(table, keyed=False),
    )


def _columns(table: type[SQLModel], keyed: bool) -> tuple[str, ...]:
    """The columns of a new row; its integer key comes from the database, unless it is told."""
    return tuple(name for name in table.model_fields if keyed or name != "id")


def _insert_of(table: type[SQLModel], dialect: str) -> postgresql.Insert | sqlite.Insert:
    """An insert that knows what to do where a row is there already: no standard's, so each dialect has its own."""
    return (postgresql.insert if dialect == "postgresql" else sqlite.insert)(_mapped(table))


def _dialect(session: Session) -> str:
    return session.connection().dialect.name


def _mapped(table: type[SQLModel]) -> Table:
    mapped = inspect_row(table).local_table
    assert isinstance(mapped, Table)  # noqa: S101  # narrows for the type checker
    return mapped


@cache
def _defaults(table: type[SQLModel]) -> dict[str, Any]:
    """The defaults of a table's columns; its key comes from the database."""
    fields = {name: field for name, field in table.model_fields.items() if name != "id" and not field.is_required()}
    return {name: field.get_default(call_default_factory=True) for name, field in fields.items()}

"""Inserts rows past the unit of work: in the order written, at a third of its cost.

The order matters (foreign keys are checked at once), the cost too: a mail makes about fifteen rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Insert, Table, insert
from sqlalchemy import inspect as inspect_row
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from store.errors import NoSuchRow

Row = TypeVar("Row", bound=SQLModel)


class Draft:
    """A row that is about to be written and not looked at again. A model's instance costs ten times as much to make."""

    __slots__ = ("table", "values")

    def __init__(self, table: type[SQLModel], /, **values: Any) -> None:
        """Of a table; what is not told has the model's default."""
        self.table = table
        self.values = values


def add(session: Session, row: SQLModel | Draft) -> int:
    """Insert one row; returns its new integer key."""
    result = session.connection().execute(_insert(_table(row)), _values(row))
    key = result.inserted_primary_key
    return int(key[0]) if key and isinstance(key[0], int) else 0


def add_all(session: Session, rows: Iterable[SQLModel | Draft]) -> None:
    """Insert rows of one table in one statement; none is fine."""
    listed = list(rows)
    if listed:
        session.connection().execute(_insert(_table(listed[0])), [_values(row) for row in listed])


def add_missing(session: Session, rows: Iterable[SQLModel | Draft]) -> None:
    """Likewise, passing over rows whose unique values are there already."""
    listed = list(rows)
    if listed:
        statement = _insert_missing(_table(listed[0]), session.get_bind().dialect.name)
        session.connection().execute(statement, [_values(row) for row in listed])


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


def _table(row: SQLModel | Draft) -> type[SQLModel]:
    return row.table if isinstance(row, Draft) else type(row)


def _values(row: SQLModel | Draft) -> dict[str, Any]:
    if isinstance(row, Draft):
        return _defaults(row.table) | row.values
    held = row.__dict__
    return {name: held[name] for name in type(row).model_fields if not (name == "id" and held[name] is None)}


@cache
def _insert(table: type[SQLModel]) -> Insert:
    return insert(_mapped(table))


@cache
def _insert_missing(table: type[SQLModel], dialect: str) -> Insert:
    kind = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return kind(_mapped(table)).on_conflict_do_nothing()


def _mapped(table: type[SQLModel]) -> Table:
    mapped = inspect_row(table).local_table
    assert isinstance(mapped, Table)  # noqa: S101  # narrows for the type checker
    return mapped


@cache
def _defaults(table: type[SQLModel]) -> dict[str, Any]:
    """The defaults of a table's columns; its key comes from the database."""
    fields = {name: field for name, field in table.model_fields.items() if name != "id" and not field.is_required()}
    return {name: field.get_default(call_default_factory=True) for name, field in fields.items()}

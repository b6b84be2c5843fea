"""Statements that every mail needs, prepared once: their text, and what turns values into the driver's and back.

SQLAlchemy looks a statement up, gathers its parameters and wraps its rows anew at every execution, at ten times what
SQLite needs for one row; here the driver gets it at once. What is executed rarely is better left to SQLAlchemy.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.sql import ClauseElement
from sqlmodel import Session

#: Where a session keeps what is to be called with the text of each of these statements before it is executed.
BEFORE: Final = "before a prepared statement"

_Values = Mapping[str, Any]


class Prepared:
    """A statement whose parameters are all bound by name; its rows are tuples that know their columns' names.

    It sees nothing of what the session has not flushed. What fails is raised as SQLAlchemy's error.
    """

    def __init__(self, statement: ClauseElement, *, columns: Sequence[str] | None = None) -> None:
        """`columns`: of an insert, those for which values will be given."""
        self._statement = statement
        self._columns = columns
        self._forms: dict[str, _Form] = {}  #: by dialect

    def all(self, session: Session, values: _Values) -> list[Any]:
        """All rows."""
        form, cursor = self._execute(session, values)
        return form.rows(cursor)

    def first(self, session: Session, values: _Values) -> Any:
        """The first row; None where there is none."""
        return next(iter(self.all(session, values)), None)

    def run(self, session: Session, values: _Values) -> int:
        """Execute what has no rows of its own; returns how many it has touched."""
        return int(self._execute(session, values)[1].rowcount)

    def run_each(self, session: Session, values: Sequence[_Values]) -> None:
        """Execute it for each of several sets of values."""
        self._execute(session, values)

    def _execute(self, session: Session, values: _Values | Sequence[_Values]) -> tuple[_Form, Any]:
        connection = session.connection()
        form = self._forms.get(connection.dialect.name)
        if form is None:
            form = self._forms[connection.dialect.name] = _Form(self._statement, self._columns, connection.dialect)
        before = session.info.get(BEFORE)
        if before is not None:
            before(form.text)
        cursor = connection.connection.cursor()
        try:
            if isinstance(values, Mapping):
                cursor.execute(form.text, form.bound(values))
            else:
                cursor.executemany(form.text, [form.bound(each) for each in values])
        except connection.dialect.loaded_dbapi.Error as error:
            raise _translated(connection, cursor, form.text, error) from error
        return form, cursor


def several(name: str, count: int) -> list[BindParameter[Any]]:
    """The parameters of an IN (…) of so many values."""
    return [bindparam(f"{name}_{number}") for number in range(count)]


def valued(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """The values for `several`."""
    return {f"{name}_{number}": value for number, value in enumerate(values)}


class _Form:
    """A statement in the words of one database."""

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        self.text = str(compiled)
        self._dialect = dialect
        self._positional = bool(compiled.positional)
        own = {name: bound for bound, name in compiled.bind_names.items()}
        self._given = {name: bound.effective_value for name, bound in own.items() if not bound.required}
        names = compiled.positiontup if self._positional else list(own)
        self._binders = [(name, own[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]
        self._columns = [column.type.dialect_impl(dialect) for column in getattr(statement, "exported_columns", ())]
        self._row: Callable[..., Any] | None = None
        self._readers: list[Callable[[Any], Any] | None] | None = None

    def bound(self, values: _Values) -> Any:
        """The values as the driver wants them: in their order, or by name."""
        held = {**self._given, **values} if self._given else values
        if self._positional:
            return tuple([process(held[name]) if process else held[name] for name, process in self._binders])
        return {name: process(held[name]) if process else held[name] for name, process in self._binders}

    def rows(self, cursor: Any) -> list[Any]:
        """What came back, in Python's types."""
        row = self._row or self._look_at(cursor.description)
        if self._readers is None:
            return [row(*found) for found in cursor.fetchall()]
        return [
            row(*[read(value) if read else value for read, value in zip(self._readers, found, strict=True)])
            for found in cursor.fetchall()
        ]

    def _look_at(self, description: Sequence[Any]) -> Callable[..., Any]:
        """Learn from the first result what the columns are called, and how they are read."""
        pairs = zip(self._columns, description, strict=True)
        readers = [kind.result_processor(self._dialect, column[1]) for kind, column in pairs]
        self._readers = readers if any(readers) else None
        row = namedtuple("row", [column[0] for column in description], rename=True)  # type: ignore[misc]  # noqa: PYI024  # its columns are known only now
        self._row = row
        return row


def _translated(connection: Connection, cursor: Any, text: str, error: Exception) -> Exception:
    """The error as SQLAlchemy tells it; a connection that broke is not used again."""
    dialect = connection.dialect
    if dialect.is_disconnect(error, connection.connection, cursor):  # type: ignore[arg-type]
        connection.invalidate(error)
    told = DBAPIError.instance(text, None, error, dialect.loaded_dbapi.Error, dialect=dialect)
    assert isinstance(told, StatementError)  # noqa: S101  # narrows for the type checker
    return told

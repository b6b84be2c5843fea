"""Brings the store's schema to this version. The steps stand in `store/migrations/versions/`.

There is no way down: what a step has merged or dropped cannot be told apart again. The way back is the backup.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine

from store.errors import SchemaTooNew, SchemaTooOld

_FOLDER = Path(__file__).parent / "migrations"

#: Where Alembic keeps the revision that a store is at.
_TABLE = "alembic_version"


def upgrade(engine: Engine) -> None:
    """Apply every step that the store has not seen yet, in one transaction; SchemaTooNew where it is ahead of us."""
    if current(engine) == head():
        return
    # Not at every start: Alembic takes 10 MiB and a fifth of a second.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    try:
        with engine.execution_options(loket_writing=True).begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaTooNew from error


def current(engine: Engine) -> str | None:
    """The revision that the store is at, None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(_TABLE):
            return None
        found: str | None = connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar()  # noqa: S608  # ours
        return found


def head() -> str:
    """The revision of this version of loket: its steps' files are named by it."""
    return max(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*_*.py"))


def require_current(engine: Engine) -> None:
    """Raise SchemaTooOld unless the store is at this version's revision."""
    found = current(engine)
    if found != head():
        raise SchemaTooOld(f"it is at {found or 'nothing'}, this version needs {head()}")

"""Brings the store's schema to this version. The steps stand in `store/migrations/versions/`."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Engine

from store.errors import SchemaTooNew, SchemaTooOld

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Apply every step that the store has not seen yet, in one transaction; SchemaTooNew where it is ahead of us."""
    try:
        with engine.execution_options(loket_writing=True).begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaTooNew from error


def current(engine: Engine) -> str | None:
    """The revision that the store is at, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision of this version of loket."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def require_current(engine: Engine) -> None:
    """Raise SchemaTooOld unless the store is at this version's revision."""
    found = current(engine)
    if found != head():
        raise SchemaTooOld(f"it is at {found or 'nothing'}, this version needs {head()}")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config

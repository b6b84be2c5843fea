"""The schema: its migrations lead from nothing to the models."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from store import migrate
from store.errors import SchemaTooNew, SchemaTooOld


def test_the_migrations_lead_to_the_models(engine: Engine) -> None:
    """A store brought up from empty differs in nothing from what the models say."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_second_upgrade_changes_nothing(engine: Engine) -> None:
    """`run` upgrades at every start."""
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.head()
    migrate.require_current(engine)


def test_the_head_is_alembics() -> None:
    """It is told from the names of files, without Alembic."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert migrate.head() == ScriptDirectory.from_config(config).get_current_head()


def test_a_store_of_a_newer_loket_is_left_alone(engine: Engine) -> None:
    """A revision that this version does not know is refused with the remedy."""
    _mark(engine, "9999")
    with pytest.raises(SchemaTooNew, match="newer loket"):
        migrate.upgrade(engine)


def test_an_older_schema_is_not_worked_on(engine: Engine) -> None:
    """Where `run` is told not to migrate, it says what to do instead of failing later."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    with pytest.raises(SchemaTooOld, match="loket migrate"):
        migrate.require_current(engine)


def _mark(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})

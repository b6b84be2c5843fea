"""Runs the migrations on the connection that `store.migrate` passes."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from store import models  # noqa: F401  # registers the tables

connection = context.config.attributes["connection"]
# SQLite changes a table by copying it, which Alembic calls batch mode.
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="sqltypes.",
)
with context.begin_transaction():
    context.run_migrations()

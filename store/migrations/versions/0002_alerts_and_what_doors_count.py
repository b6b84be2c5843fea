"""Alerts, and what doors count"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sqltypes.AutoString(), nullable=False),
        sa.Column("open_key", sqltypes.AutoString(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("raised_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("seen_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("cleared_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("told_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("recovery_told_at", sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("open_key"),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_key"), ["key"], unique=False)

    with op.batch_alter_table("door", schema=None) as batch_op:
        batch_op.add_column(sa.Column("failing_since", sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("oldest_unread_at", sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("server_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("ledger_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("counted_at", sqltypes.UTCDateTime(), nullable=True))

"""When agents are told: quiet hours, absences, letters that come by the calendar"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulletin",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("desk_id", _KEY, nullable=False),
        sa.Column("agent_id", _KEY, nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("period", sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"]),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("desk_id", "agent_id", "kind", "period"),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kept", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("routed", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quiet", sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("away_until", sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("picked_at", sqltypes.UTCDateTime(), nullable=True))

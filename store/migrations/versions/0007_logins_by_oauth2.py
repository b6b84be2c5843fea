"""Logins by OAuth2"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "oauth_grant",
        sa.Column("name", sqltypes.AutoString(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("refresh", sa.LargeBinary(), nullable=True),
        sa.Column("access", sa.LargeBinary(), nullable=True),
        sa.Column("access_until", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("issued_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("renewed_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("dies_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("fixed", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )

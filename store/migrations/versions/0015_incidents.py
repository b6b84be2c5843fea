"""Incidents"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("desk_id", _KEY, nullable=False),
        sa.Column("ticket_id", _KEY, nullable=False),
        sa.Column("name", sqltypes.AutoString(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("begun_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_desk_id"), ["desk_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "incidentticket",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("incident_id", _KEY, nullable=False),
        sa.Column("ticket_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("incident_id", "ticket_id"),
    )
    with op.batch_alter_table("incidentticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incidentticket_ticket_id"), ["ticket_id"], unique=False)

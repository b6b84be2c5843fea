"""Clocks of tickets: what is due, and what was done about it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Tickets that live already get their clocks: of an answer that is still owed, from the ticket's beginning; the others
# begin with the upgrade, so that it sends no flood of reminders, and closes nothing at once.
_OWED = """
INSERT INTO clock (desk_id, ticket_id, kind, round, running_since, ran, look_at, wound_by, ended)
SELECT desk_id, id, '{kind}', 1, {since}, '[]', {look}, '', '' FROM ticket WHERE {condition}
"""
_UNANSWERED = """status = 'open' AND first_reply_due_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM message WHERE message.ticket_id = ticket.id AND direction = 'out' AND nature = 'human')"""


def upgrade() -> None:
    op.create_table(
        "clock",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("desk_id", _KEY, nullable=False),
        sa.Column("ticket_id", _KEY, nullable=False),
        sa.Column("kind", sqltypes.AutoString(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("running_since", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("ran", sa.JSON(), nullable=False),
        sa.Column("early_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("late_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("early_done_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("late_done_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("look_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("wound_by", sqltypes.AutoString(), nullable=False),
        sa.Column("ended_at", sqltypes.UTCDateTime(), nullable=True),
        sa.Column("ended", sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "kind", "round"),
    )
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_look_at"), ["look_at"], unique=False)

    op.execute(_OWED.format(kind="answer", since="created_at", look="created_at", condition=_UNANSWERED))
    for kind, status, since in (
        ("resolution", "open", "CURRENT_TIMESTAMP"),
        ("resolution", "waiting", "NULL"),
        ("silence", "waiting", "CURRENT_TIMESTAMP"),
    ):
        op.execute(_OWED.format(kind=kind, since=since, look=since, condition=f"status = '{status}'"))

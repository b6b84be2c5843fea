"""What guards the desk"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _tally()
    _brake()
    _accountuse()
    with op.batch_alter_table("desk", schema=None) as batch_op:
        batch_op.add_column(sa.Column("token_epoch", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("personaddress", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hard_bounces", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_for", sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("merged_into_id", _KEY, nullable=True))
        batch_op.create_foreign_key("fk_ticket_merged_into", "ticket", ["merged_into_id"], ["id"])

    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index("ix_mail_sender")
        batch_op.create_index("ix_mail_sender", ["desk_id", "sender", "received_at"], unique=False)


def _tally() -> None:
    op.create_table(
        "tally",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("desk_id", _KEY, nullable=False),
        sa.Column("name", sqltypes.AutoString(), nullable=False),
        sa.Column("since", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("desk_id", "name", "since"),
    )
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tally_since"), ["since"], unique=False)


def _brake() -> None:
    op.create_table(
        "brake",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("desk_id", _KEY, nullable=False),
        sa.Column("address", sqltypes.AutoString(), nullable=False),
        sa.Column("pulled_at", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("until", sqltypes.UTCDateTime(), nullable=False),
        sa.Column("alert", sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("brake", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_brake_address"), ["address"], unique=False)


def _accountuse() -> None:
    op.create_table(
        "accountuse",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("desk_id", _KEY, nullable=False),
        sa.Column("account", sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqltypes.AutoString(), nullable=False),
        sa.Column("ticket_id", _KEY, nullable=False),
        sa.Column("first_at", sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["desk_id"], ["desk.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("desk_id", "account", "address"),
    )

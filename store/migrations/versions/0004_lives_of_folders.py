"""Lives of folders: what is compared, held and gone"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mailbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("uidnext", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("again", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("comparing", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("mailboxuid", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mark", sqltypes.AutoString(), nullable=False, server_default=""))

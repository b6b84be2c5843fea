"""What pictures tell, and which files only few may open"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guard", sqltypes.AutoString(), nullable=False, server_default=""))

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("likeness", sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("unread", sqltypes.AutoString(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("large", sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column("small", sqltypes.AutoString(), nullable=True))
        batch_op.create_foreign_key("fk_attachment_large", "blob", ["large"], ["name"])
        batch_op.create_foreign_key("fk_attachment_small", "blob", ["small"], ["name"])

    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("box", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("standing", sqltypes.AutoString(), nullable=True))

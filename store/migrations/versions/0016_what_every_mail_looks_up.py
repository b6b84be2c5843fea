"""What every mail looks up"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_mail_message", "mail", ["desk_id", "message_id"])
    op.create_index("ix_message_letter_id", "message", ["letter_id"])

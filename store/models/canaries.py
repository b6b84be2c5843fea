"""Canaries: mails that the desk sends to itself, to see whether mail comes through."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from store.models import columns


class Canary(SQLModel, table=True):
    """One such mail, from its sending to its return."""

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id", index=True)
    message_id: str = Field(unique=True)  #: cannot be guessed: by it a mail that comes in is known for ours
    sent_at: datetime
    back_at: datetime | None = None
    trouble: str = columns.text()  #: why it could not be sent; "" where it was

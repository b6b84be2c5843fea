"""Sealed files: their keys, their names, and who opened them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from store.models import columns


class SealingKey(SQLModel, table=True):
    """The key that one mail's files are sealed with, wrapped by its desk's key. To erase it is to erase them."""

    id: int | None = columns.key()
    desk_id: int = columns.ref("desk.id")
    wrapped: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)  #: None once erased
    created_at: datetime
    erased_at: datetime | None = None


class Blob(SQLModel, table=True):
    """A sealed file in the blob folder, named by a keyed hash of its content and key."""

    name: str = Field(primary_key=True)
    desk_id: int = columns.ref("desk.id")
    key_id: int = columns.ref("sealingkey.id", index=True)
    content_digest: str = Field(
        index=True
    )  #: keyed hash of the content alone: equal content, equal digest, within a desk
    size: int  #: bytes, opened
    guard: str = ""  #: why only few may open it: secret, identity; "" where that is not so
    created_at: datetime


class Access(SQLModel, table=True):
    """A sealed file that was opened: who, when, why."""

    id: int | None = columns.key()
    blob: str = Field(foreign_key="blob.name", index=True)
    at: datetime
    by: str
    reason: str

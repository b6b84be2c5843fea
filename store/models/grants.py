"""OAuth2 grants: what lets us into a mailbox, sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from store.models import columns


class Grant(SQLModel, table=True):
    """One login's tokens."""

    __tablename__ = "oauth_grant"

    name: str = Field(primary_key=True)  #: "google:support@example.com"
    revision: int = 1  #: raised with every change; who read an older one writes nothing
    refresh: bytes | None = Field(default=None, sa_type=LargeBinary)  #: sealed; none where an administrator allowed it
    access: bytes | None = Field(default=None, sa_type=LargeBinary)  #: sealed
    access_until: datetime | None = None
    issued_at: datetime  #: when a person allowed it
    renewed_at: datetime
    dies_at: datetime | None = None  #: when the refresh token dies unless it is renewed before
    fixed: bool = False  #: that instant was told by the provider, and using the token does not move it
    refused: str = columns.text()  #: why the provider has refused it, "" while it does not

"""The store's own keys: for how long it keeps what people entrusted to a desk."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

#: A century: more is never.
_MOST = 36_500


class RetentionSettings(BaseModel):
    """After how many days what is erased; 0 is never."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    closed_days: int = Field(default=0, ge=0, le=_MOST, description="of closed tickets, and of mail of no ticket")
    held_days: int = Field(default=0, ge=0, le=_MOST, description="of tickets that are held, or were refused")

"""What the agents' mail is told by the configuration: [notices]."""

from __future__ import annotations

from pydantic import Field

from intake.settings import Section


class NoticeSettings(Section):
    """When agents are told what."""

    wait_seconds: float = Field(default=60, ge=0, le=3600, description="Seconds in which further news joins a notice")
    picture_kb: int = Field(default=3000, ge=0, le=20_000, description="Kilobytes of pictures in one notice")
    look_seconds: float = Field(default=15, gt=0, description="Seconds between looks for notices that are due")

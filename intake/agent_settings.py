"""What the agents' mail is told by the configuration: [notices], [[queues]]."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import time
from typing import Literal

from pydantic import Field

from intake.settings import Section
from replies.settings import MailAddress, Weekday


class NoticeSettings(Section):
    """When agents are told what."""

    wait_seconds: float = Field(default=60, ge=0, le=3600, description="Seconds in which further news joins a notice")
    again_minutes: float = Field(
        default=10, ge=0, le=1440, description="Minutes between two notices of a ticket whose agent does nothing"
    )
    per_hour: int = Field(default=12, ge=1, description="Letters to an agent in an hour; further news share one")
    per_ticket: float = Field(default=1.8, ge=1, description="Letters to an agent in a day, for each ticket told of")
    day_floor: int = Field(default=6, ge=1, description="Letters to an agent in a day that are always allowed")
    together_minutes: float = Field(default=30, ge=1, description="Minutes between letters that several tickets share")
    picture_kb: int = Field(default=3000, ge=0, le=20_000, description="Kilobytes of pictures in one notice")
    look_seconds: float = Field(default=15, gt=0, description="Seconds between looks for notices that are due")
    morning: time | Literal["off"] = Field(
        default=time(8), description="When agents are sent their open tickets, desk's time"
    )
    daily: time | Literal["off"] = Field(
        default=time(8), description="When leads are told what lies about, desk's time"
    )
    weekly: Weekday | Literal["off"] = Field(
        default="mon", description="The day on which leads are sent the week's numbers"
    )


class QueueSettings(Section):
    """A queue: the tickets that certain agents work on."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="What orders and lists call it")
    desk: str = Field(default="", description="The desk whose tickets it holds; else any")
    addresses: list[MailAddress] = Field(default=[], description="Mail to these addresses of the desk")
    categories: list[str] = Field(default=[], description="Reports of these categories")
    languages: list[str] = Field(default=[], description="Tickets in these languages")
    senders: list[str] = Field(default=[], description="Mail from these addresses or domains")
    words: list[str] = Field(default=[], description="Mail with one of these words in the subject or text")
    agents: list[str] = Field(default=[], description="Who works on it, by name; without any, everybody")
    rule: Literal["least_open", "round_robin", "hand"] = Field(
        default="least_open", description="Who gets a new ticket"
    )


def check_queues(queues: Sequence[QueueSettings], desks: Collection[str]) -> None:
    """ValueError for what no queue shows alone."""
    for queue in queues:
        if queue.desk and queue.desk not in desks:
            message = f"queues {queue.name}: there is no desk {queue.desk}"
            raise ValueError(message)
    if len({queue.name for queue in queues}) != len(queues):
        message = "queues: two have the same name"
        raise ValueError(message)

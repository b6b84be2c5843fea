"""All that agents are written by themselves, in one look: what is new, and what the calendar brings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.engine import Engine

from intake.agent_settings import NoticeSettings
from intake.agents.mailing import Means
from intake.agents.notifying import Notifier
from intake.agents.regular import Regular


class Post:
    """The way to the agents."""

    def __init__(self, settings: NoticeSettings, means: Means, *, engine: Engine, now: Callable[[], datetime]) -> None:
        self._notifier = Notifier(settings, means, engine=engine, now=now)
        self._regular = Regular(settings, means, engine=engine, now=now)

    def carry_out(self) -> bool:
        """Write what is due; returns whether anything was. Raises StoreUnreachable."""
        return self._notifier.send_due() + self._regular.look() > 0

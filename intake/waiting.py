"""Which of the spool's mails are next: in the order of their arrival; after a failure only when they have rested."""

from __future__ import annotations

import time
from collections.abc import Container, Iterable

from intake.spool import Spool

#: Seconds of rest after a failed attempt, times the number of attempts: time for memory or a disk to come back.
REST_SECONDS = 0.5


class Waiting:
    """The worker's view of the spool. The folder is listed again only when its last listing is used up."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._listed: list[str] = []
        self._resting: dict[str, float] = {}  # name → when it may be tried again, on the monotonic clock

    def next(self, count: int, in_hand: Container[str]) -> list[str]:
        """Up to so many names; those in hand are left out."""
        if not self._listed:
            now = time.monotonic()
            self._listed = [
                name for name in self._spool.waiting() if name not in in_hand and self._resting.get(name, 0.0) <= now
            ]
        taken, self._listed = self._listed[:count], self._listed[count:]
        return taken

    def rest(self, name: str, attempts: int) -> None:
        """Let a mail lie for a while."""
        self._resting[name] = time.monotonic() + REST_SECONDS * attempts

    def release(self, names: Iterable[str]) -> None:
        """Let go of mails that are done with."""
        done = list(names)
        for name in done:
            self._resting.pop(name, None)
        self._spool.release(done)

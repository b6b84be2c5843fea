"""Which of the spool's mails are next: in the order of their arrival; after a failure only when they have rested."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable

from intake.spool import Spool

#: Seconds of rest after a failed attempt, times the number of attempts: time for memory or a disk to come back.
REST_SECONDS = 0.5


class Waiting:
    """The worker's view of the spool. The folder is listed again only when its last listing is used up."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._listed: list[str] = []
        self._resting: dict[str, float] = {}  # name → when it may be tried again, on the monotonic clock
        self._suspects: set[str] = set()

    def next(self, count: int, in_hand: Collection[str]) -> list[str]:
        """Up to so many names; those in hand are left out. A suspect comes alone, when nothing else is in hand."""
        suspects = sorted(filter(self._rested, self._suspects))
        if suspects:
            return [] if in_hand else suspects[:1]
        if not self._listed:
            left_out = {*in_hand, *self._suspects}
            self._listed = [name for name in self._spool.waiting() if name not in left_out and self._rested(name)]
        taken, self._listed = self._listed[:count], self._listed[count:]
        return taken

    def suspect(self, name: str) -> None:
        """Let a mail be tried by itself: one of several killed their readers, and nobody knows which."""
        self._suspects.add(name)

    def is_suspect(self, name: str) -> bool:
        """Whether a mail is tried by itself."""
        return name in self._suspects

    def rest(self, name: str, attempts: int) -> None:
        """Let a mail lie for a while."""
        self._resting[name] = time.monotonic() + REST_SECONDS * attempts

    def release(self, names: Iterable[str]) -> None:
        """Let go of mails that are done with."""
        done = list(names)
        for name in done:
            self._resting.pop(name, None)
            self._suspects.discard(name)
        self._spool.release(done)

    def _rested(self, name: str) -> bool:
        return self._resting.get(name, 0.0) <= time.monotonic()

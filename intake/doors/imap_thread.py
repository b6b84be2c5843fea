"""A folder's thread: look, wait until the server says something or the time is over, look again.

IDLE is a hint (RFC 2177): servers forget to say, firewalls forget connections. So the folder is polled all the same,
and compared as a whole from time to time. A server that fails is left alone for longer and longer, with jitter, so
that a hundred desks do not come back to it in the same second.
"""

from __future__ import annotations

import random
import threading
import time
from typing import Final

from intake.doors.imap import ImapDoor
from intake.settings import ImapAccount

#: One IDLE lasts no longer; then a NOOP shows whether anybody is there (RFC 2177 allows 29 minutes, firewalls fewer).
IDLE_SECONDS: Final = 240.0

#: The longest pause after failures, unless looks are further apart anyhow.
LONGEST_PAUSE: Final = 300.0

#: Spread of the time between two looks, as a share of it.
JITTER: Final = 0.1

#: A server that speaks all the time is not asked all the time.
BREATH_SECONDS: Final = 0.2


class FolderThread:
    """The life of one door of an account."""

    def __init__(self, account: ImapAccount, door: ImapDoor, stop: threading.Event, rng: random.Random) -> None:
        self._account = account
        self._door = door
        self._stop = stop
        self._rng = rng
        self._thread = threading.Thread(target=self._run, name=f"imap-{account.name}")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the end, after `stop` was set; then let the connection go."""
        if self._thread.is_alive():
            self._thread.join()
        self._door.close()

    def _run(self) -> None:
        reconcile_at = 0.0
        while not self._stop.is_set():
            if time.monotonic() >= reconcile_at:
                self._door.reconcile()
                if not self._door.more:
                    reconcile_at = time.monotonic() + self._account.reconcile_minutes * 60
            else:
                self._door.poll()
            if self._door.more:
                continue
            self._rest(pause(self._account.poll_seconds, self._door.failures, self._rng))

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._stop.is_set() and (left := until - time.monotonic()) > 0:
            asked = time.monotonic()
            if not self._door.wait(min(left, IDLE_SECONDS)):
                self._stop.wait(until - time.monotonic())
                return
            if time.monotonic() - asked < min(left, IDLE_SECONDS):  # the server said something
                self._stop.wait(BREATH_SECONDS)
                return


def pause(interval: float, failures: int, rng: random.Random) -> float:
    """Seconds until the next look: the interval, and after failures longer and longer."""
    if not failures:
        return interval * rng.uniform(1 - JITTER, 1.0)
    longest = max(interval, LONGEST_PAUSE)
    return min(longest, interval * 2.0 ** min(failures - 1, 16)) * rng.uniform(0.5, 1.0)

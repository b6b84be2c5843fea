"""The children that look at pictures, apart from those that read mail.

A mail without pictures never waits for one that has some, and a picture that kills who looks at it costs the mail its
picture, not an attempt. Many pictures at once do not hold up the acknowledgements: beyond a bound mails go on with
their pictures unread, and their tickets say so.
"""

from __future__ import annotations

from concurrent.futures import Future
from threading import Lock

import structlog

from intake.reading import children
from intake.reading.sealed import Job, SealedReading, together, without_pictures

_log = structlog.get_logger(__name__)

#: Mails that wait for a look at the most. One takes half a second: the last of them is acknowledged half a minute late.
MAX_WAITING = 64

#: Seconds for all pictures of a mail: the engine's own budget (parsing/pictures/limits.py), opening them, and the
#: engine's start in a new child. What needs longer is a bomb.
CPU_SECONDS = 15
WALL_SECONDS = 40

#: Looking gives way to reading, which gives way to the doors.
NICENESS = 10

#: Why a picture was not looked at, for the ticket.
BUSY, FAILED = "busy", "failed"


class Eyes:
    """A few children that look at pictures."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._pool = children.pool(number, NICENESS)
        self._waiting: dict[Future[SealedReading], tuple[SealedReading, Future[SealedReading]]] = {}
        self._lock = Lock()

    def look(self, job: Job, read: SealedReading, result: Future[SealedReading]) -> None:
        """Look at the pictures of a mail that has been read, then set the result: with what was seen, or without."""
        if len(self) >= MAX_WAITING:
            _log.warning("pictures not looked at, too many wait")
            result.set_result(without_pictures(read, BUSY))
            return
        looking: Future[SealedReading] = self._pool.schedule(_look, args=[job], timeout=WALL_SECONDS)
        with self._lock:
            self._waiting[looking] = (read, result)
        looking.add_done_callback(self._seen)

    def __len__(self) -> int:
        return len(self._waiting)

    def tend(self) -> None:
        """Where the children died in a way that their pool did not survive: let their mails go on, and begin anew."""
        if self._pool.active:
            return
        with self._lock:
            lost, self._waiting = list(self._waiting.values()), {}
        for read, result in lost:
            result.set_result(without_pictures(read, FAILED))
        self.stop()
        self._pool = children.pool(self._number, NICENESS)

    def stop(self) -> None:
        """End the children; their mails are read again at the next start."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def _seen(self, looking: Future[SealedReading]) -> None:
        with self._lock:
            read, result = self._waiting.pop(looking, (None, None))
        if read is None or result is None:
            return
        try:
            seen = looking.result()
        except BaseException as error:  # noqa: BLE001  # whatever it was, the mail goes on
            _log.warning("pictures not looked at", error=type(error).__name__)
            result.set_result(without_pictures(read, FAILED))
        else:
            result.set_result(together(read, seen))


def _look(job: Job) -> SealedReading:
    from intake.reading.sealing import look_and_seal  # noqa: PLC0415  # only children have it: see children.pool

    children.limit_cpu(CPU_SECONDS)
    return look_and_seal(job)

"""Where mails are read: in child processes, so that what a mail does to its reader is done to a child.

A child gets the path of a spool file and a fresh key for each desk that the mail goes to; it reads the mail, seals
its files into the blob folder's staging place, and sends back values. A mail with pictures passes to a second child,
which looks at them; see reading/eyes.py. A child that dies over a mail's words costs one attempt of that mail.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path

from intake.reading import children
from intake.reading.eyes import Eyes
from intake.reading.sealed import Job, SealedReading
from parsing.report import ReportSettings

#: Reading a mail takes milliseconds; a large one half a second. What needs this long is an attack or a fault of ours.
CPU_SECONDS = 10
WALL_SECONDS = 20

#: Doors come first: a child gives way to the processes that answer clients.
NICENESS = 5


class Sandbox:
    """A few child processes that read mail, and half as many that look at pictures."""

    def __init__(self, *, readers: int, blobs: Path, settings: ReportSettings, ocr: bool = True) -> None:
        self._readers = readers
        self._blobs = blobs
        self._settings = settings
        self._ocr = ocr
        self._pool = children.pool(readers, NICENESS)
        self._eyes = Eyes((readers + 1) // 2)

    def read(self, path: Path, sha256: str, keys: Mapping[str, bytes]) -> Future[SealedReading]:
        """Start to read a spool file; `keys` are the keys to seal with, by desk.

        The future fails with TimeoutError or pebble.ProcessExpired where the child did not survive the mail, and with
        BrokenProcessPool where children died and it is not known over which mail. Raises OSError where no child can be
        had.
        """
        job = Job(path=path, sha256=sha256, keys=keys, blobs=self._blobs, settings=self._settings, ocr=self._ocr)
        result: Future[SealedReading] = Future()
        reading = self._begin(job)
        reading.add_done_callback(lambda done: self._read(job, done, result))
        return result

    def _begin(self, job: Job) -> Future[SealedReading]:
        """Give a job to the children; to new ones where their pool is broken."""
        try:
            if self.broken:
                self._stop_reading()
                self._pool = children.pool(self._readers, NICENESS)
            begun: Future[SealedReading] = self._pool.schedule(_read, args=[job], timeout=WALL_SECONDS)
        except RuntimeError as error:  # what a pool says that cannot start its children, or has lost them just now
            raise ChildProcessError(errno.ECHILD, "no child to read it") from error
        return begun

    def _read(self, job: Job, done: Future[SealedReading], result: Future[SealedReading]) -> None:
        try:
            read = done.result()
            if read.unseen:
                self._eyes.look(job, read, result)
            else:
                result.set_result(read)
        except BaseException as error:  # noqa: BLE001  # the worker tells them apart
            result.set_exception(error)

    def warm_up(self) -> None:
        """Wait until a child is there to read; where none comes up, the first mail will tell why."""
        with contextlib.suppress(Exception):
            self._pool.schedule(_nothing, timeout=WALL_SECONDS).result()

    @property
    def looking(self) -> int:
        """How many mails have been read and wait for a look at their pictures."""
        return len(self._eyes)

    def tend(self) -> None:
        """See to it that every look ends, even where who looked is gone."""
        self._eyes.tend()

    @property
    def broken(self) -> bool:
        """Whether children died in a way that their pool did not survive; what is being read there never ends."""
        try:
            return not self._pool.active
        except RuntimeError:  # it cannot start its children
            return True

    def stop(self) -> None:
        """End the children; what they were reading counts as not tried any further."""
        self._stop_reading()
        self._eyes.stop()

    def _stop_reading(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _nothing() -> None:
    """What a child does to show that it is there."""


def _read(job: Job) -> SealedReading:
    from intake.reading.sealing import read_and_seal  # noqa: PLC0415  # only children have it: see children.pool

    children.limit_cpu(CPU_SECONDS)
    return read_and_seal(job)

"""Child processes in which mails are read, so that what a mail does to its reader is done to a child.

A child gets the path of a spool file and a fresh key for each desk that the mail goes to; it reads the mail, seals
its files into the blob folder's staging place, and sends back values. It never sees a desk's key, the database or the
configuration. A child that dies, hangs or eats memory costs one attempt of one mail: pebble replaces it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from pebble import ProcessPool

from intake.spooled import read_spooled
from parsing import reading
from parsing.mail import ParsedMail
from parsing.report import Report, ReportSettings
from store.blobs import BlobFolder, Staged

MIB = 1 << 20

#: A 50 MiB mail takes about four times its size to be read and sealed; the rest is the interpreter and its libraries.
MEMORY_BYTES = 768 * MIB

#: Reading a mail takes milliseconds; a large one half a second. What needs this long is an attack or a fault of ours.
CPU_SECONDS = 10
WALL_SECONDS = 20

#: A child is replaced after so many mails, so that a slow leak in a library stays small.
MAILS_A_CHILD = 2000

#: Doors come first: a child gives way to the processes that answer clients.
NICENESS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedReading:
    """A mail, read and sealed: values only, its bytes are in the staged files."""

    mail: ParsedMail
    report: Report
    ingest_key: str
    staged: Mapping[str, Sequence[Staged]]  #: by desk: the raw mail first, then the attachments in their order


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What a child gets."""

    path: Path
    sha256: str  #: of the mail, as its door computed it
    keys: Mapping[str, bytes]  #: to seal with, by desk
    blobs: Path
    settings: ReportSettings


class Sandbox:
    """A few child processes that read mail."""

    def __init__(self, *, readers: int, blobs: Path, settings: ReportSettings) -> None:
        self._readers = readers
        self._blobs = blobs
        self._settings = settings
        self._pool = _pool(readers)

    def read(self, path: Path, sha256: str, keys: Mapping[str, bytes]) -> Future[SealedReading]:
        """Start to read a spool file; `keys` are the keys to seal with, by desk.

        The future fails with TimeoutError or pebble.ProcessExpired where the child did not survive the mail, and with
        BrokenProcessPool where children died and it is not known over which mail.
        """
        if self.broken:
            self.stop()
            self._pool = _pool(self._readers)
        job = Job(path=path, sha256=sha256, keys=keys, blobs=self._blobs, settings=self._settings)
        future: Future[SealedReading] = self._pool.schedule(_read, args=[job], timeout=WALL_SECONDS)
        return future

    def warm_up(self) -> None:
        """Wait until a child is there to read; where none comes up, the first mail will tell why."""
        with contextlib.suppress(Exception):
            self._pool.schedule(_nothing, timeout=WALL_SECONDS).result()

    @property
    def broken(self) -> bool:
        """Whether children died in a way that their pool did not survive; what is being read there never ends."""
        return not self._pool.active

    def stop(self) -> None:
        """End the children; what they were reading counts as not tried any further."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _nothing() -> None:
    """What a child does to show that it is there."""


def _pool(readers: int) -> ProcessPool:
    # A fork server: children start quickly and inherit none of the daemon's threads, locks or sockets.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["intake.sandbox"])
    return ProcessPool(max_workers=readers, max_tasks=MAILS_A_CHILD, initializer=_confine, context=context)


def _confine() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which then stops us
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)


def _read(job: Job) -> SealedReading:
    _limit_cpu()
    return read_and_seal(job)


def read_and_seal(job: Job) -> SealedReading:
    """Read a spool file, and stage its sealed files: a child's whole work."""
    raw = read_spooled(job.path)
    found = reading.read(raw, job.settings)
    folder = BlobFolder(job.blobs)
    staged = {desk: tuple(_seal(folder, raw.content, job.sha256, found, key)) for desk, key in job.keys.items()}
    return SealedReading(mail=found.mail, report=found.report, ingest_key=found.ingest_key, staged=staged)


def _seal(folder: BlobFolder, content: bytes, sha256: str, found: reading.Reading, key: bytes) -> Sequence[Staged]:
    attachments = zip(found.mail.attachments, found.contents, strict=True)
    return [
        folder.stage(content, key, digest=sha256),
        *(folder.stage(body, key, digest=attachment.sha256) for attachment, body in attachments),
    ]


def _limit_cpu() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))

"""The durable folder between a door and the worker: a mail is ours once it stands in `new`, and not before.

One file a mail, Maildir's way: tmp → fsync → checked close → rename → fsync of the folder. What such a file holds is
told in `spooled.py`.

Responsibility passes at the rename. Every failure before it is temporary; an fsync that fails ends the process, because
a second one may report success for data that is gone (PostgreSQL's rule, since 2018).
"""

from __future__ import annotations

import errno
import itertools
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from intake.errors import SpoolCorrupt, SpoolFailed, SpoolFull
from intake.spooled import read_spooled, read_trailer, trailer
from parsing.mail import Envelope, RawMail
from store import crashpoints

__all__ = ["Incoming", "Spool", "Usage", "disk_shortage", "read_spooled"]

_SUFFIX: Final = ".mail"

#: Free space is wanted for this many times the mail that may come (Postfix's queue_minfree).
_ROOM_FACTOR: Final = 1.5

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Usage(NamedTuple):
    """What waits in the spool."""

    mails: int
    size: int  #: bytes of their files, trailers included
    oldest_seconds: float  #: the age of the oldest, 0.0 where none waits


class Spool:
    """The folder. Its methods may be called from any thread."""

    def __init__(self, folder: Path, *, quota: int, on_fatal: Callable[[OSError], NoReturn]) -> None:
        """Make the folders where they are missing. `on_fatal` ends the process: it is called after a failed fsync."""
        self._tmp, self._new, self._corrupt = folder / "tmp", folder / "new", folder / "corrupt"
        for place in (self._tmp, self._new, self._corrupt):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._quota = quota
        self._on_fatal = on_fatal
        self._serial = itertools.count()
        self._used_lock = threading.Lock()
        self._used = 0
        self.usage()

    def receive(self) -> Incoming:
        """Open a file, of mode 0600, for a mail that arrives; SpoolFull or SpoolFailed where that cannot be done."""
        name = self._new_name()
        with _translated():
            descriptor = os.open(self._tmp / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        return Incoming(self, name, descriptor)

    def waiting(self) -> list[str]:
        """Name the mails that wait for the worker, in the order of their arrival."""
        return sorted(entry.name for entry in os.scandir(self._new) if entry.name.endswith(_SUFFIX))

    def holds(self, name: str) -> bool:
        """Whether a mail waits, or is kept aside because it is damaged."""
        return self.path(name).exists() or (self._corrupt / name).exists()

    def path(self, name: str) -> Path:
        """Where a waiting mail lies."""
        if not name.endswith(_SUFFIX) or "/" in name:  # a name comes from `waiting` or `commit`, never from outside
            raise SpoolCorrupt(name)
        return self._new / name

    def open(self, name: str) -> RawMail:
        """Read a waiting mail whole; SpoolCorrupt where it is incomplete."""
        return read_spooled(self.path(name))

    def envelope(self, name: str) -> tuple[Envelope, int, str]:
        """Read a waiting mail's envelope, size in bytes and SHA-256 in hex, but not the mail itself."""
        return read_trailer(self.path(name))

    def release(self, names: Iterable[str]) -> None:
        """Remove mails whose transaction has been committed; the folder is fsynced once."""
        freed = 0
        for path in map(self.path, names):
            try:
                freed += path.stat().st_size
                path.unlink()
            except FileNotFoundError:  # released before a crash, and taken again after it
                continue
        self._fsync(self._new)
        self._count(-freed)

    def set_aside(self, name: str) -> None:
        """Move a file whose trailer is broken to `corrupt`, where it is kept: only a person may delete it."""
        path = self.path(name)
        size = path.stat().st_size
        path.rename(self._corrupt / name)
        self._fsync(self._corrupt)
        self._fsync(self._new)
        self._count(-size)

    def shortage(self, size: int) -> str:
        """Why a mail of this many bytes may not come now; "" where the quota and the disk have room for it."""
        if self._used + size > self._quota:
            return f"the spool holds {self._used >> 20:,} of {self._quota >> 20:,} MiB, intake.limits.spool_quota"
        return disk_shortage(self._tmp, size)

    def sweep(self, older_than: timedelta) -> int:
        """Remove what broken deliveries left in `tmp`, and say how many (Maildir waits 36 hours)."""
        before = time.time() - older_than.total_seconds()
        removed = 0
        for entry in os.scandir(self._tmp):
            try:
                if entry.stat().st_mtime < before:
                    Path(entry.path).unlink()
                    removed += 1
            except FileNotFoundError:  # its mail has just been committed
                continue
        return removed

    def usage(self) -> Usage:
        """Count what waits. This also corrects the sum that the quota goes by for what other processes brought."""
        count, total, oldest = 0, 0, time.time()
        for entry in os.scandir(self._new):
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue
            count, total, oldest = count + 1, total + status.st_size, min(oldest, status.st_mtime)
        with self._used_lock:
            self._used = total
        return Usage(count, total, max(0.0, time.time() - oldest))

    def _new_name(self) -> str:
        # the time first, so that names sort by arrival; the rest makes them unique, whatever the clock does
        return f"{time.time_ns():020d}-{os.getpid()}-{next(self._serial)}-{secrets.token_hex(4)}{_SUFFIX}"

    def _count(self, size: int) -> None:
        with self._used_lock:
            self._used = max(0, self._used + size)

    def _fsync(self, place: Path | int) -> None:
        try:
            if isinstance(place, int):
                os.fsync(place)
            else:
                _fsync_folder(place)
        except OSError as error:
            self._on_fatal(error)

    def _land(self, name: str, size: int) -> None:
        with _translated():
            (self._tmp / name).rename(self._new / name)
        crashpoints.reach("after_spool_rename")
        # `tmp` need not be fsynced: the worst is a second name for a mail that `new` holds, and `sweep` removes it
        self._fsync(self._new)
        crashpoints.reach("after_spool_dirfsync")
        self._count(size)

    def _forget(self, name: str) -> None:
        (self._tmp / name).unlink(missing_ok=True)


class Incoming:
    """A mail on its way into the spool, for one thread at a time; it ends with `commit` or `discard`."""

    def __init__(self, spool: Spool, name: str, descriptor: int) -> None:
        """Made by `Spool.receive`."""
        self._spool = spool
        self._name = name
        self._descriptor = descriptor
        self._digest = sha256()
        self.size = 0  #: bytes of the mail so far

    def write(self, chunk: bytes) -> None:
        """Append to the mail, hashing; SpoolFull or SpoolFailed where the disk refuses."""
        with _translated():
            _write_all(self._descriptor, chunk)
        self._digest.update(chunk)
        self.size += len(chunk)

    def commit(self, envelope: Envelope) -> str:
        """Make the mail durable, and return its name: from here on it is ours.

        Raises SpoolFull or SpoolFailed, with the file discarded, where that failed. A failed fsync ends the process.
        """
        try:
            name = self._commit(envelope)
        except BaseException:
            self.discard()
            raise
        return name

    def discard(self) -> None:
        """Give the mail up and remove its file; nothing happens where it has been committed or given up before."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
        if self._name:
            self._spool._forget(self._name)  # noqa: SLF001 - the two classes are one thing, seen from two sides
            self._name = ""

    def _commit(self, envelope: Envelope) -> str:
        ending = trailer(envelope, self.size, self._digest.hexdigest())
        with _translated():
            _write_all(self._descriptor, ending)
        crashpoints.reach("after_spool_write")
        self._spool._fsync(self._descriptor)  # noqa: SLF001 - see discard
        crashpoints.reach("after_spool_fsync")
        descriptor, self._descriptor = self._descriptor, -1
        with _translated():  # network file systems report at close what write kept to itself
            os.close(descriptor)
        self._spool._land(self._name, self.size + len(ending))  # noqa: SLF001 - see discard
        name, self._name = self._name, ""
        return name


def disk_shortage(folder: Path, size: int) -> str:
    """Why a mail of this many bytes may not come to a folder's disk, which needs half as much again; else ""."""
    try:
        disk = os.statvfs(folder)
    except OSError as error:
        return f"{folder}: {error.strerror}"
    free, wanted = disk.f_bavail * disk.f_frsize, int(size * _ROOM_FACTOR)
    if free < wanted:
        return f"the disk of {folder} has {free >> 20:,} MiB left, and {wanted >> 20:,} are needed"
    if disk.f_files and not disk.f_favail:
        return f"the disk of {folder} takes no more files"
    return ""


def _write_all(descriptor: int, chunk: bytes) -> None:
    written = os.write(descriptor, chunk)
    while written < len(chunk):  # a full disk shows first as a short write
        written += os.write(descriptor, memoryview(chunk)[written:])


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sentence = os.strerror(error.errno or 0)
        raise (SpoolFull if error.errno in _FULL else SpoolFailed)(sentence) from error

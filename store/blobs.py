"""The blob folder: raw mails and attachments, sealed, named by a keyed hash of key and content.

A blob is staged (written and fsynced under a passing name, by whoever holds the bytes), then adopted (renamed, its
folder fsynced) before the commit that names it. What no row names is an orphan, and housekeeping collects it.

The seal is AES-256-GCM in segments, as in STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015): the nonce holds
a random prefix, the segment's number and whether it is the last, so that segments cannot be left out, swapped or cut
off.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.errors import BlobDamaged

_MAGIC = b"LKB1"
_PREFIX_BYTES = 7
_TAG_BYTES = 16

#: A segment is what memory holds of a blob at a time.
SEGMENT = 1 << 20

#: A blob without a row may belong to a transaction that is about to commit; after this it cannot.
ORPHAN_SECONDS = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Staged:
    """A sealed file that nothing names yet."""

    passing_name: str
    size: int  #: bytes, opened
    sha256: str  #: hex, of the content


class BlobFolder:
    """The folder of sealed files."""

    def __init__(self, folder: Path) -> None:
        # One folder for all: file systems of today find a name among millions, and one fsync makes a batch durable.
        self._files = folder / "files"
        self._staging = folder / "tmp"
        for place in (self._files, self._staging):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)

    def stage(self, content: bytes, key: bytes, *, digest: str | None = None) -> Staged:
        """Seal bytes into a new file and fsync it; `digest` is their SHA-256 in hex where it is already known."""
        passing_name = secrets.token_hex(16)
        descriptor = os.open(self._staging / passing_name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:  # buffered: a raw file may write less than it is given
            for piece in _sealed(content, key):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        return Staged(passing_name=passing_name, size=len(content), sha256=digest or sha256(content).hexdigest())

    def adopt(self, names: Iterable[tuple[str, str]]) -> None:
        """Give staged files, by passing name, their lasting names, durably, with one fsync of their folder.

        May be repeated after a commit that failed. FileNotFoundError where a staged file is gone: the mail has to be
        read again.
        """
        adopted = False
        for passing_name, name in names:
            place = self._place(name)
            try:
                (self._staging / passing_name).rename(place)
            except FileNotFoundError:
                if not place.exists():
                    raise
            adopted = True
        if adopted:
            _fsync_folder(self._files)

    def drop_staged(self, passing_names: Iterable[str]) -> None:
        """Forget files that will not be adopted."""
        for passing_name in passing_names:
            (self._staging / passing_name).unlink(missing_ok=True)

    def read(self, name: str, key: bytes) -> bytes:
        """Open a blob; BlobDamaged where it is missing, cut or changed."""
        try:
            with self._place(name).open("rb") as file:
                return b"".join(_opened(file.read, key))
        except FileNotFoundError as error:
            raise BlobDamaged(name) from error

    def read_staged(self, passing_name: str, name: str, key: bytes) -> bytes:
        """Open a file that was staged, under the name that it has by now."""
        try:
            with (self._staging / passing_name).open("rb") as file:
                return b"".join(_opened(file.read, key))
        except FileNotFoundError:
            return self.read(name, key)

    def erase(self, name: str) -> None:
        """Remove a blob's file, if it is there."""
        self._place(name).unlink(missing_ok=True)

    def old_names(self, *, now: float | None = None) -> Iterator[str]:
        """The names of all blobs old enough to have a row if they ever get one. Removes old staged files on the way."""
        before = (time.time() if now is None else now) - ORPHAN_SECONDS
        for entry in self._staging.iterdir():
            if entry.stat().st_mtime < before:
                entry.unlink(missing_ok=True)
        for entry in self._files.iterdir():
            if entry.stat().st_mtime < before:
                yield entry.name

    def _place(self, name: str) -> Path:
        if not name.isalnum():  # a name is hex; anything else is not ours, and a path least of all
            raise BlobDamaged(name)
        return self._files / name


def _sealed(content: bytes, key: bytes) -> Iterator[bytes]:
    cipher, prefix = AESGCM(key), secrets.token_bytes(_PREFIX_BYTES)
    yield _MAGIC + prefix
    view = memoryview(content)
    last = max(0, (len(content) - 1) // SEGMENT)
    for index in range(last + 1):
        segment = view[index * SEGMENT : (index + 1) * SEGMENT]
        yield cipher.encrypt(_nonce(prefix, index, last=index == last), segment, _MAGIC)


def _opened(read: Callable[[int], bytes], key: bytes) -> Iterator[bytes]:
    cipher, head = AESGCM(key), read(len(_MAGIC) + _PREFIX_BYTES)
    prefix = head[len(_MAGIC) :]
    index, piece = 0, read(SEGMENT + _TAG_BYTES)
    while True:
        following = read(SEGMENT + _TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(prefix, index, last=not following), piece, head[: len(_MAGIC)])
        except (InvalidTag, ValueError) as error:
            raise BlobDamaged from error
        if not following:
            return
        index, piece = index + 1, following


def _nonce(prefix: bytes, index: int, *, last: bool) -> bytes:
    return prefix + index.to_bytes(4, "big") + bytes([last])


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

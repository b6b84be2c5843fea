"""What stands in a spooled file: the mail's bytes, then a trailer.

The trailer is a line of JSON with the envelope, the size and the SHA-256, and a line of fixed length that says how long
the trailer is. What was cut short has no such line at its end, whatever the file system did to it.

    the mail, as received
    {"size": 1234, "sha256": "…", "envelope": {…}}
    LOKET-END 0000000312
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from intake.errors import SpoolCorrupt
from parsing.mail import Envelope, RawMail

_MARK: Final = b"\nLOKET-END %010d\n"
_MARK_BYTES: Final = len(_MARK % 0)

#: The longest trailer that is believed. A hundred recipients of 254 characters, all escaped, take 150 kB.
_TRAILER_LIMIT: Final = 1 << 20

#: What a trailer tells of an envelope: all of it.
_TOLD: Final = tuple(field.name for field in fields(Envelope))


def trailer(envelope: Envelope, size: int, digest: str) -> bytes:
    """Make what follows a mail of this many bytes and this SHA-256 (hex) in its file."""
    told = {name: getattr(envelope, name) for name in _TOLD}
    told["received_at"] = envelope.received_at.astimezone(UTC).isoformat()
    line = b"\n" + json.dumps({"size": size, "sha256": digest, "envelope": told}).encode("ascii")
    return line + _MARK % len(line)


def read_spooled(path: Path) -> RawMail:
    """Read a spooled file whole; SpoolCorrupt where it is incomplete. The digest is not computed again."""
    with _opened(path) as descriptor:
        envelope, size, _ = _read_trailer(descriptor, path.name)
        return RawMail(content=_read_exactly(descriptor, 0, size), envelope=envelope)


def read_trailer(path: Path) -> tuple[Envelope, int, str]:
    """Read only the envelope, the mail's size in bytes and its SHA-256 in hex; SpoolCorrupt as above."""
    with _opened(path) as descriptor:
        return _read_trailer(descriptor, path.name)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _read_trailer(descriptor: int, name: str) -> tuple[Envelope, int, str]:
    total = os.fstat(descriptor).st_size
    mark = _read_exactly(descriptor, max(0, total - _MARK_BYTES), min(total, _MARK_BYTES))
    length = int(mark[-11:-1]) if mark[-11:-1].isdigit() else 0
    if mark != _MARK % length or not 0 < length <= min(_TRAILER_LIMIT, total - _MARK_BYTES):
        raise SpoolCorrupt(name)
    try:
        told = json.loads(_read_exactly(descriptor, total - _MARK_BYTES - length, length))
        envelope, size, digest = _envelope(told["envelope"]), int(told["size"]), str(told["sha256"])
    except (ValueError, TypeError, KeyError) as error:
        raise SpoolCorrupt(name) from error
    if size + length + _MARK_BYTES != total:
        raise SpoolCorrupt(name)
    return envelope, size, digest


def _envelope(told: dict[str, Any]) -> Envelope:
    when = datetime.fromisoformat(told["received_at"])
    return Envelope(**(told | {"received_at": when, "rcpt_to": tuple(told["rcpt_to"])}))


def _read_exactly(descriptor: int, offset: int, size: int) -> bytes:
    content = os.pread(descriptor, size, offset)
    while len(content) < size:  # a read may be short, above 2 GiB always
        more = os.pread(descriptor, size - len(content), offset + len(content))
        if not more:
            break
        content += more
    return content

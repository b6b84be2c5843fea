"""The door for mail that lies in files: single .eml files, Maildirs and mboxes, one mail in memory at a time.

An mbox is read as mboxrd: a From_ line behind an empty line divides, and one > is taken from every >From line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

#: Where an mbox's next mail begins: a From_ line with a year in it, behind an empty line (mbox(5), RFC 4155).
_FROM_LINE = re.compile(rb"From [^\r\n]{0,200}\b(?:19|20)\d\d\b[^\r\n]{0,20}\r?\n?$")

#: A line that was quoted because it looked like one (mboxrd: one > more each time).
_QUOTED = re.compile(rb"^>+From ")

#: Bytes that are looked at to tell an mbox: longer than any From_ line.
_FIRST_LINE = 1_000

_MAILDIR = ("new", "cur")
_SUFFIXES = (".eml", ".mbox")

#: A mail that is larger than any desk takes is not gathered: memory is not spent on a file of another kind.
LARGEST = 256 << 20

_TOO_LARGE = f"larger than {LARGEST >> 20} MiB"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A mail in a file, or a file that could not be read."""

    origin: str  #: the file, and for an mbox the mail's number in it
    content: bytes
    trouble: str = ""  #: why there is no content


def mails(paths: Iterable[Path]) -> Iterator[Found]:
    """The mails of files and folders. A folder is a Maildir, or is searched for .eml files, mboxes and Maildirs.

    What cannot be read is among them, with its trouble; it stops nothing.
    """
    for path in paths:
        if path.is_dir():
            yield from _of_folder(path)
        else:
            yield from _of_file(path)


def count(paths: Iterable[Path]) -> int:
    """How many mails there are, an mbox counted as one; for a progress bar."""
    return sum(sum(1 for _ in _files(path, [])) if path.is_dir() else 1 for path in paths)


def _of_folder(folder: Path) -> Iterator[Found]:
    closed: list[OSError] = []
    for path in _files(folder, closed):
        yield from _of_file(path)
    for error in closed:
        yield _trouble(_shown(Path(os.fsdecode(error.filename or folder))), error)


def _files(folder: Path, closed: list[OSError]) -> Iterator[Path]:
    """The files that hold mail, in order; folders that may not be read are added to `closed`."""
    for place, inner, names in os.walk(folder, onerror=closed.append):
        inner.sort()
        for name in sorted(names):
            path = Path(place, name)
            if (path.parent.name in _MAILDIR and not name.startswith(".")) or path.suffix.lower() in _SUFFIXES:
                yield path


def _of_file(path: Path) -> Iterator[Found]:
    origin = _shown(path)
    try:
        with path.open("rb") as file:
            is_mbox = path.parent.name not in _MAILDIR and _FROM_LINE.match(file.readline(_FIRST_LINE))
            file.seek(0)
            if is_mbox:
                yield from _of_mbox(origin, file)
            else:
                yield _of_one(origin, file.read(LARGEST + 1))
    except OSError as error:
        yield _trouble(origin, error)


def _of_one(origin: str, content: bytes) -> Found:
    if len(content) > LARGEST:
        return Found(origin=origin, content=b"", trouble=_TOO_LARGE)
    return Found(origin=origin, content=content)


def _of_mbox(origin: str, file: BinaryIO) -> Iterator[Found]:
    number, gathered, size, after_blank = 0, list[bytes](), 0, True
    while line := file.readline(LARGEST):
        if after_blank and _FROM_LINE.match(line):
            if number:
                yield _of_mbox_mail(f"{origin}#{number}", gathered, size)
            number, gathered, size = number + 1, [], 0
        else:
            size += len(line)
            if size <= LARGEST:
                gathered.append(line[1:] if _QUOTED.match(line) else line)
        after_blank = line in (b"\n", b"\r\n")
    yield _of_mbox_mail(f"{origin}#{number}", gathered, size)


def _of_mbox_mail(origin: str, lines: list[bytes], size: int) -> Found:
    if size > LARGEST:
        return Found(origin=origin, content=b"", trouble=_TOO_LARGE)
    if lines and lines[-1] in (b"\n", b"\r\n"):
        lines = lines[:-1]  # the mbox put it there
    return Found(origin=origin, content=b"".join(lines))


def _trouble(origin: str, error: OSError) -> Found:
    return Found(origin=origin, content=b"", trouble=error.strerror or type(error).__name__)


def _shown(path: Path) -> str:
    """A path as text that can be printed and stored, whatever bytes it is made of."""
    return os.fsencode(path).decode("utf-8", "replace")

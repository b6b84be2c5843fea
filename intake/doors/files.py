"""The door for mail that lies in files: single .eml files, Maildirs and mboxes, one mail in memory at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

#: Where an mbox's next mail begins: a From_ line with a year in it, behind an empty line (mbox(5), RFC 4155).
_FROM_LINE = re.compile(rb"From \S.{0,200}\b(?:19|20)\d\d\b[^\n]{0,20}\r?\n?$")

#: A line that was quoted because it looked like one (mboxrd: one > more each time).
_QUOTED = re.compile(rb"^>+From ")

_MAILDIR = ("new", "cur")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A mail in a file, or a file that could not be read."""

    origin: str  #: the file, and for an mbox the mail's number in it
    content: bytes
    trouble: str = ""  #: why there is no content


def mails(paths: Iterable[Path]) -> Iterator[Found]:
    """The mails of files and folders. A folder is a Maildir, or is searched for .eml files and Maildirs."""
    for path in paths:
        if path.is_dir():
            yield from _of_folder(path)
        else:
            yield from _of_file(path)


def count(paths: Iterable[Path]) -> int:
    """How many mails there are, an mbox counted as one; for a progress bar."""
    return sum(sum(1 for _ in _files(path)) if path.is_dir() else 1 for path in paths)


def _of_folder(folder: Path) -> Iterator[Found]:
    for path in _files(folder):
        yield from _of_file(path)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (path.parent.name in _MAILDIR or path.suffix.lower() in (".eml", ".mbox")):
            yield path


def _of_file(path: Path) -> Iterator[Found]:
    try:
        with path.open("rb") as file:
            if path.parent.name not in _MAILDIR and _FROM_LINE.match(file.readline(1_000)):
                file.seek(0)
                yield from _of_mbox(path, file)
                return
        yield Found(origin=str(path), content=path.read_bytes())
    except OSError as error:
        yield Found(origin=str(path), content=b"", trouble=error.strerror or type(error).__name__)


def _of_mbox(path: Path, lines: Iterable[bytes]) -> Iterator[Found]:
    number, gathered, after_blank = 0, list[bytes](), True
    for line in lines:
        if after_blank and _FROM_LINE.match(line):
            if number:
                yield Found(origin=f"{path}#{number}", content=_mail(gathered))
            number, gathered = number + 1, []
        else:
            gathered.append(line[1:] if _QUOTED.match(line) else line)
        after_blank = line in (b"\n", b"\r\n")
    if number:
        yield Found(origin=f"{path}#{number}", content=_mail(gathered))


def _mail(lines: list[bytes]) -> bytes:
    """The mail without the empty line that the mbox put behind it."""
    if lines and lines[-1] in (b"\n", b"\r\n"):
        lines = lines[:-1]
    return b"".join(lines)

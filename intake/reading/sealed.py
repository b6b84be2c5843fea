"""What a child gets to read a mail, and what it sends back: values, without secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from parsing.mail import ParsedMail
from parsing.report import Report, ReportSettings
from store.blobs import Staged


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenPicture:
    """What is kept of a picture beside its findings."""

    number: int  #: of the attachment
    likeness: str = ""  #: see parsing/pictures/likeness.py
    problem: str = ""  #: why it was not read, "" where it was
    read: bool = False  #: words were found in it
    shown: bool = False  #: a large and a small copy of it are among the staged files


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedReading:
    """A mail, read and sealed: values only, without secrets; its bytes are in the staged files."""

    mail: ParsedMail
    report: Report
    ingest_key: str
    #: by desk: the raw mail, the attachments in their order, then two copies of each picture that may be shown
    staged: Mapping[str, Sequence[Staged]]
    guarded: Mapping[int, str]  #: attachments that only few may open, and why
    mail_guard: str = ""  #: why only few may open the raw mail, "" where that is not so
    pictures: tuple[SeenPicture, ...] = ()
    unseen: tuple[int, ...] = ()  #: pictures that are worth a look, and have not been looked at


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What a child gets."""

    path: Path
    sha256: str  #: of the mail, as its door computed it
    keys: Mapping[str, bytes]  #: to seal with, by desk
    blobs: Path
    settings: ReportSettings
    ocr: bool = True  #: whether pictures are read; they are looked at in any case


def together(read: SealedReading, seen: SealedReading) -> SealedReading:
    """A mail of which the pictures have been looked at, with the files of both."""
    return replace(seen, staged={desk: (*files, *seen.staged[desk]) for desk, files in read.staged.items()})


def without_pictures(read: SealedReading, problem: str) -> SealedReading:
    """A mail of which the pictures could not be looked at, and why not."""
    pictures = tuple(SeenPicture(number=number, problem=problem) for number in read.unseen)
    return replace(read, pictures=pictures, unseen=())

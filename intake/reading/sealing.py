"""What a child does with one mail: read it, hide its secrets, seal its files; and, a second time, look at its pictures.

Values come back, bytes go into the blob folder's staging place. Nothing here knows of processes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from intake.spooled import read_spooled
from parsing import reading
from parsing.fields import concealing, guarding
from parsing.mail import Nature, ParsedMail
from parsing.pictures.looking import looker, worth_looking
from parsing.pictures.picture import Picture
from parsing.report import Report, ReportSettings
from store.blobs import BlobFolder, Staged


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


def read_and_seal(job: Job) -> SealedReading:
    """Read a spool file, and stage its sealed files: a child's whole work for a mail without pictures."""
    raw = read_spooled(job.path)
    found = reading.read(raw, job.settings)
    folder = BlobFolder(job.blobs)
    staged = {desk: tuple(_seal(folder, raw.content, job.sha256, found, key)) for desk, key in job.keys.items()}
    awaited = found.mail.nature is Nature.HUMAN and not raw.envelope.history
    unseen = worth_looking(found.mail.attachments, found.contents) if awaited else []
    return replace(_sealed(found, staged), unseen=tuple(unseen))


def look_and_seal(job: Job) -> SealedReading:
    """Read the mail once more, its pictures too; staged are the copies that may be shown, and nothing else."""
    found = reading.read(read_spooled(job.path), job.settings, looker(ocr=job.ocr))
    guarded = guarding.files(found.mail, found.report, found.pictures)
    shown = [each for each in found.pictures if each.large and each.number not in guarded]
    folder = BlobFolder(job.blobs)
    staged = {
        desk: tuple(folder.stage(copy, key) for each in shown for copy in (each.large, each.small))
        for desk, key in job.keys.items()
    }
    return replace(_sealed(found, staged), pictures=tuple(_seen(each, shown=each in shown) for each in found.pictures))


def together(read: SealedReading, seen: SealedReading) -> SealedReading:
    """A mail of which the pictures have been looked at, with the files of both."""
    return replace(seen, staged={desk: (*files, *seen.staged[desk]) for desk, files in read.staged.items()})


def without_pictures(read: SealedReading, problem: str) -> SealedReading:
    """A mail of which the pictures could not be looked at, and why not."""
    pictures = tuple(SeenPicture(number=number, problem=problem) for number in read.unseen)
    return replace(read, pictures=pictures, unseen=())


def _sealed(found: reading.Reading, staged: Mapping[str, Sequence[Staged]]) -> SealedReading:
    guarded = guarding.files(found.mail, found.report, found.pictures)
    mail, report = concealing.kept(found.mail, found.report)
    return SealedReading(
        mail=mail,
        report=report,
        ingest_key=found.ingest_key,
        staged=staged,
        guarded=guarded,
        mail_guard=guarding.mail_itself(found.report, guarded),
    )


def _seal(folder: BlobFolder, content: bytes, sha256: str, found: reading.Reading, key: bytes) -> Sequence[Staged]:
    attachments = zip(found.mail.attachments, found.contents, strict=True)
    return [
        folder.stage(content, key, digest=sha256),
        *(folder.stage(body, key, digest=attachment.sha256) for attachment, body in attachments),
    ]


def _seen(picture: Picture, *, shown: bool) -> SeenPicture:
    return SeenPicture(
        number=picture.number, likeness=picture.likeness, problem=picture.problem, shown=shown, read=bool(picture.text)
    )

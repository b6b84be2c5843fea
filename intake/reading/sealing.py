"""What a child does with one mail: read it, hide its secrets, seal its files; and, a second time, look at its pictures.

Values come back, bytes go into the blob folder's staging place. Nothing here knows of processes. Only children load
this module: all that reading needs stands behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from intake.reading.sealed import Job, SealedReading, SeenPicture
from intake.spooled import read_spooled
from parsing import reading
from parsing.fields import concealing, guarding
from parsing.mail import Nature
from parsing.pictures.looking import looker, worth_looking
from parsing.pictures.picture import Picture
from store.blobs import BlobFolder, Staged


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

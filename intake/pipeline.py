"""Carries decisions out: for each mail that was read, look up → triage → write, several mails in one transaction.

The sealed files get their lasting names before the commit that names them; the spool files are released after it, by
the worker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session

from intake import carrying, desks
from intake.deciding import Decided, decide
from intake.desks import OpenDesk
from intake.directory import Directory
from intake.effects.work import Held, Work
from intake.identity.examining import Examination
from intake.reading.sealed import SealedReading
from intake.triage import PassedOver, Repeat
from parsing.mail import Envelope
from store import blobs, crashpoints, ledger, rows
from store.blobs import Staged
from store.engine import writing
from store.errors import StoreUnreachable
from store.tickets import SealedFile

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadMail:
    """A mail that a child has read, and that was examined."""

    held: Held
    reading: SealedReading
    examination: Examination


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """A mail whose rows could not be written."""

    held: Held
    error: str


class Pipeline:
    """The desk's hands."""

    def __init__(
        self,
        *,
        engine: Engine,
        folder: blobs.BlobFolder,
        open_desks: Mapping[str, OpenDesk],
        directory: Directory,
        now: Callable[[], datetime],
        shadow: bool = False,
    ) -> None:
        self._engine = engine
        self._folder = folder
        self._desks = open_desks
        self._directory = directory
        self._now = now
        self._shadow = shadow

    def write(self, batch: Sequence[ReadMail]) -> list[Failed]:
        """Write mails; returns those that failed, all others are durable.

        All go into one transaction; where that fails, each into one of its own, so that a mail's failure is its own.
        Raises StoreUnreachable or OSError where the database or the disk went away: then the batch may be given again.
        FileNotFoundError means that sealed files are gone, and the mails have to be read again.
        """
        try:
            self._write_together(batch)
        except (StoreUnreachable, OSError):
            raise
        except Exception as error:  # noqa: BLE001  # a fault of ours; the next mails are not to suffer for it
            if len(batch) == 1:
                _log.exception("mail not written", spool=batch[0].held.spool_name)
                return [Failed(held=batch[0].held, error=f"{type(error).__name__} while writing it")]
            return [failed for mail in batch for failed in self.write([mail])]
        return []

    def _write_together(self, batch: Sequence[ReadMail]) -> None:
        with writing(self._engine) as session:
            with rows.gathering(session):
                files = [pair for mail in batch for pair in self._take(session, mail)]
            ledger.settle(session, [mail.held.arrival_id for mail in batch], ledger.DONE)
            crashpoints.reach("before_adopt")
            self._folder.adopt(files)
            crashpoints.reach("before_commit")
        crashpoints.reach("after_commit")

    def _take(self, session: Session, mail: ReadMail) -> list[tuple[str, str]]:
        """Everything that one mail means to all its desks; returns the sealed files to adopt."""
        files: list[tuple[str, str]] = []
        held = mail.held
        for name in held.keys:
            desk = self._desks[name]
            decided = decide(
                session,
                desk,
                self._directory,
                mail.reading.mail,
                mail.reading.report,
                mail.reading.ingest_key,
                held.envelope,
                mail.examination,
                self._now(),
                mail.reading.pictures,
            )
            work = self._work(mail, name, desk, decided)
            carrying.carry_out(session, decided.decision, work)
            if isinstance(decided.decision, Repeat | PassedOver):
                self._folder.drop_staged([staged.passing_name for staged in mail.reading.staged[name]])
            else:
                pairs = zip(mail.reading.staged[name], work.files, strict=True)
                files += [(staged.passing_name, file.name) for staged, file in pairs]
        return files

    def _work(self, mail: ReadMail, name: str, desk: OpenDesk, decided: Decided) -> Work:
        """The mail at one desk, with all that carrying the decision out needs."""
        held = mail.held
        sealed = desks.seal_names(desk, held.keys[name], mail.reading.staged[name], _guards(mail.reading))
        return Work(
            desk=desk,
            mail=decided.mail,
            report=mail.reading.report,
            ingest_key=mail.reading.ingest_key,
            envelope=held.envelope,
            seen=held.seen,
            arrival_id=held.arrival_id,
            files=sealed,
            pictures=mail.reading.pictures,
            wrapped_key=desk.key.wrap(held.keys[name]),
            recipients=self._recipients(held.envelope, name),
            identity=decided.identity,
            identity_why=decided.identity_why,
            resembled=decided.resembled,
            same_message_id=decided.facts.same_message_id,
            sender_known=decided.facts.sender_known,
            wrong_tokens=decided.wrong_tokens,
            source=decided.source,
            elsewhere=decided.facts.elsewhere,
            following=decided.following,
            judgement=decided.judgement,
            now=self._now(),
            shadow=self._shadow,
            blobs=self._folder,
            read_file=self._reader(mail.reading.staged[name], sealed, held.keys[name]),
        )

    def _reader(self, staged: Sequence[Staged], sealed: Sequence[SealedFile], key: bytes) -> Callable[[int], bytes]:
        """Opens the files of the mail in hand, whether a commit that failed has adopted them or not."""
        return lambda place: self._folder.read_staged(staged[place].passing_name, sealed[place].name, key)

    def _recipients(self, envelope: Envelope, desk_name: str) -> list[str]:
        """Of the envelope's recipients, those that are this desk's."""
        found = []
        for address in envelope.rcpt_to:
            desk = self._directory.desk_of(address)
            if desk is not None and desk.name == desk_name:
                found.append(address)
        return found


def _guards(reading: SealedReading) -> dict[int, str]:
    """Why some of a mail's sealed files are for few eyes, by their places: the raw mail's is 0."""
    places = {0: reading.mail_guard} | {number + 1: reason for number, reason in reading.guarded.items()}
    return {place: reason for place, reason in places.items() if reason}

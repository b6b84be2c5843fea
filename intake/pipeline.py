"""Carries decisions out: for each mail that was read, look up → triage → write, several mails in one transaction.

Each mail stands in a savepoint of its own, so its failure is its own. The sealed files get their lasting names before
the commit that names them; the spool files are released after it, by the worker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from intake import authenticate, carrying, desks
from intake.deciding import decide
from intake.desks import OpenDesk
from intake.directory import Directory
from intake.sandbox import SealedReading
from intake.triage import Repeat
from intake.work import Held, Work
from parsing.mail import Envelope
from store import blobs, crashpoints, ledger
from store.engine import writing

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadMail:
    """A mail that a child has read."""

    held: Held
    reading: SealedReading


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
        """Write a batch in one transaction; returns the mails that failed, all others are durable.

        Raises StoreUnreachable where the database went away: then nothing is written, and the batch may be given again.
        """
        failed: list[Failed] = []
        files: list[tuple[str, str]] = []
        with writing(self._engine) as session:
            for mail in batch:
                try:
                    with session.begin_nested():
                        files += self._take(session, mail)
                except (OperationalError, InterfaceError):
                    raise  # the database's fault, not the mail's
                except Exception as error:  # noqa: BLE001  # its failure is its own
                    _log.exception("mail not written", spool=mail.held.spool_name)
                    failed.append(Failed(held=mail.held, error=f"{type(error).__name__} while writing it"))
            lost = {each.held.arrival_id for each in failed}
            done = [mail.held.arrival_id for mail in batch if mail.held.arrival_id not in lost]
            ledger.settle(session, done, ledger.DONE)
            crashpoints.reach("before_adopt")
            self._folder.adopt(files)
            crashpoints.reach("before_commit")
        crashpoints.reach("after_commit")
        return failed

    def _take(self, session: Session, mail: ReadMail) -> list[tuple[str, str]]:
        """Everything that one mail means to all its desks; returns the sealed files to adopt."""
        files: list[tuple[str, str]] = []
        held = mail.held
        for name in held.keys:
            desk = self._desks[name]
            gathered, decision = decide(
                session, desk, self._directory, mail.reading.mail, mail.reading.ingest_key, held.envelope, self._now()
            )
            work = Work(
                desk=desk,
                mail=mail.reading.mail,
                report=mail.reading.report,
                ingest_key=mail.reading.ingest_key,
                envelope=held.envelope,
                seen=held.seen,
                arrival_id=held.arrival_id,
                files=desks.seal_names(desk, held.keys[name], mail.reading.staged[name]),
                wrapped_key=desk.key.wrap(held.keys[name]),
                recipients=self._recipients(held.envelope, name),
                identity=authenticate.verdict(mail.reading.mail, desk.trusted),
                same_message_id=gathered.same_message_id,
                now=self._now(),
                shadow=self._shadow,
            )
            carrying.carry_out(session, decision, work)
            if isinstance(decision, Repeat):
                self._folder.drop_staged([staged.passing_name for staged in mail.reading.staged[name]])
            else:
                pairs = zip(mail.reading.staged[name], work.files, strict=True)
                files += [(staged.passing_name, file.name) for staged, file in pairs]
        return files

    def _recipients(self, envelope: Envelope, desk_name: str) -> list[str]:
        """Of the envelope's recipients, those that are this desk's."""
        found = []
        for address in envelope.rcpt_to:
            desk = self._directory.desk_of(address)
            if desk is not None and desk.name == desk_name:
                found.append(address)
        return found

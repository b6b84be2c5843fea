"""A desk without doors: what stands between the spool and the outbox, worked by hand and without child processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest
from sqlalchemy import inspect
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel, select

from intake import desks
from intake.agent_settings import QueueSettings
from intake.clocks.clockwork import Clockwork
from intake.desks import OpenDesk
from intake.directory import Directory
from intake.identity.examining import Examiner
from intake.pipeline import Pipeline
from intake.reading.sealed import Job, SealedReading, together
from intake.reading.sealing import look_and_seal, read_and_seal
from intake.settings import FormSettings
from intake.shunt import Shunt
from intake.spool import Spool
from intake.worker import Worker
from parsing.mail import Envelope
from parsing.report import ReportSettings
from parsing.site import Site
from replies.settings import DeskSettings
from store import keys
from store.blobs import BlobFolder
from store.engine import looking

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 12.00 WIB on a Tuesday

Row = TypeVar("Row", bound=SQLModel)


def customer_mail(body: str = "Username: budi_99\nDeposit belum masuk.\n", **headers: str) -> bytes:
    """A customer's mail, a new one with each Message-ID."""
    mail = EmailMessage()
    told = {
        "From": "Budi <budi@example.com>",
        "To": "help@desk.test",
        "Subject": "Deposit belum masuk",
        "Message-ID": "<1@example.com>",
        "Date": "Tue, 24 Nov 2026 11:58:00 +0700",
    }
    for name, value in (told | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        mail[name] = value
    mail.set_content(body)
    return mail.as_bytes()


class InlineReader:
    """Reads in this process; what it is told to fail on, it fails on."""

    def __init__(self, blobs: Path, settings: ReportSettings) -> None:
        self._blobs = blobs
        self._settings = settings
        self.failures: dict[bytes, Exception] = {}
        self.reads = 0
        self.broken = False
        self.looking = 0

    def warm_up(self) -> None:
        """As the sandbox does."""

    def tend(self) -> None:
        """As the sandbox does."""

    def read(self, path: Path, sha256: str, seals: Mapping[str, bytes]) -> Future[SealedReading]:
        """As the sandbox does."""
        self.reads += 1
        done: Future[SealedReading] = Future()
        content = path.read_bytes()
        failure = next((error for mark, error in self.failures.items() if mark in content), None)
        if failure is not None:
            done.set_exception(failure)
        else:
            job = Job(path=path, sha256=sha256, keys=seals, blobs=self._blobs, settings=self._settings)
            found = read_and_seal(job)
            done.set_result(together(found, look_and_seal(job)) if found.unseen else found)
        return done


@dataclass
class Counter:
    """The desk, and hands to work it with."""

    engine: Engine
    folder: Path
    desks: Mapping[str, OpenDesk]
    spool: Spool
    blobs: BlobFolder
    reader: InlineReader
    pipeline: Pipeline
    worker: Worker
    master: bytes
    clock: list[datetime] = field(default_factory=lambda: [NOON])

    def hand_in(self, content: bytes, **more: Any) -> str:
        """Put a mail into the spool, as a door does."""
        envelope = {
            "door": "smtp",
            "received_at": self.clock[-1],
            "mail_from": "budi@example.com",
            "rcpt_to": ("help@desk.test",),
        }
        incoming = self.spool.receive()
        incoming.write(content)
        return incoming.commit(Envelope(**(envelope | more)))  # type: ignore[arg-type]

    def work(self) -> None:
        """Let the worker work until nothing is left that may be tried now."""
        while self.worker.step():
            pass

    def take(self, *mails: bytes, **more: Any) -> None:
        """Hand mails in and work on them."""
        for content in mails:
            self.hand_in(content, **more)
        self.work()

    def strike(self, **passed: float) -> bool:
        """Let time pass, and the clocks strike; they are made anew each time, as after a restart."""
        if passed:
            self.later(**passed)
        clockwork = Clockwork(engine=self.engine, open_desks=self.desks, now=lambda: self.clock[-1])
        clockwork.adopt()
        return clockwork.run()

    def rows(self, model: type[Row]) -> Sequence[Row]:
        """All rows of a table, the oldest first."""
        with looking(self.engine) as session:
            return session.exec(select(model).order_by(*inspect(model).primary_key)).all()

    def later(self, **passed: float) -> None:
        """Let time pass."""
        self.clock.append(self.clock[-1] + timedelta(**passed))


def _never(error: OSError) -> NoReturn:
    raise AssertionError(error)


def make_counter(
    engine: Engine,
    folder: Path,
    *settings: DeskSettings,
    master: bytes | None = None,
    examiner: Examiner | None = None,
    site: Site | None = None,
    forms: Sequence[FormSettings] = (),
    queues: Sequence[QueueSettings] = (),
) -> Counter:
    """Build a desk in a folder, with a master key of its own unless one is given; without an examiner none examines."""
    listed = settings or (DeskSettings(name="help", addresses=["help@desk.test"], acknowledge="all"),)
    clock = [NOON]
    master = master or keys.new_key()
    open_desks = desks.open_all(engine, {desk.name: desk for desk in listed}, master, site, forms, queues=queues)
    directory, blobs = Directory(listed), BlobFolder(folder / "blobs")
    spool = Spool(folder / "spool", quota=1 << 30, on_fatal=_never)
    reader = InlineReader(
        folder / "blobs",
        ReportSettings(
            site=site or Site(),
            lists=frozenset(address for desk in listed for address in desk.written_to),
            forms=frozenset(form.address for form in forms),
        ),
    )

    def now() -> datetime:
        return clock[-1]

    pipeline = Pipeline(engine=engine, folder=blobs, open_desks=open_desks, directory=directory, now=now)
    worker = Worker(
        spool=spool,
        engine=engine,
        sandbox=reader,
        examiner=examiner or Examiner(resolver=None, scanner=None),
        pipeline=pipeline,
        shunt=Shunt(engine=engine, folder=blobs, open_desks=open_desks, now=now),
        open_desks=open_desks,
        directory=directory,
        doors_busy=lambda: False,
        on_written=lambda: None,
    )
    return Counter(
        engine=engine,
        folder=folder,
        desks=open_desks,
        spool=spool,
        blobs=blobs,
        reader=reader,
        pipeline=pipeline,
        worker=worker,
        master=master,
        clock=clock,
    )


@pytest.fixture
def counter(engine: Engine, tmp_path: Path) -> Counter:
    """One desk that acknowledges everybody."""
    return make_counter(engine, tmp_path)

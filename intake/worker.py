"""Takes mail out of the spool: counts the attempt, has it read, has it written, releases it; shunts what resists.

One thread. Reading goes on in the sandbox's children meanwhile, and whatever has been read by the next look is
written in one transaction. The database may be away at any time: then mail stays in the spool, and what was read waits
in memory.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import TimeoutError as ReadTimeoutError

import structlog
from pebble import ProcessExpired
from sqlalchemy.engine import Engine

from intake.desks import OpenDesk
from intake.directory import Directory
from intake.errors import SpoolCorrupt
from intake.pipeline import Pipeline, ReadMail
from intake.sandbox import Sandbox, SealedReading
from intake.shunt import Shunt
from intake.spool import Spool
from intake.work import Held
from parsing.mail import Envelope
from store import crashpoints, keys, ledger
from store.engine import writing
from store.errors import StoreUnreachable
from store.ledger import Seen

_log = structlog.get_logger(__name__)

#: Attempts that a mail is worth. What kills its reader three times will kill it a fourth time (Mailman's rule).
MAX_ATTEMPTS = 3

#: Mails that are being read or wait to be written at a time: enough to keep the children busy, and to share a commit.
WINDOW = 16

#: Seconds of rest after a failed attempt, times the number of attempts: time for memory or a disk to come back.
REST_SECONDS = 0.5

#: Seconds between two tries to reach a database that is away.
STORE_PAUSE_SECONDS = 1.0

#: The longest time that the worker gives way to busy doors before it takes its next mails.
COURTESY_SECONDS = 0.25


class Worker:
    """The thread between the spool and the tickets."""

    def __init__(
        self,
        *,
        spool: Spool,
        engine: Engine,
        sandbox: Sandbox,
        pipeline: Pipeline,
        shunt: Shunt,
        open_desks: Mapping[str, OpenDesk],
        directory: Directory,
        doors_busy: Callable[[], bool],
        on_written: Callable[[], None],
    ) -> None:
        self._spool = spool
        self._engine = engine
        self._sandbox = sandbox
        self._pipeline = pipeline
        self._shunt = shunt
        self._desks = open_desks
        self._directory = directory
        self._doors_busy = doors_busy
        self._on_written = on_written
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._reading: dict[Future[SealedReading], Held] = {}
        self._read: list[ReadMail] = []
        self._listed: list[str] = []
        self._resting: dict[str, float] = {}  # spool name → when it may be tried again, on the monotonic clock
        self._thread = threading.Thread(target=self._run, name="worker")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self, _name: str = "") -> None:
        """Say that there is mail in the spool."""
        self._wake.set()

    def stop(self) -> None:
        """Finish what is in hand and end; what is left stays in the spool."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._give_way()
                worked = self.step()
            except StoreUnreachable as error:
                _log.warning("the store is away, mail waits in the spool", error=str(error))
                self._stopping.wait(STORE_PAUSE_SECONDS)
            except Exception:  # noqa: BLE001  # whatever it was, the next mails are not to suffer for it
                _log.exception("worker failed")
                self._stopping.wait(STORE_PAUSE_SECONDS)
            else:
                if not worked:
                    self._wake.wait(timeout=REST_SECONDS)
                    self._wake.clear()
        self._finish_in_hand()

    def step(self) -> bool:
        """Take new mails, collect what was read, write it; False where there was nothing to do."""
        fresh = self._fresh()
        if fresh:
            self._begin(fresh)
        if not self._reading and not self._read:
            return bool(fresh)
        self._collect()
        self._write()
        return True

    def _give_way(self) -> None:
        """Let busy doors have the processor first: what is spooled is safe, what a client still holds is not."""
        until = time.monotonic() + COURTESY_SECONDS
        while self._doors_busy() and time.monotonic() < until and not self._stopping.is_set():
            self._stopping.wait(COURTESY_SECONDS / 10)

    def _fresh(self) -> list[str]:
        """The next mails to take; the folder is listed again only when its last listing is used up."""
        if not self._listed:
            taken = {held.spool_name for held in self._reading.values()} | {mail.held.spool_name for mail in self._read}
            now = time.monotonic()
            self._listed = [
                name for name in self._spool.waiting() if name not in taken and self._resting.get(name, 0.0) <= now
            ]
        room = WINDOW - len(self._reading) - len(self._read)
        fresh, self._listed = self._listed[:room], self._listed[room:]
        return fresh

    def _begin(self, names: list[str]) -> None:
        trailers = {name: trailer for name in names if (trailer := self._trailer(name)) is not None}
        found = {name: _seen(name, envelope, size) for name, (envelope, size, _) in trailers.items()}
        crashpoints.reach("before_claim_mail")
        with writing(self._engine) as session:
            arrivals = ledger.begin_attempts(session, list(found.values()))
        crashpoints.reach("after_claim_mail")
        finished = []
        for name, (envelope, _, digest) in trailers.items():
            arrival = arrivals[name]
            held = Held(
                arrival_id=arrival.id or 0,
                attempts=arrival.attempts,
                spool_name=name,
                seen=found[name],
                envelope=envelope,
                keys={desk: keys.new_key() for desk in self._desks_of(envelope)},
            )
            if arrival.state != ledger.WAITING:
                finished.append(name)  # committed, but we died before its file was released
            elif arrival.attempts > MAX_ATTEMPTS:
                self._set_aside(held, arrival.error or "the daemon died while this mail was read")
            else:
                self._reading[self._sandbox.read(self._spool.path(name), digest, held.keys)] = held
        self._spool.release(finished)

    def _trailer(self, name: str) -> tuple[Envelope, int, str] | None:
        try:
            return self._spool.envelope(name)
        except SpoolCorrupt:
            _log.error("spool file is damaged, kept aside", spool=name)
            self._spool.set_aside(name)
        except FileNotFoundError:
            pass  # released by an earlier round between listing and opening
        return None

    def _desks_of(self, envelope: Envelope) -> list[str]:
        """The desks that a mail is for; a recipient whose desk has left the configuration still is somebody's."""
        if envelope.desk in self._desks:
            return [envelope.desk]
        found = [desk.name for address in envelope.rcpt_to if (desk := self._directory.desk_of(address))]
        return list(dict.fromkeys(found)) or [next(iter(self._desks))]

    def _collect(self) -> None:
        if not self._reading:
            return
        done, _ = wait(self._reading, timeout=REST_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            held = self._reading.pop(future)
            try:
                reading = future.result()
            except (ReadTimeoutError, TimeoutError):
                self._failed(held, "reading took too long")
            except ProcessExpired as error:
                self._failed(held, f"the reader died ({error.exitcode})")
            except Exception as error:  # noqa: BLE001  # one bad mail never stops the next
                _log.exception("mail not read", spool=held.spool_name)
                self._failed(held, f"{type(error).__name__} while reading it")
            else:
                self._read.append(ReadMail(held=held, reading=reading))

    def _write(self) -> None:
        if not self._read:
            return
        batch = self._read
        failed = self._pipeline.write(batch)  # where the store is away, the batch stays for the next try
        self._read = []
        unwritten = {each.held.spool_name for each in failed}
        self._spool.release([mail.held.spool_name for mail in batch if mail.held.spool_name not in unwritten])
        crashpoints.reach("after_release")
        self._on_written()
        for each in failed:
            self._failed(each.held, each.error)

    def _failed(self, held: Held, error: str) -> None:
        _log.warning("attempt failed", spool=held.spool_name, attempt=held.attempts, error=error)
        with writing(self._engine) as session:
            ledger.note_failure(session, held.arrival_id, error)
        if held.attempts >= MAX_ATTEMPTS:
            self._set_aside(held, error)
        else:
            self._resting[held.spool_name] = time.monotonic() + REST_SECONDS * held.attempts

    def _set_aside(self, held: Held, error: str) -> None:
        self._shunt.set_aside(held, self._spool.open(held.spool_name).content, error)
        self._spool.release([held.spool_name])
        self._resting.pop(held.spool_name, None)

    def _finish_in_hand(self) -> None:
        try:
            while self._reading:
                self._collect()
            self._write()
        except StoreUnreachable:
            _log.warning("stopped while the store is away, mail waits in the spool")


def _seen(name: str, envelope: Envelope, size: int) -> Seen:
    return Seen(
        spool_name=name,
        door=envelope.door,
        mailbox=envelope.mailbox,
        received_at=envelope.received_at,
        size=size,
    )

"""Takes mail out of the spool: counts the attempt, has it read, has it written, releases it; shunts what resists.

One thread. Meanwhile reading goes on in the sandbox's children, examining (DNS, scanner) in threads, and whatever has
been examined by the next look is written in one transaction. The database may be away at any time: then mail stays in
the spool, and what was read waits in memory.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import structlog
from pebble import ProcessExpired
from sqlalchemy.engine import Engine

from intake.desks import OpenDesk
from intake.directory import Directory
from intake.effects.work import Held
from intake.errors import SpoolCorrupt
from intake.identity.examining import Examination, Examiner
from intake.pipeline import Pipeline, ReadMail
from intake.reading.reader import Reader
from intake.reading.sealed import SealedReading
from intake.setbacks import MAX_ATTEMPTS, Setbacks
from intake.shunt import Shunt
from intake.spool import Spool
from intake.waiting import REST_SECONDS, Waiting
from parsing.mail import Envelope
from store import crashpoints, keys, ledger
from store.engine import looking, writing
from store.errors import StoreUnreachable
from store.ledger import Attempt, Seen

_log = structlog.get_logger(__name__)

#: Mails that are being read or wait to be written at a time, beside those whose pictures are looked at: enough to keep
#: the children busy, and to share a commit.
WINDOW = 16

#: How long a mail that was read waits for those that are still being read, to share its transaction with them: what a
#: transaction costs beside its mails is as much as one mail.
COMPANY_SECONDS = 0.02

#: Seconds between two tries to reach a database that is away.
STORE_PAUSE_SECONDS = 1.0

#: How long the worker, when it has been idle, lets busy doors have the processor first. A burst of mails is taken in
#: before it is worked on; in lasting traffic the worker is never idle, and gets its share.
COURTESY_SECONDS = 2.0
_LOOK_SECONDS = 0.02


class Worker:
    """The thread between the spool and the tickets."""

    def __init__(
        self,
        *,
        spool: Spool,
        engine: Engine,
        sandbox: Reader,
        examiner: Examiner,
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
        self._examiner = examiner
        self._pipeline = pipeline
        self._desks = open_desks
        self._directory = directory
        self._doors_busy = doors_busy
        self._on_written = on_written
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._reading: dict[Future[SealedReading], Held] = {}
        self._examining: dict[Future[Examination], tuple[Held, SealedReading]] = {}
        self._read: list[ReadMail] = []
        self._looked_back = False
        self._waiting = Waiting(spool)
        self._setbacks = Setbacks(engine=engine, spool=spool, waiting=self._waiting, shunt=shunt)
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
        self._sandbox.warm_up()  # an attempt is then over in milliseconds, and few are lost where we are killed
        worked = False
        while not self._stopping.is_set():
            try:
                if not worked:
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
        if not self._looked_back:
            self._look_back()
        fresh = self._fresh()
        if fresh:
            self._begin(fresh)
        if not self._reading and not self._examining and not self._read:
            return bool(fresh)
        self._collect()
        self._write()
        return True

    def _look_back(self) -> None:
        """Find the mails that were in hand when the daemon died: one of them may be why, so each is tried by itself."""
        with looking(self._engine) as session:
            names = ledger.tried(session)
        for name in set(names) & set(self._spool.waiting()):
            self._waiting.suspect(name)
        self._looked_back = True

    def _give_way(self) -> None:
        """Let busy doors go first: what is spooled is safe, what a client still holds is not."""
        until = time.monotonic() + COURTESY_SECONDS
        while self._doors_busy() and time.monotonic() < until and not self._stopping.is_set():
            self._stopping.wait(_LOOK_SECONDS)

    def _fresh(self) -> list[str]:
        in_hand = {held.spool_name for held in self._reading.values()}
        in_hand |= {held.spool_name for held, _ in self._examining.values()}
        in_hand |= {mail.held.spool_name for mail in self._read}
        return self._waiting.next(WINDOW + self._sandbox.looking - len(in_hand), in_hand)

    def _begin(self, names: list[str]) -> None:
        trailers = {name: trailer for name in names if (trailer := self._trailer(name)) is not None}
        found = {name: _seen(name, envelope, size) for name, (envelope, size, _) in trailers.items()}
        crashpoints.reach("before_claim_mail")
        with writing(self._engine) as session:
            attempts = ledger.begin_attempts(session, list(found.values()))
        crashpoints.reach("after_claim_mail")
        committed = [name for name in trailers if attempts[name].state != ledger.WAITING]
        self._waiting.release(committed)  # we died between their commit and their release
        for name, (envelope, _, digest) in trailers.items():
            if name not in committed:
                held = _held(attempts[name], found[name], envelope, self._desks_of(envelope))
                self._try(held, digest, attempts[name])

    def _try(self, held: Held, digest: str, attempt: Attempt) -> None:
        if held.attempts > MAX_ATTEMPTS:
            self._setbacks.set_aside(held, attempt.error or "the daemon died while this mail was read")
            return
        try:
            reading = self._sandbox.read(self._spool.path(held.spool_name), digest, held.keys)
        except OSError as error:  # no child can be had: the machine has no memory or no process left
            self._setbacks.postponed(held, error)
        else:
            self._reading[reading] = held

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
        if envelope.desk is not None and envelope.desk in self._desks:
            return [envelope.desk]
        found = [desk.name for address in envelope.rcpt_to if (desk := self._directory.desk_of(address))]
        return list(dict.fromkeys(found)) or [next(iter(self._desks))]

    def _collect(self) -> None:
        if not self._reading and not self._examining:
            return
        self._sandbox.tend()
        in_hand: set[Future[Any]] = {*self._reading, *self._examining}
        done, still_read = wait(in_hand, timeout=REST_SECONDS, return_when=FIRST_COMPLETED)
        if done and still_read:
            done |= wait(still_read, timeout=COMPANY_SECONDS).done
        read = set(self._reading) if not done and self._sandbox.broken else set(self._reading) & done
        for future in read:
            self._take_in(self._reading.pop(future), future)
        for examined in [each for each in self._examining if each.done()]:
            self._take_up(*self._examining.pop(examined), examined)

    def _take_in(self, held: Held, future: Future[SealedReading]) -> None:
        """What became of a reading."""
        if not future.done():
            self._setbacks.suspected(held)
            return
        try:
            self._examine(held, future.result())
        except TimeoutError:  # before OSError, whose child it is
            self._setbacks.failed(held, "reading took too long")
        except ProcessExpired as error:
            self._setbacks.failed(held, f"the reader died ({error.exitcode})")
        except BrokenProcessPool:
            self._setbacks.suspected(held)
        except OSError as error:
            self._setbacks.postponed(held, error)
        except Exception as error:  # noqa: BLE001  # one bad mail never stops the next
            _log.exception("mail not read", spool=held.spool_name)
            self._setbacks.failed(held, f"{type(error).__name__} while reading it")

    def _examine(self, held: Held, reading: SealedReading) -> None:
        path = self._spool.path(held.spool_name)
        alone = any(not self._desks[name].trusted for name in held.keys)  # no border server vouches for its senders
        self._examining[self._examiner.begin(path, reading.mail, evaluate_sender=alone)] = held, reading

    def _take_up(self, held: Held, reading: SealedReading, future: Future[Examination]) -> None:
        """What became of an examination."""
        try:
            self._read.append(ReadMail(held=held, reading=reading, examination=future.result()))
        except OSError as error:
            self._setbacks.postponed(held, error)
        except SpoolCorrupt as error:
            self._setbacks.failed(held, str(error))

    def _write(self) -> None:
        if not self._read:
            return
        self._read.sort(key=lambda mail: mail.held.spool_name)  # in the order of arrival, as far as that is known
        try:
            failed = self._pipeline.write(self._read)  # while the store is away, what was read waits for the next try
        except FileNotFoundError:  # sealed files that lay about too long were tidied away: read again
            self._read = []
            raise
        batch, self._read = self._read, []
        unwritten = {each.held.spool_name for each in failed}
        self._waiting.release([mail.held.spool_name for mail in batch if mail.held.spool_name not in unwritten])
        crashpoints.reach("after_release")
        self._on_written()
        for each in failed:
            self._setbacks.failed(each.held, each.error)

    def _finish_in_hand(self) -> None:
        try:
            while self._reading or self._examining:
                self._collect()
            self._write()
        except StoreUnreachable:
            _log.warning("stopped while the store is away, mail waits in the spool")


def _held(attempt: Attempt, seen: Seen, envelope: Envelope, desks: list[str]) -> Held:
    return Held(
        arrival_id=attempt.arrival_id,
        attempts=attempt.attempts,
        spool_name=seen.spool_name,
        seen=seen,
        envelope=envelope,
        keys={desk: keys.new_key() for desk in desks},
    )


def _seen(name: str, envelope: Envelope, size: int) -> Seen:
    return Seen(
        spool_name=name,
        door=envelope.door,
        mailbox=envelope.mailbox,
        received_at=envelope.received_at,
        size=size,
    )

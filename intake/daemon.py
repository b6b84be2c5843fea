"""Builds everything once, runs it, stops it cleanly: the only place where the parts are wired together.

The doors open first and close first. Behind them stands the office (worker, sender, mailboxes), which needs the
database; while that is away the doors go on taking mail into the spool.
"""

from __future__ import annotations

import fcntl
import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn

import structlog
from sqlalchemy.engine import Engine

from intake import clock, logs
from intake.config import Settings
from intake.directory import Directory
from intake.doors.health import DoorHealthBook
from intake.doors.smtp import SmtpDoor
from intake.errors import AlreadyRunning
from intake.office import Office
from intake.settings import LmtpSettings, SmtpSettings
from intake.spool import Spool
from intake.timetable import Timetable
from store import crashpoints, keys
from store.engine import open_store, writing
from store.errors import StoreUnreachable

_log = structlog.get_logger(__name__)

#: Leavings of broken deliveries are kept this long (maildir(5)).
SWEEP_AGE = timedelta(hours=36)

#: Seconds that a running transaction may take to end when we stop.
GRACE_SECONDS = 8.0

#: Seconds between two tries to open the office while the database is away.
OFFICE_PAUSE_SECONDS = 2.0

#: How long a GIL holder may keep the others waiting. The default of 5 ms would be added to every answer of the doors.
SWITCH_SECONDS = 0.0005


class Daemon:
    """One running loket."""

    def __init__(self, settings: Settings, *, shadow: bool = False, now: Callable[[], datetime] = clock.now) -> None:
        self._settings = settings
        self._shadow = shadow
        self._now = now
        self._office: Office | None = None
        self._stopping = threading.Event()
        self._timetable = Timetable()
        self._ending = ExitStack()  #: what `stop` has to do, the last first

    def start(self) -> None:
        """Open the doors, and the office as soon as the database is there.

        Raises AlreadyRunning, ConfigurationWrong, KeyMissing or DoorBlocked where that cannot be; then nothing is left
        running.
        """
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        _log.info("loket runs", desks=list(self._settings.desks), shadow=self._shadow)

    def _start(self) -> None:
        settings = self._settings
        sys.setswitchinterval(SWITCH_SECONDS)
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._ending.callback(os.close, _lock(settings))
        self._master = keys.read_master(settings.data / "secret.key")
        self._engine = open_store(settings.store_url)
        self._ending.callback(self._engine.dispose)
        self._health = DoorHealthBook(self._now)
        self._ending.callback(self._write_health)
        self._directory = Directory(settings.desks.values())
        limits = settings.intake.limits
        self._spool = Spool(settings.data / "spool", quota=limits.spool_quota, on_fatal=_die)
        self._ending.callback(self._close_office)
        self._smtp = self._make_door("smtp", settings.intake.smtp)
        self._lmtp = self._make_door("lmtp", settings.intake.lmtp)
        self._try_office()
        self._plan()
        self._timetable.start()

    def _make_door(self, name: str, settings: SmtpSettings | LmtpSettings) -> SmtpDoor:
        """Open a door; it stands in the health book where it listens at all."""
        book = self._health if settings.places else DoorHealthBook(self._now)
        door = SmtpDoor(
            settings,
            self._settings.intake.limits,
            self._spool,
            knows=self._directory.knows,
            health=book.door(name, name),
            on_mail=self._mail_came,
        )
        self._ending.callback(door.stop, GRACE_SECONDS)
        door.start()
        return door

    @property
    def smtp_port(self) -> int:
        """The port on which SMTP is accepted."""
        return self._smtp.port

    @property
    def engine(self) -> Engine:
        """The store."""
        return self._engine

    def serve(self) -> None:
        """Start, and run until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        self.start()
        try:
            while not self._stopping.wait(timeout=OFFICE_PAUSE_SECONDS):
                if self._office is None:
                    self._try_office()
        finally:
            self.stop()

    def ask_to_stop(self) -> None:
        """Make `serve` return."""
        self._stopping.set()

    def stop(self) -> None:
        """Close the doors, finish what is in hand, let go of the data folder."""
        self._stopping.set()
        self._ending.close()
        _log.info("loket stopped")

    def _close_office(self) -> None:
        if self._office is not None:
            self._office.ask_to_stop()  # polls that run end early; the timetable waits for them
        self._timetable.stop()
        if self._office is not None:
            self._office.stop()

    def _mail_came(self, name: str) -> None:
        if self._office is not None:
            self._office.mail_came(name)

    def _try_office(self) -> None:
        try:
            office = Office(
                self._settings,
                engine=self._engine,
                master=self._master,
                spool=self._spool,
                directory=self._directory,
                health=self._health,
                doors_busy=lambda: self._smtp.busy or self._lmtp.busy,
                now=self._now,
                rng=random.Random(),  # noqa: S311  # spreads retries, guards nothing
                shadow=self._shadow,
            )
        except StoreUnreachable as error:
            _log.warning("the store is away, mail waits in the spool", error=str(error))
            return
        office.start()
        office.plan(self._timetable)
        self._office = office

    def _plan(self) -> None:
        times = self._settings.timetable
        self._timetable.every(times.spool_seconds, "spool", lambda: self._mail_came(""))
        self._timetable.every(times.spool_seconds, "spool-usage", self._spool.usage)
        self._timetable.every(times.health_seconds, "health", self._write_health)
        self._timetable.every(times.housekeeping_hours * 3600, "sweep", lambda: self._spool.sweep(SWEEP_AGE))

    def _write_health(self) -> None:
        try:
            with writing(self._engine) as session:
                self._health.flush(session)
        except StoreUnreachable:
            _log.debug("health not written, the store is away")


def run(load: Callable[[], Settings], *, shadow: bool = False) -> None:
    """Run a daemon, anew with the configuration as it then stands at every SIGHUP, until SIGTERM or SIGINT.

    A configuration that turns out wrong at SIGHUP is told in the log, and the old one stays.
    """
    crashpoints.arm(os.environ)
    settings, reload = load(), threading.Event()
    while True:
        logs.configure(form=settings.log.format, level=settings.log.level)
        daemon = Daemon(settings, shadow=shadow)
        signal.signal(signal.SIGHUP, partial(_ask_to_reload, daemon, reload))
        daemon.serve()
        if not reload.is_set():
            return
        reload.clear()
        settings = _reloaded(load, settings)


def _ask_to_reload(daemon: Daemon, reload: threading.Event, *_: object) -> None:
    reload.set()
    daemon.ask_to_stop()


def _reloaded(load: Callable[[], Settings], before: Settings) -> Settings:
    try:
        return load()
    except Exception as error:  # noqa: BLE001  # a running desk is worth more than a new setting
        _log.exception("configuration not reloaded, the old one stays", error=str(error))
        return before


def _lock(settings: Settings) -> int:
    descriptor = os.open(settings.data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise AlreadyRunning(str(settings.data)) from error
    return descriptor


def _die(error: OSError) -> NoReturn:
    """After a failed fsync nothing this process knows of the disk is true: end, without another write."""
    _log.critical("fsync failed, the process ends", error=str(error))
    os._exit(1)

"""What stands behind the doors and needs the database: worker, sender, mailboxes, housekeeping."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.engine import Engine

from intake import desks
from intake.agents.mailing import Means
from intake.agents.post import Post
from intake.agents.queueing import by_name
from intake.clocks.clockwork import Clockwork
from intake.clocks.keeping import Keeping
from intake.config import Settings
from intake.desks import OpenDesk
from intake.directory import Directory
from intake.doors.health import DoorHealthBook
from intake.doors.imap import ImapDoor
from intake.doors.imap_thread import FolderThread
from intake.grants import Grants
from intake.identity.examining import examiner
from intake.pipeline import Pipeline
from intake.sandbox import Sandbox
from intake.settings import ImapAccount, PolledFolder
from intake.shunt import Shunt
from intake.spool import Spool
from intake.timetable import Timetable
from intake.watch.alerting import Alarm
from intake.watch.canary import Canaries
from intake.watch.watching import Watch
from intake.worker import Worker
from replies.folder import Folder
from replies.sender import Sender, Transport
from replies.smarthost import Smarthost
from store import housekeeping, migrate, outbox_control, people
from store.blobs import BlobFolder
from store.engine import ping, writing
from store.errors import StoreUnreachable

_log = structlog.get_logger(__name__)

#: Letters that one claim takes: few, since each holds a lease.
LETTERS_AT_A_TIME = 20


class Office:
    """Worker, sender and mailboxes of one daemon. Raises StoreUnreachable where it cannot be opened now."""

    def __init__(
        self,
        settings: Settings,
        *,
        engine: Engine,
        master: bytes,
        spool: Spool,
        directory: Directory,
        health: DoorHealthBook,
        doors_busy: Callable[[], bool],
        now: Callable[[], datetime],
        rng: random.Random,
        shadow: bool,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._now = now
        self._shadow = shadow
        self._stopping = threading.Event()
        self._letters = threading.Event()
        ping(engine)
        if settings.store.migrate:
            migrate.upgrade(engine)
        migrate.require_current(engine)
        self._open_desks = _opened(settings, engine, master)
        self._seed_agents()
        self._blobs = BlobFolder(settings.data / "blobs")
        self._sandbox = _sandbox(settings)
        self._examiner = examiner(settings.intake)
        self._worker = self._make_worker(spool, directory, doors_busy)
        lease = timedelta(seconds=settings.replies.lease_seconds)
        self._grants = Grants(settings, engine=engine, master=master, now=now)
        self._sender = Sender(engine, _transport(settings, self._grants), now=now, rng=rng, lease=lease)
        self._clockwork = Clockwork(engine=engine, open_desks=self._open_desks, now=now, shadow=shadow)
        self._post = Post(settings.notices, self._means(directory), engine=engine, now=now)
        self._keeping = self._make_keeping()
        self._sending = threading.Thread(target=self._send, name="sender")
        largest = settings.intake.limits.max_mail_size
        self._watch = Watch(settings.alerts, engine=engine, spool=spool, health=health, largest=largest, now=now)
        self._alarm = self._make_alarm(settings)
        self._canaries = self._make_canaries()
        self._mailboxes = [
            FolderThread(account, self._make_mailbox(account, polled, spool, health), self._stopping, rng)
            for account in settings.intake.imap
            for polled in account.polled
        ]

    def _means(self, directory: Directory) -> Means:
        """What writing to agents needs."""
        return Means(
            desks={desk.id: desk for desk in self._open_desks.values()},
            queues=by_name(self._settings.queues),
            folder=self._blobs,
            directory=directory,
            picture_bytes=self._settings.notices.picture_kb * 1024,
            shadow=self._shadow,
        )

    def _make_alarm(self, settings: Settings) -> Alarm:
        route = settings.alert_route
        return Alarm(
            settings.alerts,
            sender=_first_address(settings),
            route=route,
            tokens=self._grants.of(route.oauth, route.username) if route else None,
            keys=[key for desk in settings.desks.values() for key in desk.dkim],
            engine=self._engine,
            now=self._now,
        )

    def _make_keeping(self) -> Keeping:
        means: dict[str, Any] = {"engine": self._engine, "blobs": self._blobs, "open_desks": self._open_desks}
        settings = self._settings
        return Keeping(settings.kept, **means, letters=settings.letters, now=self._now, stop=self._stopping)

    def _make_canaries(self) -> Canaries:
        smtp = self._settings.replies.smtp
        tokens = self._grants.of(smtp.oauth, smtp.username)
        return Canaries(self._open_desks.values(), route=smtp, tokens=tokens, engine=self._engine, now=self._now)

    def _make_worker(self, spool: Spool, directory: Directory, doors_busy: Callable[[], bool]) -> Worker:
        means: dict[str, Any] = {"engine": self._engine, "folder": self._blobs, "open_desks": self._open_desks}
        return Worker(
            spool=spool,
            engine=self._engine,
            sandbox=self._sandbox,
            examiner=self._examiner,
            pipeline=Pipeline(**means, directory=directory, now=self._now, shadow=self._shadow),
            shunt=Shunt(**means, now=self._now),
            open_desks=self._open_desks,
            directory=directory,
            doors_busy=doors_busy,
            on_written=self._letters.set,
        )

    def _make_mailbox(
        self, account: ImapAccount, polled: PolledFolder, spool: Spool, health: DoorHealthBook
    ) -> ImapDoor:
        return ImapDoor(
            account,
            polled,
            spool=spool,
            engine=self._engine,
            on_mail=self._worker.wake,
            health=health.door(polled.door, "imap"),
            now=self._now,
            stop=self._stopping,
            flagging=not self._shadow,
            limit=self._settings.intake.limits.max_mail_size,
            tokens=self._grants.of(account.oauth, account.username),
        )

    def start(self) -> None:
        """Begin to work."""
        with writing(self._engine) as session:
            outbox_control.release_leases(session)  # ours, from before a crash: the data folder says that we are alone
        self._clockwork.adopt()
        self._worker.start()
        if not self._shadow:
            self._sending.start()
        for mailbox in self._mailboxes:
            mailbox.start()
        self._worker.wake()

    def plan(self, timetable: Timetable) -> None:
        """Say what is to be done regularly."""
        times = self._settings.timetable
        timetable.every(times.outbox_seconds, "outbox", self._letters.set)
        timetable.every(self._settings.notices.look_seconds, "notices", self._notify)
        timetable.every(times.clocks_seconds, "clocks", self._strike_clocks)
        timetable.every(times.retention_minutes * 60, "retention", self._keeping.run)
        timetable.every(times.housekeeping_hours * 3600, "housekeeping", self._tidy)
        timetable.every(times.grants_minutes * 60, "grants", self._grants.keep, at_once=True)
        if self._settings.alerts.canary_minutes and not self._shadow:
            timetable.every(self._settings.alerts.canary_minutes * 60, "canary", self._send_canaries, at_once=True)
        timetable.every(times.watch_seconds, "watch", self._look_round, at_once=True)

    def mail_came(self, name: str) -> None:
        """Say that there is mail in the spool."""
        self._worker.wake(name)

    def ask_to_stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()

    def stop(self) -> None:
        """Finish what is in hand and end."""
        self._stopping.set()
        self._letters.set()
        self._worker.stop()
        if self._sending.is_alive():
            self._sending.join()
        for mailbox in self._mailboxes:
            mailbox.join()
        self._examiner.stop()
        self._sandbox.stop()

    def _send(self) -> None:
        while not self._stopping.is_set():
            self._letters.wait()
            self._letters.clear()
            try:
                while not self._stopping.is_set() and self._sender.send_due(LETTERS_AT_A_TIME):
                    pass
            except Exception:  # noqa: BLE001  # the timetable wakes us again
                _log.exception("sending failed")
        self._sender.close()

    def _notify(self) -> None:
        try:
            if self._post.carry_out():
                self._letters.set()
        except StoreUnreachable:
            _log.debug("nobody told, the store is away")

    def _strike_clocks(self) -> None:
        try:
            if self._clockwork.run():
                self._letters.set()
        except StoreUnreachable:
            _log.debug("no clock strikes, the store is away")

    def _look_round(self) -> None:
        try:
            self._watch.look()
            self._alarm.carry_out()
        except StoreUnreachable as error:
            self._alarm.without_store(str(error))

    def _send_canaries(self) -> None:
        try:
            self._canaries.fly()
        except StoreUnreachable:
            _log.debug("no mail to ourselves, the store is away")

    def _tidy(self) -> None:
        removed = housekeeping.collect_orphans(self._engine, self._blobs)
        if removed:
            _log.info("orphaned files removed", count=removed)

    def _seed_agents(self) -> None:
        with writing(self._engine) as session:
            if not people.agents(session):
                for agent in self._settings.agents:
                    people.add_agent(
                        session,
                        agent.name,
                        agent.role,
                        agent.addresses,
                        self._now(),
                        language=agent.language,
                        quiet=agent.quiet,
                    )


def _opened(settings: Settings, engine: Engine, master: bytes) -> dict[str, OpenDesk]:
    holds = settings.answer_holds
    return desks.open_all(engine, settings.desks, master, settings.site, settings.intake.forms, holds, settings.queues)


def _sandbox(settings: Settings) -> Sandbox:
    return Sandbox(
        readers=settings.intake.readers,
        blobs=settings.data / "blobs",
        settings=settings.report_settings,
        ocr=settings.parsing.ocr,
    )


def _first_address(settings: Settings) -> str:
    return next(iter(settings.desks.values())).addresses[0]


def _transport(settings: Settings, grants: Grants) -> Transport:
    if settings.replies.deliver == "folder":
        return Folder(settings.letters)
    smtp = settings.replies.smtp
    return Smarthost(smtp, tokens=grants.of(smtp.oauth, smtp.username))

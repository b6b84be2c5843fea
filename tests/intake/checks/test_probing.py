"""`check --probe`: a mail as answers are addressed goes out, and has to come back through a door of the daemon."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlmodel import select

from intake.checks import checking
from intake.config import Settings
from intake.daemon import Daemon
from store import keys, migrate
from store.engine import looking, open_store
from store.models import Letter, Mail, Ticket
from tests.intake.conftest import Counter, make_counter
from tests.servers.common import free_port
from tests.servers.sinks import Sink
from tests.zone import Zone


def _settings(folder: Path, out: int, door: int | None = None) -> Settings:
    """Letters leave by a port, and mail comes in by another."""
    if not (folder / "secret.key").exists():
        keys.create_master(folder / "secret.key")
    values: dict[str, Any] = {
        "data": folder,
        "desks": {"help": {"addresses": ["help@desk.test", "bantuan@desk.test"]}},
        "replies": {"deliver": "smtp", "smtp": {"host": "127.0.0.1", "port": out, "tls": "none"}},
        "intake": {"smtp": {"listen": f"127.0.0.1:{door}"}} if door else {},
    }
    return Settings(**values)


def _told(settings: Settings, seconds: float) -> dict[str, tuple[bool, str]]:
    found = checking.check(settings, {}, online=False, resolver=Zone(), probe_seconds=seconds)
    return {each.what: (each.well, each.told) for each in found if each.what.startswith("round trip")}


def test_a_mail_that_comes_back_is_told_with_its_door(tmp_path: Path) -> None:
    """For each address; it opens no ticket and is not answered."""
    port = free_port()
    settings = _settings(tmp_path, port, port)
    daemon = Daemon(settings)
    daemon.start()
    try:
        told = _told(settings, 30)
        with looking(daemon.engine) as session:
            assert session.exec(select(Ticket)).all() == session.exec(select(Letter)).all() == []
    finally:
        daemon.stop()
    assert list(told) == ["round trip of help@desk.test", "round trip of bantuan@desk.test"]
    for address, (well, words) in zip(("help", "bantuan"), told.values(), strict=True):
        assert well, words
        assert words.startswith(f"a mail to {address}+probe@desk.test has come back after")
        assert words.endswith("by smtp")


def test_a_mail_that_stays_away_is_told_with_what_to_look_at(tmp_path: Path, smarthost: Sink) -> None:
    """Within the time that was given."""
    _migrated(tmp_path)
    for well, words in _told(_settings(tmp_path, smarthost.port), 0.1).values():
        assert not well
        assert "has not come back within 0 seconds" in words
        assert "recipient_delimiter = +" in words


def test_a_server_that_cuts_the_extension_is_told(tmp_path: Path, smarthost: Sink) -> None:
    """The mail arrives, but not as it was addressed."""
    engine = _migrated(tmp_path)
    settings = _settings(tmp_path, smarthost.port)
    counter = make_counter(engine, tmp_path, *settings.desks.values(), master=keys.read_master(tmp_path / "secret.key"))
    with _taking_in(counter, smarthost, "help@desk.test"):
        well, words = _told(settings, 30)["round trip of help@desk.test"]
    assert not well
    assert "come back to help@desk.test: on the way the part behind + is cut off" in words
    assert {mail.rule for mail in counter.rows(Mail)} == {"canary"}


def test_a_mail_that_cannot_be_sent_says_why(tmp_path: Path) -> None:
    """The mail server's answer, or that there is none."""
    _migrated(tmp_path)
    for well, words in _told(_settings(tmp_path, free_port()), 5).values():
        assert not well
        assert "could not be sent" in words


def _migrated(folder: Path) -> Any:
    engine = open_store(f"sqlite:///{folder / 'loket.db'}")
    migrate.upgrade(engine)
    return engine


@contextmanager
def _taking_in(counter: Counter, sink: Sink, recipient: str) -> Iterator[None]:
    """What the sink gets comes to the desk, for that recipient."""
    stop = threading.Event()

    def work() -> None:
        taken = 0
        while not stop.wait(0.05):
            for received in sink.received[taken:]:
                counter.take(received.content, rcpt_to=(recipient,))
                taken += 1

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()

"""The daemon in one process: it starts, takes mail, survives what is missing, and stops."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from intake import daemon as daemons
from intake.config import Settings
from intake.daemon import Daemon
from intake.errors import AlreadyRunning
from store import keys
from store.engine import looking
from store.models import Agent, DoorHealth, Event, Ticket
from tests.desk import Desk
from tests.intake.conftest import customer_mail

PATIENCE_SECONDS = 30


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """A desk on a free port; anything may be told otherwise."""
    keys.create_master(tmp_path / "secret.key")

    def make(**more: Any) -> Settings:
        values: dict[str, Any] = {
            "data": tmp_path,
            "desks": {"help": {"addresses": ["help@desk.test"], "acknowledge": "all"}},
            "intake": {"smtp": {"listen": "127.0.0.1:0"}, "readers": 1},
            "replies": {"folder": tmp_path / "letters"},
        }
        return Settings(**(values | more))

    return make


@pytest.fixture
def running(settings: Callable[..., Settings]) -> Iterator[Daemon]:
    """One that has been started."""
    daemon = Daemon(settings(agents=[{"name": "Ani", "addresses": ["ani@desk.test"]}]))
    daemon.start()
    yield daemon
    daemon.stop()


def _send(daemon: Daemon, content: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", daemon.smtp_port, timeout=PATIENCE_SECONDS) as client:
        client.sendmail("budi@example.com", ["help@desk.test"], content)


def _until(holds: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


def _tickets(daemon: Daemon) -> int:
    with looking(daemon.engine) as session:
        return len(session.exec(select(Ticket)).all())


def test_a_mail_goes_all_the_way(running: Daemon, tmp_path: Path) -> None:
    """In at the SMTP door, out into the folder of letters."""
    _send(running, customer_mail())
    _until(lambda: list((tmp_path / "letters").glob("*.eml")))
    assert _tickets(running) == 1


def test_a_second_daemon_is_refused(running: Daemon, settings: Callable[..., Settings]) -> None:
    """Two in one data folder would send everything twice."""
    with pytest.raises(AlreadyRunning):
        Daemon(settings()).start()


def test_a_start_that_fails_leaves_nothing_running(running: Daemon, tmp_path: Path) -> None:
    """The port is another's: the command says so and ends, and the data folder is free again."""
    desk = Desk(folder=tmp_path / "other", port=running.smtp_port)
    desk.begin()
    try:
        assert desk.died()
        assert desk.process is not None
        assert desk.process.returncode == 1
        told = (desk.folder / "log").read_text()
        assert str(running.smtp_port) in told
        assert "Traceback" not in told
    finally:
        desk.end()


def test_agents_of_the_configuration_fill_an_empty_store(running: Daemon) -> None:
    """Afterwards the store alone counts."""
    with looking(running.engine) as session:
        assert [agent.name for agent in session.exec(select(Agent)).all()] == ["Ani"]


def test_mail_is_taken_while_the_store_is_away(
    settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doors do not need it; what came is worked on once it is there."""
    monkeypatch.setattr(daemons, "OFFICE_PAUSE_SECONDS", 0.1)
    (tmp_path / "loket.db").mkdir()  # SQLite cannot open a folder
    daemon = Daemon(settings())
    daemon.start()
    try:
        _send(daemon, customer_mail())
        (tmp_path / "loket.db").rmdir()
        daemon._try_office()
        _until(lambda: _tickets(daemon))
    finally:
        daemon.stop()


def test_the_doors_health_is_written_down(running: Daemon) -> None:
    """At the latest when the daemon stops."""
    _send(running, customer_mail())
    running._write_health()
    with looking(running.engine) as session:
        (row,) = session.exec(select(DoorHealth)).all()
    assert (row.name, row.kind) == ("smtp", "smtp")
    assert row.last_success is not None


def test_mail_that_waited_in_the_spool_is_worked_on_at_the_start(settings: Callable[..., Settings]) -> None:
    """Without the next mail having to come."""
    first = Daemon(settings())
    first.start()
    assert first._office is not None
    first._office._worker.stop()
    _send(first, customer_mail())
    first.stop()
    second = Daemon(settings())
    second.start()
    try:
        _until(lambda: _tickets(second))
    finally:
        second.stop()


def test_the_clocks_of_tickets_strike_and_somebody_is_told(settings: Callable[..., Settings], tmp_path: Path) -> None:
    """All by itself: the customer's mail, and five days later the reminders and escalations, by mail."""
    passed = [timedelta()]
    told = {"agents": [{"name": "Ani", "addresses": ["ani@staff.test"], "role": "lead"}]}
    often = {"timetable": {"clocks_seconds": 0.2, "outbox_seconds": 0.2}, "notices": {"look_seconds": 0.2}}
    daemon = Daemon(settings(**told, **often), now=lambda: datetime.now(UTC) + passed[0])
    daemon.start()
    try:
        _send(daemon, customer_mail())
        _until(lambda: _tickets(daemon))
        passed[0] = timedelta(days=5)
        _until(lambda: "escalated" in _happened(daemon))
        passed[0] = timedelta(days=5, hours=1)
        _until(lambda: any(b"ani@staff.test" in path.read_bytes() for path in (tmp_path / "letters").glob("*.eml")))
        assert _happened(daemon).count("escalated") == 2  # of the answer, and of the settling
    finally:
        daemon.stop()


def _happened(daemon: Daemon) -> list[str]:
    with looking(daemon.engine) as session:
        return list(session.exec(select(Event.what)).all())

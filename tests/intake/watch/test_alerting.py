"""What is wrong is noticed, told to the operators once, and its end too."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from intake import spool as spool_module
from intake.doors.health import DoorHealthBook
from intake.effects.guarding import breaker_alert
from intake.identity import signatures
from intake.settings import AlertSettings
from intake.spool import Spool
from intake.watch.alerting import Alarm
from intake.watch.watching import Watch
from parsing.mail import Envelope
from replies.settings import DkimSettings, SmarthostSettings
from store import alerts
from store.engine import looking, writing
from tests.servers import sinks
from tests.servers.common import free_port
from tests.servers.sinks import Sink
from tests.zone import Zone, key

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


class Desk:
    """A watch and an alarm, and a clock to set."""

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        route: SmarthostSettings | None,
        keys: Sequence[DkimSettings] = (),
        **settings: Any,
    ) -> None:
        self.time = NOON
        self.engine = engine
        self.health = DoorHealthBook(lambda: self.time)
        self.spool = Spool(folder / "spool", quota=1 << 30, on_fatal=lambda error: pytest.fail(str(error)))
        told = AlertSettings(**settings)
        self._watch = Watch(
            told, engine=engine, spool=self.spool, health=self.health, largest=1 << 20, now=lambda: self.time
        )
        self.alarm = Alarm(told, sender="help@desk.test", route=route, keys=keys, engine=engine, now=lambda: self.time)

    def look(self, minutes: float = 0) -> list[str]:
        """Look round, so many minutes later; returns what is wrong."""
        self.time += timedelta(minutes=minutes)
        self._watch.look()
        self.alarm.carry_out()
        with looking(self.engine) as session:
            return [each.key for each in alerts.current(session)]


def _route(port: int) -> SmarthostSettings:
    return SmarthostSettings(host="127.0.0.1", port=port, tls="none", timeout=10)


@pytest.fixture
def desk(engine: Engine, tmp_path: Path, smarthost: Sink) -> Desk:
    return Desk(engine, tmp_path, _route(smarthost.port), addresses=["ops@example.com"])


def test_a_door_that_fails_for_long_is_one_mail_and_its_end_another(desk: Desk, smarthost: Sink) -> None:
    """Past the outbox, from a null sender, marked as automatic."""
    door = desk.health.door("imap:box", "imap")
    door.failed("the server cannot be reached (timed out)")
    assert desk.look() == []
    assert desk.look(minutes=9) == []
    assert desk.look(minutes=2) == desk.look(minutes=5) == ["door:imap:box"]
    (told,) = smarthost.received
    assert (told.mail_from, told.rcpt_to) == ("<>", ("ops@example.com",))
    assert told.mail["Auto-Submitted"] == "auto-generated"
    assert told.mail["Subject"] == "loket: wrong: door:imap:box"
    assert "cannot be reached" in told.mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    door.worked()
    assert desk.look(minutes=1) == []
    assert [each.mail["Subject"] for each in smarthost.received[1:]] == ["loket: over: door:imap:box"]


def test_a_login_that_is_refused_twice_waits_for_nobody(desk: Desk) -> None:
    """Time does not mend it."""
    door = desk.health.door("imap:box", "imap")
    door.failed("the server refuses this user name or password", refused=True)
    assert desk.look() == []
    door.failed("the server refuses this user name or password", refused=True)
    assert desk.look() == ["door:imap:box"]


def test_a_mail_that_nobody_takes_is_noticed_though_the_door_works(desk: Desk) -> None:
    """The age of the oldest untaken mail is watched, not only whether the server answers."""
    door = desk.health.door("imap:box", "imap")
    door.worked()
    door.unread(NOON - timedelta(minutes=14))
    assert desk.look() == []
    assert desk.look(minutes=2) == ["door:imap:box"]
    door.unread(None)
    assert desk.look() == []


def test_a_mail_that_waits_in_the_spool_is_noticed(engine: Engine, tmp_path: Path) -> None:
    """A worker that hangs says nothing by itself."""
    desk = Desk(engine, tmp_path, None, unread_minutes=0.000_1)
    incoming = desk.spool.receive()
    incoming.write(b"x")
    name = incoming.commit(Envelope(door="smtp", received_at=NOON))
    desk.look()
    assert desk.look() == ["spool"]
    desk.spool.release([name])
    assert desk.look() == []


def test_a_command_is_told_with_its_end(engine: Engine, tmp_path: Path) -> None:
    """The sentence on its standard input, the rest in its environment; no shell, no mail server needed."""
    program = "import os,sys; open(sys.argv[1],'a').write(os.environ['LOKET_ALERT_STATE']+':'+sys.stdin.read()+'\\n')"
    desk = Desk(engine, tmp_path, None, command=[sys.executable, "-c", program, str(tmp_path / "told")])
    with writing(engine) as session:
        alerts.raise_(session, "breaker", "held; $(rm -rf /)", NOON)
    desk.look()
    with writing(engine) as session:
        alerts.clear(session, "breaker", NOON)
    desk.look()
    assert (tmp_path / "told").read_text() == "wrong:held; $(rm -rf /)\nover:held; $(rm -rf /)\n"


def test_what_could_not_be_told_is_told_later(engine: Engine, tmp_path: Path) -> None:
    """The mail server was in trouble itself."""
    port = free_port()
    desk = Desk(engine, tmp_path, _route(port), addresses=["ops@example.com"])
    with writing(engine) as session:
        alerts.raise_(session, "breaker", "held", NOON)
    desk.look()
    with looking(engine) as session:
        assert [each.told_at for each in alerts.current(session)] == [None]
    with sinks.running(port) as sink:
        desk.look()
    assert len(sink.received) == 1


def test_one_way_that_works_is_enough(engine: Engine, tmp_path: Path, smarthost: Sink) -> None:
    """A command that is missing does not make the mail come again and again."""
    settings = {"addresses": ["ops@example.com"], "command": ["/no/such/program"]}
    desk = Desk(engine, tmp_path, _route(smarthost.port), **settings)
    with writing(engine) as session:
        alerts.raise_(session, "breaker", "held", NOON)
    desk.look()
    desk.look()
    assert len(smarthost.received) == 1


def test_a_breaker_is_over_when_nothing_was_held_for_an_hour(desk: Desk, smarthost: Sink) -> None:
    """Nobody clears it, so that the next one would never be told."""
    with writing(desk.engine) as session:
        alerts.raise_(session, breaker_alert("help"), "held", NOON)
        alerts.raise_(session, "breakers", "something else", NOON)
    assert desk.look(minutes=59) == ["breaker:help", "breakers"]
    assert desk.look(minutes=2) == ["breakers"]
    assert "loket: over: breaker:help" in [each.mail["Subject"] for each in smarthost.received]


def test_a_mail_to_the_operators_is_signed(engine: Engine, tmp_path: Path, smarthost: Sink) -> None:
    """By the desk's key that speaks for its sender, as letters are; else it may be taken for junk when it matters."""
    signing = DkimSettings(domain="desk.test", selector="k1", key=key()[0].decode())
    desk = Desk(engine, tmp_path, _route(smarthost.port), keys=[signing], addresses=["ops@example.com"])
    desk.health.door("imap:box", "imap").failed("refused", refused=True)
    desk.look()
    desk.look(minutes=11)
    zone = Zone().put("k1._domainkey.desk.test", "TXT", key()[1])
    (told,) = smarthost.received
    assert [each.result for each in signatures.check(zone, told.content, desk.time)] == ["pass"]


def test_a_disk_without_room_is_told_at_once_though_no_mail_comes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """And its end too: nobody waits for the next mail to learn that the desk works again."""
    with monkeypatch.context() as full:
        full.setattr(spool_module, "disk_shortage", lambda folder, size: "the disk of /x has 40 MiB left")
        assert desk.look() == ["room"]
    assert desk.look(1) == []


def test_a_store_that_is_away_is_told_and_its_return_too(engine: Engine, tmp_path: Path) -> None:
    """Which no row could tell: from memory, once, after the time that a door has."""
    heard = tmp_path / "heard"
    told = ["/bin/sh", "-c", f'echo "$LOKET_ALERT_KEY $LOKET_ALERT_STATE" >>{heard}']
    desk = Desk(engine, tmp_path, None, command=told, door_minutes=10)
    for minutes in (0, 9, 2, 30):
        desk.time += timedelta(minutes=minutes)
        desk.alarm.without_store("The database does not answer. (planted)")
        assert heard.exists() is (minutes in (2, 30))
    desk.look(1)
    desk.look(1)
    assert heard.read_text().splitlines() == ["store wrong", "store over"]
    desk.alarm.without_store("The database does not answer. (planted)")
    desk.look(1)
    assert len(heard.read_text().splitlines()) == 2

"""Mails that the desk sends to itself: they come back by its door, and when they do not, the operators are told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from intake.config import Settings
from intake.doors.health import DoorHealthBook
from intake.settings import AlertSettings
from intake.watch.canary import Canaries
from intake.watch.watching import Watch
from replies.settings import SmarthostSettings
from store import alerts
from store.engine import looking
from store.models import Canary, Letter, Mail, Ticket
from tests.intake.conftest import Counter, customer_mail, make_counter
from tests.servers.common import free_port
from tests.servers.sinks import Sink


class Aviary:
    """A desk that sends itself mail, and a watch on it."""

    def __init__(self, counter: Counter, port: int, **settings: float) -> None:
        route = SmarthostSettings(host="127.0.0.1", port=port, tls="none", timeout=10)
        self.counter = counter

        def now() -> object:
            return counter.clock[-1]

        told = AlertSettings(**({"canary_minutes": 30.0} | settings))  # type: ignore[arg-type]
        engine = counter.engine
        self._canaries = Canaries(counter.desks.values(), route=route, tokens=None, engine=engine, now=now)  # type: ignore[arg-type]
        self._watch = Watch(
            told,
            engine=engine,
            spool=counter.spool,
            health=DoorHealthBook(now),  # type: ignore[arg-type]
            largest=1 << 20,
            now=now,  # type: ignore[arg-type]
        )

    def fly(self) -> None:
        self._canaries.fly()

    def wrong(self, **passed: float) -> list[str]:
        """What is wrong, so much later."""
        self.counter.later(**passed)
        self._watch.look()
        with looking(self.counter.engine) as session:
            return [each.sentence for each in alerts.current(session)]


@pytest.fixture
def aviary(engine: Engine, tmp_path: Path, smarthost: Sink) -> Aviary:
    return Aviary(make_counter(engine, tmp_path), smarthost.port)


def test_one_that_comes_back_opens_nothing_and_is_not_answered(aviary: Aviary, smarthost: Sink) -> None:
    """It goes by the letters' way, to the address that customers write to."""
    aviary.fly()
    (sent,) = smarthost.received
    assert (sent.mail_from, sent.rcpt_to) == ("help@desk.test", ("help@desk.test",))
    aviary.counter.take(sent.content, mail_from="help@desk.test")
    (mail,) = aviary.counter.rows(Mail)
    assert (mail.rule, mail.ticket_id, mail.raw_blob) == ("canary", None, None)
    assert (aviary.counter.rows(Ticket), aviary.counter.rows(Letter)) == ([], [])
    assert aviary.counter.rows(Canary)[0].back_at is not None
    assert aviary.wrong(minutes=29) == []


def test_one_that_stays_away_is_an_incident_until_a_later_one_comes(aviary: Aviary, smarthost: Sink) -> None:
    """A lost mail cannot come back, but mail comes through again."""
    aviary.fly()
    assert aviary.wrong(minutes=14) == []
    (told,) = aviary.wrong(minutes=2)
    assert "has not come back" in told
    aviary.counter.later(minutes=14)
    aviary.fly()
    assert len(aviary.wrong(minutes=1)) == 1
    aviary.counter.take(smarthost.received[1].content)
    assert aviary.wrong() == []


def test_one_that_cannot_be_sent_tells_why(engine: Engine, tmp_path: Path) -> None:
    """The smarthost is away, say."""
    aviary = Aviary(make_counter(engine, tmp_path), free_port())
    aviary.fly()
    (told,) = aviary.wrong(minutes=16)
    assert "could not be sent" in told


def test_who_sends_none_any_more_is_not_told_of_old_ones(engine: Engine, tmp_path: Path) -> None:
    """The setting was taken back while one was out."""
    counter = make_counter(engine, tmp_path)
    Aviary(counter, free_port()).fly()
    assert Aviary(counter, free_port(), canary_minutes=0.0).wrong(minutes=16) == []


def test_only_we_can_send_one(aviary: Aviary, smarthost: Sink) -> None:
    """A stranger's mail that looks like one is a ticket; so is one of another desk, or a very old one."""
    aviary.fly()
    aviary.counter.take(customer_mail(Message_ID="<canary.0123456789abcdef0123456789abcdef@desk.test>"))
    assert len(aviary.counter.rows(Ticket)) == 1
    aviary.counter.later(days=8)
    aviary.fly()
    assert len(aviary.counter.rows(Canary)) == 1
    assert aviary.counter.rows(Canary)[0].sent_at - aviary.counter.clock[0] == timedelta(days=8)


def test_they_need_a_way_out(tmp_path: Path) -> None:
    """Letters that go into a folder come back by no door."""
    desks = {"help": {"addresses": ["help@desk.test"]}}
    with pytest.raises(ValueError, match="canary_minutes"):
        Settings(data=tmp_path, desks=desks, alerts={"canary_minutes": 30})  # type: ignore[arg-type]

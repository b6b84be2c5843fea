"""Who gets a ticket: queues, their rules, absences, watch and mute."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from intake.agent_settings import QueueSettings
from intake.agents import away
from intake.agents.queueing import Incoming, queue_of
from store import absence, attention
from store.engine import writing
from store.models import Agent, Event, Ticket
from tests.intake.agents.conftest import Staffed, words
from tests.intake.conftest import NOON, customer_mail, make_counter


def _mail(number: int, matter: str = "Deposit belum masuk") -> bytes:
    told = {"From": f"c{number}@example.com", "Message-ID": f"<{number}@example.com>", "Subject": matter}
    return customer_mail(f"Username: user_{number}\n{matter}.\n", **told)


def _queued(staffed: Staffed, **queue: object) -> None:
    """Have tickets go through a queue."""
    staffed.queues = (QueueSettings(name="payments", **queue),)  # type: ignore[arg-type]
    staffed.counter = make_counter(
        staffed.counter.engine,
        staffed.counter.folder,
        *staffed.settings,
        master=staffed.counter.master,
        queues=staffed.queues,
    )


def test_a_ticket_goes_to_the_queue_that_fits(staffed: Staffed) -> None:
    """And to its people alone."""
    _queued(staffed, categories=["deposit_missing"], agents=["eko"])
    staffed.join("Ani")
    staffed.join("Eko")
    staffed.counter.take(_mail(1), _mail(2, "Saya tidak bisa login"))
    staffed.tell()
    deposit, login = staffed.counter.rows(Ticket)
    assert (deposit.queue, login.queue) == ("payments", None)
    assert [deposit.number in each["Subject"] for each in staffed.letters("eko@team.test")] == [True]
    assert [login.number in each["Subject"] for each in staffed.letters("ani@team.test")] == [True]


def test_tickets_go_round(staffed: Staffed) -> None:
    """One to each, whoever has how many."""
    _queued(staffed, rule="round_robin")
    for name in ("Ani", "Eko", "Tom"):
        staffed.join(name)
    for number in range(6):
        staffed.counter.take(_mail(number))
        staffed.tell()
    assert [len(staffed.letters(f"{name}@team.test")) for name in ("ani", "eko", "tom")] == [2, 2, 2]


def test_a_queue_dealt_out_by_hand_tells_all_its_people(staffed: Staffed) -> None:
    """Until one of them takes the ticket; each has a link for that."""
    _queued(staffed, rule="hand", agents=["Ani", "Eko"])
    for name in ("Ani", "Eko", "Tom"):
        staffed.join(name)
    staffed.counter.take(_mail(1))
    staffed.tell()
    assert staffed.counter.rows(Ticket)[0].assignee_id is None
    assert [len(staffed.letters(f"{name}@team.test")) for name in ("ani", "eko", "tom")] == [1, 1, 0]
    assert "[Ambil] mailto:" in words(staffed.letters("eko@team.test")[0])
    assert "Belum ada yang pegang" in words(staffed.letters("eko@team.test")[0])


@pytest.mark.parametrize(
    ("queue", "fits"),
    [
        ({}, True),
        ({"addresses": ["Pay@desk.test"]}, True),
        ({"addresses": ["other@desk.test"]}, False),
        ({"categories": ["login", "deposit_missing"]}, True),
        ({"languages": ["en"]}, False),
        ({"senders": ["example.com"]}, True),
        ({"senders": ["@example.com"]}, True),
        ({"senders": ["ample.com"]}, False),
        ({"words": ["VIP"]}, True),
        ({"words": ["vip"], "languages": ["en"]}, False),
    ],
)
def test_a_queue_fits_where_every_condition_does(queue: dict[str, list[str]], fits: bool) -> None:
    """Of each condition one value is enough."""
    mail = Incoming(
        recipients={"pay@desk.test"},
        category="deposit_missing",
        language="id",
        sender="budi@example.com",
        words="pelanggan vip",
    )
    found = queue_of([QueueSettings(name="q", **queue)], mail)  # type: ignore[arg-type]
    assert found == ("q" if fits else None)


def test_who_is_away_gets_nothing_and_what_they_have_goes_to_others(staffed: Staffed) -> None:
    """When news comes; the ticket says so, and stays with the other."""
    ani = staffed.join("Ani")
    staffed.counter.take(_mail(1))
    staffed.tell()
    eko = staffed.join("Eko")
    with writing(staffed.counter.engine) as session:
        absence.leave(session, ani, NOON + timedelta(days=3))
    staffed.counter.take(
        _mail(2), customer_mail("Halo?\n", From="c1@example.com", Message_ID="<9@e>", Subject=_subject(staffed))
    )
    staffed.tell(minutes=20)
    assert {each.assignee_id for each in staffed.counter.rows(Ticket)} == {eko}
    assert len(staffed.letters("eko@team.test")) == 2
    assert len(staffed.letters("ani@team.test")) == 1
    whys = [each.detail["why"] for each in staffed.counter.rows(Event) if each.what == "assigned"]
    assert sorted(whys) == ["away", "rule", "rule"]


def _subject(staffed: Staffed) -> str:
    return f"Re: [{staffed.counter.rows(Ticket)[0].number}] Deposit belum masuk"


def test_where_all_are_away_their_own_are_told(staffed: Staffed) -> None:
    """Nothing is told to nobody."""
    ani = staffed.join("Ani")
    with writing(staffed.counter.engine) as session:
        absence.leave(session, ani, NOON + timedelta(days=3))
    staffed.counter.take(_mail(1))
    staffed.tell()
    assert len(staffed.letters("ani@team.test")) == 1


def test_an_absence_ends(staffed: Staffed) -> None:
    """On its day, or when the agent is here again."""
    ani, eko = staffed.join("Ani"), staffed.join("Eko")
    with writing(staffed.counter.engine) as session:
        absence.leave(session, ani, NOON + timedelta(days=1))
        absence.leave(session, eko, NOON + timedelta(days=9))
    with writing(staffed.counter.engine) as session:
        assert absence.back(session, eko)
        assert not absence.back(session, eko)
    staffed.counter.later(days=2)
    staffed.counter.take(_mail(1))
    staffed.tell()
    staffed.counter.take(_mail(2))
    staffed.tell()
    assert [len(staffed.letters(f"{name}@team.test")) for name in ("ani", "eko")] == [1, 1]
    assert [each.away_until is None for each in staffed.counter.rows(Agent)] == [False, True]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Saya cuti sampai 2 Desember. Hubungi rekan saya.", "2026-12-02"),
        ("I am out of the office and will be back on Monday, 7 December 2026.", "2026-12-07"),
        ("Kembali Senin.", "2026-11-30"),
        ("Out until 2026-11-27!", "2026-11-27"),
        ("Saya sedang tidak di kantor.", "2026-11-27"),
        ("Until 1 Jan 2031 I am somewhere else.", "2026-11-27"),
    ],
)
def test_an_automatic_answer_says_until_when(text: str, day: str) -> None:
    """Who does not say is away for three days; a date years ahead is none."""
    noon = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert f"{away.away_until(text, noon, time(8)):%Y-%m-%d}" == day


def test_watch_and_mute(staffed: Staffed) -> None:
    """Who watches is told too, and who has muted a ticket is left in peace."""
    ani, eko, tom = (staffed.join(name) for name in ("Ani", "Eko", "Tom"))
    staffed.counter.take(_mail(1))
    staffed.tell()
    (ticket,) = staffed.counter.rows(Ticket)
    with writing(staffed.counter.engine) as session:
        attention.turn(session, ticket.id or 0, eko, attention.WATCH, "Eko", NOON)
        attention.turn(session, ticket.id or 0, ani, attention.MUTE, "Ani", NOON)
    del tom
    staffed.counter.take(customer_mail("Halo?\n", From="c1@example.com", Message_ID="<9@e>", Subject=_subject(staffed)))
    staffed.tell(minutes=20)
    assert [len(staffed.letters(f"{name}@team.test")) for name in ("ani", "eko", "tom")] == [1, 1, 0]
    assert "Tiket Ani" in words(staffed.letters("eko@team.test")[0])

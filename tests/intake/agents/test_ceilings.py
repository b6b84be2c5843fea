"""How much an agent is written."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from intake.agent_settings import NoticeSettings
from intake.agents import ceilings
from intake.agents.ceilings import Load, Sent
from store import attention, commands, notices
from store.engine import writing
from store.models import Ticket
from store.notices import Why
from tests.intake.agents.conftest import Staffed, words
from tests.intake.conftest import customer_mail

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
DEFAULTS = NoticeSettings()


def _mail(number: int, words_: str = "Deposit belum masuk.\n", **more: str) -> bytes:
    return customer_mail(
        f"Username: user_{number}\n{words_}",
        From=f"c{number}@example.com",
        Message_ID=f"<{number}@example.com>",
        **more,
    )


def _load(*minutes_ago: tuple[float, int | None], quiet: str = "", acted: float | None = None) -> Load:
    sent = [Sent(at=NOON - timedelta(minutes=ago), ticket_id=ticket) for ago, ticket in minutes_ago]
    acted_at = NOON - timedelta(minutes=acted) if acted is not None else None
    return Load(sent=sent, acted_at=acted_at, quiet=quiet, now=NOON)


def test_the_first_notice_goes_at_once() -> None:
    """Nothing holds it back."""
    assert ceilings.not_before(DEFAULTS, _load(), 1) is None


@pytest.mark.parametrize(
    ("load", "minutes"),
    [
        (_load((3, 1)), 7),
        (_load((30, 1), (3, 1)), 17),
        (_load((3, 2)), None),
        (_load((3, 1), acted=1), None),
        (_load((500, 1), (400, 1), (300, 1), (200, 1), (100, 1), (50, 1)), 190),
    ],
)
def test_a_ticket_whose_agent_does_nothing_is_told_at_growing_intervals(load: Load, minutes: float | None) -> None:
    """Ten minutes, twenty, forty, at the most four hours; who does something is told at once."""
    settings = NoticeSettings(day_floor=100)
    until = ceilings.not_before(settings, load, 1)
    assert until == (NOON + timedelta(minutes=minutes) if minutes is not None else None)


@pytest.mark.parametrize(
    ("quiet", "until"),
    [
        ("11:00-13:00", "13:00"),
        ("12:00-06:30", "06:30"),
        ("22:00-12:00", None),
        ("12:30-13:00", None),
        ("22:00-12:01", "12:01"),
    ],
)
def test_quiet_hours_end(quiet: str, until: str | None) -> None:
    """Over midnight too."""
    found = ceilings.quiet_until(quiet, NOON)
    assert (f"{found:%H:%M}" if found else None) == until
    assert found is None or found > NOON


def test_the_hours_and_the_days_ceiling() -> None:
    """Above them news share a letter, half an hour after the last one that was shared."""
    hour = _load(*((each, each) for each in range(12)))
    assert ceilings.together_at(DEFAULTS, hour) == NOON
    day = _load(*((70 + each, each % 4) for each in range(7)))
    assert ceilings.together_at(DEFAULTS, day) == NOON
    assert ceilings.together_at(DEFAULTS, _load(*((70 + each, each) for each in range(7)))) is None
    shared = _load(*((each, each) for each in range(12)), (10, None))
    assert ceilings.together_at(DEFAULTS, shared) == NOON + timedelta(minutes=20)


def test_many_tickets_are_few_mails(staffed: Staffed) -> None:
    """A day of one agent, in small: new tickets, and each customer writes three times more."""
    staffed.join("Ani")
    for step in range(4):
        for number in range(15):
            if step == 0:
                staffed.counter.take(_mail(number))
            else:
                ticket = staffed.counter.rows(Ticket)[number]
                again = {"Subject": f"Re: [{ticket.number}] x", "From": f"c{number}@example.com"}
                staffed.counter.take(customer_mail("Halo?\n", Message_ID=f"<{step}.{number}@e>", **again))
            if number % 5 == 4:
                staffed.tell(minutes=15)
    for _ in range(4):
        staffed.tell(minutes=30)
    alone, shared = staffed.letters("ani@team.test"), staffed.letters("ani@team.test", "news")
    print(f"15 tickets, 60 mails of customers: {len(alone)} notices, {len(shared)} letters of several")
    assert len(alone) + len(shared) < 2 * 15
    for ticket in staffed.counter.rows(Ticket):
        assert any(ticket.number in words(each) or ticket.number in each["Subject"] for each in (*alone, *shared))


def test_what_came_in_quiet_hours_is_told_after_them(staffed: Staffed) -> None:
    """Two one by one, three and more in one letter, with links for each."""
    staffed.join("Ani", quiet="11:00-13:00")
    staffed.counter.take(_mail(1), _mail(2), _mail(3))
    staffed.tell()
    assert staffed.letters("ani@team.test") == staffed.letters("ani@team.test", "news") == []
    staffed.tell(minutes=59)
    (letter,) = staffed.letters("ani@team.test", "news")
    told = words(letter)
    assert letter["Subject"].startswith("Kabar tiket Support, ")
    assert told.count("[Tutup] mailto:") == 3
    assert "Reply-To" not in letter
    assert "3 tiket" in told


def test_what_was_kept_goes_to_who_has_the_ticket_by_then(staffed: Staffed) -> None:
    """Somebody took it in the night."""
    staffed.join("Ani", quiet="11:00-13:00")
    staffed.counter.take(_mail(1))
    staffed.tell()
    eko = staffed.join("Eko")

    with writing(staffed.counter.engine) as session:
        commands.assign(session, staffed.counter.rows(Ticket)[0].id or 0, eko, "Eko", NOON)
    staffed.tell(minutes=60)
    staffed.tell()
    assert staffed.letters("ani@team.test") == []
    assert len(staffed.letters("eko@team.test")) == 1


def test_what_was_kept_for_a_watcher_or_a_lead_is_told_to_nobody_else(staffed: Staffed) -> None:
    """Whoever has the ticket has heard it already."""
    staffed.join("Ani")
    lead = staffed.join("Rina", role="lead", quiet="11:00-13:00")
    staffed.counter.take(_mail(1))
    (ticket,) = staffed.counter.rows(Ticket)
    with writing(staffed.counter.engine) as session:
        commands.assign(session, ticket.id or 0, 1, "Ani", NOON)
        attention.turn(session, ticket.id or 0, lead, attention.WATCH, "Rina", NOON)
        notices.want(session, ticket.id or 0, Why.ESCALATED, staffed.counter.clock[-1], to=lead)
    staffed.tell()
    staffed.tell(minutes=60)
    staffed.tell()
    assert len(staffed.letters("ani@team.test")) == 1
    (letter,) = staffed.letters("rina@team.test")
    assert "SUDAH LEWAT tempo" in words(letter)
    assert "Tiket baru" in words(letter)

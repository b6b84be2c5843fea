"""When the desk is open, opens next, and owes its first answer."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from replies import hours
from replies.settings import Hours

JAKARTA = ZoneInfo("Asia/Jakarta")
OFFICE = Hours(days=["mon", "tue", "wed", "thu", "fri"], open=time(8), close=time(17))
NIGHT = Hours(days=["fri"], open=time(22), close=time(4))
FEAST = Hours(days=["mon", "tue", "wed", "thu", "fri"], open=time(8), close=time(17), holidays=[date(2026, 12, 25)])
ALWAYS = Hours(open=time(0), close=time(0))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("settings", "when", "opens"),
    [
        (OFFICE, "2026-11-24 08:00", None),  # Tuesday, on the minute
        (OFFICE, "2026-11-24 16:59", None),
        (OFFICE, "2026-11-24 17:00", "2026-11-25 08:00"),
        (OFFICE, "2026-11-24 07:59", "2026-11-24 08:00"),
        (OFFICE, "2026-11-27 18:00", "2026-11-30 08:00"),  # Friday evening: Monday
        (NIGHT, "2026-11-28 03:00", None),  # Saturday, in Friday's night
        (NIGHT, "2026-11-28 04:00", "2026-12-04 22:00"),
        (FEAST, "2026-12-24 18:00", "2026-12-28 08:00"),  # over Christmas and a weekend
        (ALWAYS, "2026-11-24 00:00", None),
        (ALWAYS, "2026-11-24 23:59", None),
    ],
)
def test_the_next_opening(settings: Hours, when: str, opens: str | None) -> None:
    """None while open, else the first opening after."""
    assert hours.next_opening(settings, at(when), JAKARTA) == (at(opens) if opens else None)


@pytest.mark.parametrize(
    ("settings", "when", "opening_hours", "due"),
    [
        (OFFICE, "2026-11-24 09:00", 4, "2026-11-24 13:00"),
        (OFFICE, "2026-11-24 15:00", 4, "2026-11-25 10:00"),
        (OFFICE, "2026-11-27 17:00", 4, "2026-11-30 12:00"),
        (OFFICE, "2026-11-24 08:00", 20, "2026-11-26 10:00"),
        (ALWAYS, "2026-11-24 23:00", 30, "2026-11-26 05:00"),
    ],
)
def test_a_first_answer_is_due_after_opening_hours(settings: Hours, when: str, opening_hours: float, due: str) -> None:
    """Nights and weekends do not count."""
    assert hours.due_after(settings, at(when), JAKARTA, opening_hours) == at(due)


def test_a_change_of_the_clocks_costs_no_hour() -> None:
    """On the night of the change, four hours are four hours."""
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 10, 25, 0, 30, tzinfo=berlin)  # an hour is had twice that night
    due = hours.due_after(ALWAYS, before, berlin, 4)
    assert due == datetime(2026, 10, 25, 3, 30, tzinfo=berlin)


def test_a_desk_that_is_always_on_holiday_still_has_a_due_time() -> None:
    """No endless search."""
    never = Hours(days=["mon"], holidays=[date(2026, 11, 23) + timedelta(days=7 * week) for week in range(80)])
    assert hours.due_after(never, at("2026-11-23 09:00"), JAKARTA, 4) == at("2026-11-23 09:00")

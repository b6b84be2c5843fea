"""When the desk is open, opens next, and owes its first answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
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
    assert hours.due_after(settings, at(when), JAKARTA, timedelta(hours=opening_hours)) == at(due)


def test_a_change_of_the_clocks_costs_no_hour() -> None:
    """On the night of the change, four hours are four hours."""
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 10, 25, 0, 30, tzinfo=berlin)  # an hour is had twice that night
    due = hours.due_after(ALWAYS, before, berlin, timedelta(hours=4))
    assert due == datetime(2026, 10, 25, 3, 30, tzinfo=berlin)


def test_a_desk_that_is_always_on_holiday_still_has_a_due_time() -> None:
    """No endless search."""
    never = Hours(days=["mon"], holidays=[date(2026, 11, 23) + timedelta(days=7 * week) for week in range(80)])
    assert hours.due_after(never, at("2026-11-23 09:00"), JAKARTA, timedelta(hours=4)) == at("2026-11-23 09:00")


@pytest.mark.parametrize(
    ("settings", "since", "until", "hours_passed"),
    [
        (OFFICE, "2026-11-24 09:00", "2026-11-24 11:30", 2.5),
        (OFFICE, "2026-11-24 16:00", "2026-11-25 09:00", 2),
        (OFFICE, "2026-11-27 16:00", "2026-11-30 09:00", 2),  # over a weekend
        (OFFICE, "2026-11-28 09:00", "2026-11-29 09:00", 0),
        (OFFICE, "2026-11-25 09:00", "2026-11-24 09:00", 0),  # a machine's time may go backwards
        (NIGHT, "2026-11-27 20:00", "2026-11-28 03:00", 5),
        (FEAST, "2026-12-24 16:00", "2026-12-28 09:00", 2),
        (ALWAYS, "2026-11-24 00:00", "2026-11-26 00:00", 48),
    ],
)
def test_opening_time_between_two_instants(settings: Hours, since: str, until: str, hours_passed: float) -> None:
    """Nights, weekends and holidays do not count here either."""
    assert hours.passed(settings, at(since), at(until), JAKARTA) == timedelta(hours=hours_passed)


@pytest.mark.parametrize(
    ("zone", "day", "settings", "hours_open"),
    [
        ("Europe/Berlin", date(2026, 3, 29), ALWAYS, 23),
        ("Europe/Berlin", date(2026, 10, 25), ALWAYS, 25),
        ("Europe/Berlin", date(2026, 10, 25), Hours(open=time(1), close=time(4)), 4),
        ("Europe/Berlin", date(2026, 3, 29), Hours(open=time(1), close=time(4)), 2),
        ("Europe/Berlin", date(2026, 3, 29), Hours(open=time(2, 15), close=time(2, 45)), 0.5),  # an hour that is none
        ("Africa/Cairo", date(2026, 4, 24), ALWAYS, 23),  # the clocks change at midnight
        ("Africa/Cairo", date(2026, 10, 29), ALWAYS, 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), ALWAYS, 24.5),  # by half an hour
        ("Asia/Makassar", date(2026, 10, 25), ALWAYS, 24),
        ("Asia/Jayapura", date(2026, 10, 25), OFFICE, 0),  # a Sunday
    ],
)
def test_a_day_has_as_many_hours_as_its_zone_says(zone: str, day: date, settings: Hours, hours_open: float) -> None:
    """Its hours are counted as they pass, not as the hands of a clock show them."""
    there = ZoneInfo(zone)
    since = datetime.combine(day, time(0), there).astimezone(UTC)
    until = datetime.combine(day + timedelta(days=1), time(0), there).astimezone(UTC)
    assert hours.passed(settings, since, until, there) == timedelta(hours=hours_open)


@pytest.mark.parametrize(
    "zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Europe/Berlin", "Australia/Lord_Howe"]
)
@pytest.mark.parametrize("settings", [OFFICE, NIGHT, FEAST, ALWAYS])
def test_what_is_due_after_some_time_is_when_that_time_has_passed(zone: str, settings: Hours) -> None:
    """The two ways to count agree, whatever the instant."""
    there = ZoneInfo(zone)
    for step in range(0, 40 * 24 * 60, 4_441):
        since = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=step)
        for minutes in (1, 59, 240, 2_000):
            due = hours.due_after(settings, since, there, timedelta(minutes=minutes))
            assert hours.passed(settings, since, due, there) == timedelta(minutes=minutes)
            before = due - timedelta(seconds=1)
            assert hours.passed(settings, since, before, there) == timedelta(minutes=minutes, seconds=-1)


def test_a_day_that_its_zone_left_out_is_no_opening() -> None:
    """Samoa had no 30 December 2011; hours that it would have had are not counted twice."""
    apia = ZoneInfo("Pacific/Apia")
    office = Hours(open=time(8), close=time(17))
    since, until = datetime(2011, 12, 29, 0, 0, tzinfo=apia), datetime(2012, 1, 1, 0, 0, tzinfo=apia)
    assert hours.passed(office, since, until, apia) == timedelta(hours=18)

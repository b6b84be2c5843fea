"""When the desk is open, opens next, and owes its first answer."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from replies import hours
from replies.settings import Hours

JAKARTA = ZoneInfo("Asia/Jakarta")
OFFICE = Hours(days=["mon", "tue", "wed", "thu", "fri"], open=time(8), close=time(17))
NIGHT = Hours(days=["fri"], open=time(22), close=time(4))
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
        (ALWAYS, "2026-11-24 00:00", None),
        (ALWAYS, "2026-11-24 23:59", None),
    ],
)
def test_the_next_opening(settings: Hours, when: str, opens: str | None) -> None:
    """None while open, else the first opening after."""
    assert hours.next_opening(settings, at(when), JAKARTA) == (at(opens) if opens else None)
    assert hours.is_open(settings, at(when), JAKARTA) == (opens is None)


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

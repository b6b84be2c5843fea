"""When a desk owes what, and when a silence ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from replies import targets
from replies.settings import DeskSettings, Hours, TargetSettings
from replies.targets import Strokes

OFFICE = Hours(days=["mon", "tue", "wed", "thu", "fri"], open=time(8), close=time(17))


def desk(**settings: Any) -> DeskSettings:
    return DeskSettings(**({"name": "help", "addresses": ["help@desk.test"], "hours": OFFICE} | settings))


def at(text: str) -> datetime:
    """An instant in UTC; 08.00 WIB is 01:00."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


URGENT = TargetSettings(priorities=["urgent"], first_reply_hours=0.5)
DEPOSITS = TargetSettings(categories=["deposit_missing"], first_reply_hours=1, resolution_hours=8)
ALL = TargetSettings(resolution_hours=20)


@pytest.mark.parametrize(
    ("category", "priority", "answer", "resolution"),
    [
        ("login", "normal", 4, 20),
        ("deposit_missing", "normal", 1, 8),
        ("deposit_missing", "urgent", 0.5, 8),  # what the first does not name, the next that fits does
        ("login", "urgent", 0.5, 20),
    ],
)
def test_the_first_target_that_fits_counts(category: str, priority: str, answer: float, resolution: float) -> None:
    """By category and priority, each of the two for itself; else the desk's own."""
    counter = desk(targets=[URGENT, DEPOSITS, ALL])
    assert targets.first_reply_hours(counter, category, priority) == answer
    assert targets.resolution_hours(counter, category, priority) == resolution


def test_a_clock_that_stood_still_goes_on_where_it_stood() -> None:
    """Two hours before the pause and two after it are four; the night between counts for nothing."""
    spans = [(at("2026-11-24 07:00"), at("2026-11-24 09:00")), (at("2026-11-25 04:00"), None)]
    assert targets.of_target(desk(), 4, spans) == Strokes(at("2026-11-25 05:00"), at("2026-11-25 06:00"))


def test_a_clock_that_stands_still_strikes_nothing() -> None:
    """As long as the customer's answer is awaited, nobody can say when a target passes."""
    assert targets.of_target(desk(), 4, [(at("2026-11-24 07:00"), at("2026-11-24 09:00"))]) == Strokes(None, None)


def test_what_passed_before_a_pause_has_passed() -> None:
    """The instant stays what it was."""
    spans = [(at("2026-11-24 02:00"), at("2026-11-24 08:00")), (at("2026-11-26 02:00"), None)]
    assert targets.of_target(desk(), 4, spans) == Strokes(at("2026-11-24 05:00"), at("2026-11-24 06:00"))


def test_a_desk_further_east_opens_earlier() -> None:
    """08.00 is another instant in WIB, in WITA and in WIT."""
    spans = [(at("2026-11-23 20:00"), None)]
    for zone, hour in (("Asia/Jakarta", 1), ("Asia/Makassar", 0), ("Asia/Jayapura", -1)):
        due = at("2026-11-24 00:00") + timedelta(hours=hour + 4)
        assert targets.of_target(desk(timezone=zone), 4, spans).late == due


def test_a_silence_is_warned_of_and_ends() -> None:
    """After five of seven days, within opening hours: who answers at once finds somebody."""
    since = at("2026-11-24 03:00")  # a Tuesday
    assert targets.of_silence(desk(), since, None) == Strokes(at("2026-11-30 01:00"), at("2026-12-02 01:00"))


def test_no_ticket_closes_sooner_than_its_warning_said() -> None:
    """However late the warning left: the machine may have been off for a week."""
    since, warned = at("2026-11-24 03:00"), at("2026-12-08 02:30")
    assert targets.of_silence(desk(), since, warned).late == at("2026-12-10 02:30")


def test_without_a_warning_the_silence_just_ends() -> None:
    """warn_days_before = 0."""
    strokes = targets.of_silence(desk(warn_days_before=0), at("2026-11-24 03:00"), None)
    assert strokes == Strokes(None, at("2026-12-01 03:00"))


def test_where_silence_closes_nothing_there_is_still_a_next_date() -> None:
    """close_after_days = 0: nothing rots for that."""
    strokes = targets.of_silence(desk(close_after_days=0), at("2026-11-24 03:00"), None)
    assert strokes == Strokes(None, at("2026-12-01 03:00"))


def test_a_warning_that_would_come_before_the_silence_is_refused() -> None:
    """With its reason."""
    with pytest.raises(ValidationError, match="warn_days_before must be less"):
        desk(close_after_days=2, warn_days_before=2)


@pytest.mark.parametrize(
    "changed",
    [
        {"timezone": "Asia/Makassar"},
        {"hours": Hours(open=time(9))},
        {"hours": OFFICE.model_copy(update={"holidays": [date(2026, 12, 25)]})},
        {"first_reply_hours": 5},
        {"targets": [URGENT]},
        {"close_after_days": 9},
    ],
)
def test_another_calendar_has_another_fingerprint(changed: dict[str, Any]) -> None:
    """So that what it reckons is reckoned again; and the same one always the same."""
    assert targets.fingerprint(desk(**changed)) != targets.fingerprint(desk())
    assert targets.fingerprint(desk()) == targets.fingerprint(desk(display_name="Loket"))

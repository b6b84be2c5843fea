"""A desk's opening hours as a calendar: when somebody is there, and when so much of that time will have passed.

Reckoned in UTC, so that a change of the clocks costs nobody an hour; told in the desk's zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo

from replies.settings import WEEKDAYS, Hours

_DAY = timedelta(days=1)

#: How far ahead the calendar is turned: more holidays in a row than this, and the desk counts as open again.
_HORIZON_DAYS = 400


def next_opening(hours: Hours, at: datetime, zone: tzinfo) -> datetime | None:
    """When the desk opens next, in its own zone; None while it is open."""
    opens, _closes = next(_openings(hours, at, zone), (at, at))
    return opens.astimezone(zone) if opens > at else None


def due_after(hours: Hours, at: datetime, zone: tzinfo, opening: timedelta) -> datetime:
    """The instant by which a desk has been open for so long since `at`, in the desk's zone."""
    left, due = opening, at.astimezone(UTC)
    for opens, closes in _openings(hours, at, zone):
        begins = max(opens, at.astimezone(UTC))
        due = begins + left
        if due <= closes:
            break
        left -= closes - begins
    return due.astimezone(zone)


def passed(hours: Hours, since: datetime, until: datetime, zone: tzinfo) -> timedelta:
    """For how long a desk was open between two instants; nothing where the second comes first."""
    total = timedelta()
    for opens, closes in _openings(hours, since, zone):
        if opens >= until:
            break
        total += max(min(closes, until) - max(opens, since), timedelta())
    return total


def _openings(hours: Hours, at: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """Each opening and closing that is not over at an instant, in order, in UTC, without overlapping."""
    first = at.astimezone(zone).date() - _DAY  # a night that began yesterday may go on
    closed = at.astimezone(UTC) - 2 * _DAY
    for ahead in range(_HORIZON_DAYS):
        day = first + ahead * _DAY
        opens, closes = _instant(day, hours, zone, closing=False), _instant(day, hours, zone, closing=True)
        if WEEKDAYS[day.weekday()] in hours.days and day not in hours.holidays and closes > max(at, closed):
            yield (
                max(opens, closed),
                closes,
            )  # a zone that changes sides of the date line has no such day, or has it twice
            closed = closes


def _instant(day: date, hours: Hours, zone: tzinfo, *, closing: bool) -> datetime:
    over_midnight = closing and hours.close <= hours.open
    moment = hours.close if closing else hours.open
    return datetime.combine(day + _DAY if over_midnight else day, moment, zone).astimezone(UTC)

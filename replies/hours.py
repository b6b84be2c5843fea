"""A desk's opening hours as a calendar."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from replies.settings import WEEKDAYS, Hours

_DAY = timedelta(days=1)


def is_open(hours: Hours, at: datetime, zone: tzinfo) -> bool:
    """Whether somebody is at the desk at an aware instant."""
    return any(opens <= at < closes for opens, closes in _around(hours, at, zone))


def next_opening(hours: Hours, at: datetime, zone: tzinfo) -> datetime | None:
    """When the desk opens next, in its own zone; None while it is open."""
    if is_open(hours, at, zone):
        return None
    return min(opens for opens, _closes in _around(hours, at, zone) if opens > at)


def _around(hours: Hours, at: datetime, zone: tzinfo) -> list[tuple[datetime, datetime]]:
    """The opening and closing of each open day from yesterday (which may end today) to this day next week."""
    today = at.astimezone(zone).date()
    spans = []
    for ahead in range(-1, 8):
        day = today + ahead * _DAY
        if WEEKDAYS[day.weekday()] in hours.days:
            opens = datetime.combine(day, hours.open, zone)
            closes = datetime.combine(day if hours.open < hours.close else day + _DAY, hours.close, zone)
            spans.append((opens, closes))
    return spans


def due_after(hours: Hours, at: datetime, zone: tzinfo, opening_hours: float) -> datetime:
    """The instant by which a desk has been open for that many hours since `at`, in the desk's zone."""
    left = timedelta(hours=opening_hours)
    moment = at.astimezone(zone)
    while True:
        moment = next_opening(hours, moment, zone) or moment
        closes = max(end for start, end in _around(hours, moment, zone) if start <= moment < end)
        if closes - moment >= left:
            return moment + left
        left -= closes - moment
        moment = closes

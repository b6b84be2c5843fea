"""Until when something waits, as a person says it: "3 hari", "besok", "senin 09.00", "1/12", "2026-12-01", "1 Des"."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Final

from parsing.fields.lexicon import meanings

#: Beyond this nobody waits, they close.
LONGEST: Final = timedelta(days=366)

_UNITS: Final = {
    "menit": "minutes", "mnt": "minutes", "minute": "minutes", "minutes": "minutes", "min": "minutes",
    "jam": "hours", "hour": "hours", "hours": "hours", "h": "hours",
    "hari": "days", "hr": "days", "day": "days", "days": "days", "d": "days",
    "minggu": "weeks", "pekan": "weeks", "week": "weeks", "weeks": "weeks", "w": "weeks",
}  # fmt: skip
_AHEAD: Final = {"besok": 1, "esok": 1, "tomorrow": 1, "lusa": 2, "minggu depan": 7, "pekan depan": 7, "next week": 7}
_MONTHS: Final = {name: int(number) for name, number in meanings("months").items()}
_WEEKDAYS: Final = {name: int(number) for name, number in meanings("weekdays").items()} | {"minggu": 6}
_COUNT = re.compile(r"(\d{1,3}) ?([a-z]+)(?: lagi)?")
_CLOCK = re.compile(r"(?:(?:jam|pukul|pkl|at|@) ?)?(\d{1,2})[.:](\d{2})(?: ?(?:wib|wita|wit))?\Z")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]+)(?: (\d{4}))?")
_LEADS = ("sampai ", "hingga ", "sampai dengan ", "s/d ", "until ", "till ", "tanggal ", "tgl ", "hari ", "on ")
_TODAY: Final = frozenset({"", "hari ini", "today"})


def deadline(text: str, now: datetime, opening: time) -> datetime | None:
    """The instant that a text names, in the zone of `now`; a day without a time begins at `opening`.

    None where it names none, or one that is past or too far ahead.
    """
    said = " ".join(text.lower().replace(",", " ").split())
    for lead in _LEADS:
        said = said.removeprefix(lead)
    found = _counted(said, now) or _dated(said, now, opening)
    return found if found is not None and now < found <= now + LONGEST else None


def _counted(said: str, now: datetime) -> datetime | None:
    match = _COUNT.fullmatch(said)
    unit = _UNITS.get(match[2]) if match else None
    return now + timedelta(**{unit: int(match[1])}) if match and unit else None


def _dated(said: str, now: datetime, opening: time) -> datetime | None:
    clock = _CLOCK.search(said)
    at = opening
    if clock and int(clock[1]) < 24 and int(clock[2]) < 60 and not _NUMERIC.fullmatch(said):  # noqa: PLR2004 - hours, minutes
        at, said = time(int(clock[1]), int(clock[2])), said[: clock.start()].strip()
    if said in _TODAY and at is not opening:
        return datetime.combine(now.date(), at, now.tzinfo)
    days = _AHEAD.get(said)
    if said in _WEEKDAYS:
        days = (_WEEKDAYS[said] - now.weekday()) % 7 or 7
    if days is not None:
        return datetime.combine(now.date() + timedelta(days=days), at, now.tzinfo)
    return _of_calendar(said, now, at)


def _of_calendar(said: str, now: datetime, at: time) -> datetime | None:
    iso, numeric, named = _ISO.fullmatch(said), _NUMERIC.fullmatch(said), _NAMED.fullmatch(said)
    if iso:
        year, month, day = iso[1], int(iso[2]), int(iso[3])
    elif numeric:
        year, month, day = numeric[3], int(numeric[2]), int(numeric[1])
    elif named and named[2] in _MONTHS:
        year, month, day = named[3], _MONTHS[named[2]], int(named[1])
    else:
        return None
    try:
        if year:
            return datetime(int(year) % 2000 + 2000, month, day, at.hour, at.minute, tzinfo=now.tzinfo)
        found = datetime(now.year, month, day, at.hour, at.minute, tzinfo=now.tzinfo)
        return found if found > now else found.replace(year=now.year + 1)
    except ValueError:  # no such day
        return None

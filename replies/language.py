"""A language's way of writing dates, times and counts; its words stand in templates/<language>/language.toml.

A further language is a folder: nothing here knows one by name, but for who reads which.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from replies import wording
from replies.errors import LetterUnreadable
from replies.settings import WEEKDAYS, Hours

_FILE = "language.toml"

#: The abbreviations that Indonesians use for their three zones, by hours east of UTC.
_INDONESIAN_ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}

#: Within so many days a weekday names one day.
_WITHIN_A_WEEK = timedelta(days=5)

#: Speakers of these read Indonesian with ease; it is kinder than English.
_READS_INDONESIAN = frozenset({"ms", "jv", "su"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """The words of one language.toml. Patterns are those of str.format."""

    weekdays: tuple[str, ...]  #: from Monday
    months: tuple[str, ...]  #: from January
    whole_date: str  #: of weekday, day, month, year
    time_of_day: str  #: of hour, minute
    minute: str  #: an instant known to the minute: of date, time, zone
    hour: str  #: an instant known to the hour: of date, time, zone
    every_day: str
    day_range: str  #: of first, last
    hours: str  #: opening hours: of days, open, close, zone
    around_the_clock: str  #: opening hours without end: of days
    list_last: str  #: before the last of several
    picture: tuple[str, str]  #: one, several: of count
    file: tuple[str, str]
    thousands: str  #: between groups of three digits
    decimal: str
    team: str  #: the signature: of name
    team_unnamed: str  #: and that of a desk without a name

    def day(self, when: date) -> str:
        """A day: "Senin, 23 November 2026"."""
        return self.whole_date.format(
            weekday=self.weekdays[when.weekday()], day=when.day, month=self.months[when.month - 1], year=when.year
        )

    def clock(self, when: time) -> str:
        """A time of day: "22.10"."""
        return self.time_of_day.format(hour=when.hour, minute=when.minute)

    def instant(self, when: datetime, home: tzinfo, precision: str = "minute") -> str:
        """An aware instant in its own offset: "Senin, 23 November 2026, 22.10 WIB".

        A precision other than minute and hour is told as the day alone.
        """
        if precision not in ("minute", "hour"):
            return self.day(when)
        pattern = self.minute if precision == "minute" else self.hour
        return pattern.format(date=self.day(when), time=self.clock(when.time()), zone=zone_name(when, home))

    def brief(self, when: datetime, now: datetime, home: tzinfo) -> str:
        """An instant in few letters, in a desk's zone: the time alone within a day, the weekday within a week."""
        local, today = when.astimezone(home), now.astimezone(home).date()
        clock = f"{self.clock(local.time())} {zone_name(local, home)}"
        if local.date() == today:
            return clock
        if abs(local.date() - today) <= _WITHIN_A_WEEK:
            return f"{self.weekdays[local.weekday()]} {clock}"
        return self.instant(local, home)

    def opening(self, hours: Hours, zone: str) -> str:
        """A desk's hours: "setiap hari" and "08.00" to "22.00 WIB", or day and night."""
        days = self._days(hours.days)
        if hours.open == hours.close:
            return self.around_the_clock.format(days=days)
        return self.hours.format(days=days, open=self.clock(hours.open), close=self.clock(hours.close), zone=zone)

    def hours_of(self, count: float) -> int | str:
        """A number of hours: 4, or "1,5"."""
        return int(count) if count == int(count) else f"{count:g}".replace(".", self.decimal)

    def files(self, pictures: int, others: int) -> str:
        """How many files: "1 gambar dan 2 berkas", or nothing."""
        counts = ((pictures, self.picture), (others, self.file))
        return self.listing(words[count > 1].format(count=count) for count, words in counts if count)

    def listing(self, items: Iterable[str]) -> str:
        """Several things as one phrase: "a, b dan c"."""
        *first, last = list(items) or [""]
        return ", ".join(first) + self.list_last + last if first else last

    def _days(self, days: Sequence[str]) -> str:
        open_days = [day for day in WEEKDAYS if day in days]
        if len(open_days) == len(WEEKDAYS):
            return self.every_day
        names = [self.weekdays[WEEKDAYS.index(day)] for day in open_days]
        start = WEEKDAYS.index(open_days[0])
        if len(open_days) > 2 and open_days == list(WEEKDAYS[start : start + len(open_days)]):  # noqa: PLR2004  # a row
            return self.day_range.format(first=names[0], last=names[-1])
        return self.listing(names)


def zone_name(when: datetime, home: tzinfo) -> str:
    """What people call the offset of an aware instant: the desk's own abbreviation, WIB, WITA, WIT, else UTC+5:30."""
    offset = when.utcoffset() or timedelta()
    local = when.astimezone(home)
    name = local.tzname() or ""
    if local.utcoffset() == offset and name.isalpha():
        return name
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    ahead = offset >= timedelta()
    if ahead and not minutes and hours in _INDONESIAN_ZONES:
        return _INDONESIAN_ZONES[hours]
    return f"UTC{'+' if ahead else '-'}{hours}" + (f":{minutes:02}" if minutes else "")


def of_letters(spoken: str | None, offered: Sequence[str]) -> str:
    """The language in which a desk writes to someone: theirs, one that they read, English, the desk's first."""
    wanted = "id" if spoken in _READS_INDONESIAN else spoken
    if wanted is None:
        return offered[0]
    return next((code for code in (wanted, "en") if code in offered), offered[0])


@cache
def load(code: str, overlay: Path | None = None) -> Language:
    """Read a language's words, the overlay's laid over ours one by one.

    Raises LetterUnreadable where there are none, or where they are wrong.
    """
    told = wording.read(code, _FILE, overlay)
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
    try:
        return Language(**values)
    except TypeError as error:
        detail = f"{code}/{_FILE}: {error}"
        raise LetterUnreadable(detail) from error

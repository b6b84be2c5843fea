"""The words of dates and times in a text, one after the other.

What each says by itself, not yet what they say together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from parsing.fields.lexicon import LEXICON

#: Hours east of UTC of the zones that people name.
ZONES = {"WIB": 7, "WITA": 8, "WIT": 9, "UTC": 0, "GMT": 0, "MYT": 8, "SGT": 8}

_CENTURY = 2000  #: of a year of two digits
_YEARS = range(1990, 2100)  #: what a year of four digits may be
_HOURS, _MINUTES = 24, 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Clue:
    """One expression of a day or a time."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None  #: of the month
    weekday: int | None = None  #: from Monday = 0
    days_back: int | None = None  #: from the day of sending
    part: str | None = None  #: pagi, siang, sore, malam
    hour: int | None = None  #: as written
    minute: int | None = None  #: None where only the hour was said
    half_day: str | None = None  #: am, pm
    zone: str | None = None
    minutes_ago: int | None = None
    bare: bool = False  #: "10.15" alone, which may as well be a price or a version

    @property
    def is_date(self) -> bool:
        """Whether it names a day of the calendar."""
        return self.day is not None


def clues(text: str) -> Iterator[Clue]:
    """The expressions of a text in their order, as far as they are possible days and times.

    The grammar is tried only where a number or one of its words begins: most words of a text are neither.
    """
    end = 0
    for word in _WORD.finditer(text):
        if word.start() < end or not (word[0][0].isdecimal() or word[0].lower() in _FIRST_WORDS):
            continue
        match = _LEXER.match(text, word.start())
        found = _READERS[match.lastgroup or ""](match) if match else None
        if match is not None and found is not None:
            end = match.end()
            yield Clue(start=match.start(), end=end, **found)


def _words(kind: str) -> list[str]:
    """The clock's words of one kind, in all languages, the longest first."""
    found = {word for language in LEXICON.values() for word in language.calendar["clock"].get(kind, ())}
    return sorted(found, key=lambda word: (-len(word), word))


def _meanings(table: str) -> dict[str, str]:
    """Phrase → key of a table of the calendar, in all languages."""
    return {
        phrase: key
        for language in LEXICON.values()
        for key, phrases in language.calendar.get(table, {}).items()
        for phrase in phrases
    }


def _any(phrases: Mapping[str, Any] | list[str]) -> str:
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s{1,3}") for phrase in ordered)


_MONTHS, _WEEKDAYS, _DAYS = _meanings("months"), _meanings("weekdays"), _meanings("days")
_MOMENTS, _PARTS = _meanings("moments"), _meanings("parts")
_BLANKS = re.compile(r"\s+")


def _plain(phrase: str) -> str:
    return _BLANKS.sub(" ", phrase.lower())


def _lexer() -> re.Pattern[str]:
    before, half, past = _any(_words("before")), _any(_words("half")), _any(_words("past"))
    month = rf"(?:{_any(_MONTHS)})\b\.?"
    kinds = {
        "iso": r"(?<![\w/.-])(?P<y1>\d{4})-(?P<m1>\d{2})-(?P<d1>\d{2})(?![\d-])",
        "numeric": r"(?<![\w/.:-])(?P<d2>\d{1,2})(?P<s2>[/-])(?P<m2>\d{1,2})(?:(?P=s2)(?P<y2>\d{4}|\d{2}))?(?![\w/-]|[.,:]\d)",
        "dotted": r"(?<![\w/.:-])(?P<d6>\d{1,2})\.(?P<m6>\d{1,2})\.(?P<y6>\d{4})(?![\w/-])",
        "named": rf"(?<![\w/.,:-])(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?[\s.\-]{{1,3}}(?:of\s)?(?P<m3>{month})(?:[\s,\-]{{1,3}}(?P<y3>\d{{4}}))?(?!\d)",
        "american": rf"\b(?P<m4>{month})\s{{1,2}}(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.]\d)(?:,?\s{{1,2}}(?P<y4>\d{{4}}))?(?!\d)",
        "ago": rf"(?<!\w)(?P<n5>\d{{1,3}})\s{{1,2}}(?:(?P<min5>{_any(_words('minutes_ago'))})|(?P<hour5>{_any(_words('hours_ago'))}))\b",
        "half": rf"\b(?:(?:{before})\s{{1,2}})?(?:{half})\s{{1,2}}(?P<h7>\d{{1,2}})(?![\d.:])",
        "past": rf"\b(?:{before})\s{{1,2}}(?P<h8>\d{{1,2}})\s{{1,2}}(?:{past})\s{{1,2}}(?P<n8>\d{{1,2}})(?![\d.:])",
        "clock": rf"(?:\b(?:{before})\.?\s{{0,2}})?(?<![\w/.:,-])(?P<h9>\d{{1,2}})(?P<s9>[.:])(?P<n9>\d{{2}})(?:(?P=s9)\d{{2}})?(?:\s?(?P<ap9>[ap]\.?m\b\.?))?(?![\w/%-]|[.,:]\d|\s?(?:rb|ribu|jt|juta|mb|gb|kb)\b)",
        "hour": rf"\b(?:{before})\.?\s{{1,2}}(?P<h10>\d{{1,2}})(?![\d.:,/]\d|\w)(?:\s?(?P<ap10>[ap]\.?m\b\.?))?",
        "meridiem": r"(?<![\w/.:,-])(?P<h11>\d{1,2})\s?(?P<ap11>[ap]\.?m\b\.?)",
        "daynumber": rf"\b(?:{_any(_words('day_number'))})\s{{0,2}}(?P<d12>\d{{1,2}})(?:st|nd|rd|th)?(?![\w/:-]|[.,]\d)",
        "moment": rf"\b(?:{_any(_MOMENTS)})\b",
        "days": rf"\b(?:{_any(_DAYS)})\b",
        "weekday": rf"\b(?:{_any(_WEEKDAYS)})\b",
        "part": rf"\b(?:{_any(_PARTS)})\b",
        "zone": rf"\b(?:{'|'.join(ZONES)})\b",
    }
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in kinds.items()), re.IGNORECASE)


def _numbered(year: str, month: str, day: str) -> _Reader:
    """Reads a date written in numbers, by the names of the groups."""

    def read(match: re.Match[str]) -> dict[str, Any] | None:
        return _date(match[year], int(match[month]), int(match[day]))

    return read


def _named(year: str, month: str, day: str) -> _Reader:
    """Reads a date with the month's name."""

    def read(match: re.Match[str]) -> dict[str, Any] | None:
        return _date(match[year], int(_MONTHS[_plain(match[month].rstrip("."))]), int(match[day]))

    return read


def _date(year: str | None, month: int, day: int) -> dict[str, Any] | None:
    full = None if year is None else int(year) + (_CENTURY if len(year) == 2 else 0)  # noqa: PLR2004
    if full is not None and full not in _YEARS:
        return None
    try:
        date(full or _LEAP_YEAR, month, day)
    except ValueError:
        return None
    return {"year": full, "month": month, "day": day}


def _ago(match: re.Match[str]) -> dict[str, Any]:
    return {"minutes_ago": int(match["n5"]) * (1 if match["min5"] else _MINUTES)}


def _clock(hour: str, minute: str | None, half_day: str | None = None) -> _Reader:
    """Reads a time of day; half_day names the group of am and pm."""

    def read(match: re.Match[str]) -> dict[str, Any] | None:
        hours, minutes = int(match[hour]), int(match[minute]) if minute else None
        if hours > _HOURS or (minutes or 0) >= _MINUTES:
            return None
        half = (match[half_day] or "").replace(".", "").lower() if half_day else ""
        return {"hour": hours, "minute": minutes, "half_day": half or None}

    return read


def _written(match: re.Match[str]) -> dict[str, Any] | None:
    said = _clock("h9", "n9", "ap9")(match)
    return said and said | {"bare": match["s9"] == "." and match[0][0].isdigit() and not said["half_day"]}


def _half(match: re.Match[str]) -> dict[str, Any] | None:
    """Indonesian counts to the hour (setengah 9 is 8:30), English from it (half past 9 is 9:30)."""
    to_the_hour = "past" not in match[0].lower()
    hour = int(match["h7"]) - to_the_hour
    return {"hour": hour, "minute": 30} if 0 <= hour < _HOURS else None


def _day_number(match: re.Match[str]) -> dict[str, Any] | None:
    day = int(match["d12"])
    return {"day": day} if 1 <= day <= 31 else None  # noqa: PLR2004


def _moment(match: re.Match[str]) -> dict[str, Any]:
    days, part = _MOMENTS[_plain(match[0])].split()
    return {"days_back": -int(days), "part": part}


_Reader = Callable[[re.Match[str]], dict[str, Any] | None]

_LEAP_YEAR = 2024  #: 29 February is a day of some year

_READERS: Mapping[str, _Reader] = {
    "iso": _numbered("y1", "m1", "d1"),
    "numeric": _numbered("y2", "m2", "d2"),
    "dotted": _numbered("y6", "m6", "d6"),
    "named": _named("y3", "m3", "d3"),
    "american": _named("y4", "m4", "d4"),
    "ago": _ago,
    "half": _half,
    "past": _clock("h8", "n8"),
    "clock": _written,
    "hour": _clock("h10", None, "ap10"),
    "meridiem": _clock("h11", None, "ap11"),
    "daynumber": _day_number,
    "moment": _moment,
    "days": lambda match: {"days_back": -int(_DAYS[_plain(match[0])])},
    "weekday": lambda match: {"weekday": int(_WEEKDAYS[_plain(match[0])])},
    "part": lambda match: {"part": _PARTS[_plain(match[0])]},
    "zone": lambda match: {"zone": match[0].upper()},
}

_LEXER = _lexer()
_WORD = re.compile(r"[^\W\d_]+|\d+")


def _first_words() -> frozenset[str]:
    """The words with which an expression may begin."""
    phrases = [*_MONTHS, *_WEEKDAYS, *_DAYS, *_MOMENTS, *_PARTS, *ZONES]
    phrases += [phrase for kind in ("before", "half", "day_number") for phrase in _words(kind)]
    return frozenset(word[0].lower() for phrase in phrases if (word := _WORD.search(phrase)))


_FIRST_WORDS = _first_words()

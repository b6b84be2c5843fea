"""The words of dates and times in a text, one after the other.

What each says by itself, not yet what they say together. The grammar is tried only where a number or one of its words
begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from parsing.fields.lexicon import clock_words, meanings
from parsing.fields.source import DIGITS, Source, first_words

#: Hours east of UTC of the zones that people name.
ZONES = {"WIB": 7, "WITA": 8, "WIT": 9, "UTC": 0, "GMT": 0, "MYT": 8, "SGT": 8}

_CENTURY = 2000  #: of a year of two digits
_YEARS = range(1990, 2100)  #: what a year of four digits may be
_HOURS, _MINUTES = 24, 60
_LEAP_YEAR = 2024  #: 29 February is a day of some year


@dataclass(frozen=True, kw_only=True, slots=True)
class Clue:
    """One expression of a day or a time."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None  #: of the month
    weekday: int | None = None  #: from Monday = 0
    eve: bool = False  #: of the weekday: "malam Minggu" is Saturday's night
    days_back: int | None = None  #: from the day of sending
    part: str | None = None  #: pagi, siang, sore, malam
    hour: int | None = None  #: as written
    minute: int | None = None  #: None where only the hour was said
    half_day: str | None = None  #: am, pm
    zone: float | None = None  #: hours east of UTC
    minutes_ago: int | None = None
    trailing: bool = False  #: "malam tadi" behind a time says which half of the day, not which day
    twelve: bool = False  #: of a clock of twelve hours, as people say it: "setengah dua", "jam 2"
    bare: bool = False  #: "10.15" alone, which may as well be a price or a version

    @property
    def is_date(self) -> bool:
        """Whether it names a day of the calendar."""
        return self.day is not None


def clues(source: Source) -> Iterator[Clue]:
    """The expressions of a text in their order, as far as they are possible days and times."""
    end = 0
    for place in source.anchors(_BEGINNINGS):
        if place < end:
            continue
        match = _LEXER.match(source.text, place)
        found = _READERS[match.lastgroup or ""](match) if match else None
        if match is not None and found is not None:
            end = match.end()
            yield Clue(start=match.start(), end=end, **found)


def _any(phrases: Mapping[str, Any] | list[str]) -> str:
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s{1,3}") for phrase in ordered) or r"(?!)"


_MONTHS, _WEEKDAYS, _DAYS = meanings("months"), meanings("weekdays"), meanings("days")
_MOMENTS, _PARTS, _NUMBERS = meanings("moments"), meanings("parts"), meanings("numbers")
_BLANKS = re.compile(r"\s+")


def _plain(phrase: str) -> str:
    return _BLANKS.sub(" ", phrase.lower())


def _lexer() -> re.Pattern[str]:
    filler = rf"(?:\s{{1,3}}(?:{_any(clock_words('filler'))})\b){{0,2}}"
    before = rf"(?:{_any(clock_words('before'))})(?:nya\b)?{filler}\.?(?:\s{{0,2}}[:=]\s{{0,2}}|\s{{0,50}})"
    half, past, to = _any(clock_words("half")), _any(clock_words("past")), _any(clock_words("to"))
    month = rf"(?:{_any(_MONTHS)})(?![a-z])\.?"
    number = rf"\d{{1,2}}|{_any(_NUMBERS)}"
    part, just, this = _any(_PARTS), _any(clock_words("just")), _any(clock_words("this"))
    unit = r"(?:rb|ribu|jt|juta|k|mb|gb|kb|x|kali|hari|hr|menit|mnt|jam|minggu|bulan|tahun|orang|days?|hours?|hrs?|minutes?|mins?|times|weeks?|months?|years?|people)\b"
    no_unit = rf"(?!\s?{unit}|\s?%)"
    dated = rf"(?:\b(?:{_any(clock_words('day_number'))})[\s.:]{{0,3}}|(?<![\w/.,:-]))"
    kinds = {
        "stamp": r"(?<![\w/.-])(?P<y0>\d{4})-(?P<m0>\d{2})-(?P<d0>\d{2})T(?P<h0>\d{2}):(?P<n0>\d{2})(?::\d{2}(?:\.\d{1,9})?)?(?P<z0>Z|[+-]\d{2}:?\d{2})?",
        "iso": r"(?<![\w/.-])(?P<y1>\d{4})[-/.](?P<m1>\d{2})[-/.](?P<d1>\d{2})(?![\d-])",
        "numeric": rf"{dated}(?P<d2>\d{{1,2}})(?P<s2>[/-])(?P<m2>\d{{1,2}})(?:(?P=s2)(?P<y2>\d{{4}}|\d{{2}}))?(?![\w/-]|[.,:]\d)",
        "spaced": r"(?<![\w/.:-])(?P<d13>\d{1,2})\s{0,2}[/-]\s{0,2}(?P<m13>\d{1,2})\s{0,2}[/-]\s{0,2}(?P<y13>\d{4})(?![\w/-])",
        "dotted": r"(?<![\w/.:-])(?P<d6>\d{1,2})\.\s?(?P<m6>\d{1,2})\.\s?(?P<y6>\d{4})(?![\w/-])",
        "named": rf"{dated}(?P<d3>\d{{1,2}})(?:st|nd|rd|th|\s?hb|\s?haribulan)?(?:\s?[-–]\s?\d{{1,2}})?[\s.\-/]{{0,3}}(?:of\s)?(?:bulan\s)?(?P<m3>{month})(?:[\s,\-/']{{1,3}}(?P<y3>\d{{4}}|\d{{2}}(?=[\s,;)]|$)(?!\s?{unit})))?(?!\d)",
        "american": rf"\b(?P<m4>{month})\s{{1,2}}(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:.]\d)(?:,?\s{{1,2}}(?P<y4>\d{{4}}))?(?!\d)",
        "ago": rf"(?<!\w)(?P<n5>{number}|\d{{3}})(?:an)?\s{{0,2}}(?:(?P<min5>{_any(clock_words('minutes_ago'))})|(?P<hour5>{_any(clock_words('hours_ago'))})|(?P<day5>{_any(clock_words('days_ago'))}))\b",
        "anhour": rf"\b(?:{_any(clock_words('one_hour_ago'))})\b",
        "half": rf"\b(?:{before})?(?:{half})\s{{1,2}}(?P<h7>{number})(?![\d.:]|\s?(?:jt|juta|rb|ribu|jam)\b)",
        "past": rf"\b{before}(?P<h8>{number})(?:\s{{1,2}}(?P<p8>{part}))?\s{{1,2}}(?:(?:{past})\s{{1,2}}|(?P<to8>{to})\s{{1,2}})(?P<n8>\d{{1,2}})(?:\s?(?:menit|mnt|minit))?(?![\d.:]|\s?(?:jam|hari)\b)",
        "clock": rf"(?:\b{before})?(?<![\w/.:,-])(?P<h9>\d{{1,2}})(?P<s9>[.:])(?P<n9>\d{{2}})(?:(?P=s9)\d{{2}})?(?:an\b)?(?:\s?(?P<ap9>[ap]\.?m\b\.?))?(?!(?!(?:{part}|wib|wita|wit)\b)[\w/%-]|[.,:]\d|\s?(?:rb|ribu|jt|juta|mb|gb|kb|k)\b)",
        "hour": rf"\b{before}(?P<h10>{number})(?:\s?-?an\b)?(?![\d.:,/]\d|(?!(?:{part})\b)\w|\s?-\s?\d|\s{{1,2}}{month}){no_unit}(?:\s?(?P<ap10>[ap]\.?m\b\.?))?",
        "meridiem": r"(?<![\w/.:,-])(?P<h11>\d{1,2})\s?(?P<ap11>[ap]\.?m\b\.?)",
        "oclock": rf"(?<!\w)(?P<h14>{number})\s?o['’]?clock\b",
        "midday": rf"\b(?:(?P<noon>{_any(clock_words('midday'))})|(?:{_any(clock_words('midnight'))}))\b",
        "tagged": rf"\b(?:{_any(clock_words('day_number'))})\s{{0,2}}:?\s{{0,2}}(?P<d15>\d{{1,2}})\.(?P<m15>\d{{1,2}})(?:\.(?P<y15>\d{{2}}))?(?![\w/:-]|[.,]\d)",
        "daynumber": rf"\b(?:{_any(clock_words('day_number'))})\s{{0,2}}:?\s{{0,2}}(?P<d12>\d{{1,2}})(?:(?:st|nd|rd|th)\b)?(?![\w/:]|-\d|[.,]\s?\d|[\s.\-]{{0,3}}(?:bulan\s)?{month})",
        "ordinal": r"\bon\s+the\s+(?P<d21>\d{1,2})(?:st|nd|rd|th)\b(?!\s?(?:time|attempt|try|floor|of))",
        "moment": rf"\b(?:{_any(_MOMENTS)})\b",
        "lately": rf"\b(?:(?:{just})\s{{1,2}}(?P<p16>{part})|(?P<p17>{part})\s{{1,2}}(?:(?P<just17>{just})|(?:{this})))\b",
        "sincepart": rf"\b(?:{_any(clock_words('since'))})\s{{1,2}}(?P<p22>{part})\b(?!\s{{1,2}}(?:{just}|{this}))",
        "days": rf"\b(?:{_any(_DAYS)})\b",
        "eve": rf"\b(?:malam|mlm|malem)\s{{1,2}}(?P<w18>{_any(_WEEKDAYS)}|minggu)\b",
        "weekday": rf"\b(?P<w19>{_any(_WEEKDAYS)})\b",
        "part": rf"(?<![a-z])(?:{part})\b",
        "offset": r"\b(?:GMT|UTC)\s?(?P<z20>[+-]\d{1,2}(?::?\d{2})?)(?!\d)",
        "zone": rf"(?<![a-z])(?:{'|'.join(ZONES)})\b",
    }
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in kinds.items()), re.IGNORECASE)


_Reader = Callable[[re.Match[str]], dict[str, Any] | None]


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


def _stamp(match: re.Match[str]) -> dict[str, Any] | None:
    said, time = _numbered("y0", "m0", "d0")(match), _clock("h0", "n0")(match)
    zone = match["z0"]
    east = None if zone is None else 0.0 if zone.upper() == "Z" else _east(zone)
    return said and time and said | time | {"zone": east}


def _ago(match: re.Match[str]) -> dict[str, Any]:
    count = _number(match["n5"])
    if match["day5"]:
        return {"days_back": count}
    return {"minutes_ago": count * (1 if match["min5"] else _MINUTES)}


def _an_hour(match: re.Match[str]) -> dict[str, Any]:
    return {"minutes_ago": _MINUTES // 2 if re.search(r"setengah|half", match[0], re.IGNORECASE) else _MINUTES}


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else int(_NUMBERS[_plain(word)])


def _clock(hour: str, minute: str | None, half_day: str | None = None) -> _Reader:
    """Reads a time of day; half_day names the group of am and pm."""

    def read(match: re.Match[str]) -> dict[str, Any] | None:
        hours, minutes = _number(match[hour]), int(match[minute]) if minute else None
        if hours > _HOURS or (minutes or 0) >= _MINUTES:
            return None
        half = (match[half_day] or "").replace(".", "").lower() if half_day else ""
        return {"hour": hours, "minute": minutes, "half_day": half or None, "twelve": minutes is None}

    return read


def _written(match: re.Match[str]) -> dict[str, Any] | None:
    said = _clock("h9", "n9", "ap9")(match)
    return said and said | {"bare": match["s9"] == "." and match[0][0].isdigit() and not said["half_day"]}


def _half(match: re.Match[str]) -> dict[str, Any] | None:
    """Indonesian counts to the hour (setengah 9 is 8:30), English from it (half past 9 is 9:30)."""
    to_the_hour = "past" not in match[0].lower()
    hour = _number(match["h7"]) - to_the_hour
    return {"hour": hour, "minute": 30, "twelve": True} if 0 <= hour < _HOURS else None


def _past(match: re.Match[str]) -> dict[str, Any] | None:
    """Minutes past the hour, or before it: "jam 8 kurang 10"."""
    said = _clock("h8", "n8")(match)
    if said is None:
        return None
    if match["to8"]:
        said |= {"hour": (said["hour"] - 1) % _HOURS, "minute": (_MINUTES - said["minute"]) % _MINUTES}
    return said | {"twelve": True} | ({"part": _PARTS[_plain(match["p8"])]} if match["p8"] else {})


def _day_number(group: str) -> _Reader:
    """Reads a day of a month that is not said."""
    return lambda match: {"day": int(match[group])} if 1 <= int(match[group]) <= 31 else None  # noqa: PLR2004


def _moment(match: re.Match[str]) -> dict[str, Any]:
    days, part = _MOMENTS[_plain(match[0])].split()
    return {"days_back": -int(days), "part": part}


def _lately(match: re.Match[str]) -> dict[str, Any]:
    """Read "tadi malam" and "malam tadi" as begun the day before, "tadi pagi", "sore tadi", "malam ini" as today's."""
    part = _PARTS[_plain(match["p16"] or match["p17"])]
    gone = bool(match["p16"] or match["just17"])
    return {"days_back": int(part == "malam" and gone), "part": part, "trailing": bool(match["just17"])}


def _since_part(match: re.Match[str]) -> dict[str, Any]:
    """Read "dari siang" as today's, "dari malam" as begun the day before."""
    part = _PARTS[_plain(match["p22"])]
    return {"days_back": int(part == "malam"), "part": part}


def _weekday(match: re.Match[str]) -> dict[str, Any]:
    """Read a weekday; "minggu" is a week, too, and a Sunday only where a part of the day follows."""
    said = _plain(match["w19"])
    part = _PARTS.get(said.split()[-1]) if " " in said else None
    return {"weekday": int(_WEEKDAYS[said])} | ({"part": part} if part else {})


def _eve(match: re.Match[str]) -> dict[str, Any]:
    said = _plain(match["w18"])
    return {"weekday": 6 if said == "minggu" else int(_WEEKDAYS[said]), "eve": True, "part": "malam"}


def _east(offset: str) -> float:
    """Hours east of UTC: "+7", "+07:00", "-0330"."""
    digits = offset[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")  # noqa: PLR2004
    east = int(hours) + int(minutes) / _MINUTES
    return -east if offset[0] == "-" else east


def _offset(match: re.Match[str]) -> dict[str, Any] | None:
    east = _east(match["z20"])
    return {"zone": east} if abs(east) <= 14 else None  # noqa: PLR2004 - no zone is farther


_READERS: Mapping[str, _Reader] = {
    "stamp": _stamp,
    "iso": _numbered("y1", "m1", "d1"),
    "numeric": _numbered("y2", "m2", "d2"),
    "spaced": _numbered("y13", "m13", "d13"),
    "dotted": _numbered("y6", "m6", "d6"),
    "tagged": _numbered("y15", "m15", "d15"),
    "named": _named("y3", "m3", "d3"),
    "american": _named("y4", "m4", "d4"),
    "ago": _ago,
    "anhour": _an_hour,
    "half": _half,
    "past": _past,
    "clock": _written,
    "hour": _clock("h10", None, "ap10"),
    "meridiem": _clock("h11", None, "ap11"),
    "oclock": _clock("h14", None),
    "midday": lambda match: {"hour": 12 if match["noon"] else 0, "half_day": None},
    "daynumber": _day_number("d12"),
    "ordinal": _day_number("d21"),
    "moment": _moment,
    "lately": _lately,
    "sincepart": _since_part,
    "days": lambda match: {"days_back": -int(_DAYS[_plain(match[0])])},
    "eve": _eve,
    "weekday": _weekday,
    "part": lambda match: {"part": _PARTS[_plain(match[0])]},
    "offset": _offset,
    "zone": lambda match: {"zone": float(ZONES[match[0].upper()])},
}

_LEXER = _lexer()
_BEGINNINGS = frozenset({DIGITS}) | first_words(
    [
        *(f"{word}nya" for word in clock_words("before")),
        *_MONTHS, *_WEEKDAYS, *_DAYS, *_MOMENTS, *_PARTS, *_NUMBERS, *ZONES, "on the",
        *(word for kind in ("before", "half", "day_number", "one_hour_ago", "just", "since", "midday", "midnight") for word in clock_words(kind)),
    ]
)  # fmt: skip

"""The Date of a mail, in every form that programs and people write (RFC 5322, 3.3 and 4.3, and what came of it).

What has to be there is a day; the time, the zone and the weekday may be missing, and the month may be named in the
languages of the senders' programs.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen janv",
            "feb peb fev fév fevr févr",
            "mar mär mrt maa mac",
            "apr avr abr",
            "may mei mai mag maj",
            "jun juin giu",
            "jul juil lug",
            "aug agu agt ago ogo aou aoû",
            "sep set",
            "oct okt out ott",
            "nov nop",
            "dec des dez dic dis déc",
        ),
        start=1,
    )
    for name in names.split()
}
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "CET": 1, "MET": 1, "WEST": 1, "CEST": 2, "MEST": 2, "EET": 2, "SAST": 2,
    "EEST": 3, "MSK": 3, "PKT": 5, "IST": 5.5, "WIB": 7, "ICT": 7, "WITA": 8, "SGT": 8, "MYT": 8, "HKT": 8, "PHT": 8, "AWST": 8,
    "WIT": 9, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "HST": -10,
}  # fmt: skip
_MAX_LENGTH = 200  #: code points of a date; the longest honest ones take sixty
_TIME = re.compile(
    r"(?<!\d)(\d{1,2})(?::(?=\d{1,2})|\.(?=\d\d))(\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d{1,9})?)?(?![.\d])\s*([ap]\.?m\b)?",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?=\D|$)")
_BASIC = re.compile(r"\b(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})")
_DAY_FIRST = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?[-/ .]+([^\W\d_]{3,12})[-/ .,]+(\d{2,4})\b")
_MONTH_FIRST = re.compile(r"\b([^\W\d_]{3,12})\.?[ -](\d{1,2})(?:st|nd|rd|th)?[ ,-].*?\b(\d{4})\b")
_NUMBERS = re.compile(r"\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})\b")
_OFFSET = re.compile(r"(?:\b(?:GMT|UTC?)\s*)?([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_WORD = re.compile(r"\b[A-Z]{1,4}\b")
_MAX_OFFSET = timedelta(hours=24)  #: what datetime can hold; no place on earth goes beyond 14
_FULL_DAY, _NOON = 24, 12
_PIVOT = 50


def read_date(value: str) -> datetime | None:
    """The instant with its own offset, UTC where none is told; None for what is no date."""
    text = value[:_MAX_LENGTH]
    try:
        day = _day(text)
        if day is None:
            return None
        hour, minute, second, rest = _time(text)
        return datetime(*day, hour, minute, min(second, 59), tzinfo=_zone(rest))
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> tuple[int, int, int] | None:
    if found := _ISO.search(text) or _BASIC.search(text):
        return int(found[1]), int(found[2]), int(found[3])
    for found in _DAY_FIRST.finditer(text):
        if month := _month(found[2]):
            return _year(found[3]), month, int(found[1])
    for found in _MONTH_FIRST.finditer(text):
        if month := _month(found[1]):
            return int(found[3]), month, int(found[2])
    if found := _NUMBERS.search(text):
        first, second = int(found[1]), int(found[2])
        american = second > _NOON or (first <= _NOON and bool(re.search(r"[ap]\.?m\b", text, re.IGNORECASE)))
        day, month = (second, first) if american else (first, second)
        return _year(found[3]), month, day
    return None


def _month(word: str) -> int | None:
    lower = word.lower()
    return _MONTHS.get(lower[:4]) or _MONTHS.get(lower[:3])


def _year(digits: str) -> int:
    """RFC 5322, 4.3: of two digits, 00 to 49 are 2000 and later; of three, the years since 1900 are counted on."""
    year = int(digits)
    if len(digits) == len("2000"):
        return year
    return year + (2000 if year < _PIVOT else 1900)


def _time(text: str) -> tuple[int, int, int, str]:
    """Hour, minute, second, and what stands behind them: the zone."""
    if basic := _BASIC.search(text):
        return int(basic[4]), int(basic[5]), int(basic[6]), text[basic.end() :]
    found = _clock(text)
    if found is None:
        return 0, 0, 0, ""
    hour = int(found[1])
    if found[4]:
        hour = hour % _NOON + (_NOON if found[4][0] in "pP" else 0)
    return hour, int(found[2]), int(found[3] or 0), text[found.end() :]


def _clock(text: str) -> re.Match[str] | None:
    """The time: with colons, if any has them, since dots stand in days too."""
    times = [found for found in _TIME.finditer(text) if int(found[1]) < _FULL_DAY]
    return next((found for found in times if ":" in found[0]), times[-1] if times else None)


def _zone(rest: str) -> timezone:
    offset = _OFFSET.search(rest)
    if offset:
        digits, minutes = offset[2], offset[3]
        if minutes is None and len(digits) == 1:
            minutes = "0"
        shift = timedelta(hours=int(digits), minutes=int(minutes or 0))
        return timezone(-shift if offset[1] == "-" else shift) if shift < _MAX_OFFSET else UTC
    name = next((word for word in _WORD.findall(rest) if word in _ZONES), "UTC")
    return timezone(timedelta(hours=_ZONES[name]))

"""Numbers of identity cards: the Indonesian NIK by its own structure, others only after their label.

A NIK is province, regency, district (six digits), the day of birth as DDMMYY (a woman's day plus forty) and a serial
number (Permendagri 72/2022).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields.secrets.span import Span, Text, openings
from parsing.fields.vocabulary import loosely_spelled, phrases

_LABELS = phrases("secrets", "identity")
_OPENINGS = openings(_LABELS)
_LABELLED = re.compile(
    rf"(?:{loosely_spelled(_LABELS)})(?:nya|ku)?(?:[ \t]{{1,2}}(?:saya|sy|aku|my|is|adalah|no|nomor|number)){{0,3}}[ \t]{{0,3}}[:=]?[ \t]{{0,3}}"
    r"(?P<value>[A-Z]{0,2}\d(?:[ .\-]?\d){5,19})(?!\w)",
    re.IGNORECASE,
)
#: Codes of the provinces.
_PROVINCES = frozenset((*range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82, *range(91, 98)))  # fmt: skip
_WOMEN = 40  #: added to the day of birth


def find(text: Text) -> Iterator[Span]:
    """Identity numbers: after their labels, then by their structure."""
    for place in text.places(_OPENINGS):
        match = _LABELLED.match(text.written, place)
        if match:
            kind = "nik" if _is_nik(re.sub(r"\D", "", match["value"])) else "identity"
            yield Span(kind=kind, start=match.start("value"), end=match.end("value"))
    for number in text.numbers:
        if _is_nik(number.digits):
            yield Span(kind="nik", start=number.start, end=number.end)


def _is_nik(digits: str) -> bool:
    if len(digits) != 16:  # noqa: PLR2004 - a NIK's length
        return False
    day, month = int(digits[6:8]), int(digits[8:10])
    born = day - _WOMEN if day > _WOMEN else day
    return int(digits[:2]) in _PROVINCES and 1 <= born <= 31 and 1 <= month <= 12 and digits[12:] != "0000"  # noqa: PLR2004

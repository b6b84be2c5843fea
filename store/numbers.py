"""Ticket numbers: a prefix, a serial and a check digit, so that a mistyped number is noticed.

The check digit is Damm's (H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004): it catches every single wrong
digit and every swap of neighbours.
"""

from __future__ import annotations

import re

#: Damm's quasigroup of order 10.
_TABLE = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)

#: The first serial: a new desk's first ticket does not tell the customer that it is the first.
FIRST_SERIAL = 10001

_NUMBER = re.compile(r"([A-Za-z][A-Za-z0-9]{0,9})-(\d{5,12})", re.ASCII)


def check_digit(digits: str) -> int:
    """Damm's check digit of a string of decimal digits; 0 for one that already ends in its own."""
    interim = 0
    for digit in digits:
        interim = _TABLE[interim][int(digit)]
    return interim


def number(prefix: str, serial: int) -> str:
    """The ticket number of a serial, with its check digit: "LKT-104231" of "LKT" and 10423."""
    return f"{prefix}-{serial}{check_digit(str(serial))}"


def find(text: str, prefix: str) -> tuple[str, ...]:
    """The desk's numbers in a text, each once, in canonical form; those with a wrong check digit are left out.

    People write them with a blank or nothing in the place of the dash, and in small letters.
    """
    pattern = rf"(?<![A-Za-z0-9]){re.escape(prefix)}[-\u2010-\u2015 ]?(\d{{5,12}})(?!\d)"
    found = (match[1] for match in re.finditer(pattern, text, re.ASCII | re.IGNORECASE))
    return tuple(dict.fromkeys(f"{prefix}-{digits}" for digits in found if check_digit(digits) == 0))


def parse(text: str) -> str | None:
    """The number in its canonical form if `text` is exactly one with a right check digit, else None."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None or check_digit(match[2]) != 0:
        return None
    return f"{match[1].upper()}-{match[2]}"

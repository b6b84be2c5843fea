"""Numbers as people write sums of money: "50.000", "1,5", "2.750.000,-", "lima puluh ribu".

Dots and commas are read as a person would: three digits behind the last one are thousands, one or two are decimals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

#: 1.500.000 · 1,500,000.00 · 1 500 000 · 1500000 · 1,5
WRITTEN = r"\d{1,3}(?:[., ]\d{3}(?!\d)){1,4}(?:[.,]\d{1,2}(?!\d))?|\d{1,15}(?:[.,]\d{1,8}(?!\d))?"

_UNITS = {
    "nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8, "lapan": 8, "sembilan": 9,
    "sepuluh": 10, "sebelas": 11, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "setengah": 0, "half": 0, "a": 1,
}  # fmt: skip
_TIMES = {"puluh": 10, "ratus": 100, "hundred": 100}
_ADDS = {"belas": 10}
_WHOLES = {"seratus": 100}
_SCALES = {
    "ribu": 1_000,
    "seribu": 1_000,
    "rb": 1_000,
    "thousand": 1_000,
    "rebu": 1_000,
    "juta": 1_000_000,
    "sejuta": 1_000_000,
    "jt": 1_000_000,
    "million": 1_000_000,
}

#: What a short suffix multiplies by.
SUFFIXES: Mapping[str, int] = {
    "rb": 1_000, "ribu": 1_000, "rebu": 1_000, "rbu": 1_000, "ribuan": 1_000, "k": 1_000, "thousand": 1_000, "jt": 1_000_000, "juta": 1_000_000, "jutaan": 1_000_000,
    "million": 1_000_000, "mil": 1_000_000, "mio": 1_000_000, "milyar": 1_000_000_000, "miliar": 1_000_000_000,
}  # fmt: skip

WORDS = frozenset({*_UNITS, *_TIMES, *_ADDS, *_WHOLES, *_SCALES} - {"rb", "jt"})
#: A number in words begins with one of these.
BEGINNINGS = frozenset({*_UNITS, *_WHOLES, "seribu", "sejuta"} - {"nol", "a", "half"})


def parsed(written: str) -> Decimal | None:
    """The value of digits with their separators; None where there are none."""
    digits = written.replace(" ", ".") if re.search(r"\d \d{3}", written) else written
    signs = [character for character in digits if character in ".,"]
    if not signs:
        return Decimal(digits) if digits.isdecimal() else None
    last = max(digits.rfind("."), digits.rfind(","))
    behind = len(digits) - last - 1
    thousands = behind == 3 and (len(set(signs)) == 1) and not digits.startswith("0")  # noqa: PLR2004
    if len(signs) > 1 and len(set(signs)) == 1:
        thousands = True
    if thousands:
        return Decimal(re.sub(r"[.,]", "", digits))
    whole = re.sub(r"[.,]", "", digits[:last])
    return Decimal(f"{whole or '0'}.{digits[last + 1 :]}")


def spoken(words: list[str]) -> int | None:
    """The value of a number in words: "seratus lima puluh ribu"; None where it is none."""
    total = part = 0
    last = 0
    for word in words:
        if word in ("setengah", "half"):
            last = -1
        elif word in _UNITS:
            last = _UNITS[word]
            part += last
        elif word in _TIMES:
            part += (last or 1) * (_TIMES[word] - 1) if last else _TIMES[word]
            last = 0
        elif word in _ADDS:
            part += _ADDS[word]
        elif word in _WHOLES:
            part += _WHOLES[word]
        else:
            scale = _SCALES[word]
            total += (part or (0 if last < 0 else 1)) * scale + (scale // 2 if last < 0 else 0)
            part = last = 0
    return (total + part) or None

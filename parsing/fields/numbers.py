"""Numbers as people write sums of money: "50.000", "1,5", "2.750.000,-", "lima puluh ribu".

Dots and commas are read as a person would: three digits behind the last one are thousands, one or two are decimals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from parsing.fields.lexicon import every_number

#: 1.500.000 · 1,500,000.00 · 1 500 000 · 1500000 · 1,5
WRITTEN = r"\d{1,3}(?:[., ]\d{3}(?!\d)){1,4}(?:[.,]\d{1,2}(?!\d))?|\d{1,15}(?:[.,]\d{1,8}(?!\d))?"

_UNITS, _TIMES, _ADDS, _WHOLES, _SCALES, _HALVES = (
    every_number(kind) for kind in ("units", "times", "adds", "wholes", "scales", "half")
)

#: What a short suffix multiplies by: "50rb", "50k".
SUFFIXES: Mapping[str, int] = every_number("suffixes")

#: Words that are part of a number; what is short ("rb", "jt") only stands behind digits.
WORDS = frozenset({*_UNITS, *_TIMES, *_ADDS, *_WHOLES, *_HALVES, *(word for word in _SCALES if len(word) > 2)})  # noqa: PLR2004
#: A number in words begins with one of these: not with nothing, nor with a word that is mostly an article.
BEGINNINGS = frozenset({*_WHOLES, *_HALVES, *(word for word in _SCALES if word.startswith("se"))}) | frozenset(
    word for word, value in _UNITS.items() if value and len(word) > 1
)
#: Words of thousands and millions: a number in words that has one is money.
SCALE_WORDS = frozenset(word for word in _SCALES if word in WORDS)


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
        if word in _HALVES:
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

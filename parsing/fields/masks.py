"""Numbers that look like a finding and are none: of tickets, bank and virtual accounts, identity cards, error codes.

They are taken before anything is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields.channels import accounts
from parsing.fields.contacts import office_addresses
from parsing.fields.lexicon import every_word
from parsing.fields.source import Source, first_words
from parsing.fields.vocabulary import spelled

_DIGITS_ONLY = every_word("others_digits")
_OTHERS = (*every_word("others_numbers"), *_DIGITS_ONLY)
_NUMBER = rf"(?:{spelled(every_word('number'))})"
_LABELLED = re.compile(
    rf"(?:{_NUMBER}\.?[ \t]{{0,2}})?(?:(?P<plain>{spelled(_DIGITS_ONLY)})|{spelled(_OTHERS)})(?:nya)?\b(?:[ \t]{{1,2}}[A-Za-z]{{2,12}}){{0,2}}?(?:[ \t]{{1,2}}{_NUMBER}\.?)?[ \t]{{0,2}}[:=#(\[]?[ \t]{{0,2}}#?"
    r"(?P<value>(?:(?-i:[A-Z]{1,6})-?)?\d[\dA-Za-z]*(?:[-/. ]\d{2,}){0,6})",
    re.IGNORECASE,
)
_TRANSACTION = re.compile(
    rf"\b(?:{spelled(every_word('weak_transaction'))})(?:nya)?\b", re.IGNORECASE
)  #: "tiket wd WD-881"
_FIRST = first_words(every_word("number")) | first_words(_OTHERS)
#: "[Tiket #4711]", "[LKT-104231]": what desks put into a subject.
_BRACKETED = re.compile(r"\[(?:[A-Z]{2,6}-|[A-Za-z]{0,10} ?#)\d{4,20}\]|\bLKT-\d{4,20}")
_SUM = re.compile(r"\d+(?:[.,]\d+)?(?:rb|ribu|k|jt|juta)", re.IGNORECASE)  #: "transfer ke rek permata 1jt500rb"
_MIN_DIGITS = 4  #: "rekening 1" and "laporan 2" are words of a sentence


def spans(source: Source) -> Iterator[tuple[int, int]]:
    """Where such numbers stand."""
    for place in source.anchors(_FIRST):
        match = _LABELLED.match(source.text, place)
        if match and _is_number(match):
            yield match.span("value")
    yield from office_addresses(source)
    yield from accounts(source)
    for match in _BRACKETED.finditer(source.text) if "[" in source.text or "LKT-" in source.text else ():
        yield match.span()


def _is_number(match: re.Match[str]) -> bool:
    """Whether it is one at all, and of what stands before it: "rekening BNI dengan ID WD-88120" names no account."""
    value = match["value"]
    long_enough = sum(map(str.isdecimal, value)) >= _MIN_DIGITS and not _SUM.match(value)
    of_transaction = _TRANSACTION.search(match.string, match.start(), match.start("value"))
    return long_enough and not of_transaction and not (match["plain"] and value[0].isalpha())

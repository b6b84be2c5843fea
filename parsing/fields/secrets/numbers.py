"""Runs of digits, as people write long numbers: in one piece, or in groups with blanks or dashes between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

#: Runs of a text, and groups of a run, that are looked at: more is a list, and no card or identity number.
_MAX_RUNS, _MAX_GROUPS = 1_000, 40

#: It begins with the digit, and looks back from there: so the machine goes from digit to digit, not from sign to sign.
_RUN = re.compile(r"\d(?<![\w.,/#+-]\d)\d*+(?:[ \-]\d++)*+")
_GOES_ON = re.compile(r"[\w/]|[.,]\d")  #: after digits that are part of a date, an amount or a word
_GROUP = re.compile(r"\d+")
_LONGEST, _SHORTEST = 19, 13  #: digits


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A number that may be a card's or an identity card's."""

    start: int
    end: int
    digits: str


def numbers(text: str) -> Iterator[Number]:
    """The numbers of 13 to 19 digits that whole groups of a text's runs make: the longest from each group on."""
    for count, run in enumerate(_RUN.finditer(text)):
        if count == _MAX_RUNS:
            return
        if run.end() - run.start() < _SHORTEST:
            continue
        groups = list(islice(_GROUP.finditer(text, run.start(), run.end()), _MAX_GROUPS))
        yield from _of(groups[:-1] if _GOES_ON.match(text, groups[-1].end()) else groups)


def _of(groups: list[re.Match[str]]) -> Iterator[Number]:
    place = 0
    while place < len(groups):
        digits, last = "", place
        longest = None
        while last < len(groups) and len(digits) + len(groups[last][0]) <= _LONGEST:
            digits += groups[last][0]
            last += 1
            if len(digits) >= _SHORTEST:
                longest = Number(start=groups[place].start(), end=groups[last - 1].end(), digits=digits)
                if len(digits) == 16:  # noqa: PLR2004 - what nearly all of them have
                    break
        if longest is not None:
            yield longest
            place = last
        else:
            place += 1

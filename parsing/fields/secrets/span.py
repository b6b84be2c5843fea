"""Where in a text a secret stands, and where it is worth looking for one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from parsing.fields.secrets.numbers import Number, numbers

#: Places of one label that are looked at: who says "password" more often than this says nothing.
MAX_PLACES = 150

_WORD = re.compile(r"\w+")
_HEAD = 3  #: letters of a word by which most labels are ruled out without a look at the text

#: The first words of labels, each with what a text's word has to begin with ("" where that says nothing).
Openings = tuple[tuple[str, str], ...]


def openings(labels: Iterable[str]) -> Openings:
    """The first words of these labels, in lower case."""
    return tuple((_head(first), first) for first in sorted({label.split()[0] for label in labels}))


def _head(first: str) -> str:
    letters = _WORD.match(first)
    return first[:_HEAD] if letters and letters.end() >= _HEAD else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A secret's place; its words are not repeated here."""

    kind: str  #: password, pin, otp, card, expiry, cvv, key; nik, identity
    start: int  #: code points
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text under search."""

    written: str
    lower: str  #: as long as `written`
    heads: frozenset[str]  #: the first letters of its words, and ""
    numbers: tuple[Number, ...]  #: that may be a card's or an identity card's

    @classmethod
    def of(cls, written: str) -> Text:
        """A text with its lower case, in which no letter becomes two ("İ")."""
        lower = written.lower()
        if len(lower) != len(written):
            lower = "".join(low if len(low := each.lower()) == 1 else each for each in written)
        heads = frozenset([word[:_HEAD] for word in _WORD.findall(lower)])
        return cls(written=written, lower=lower, heads=heads | {""}, numbers=tuple(numbers(written)))

    def places(self, labels: Openings) -> list[int]:
        """Where a word begins with which one of the labels begins, in order."""
        found: set[int] = set()
        for head, first in labels:
            if head in self.heads:
                found.update(self._of(first))
        return sorted(found)

    def _of(self, word: str) -> list[int]:
        lower, place = self.lower, self.lower.find(word)
        places: list[int] = []
        while place >= 0 and len(places) < MAX_PLACES:
            if place == 0 or not (lower[place - 1].isalnum() or lower[place - 1] == "_"):
                places.append(place)
            place = lower.find(word, place + len(word))
        return places

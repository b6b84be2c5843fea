"""Where in a text a secret stands, and where it is worth looking for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: Places of one label that are looked at: who says "password" more often than this says nothing.
MAX_PLACES = 150


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

    @classmethod
    def of(cls, written: str) -> Text:
        """A text with its lower case, in which no letter becomes two ("İ")."""
        lower = written.lower()
        if len(lower) != len(written):
            lower = "".join(low if len(low := each.lower()) == 1 else each for each in written)
        return cls(written=written, lower=lower)

    def places(self, labels: Iterable[str]) -> list[int]:
        """Where a word begins with which one of the labels begins, in order."""
        return sorted({place for first in {label.split()[0] for label in labels} for place in self._of(first)})

    def _of(self, word: str) -> Iterator[int]:
        lower, seen, place = self.lower, 0, self.lower.find(word)
        while place >= 0 and seen < MAX_PLACES:
            if place == 0 or not (lower[place - 1].isalnum() or lower[place - 1] == "_"):
                seen += 1
                yield place
            place = lower.find(word, place + len(word))

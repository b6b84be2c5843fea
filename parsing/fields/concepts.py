"""What a text speaks of: its words, in whatever spelling, as ideas that stand at places.

A language names each idea in words of its own (`words/<language>/KIND.toml`, `spelling.toml`); what is made of the
ideas (a category, a step that was tried) knows no language. Places count words; the end of a sentence counts for
several, so that what stands near each other was said together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from parsing.fields.common import EVERYDAY
from parsing.fields.phrasebook import (
    SHORTEST_FUZZY,
    SPELLING,
    TOGETHER,
    TOKEN,
    Beginning,
    by_beginning,
    of_kind,
    phrases_of,
    slips,
    without_one,
)
from parsing.fields.roots import roots

#: Code points that are looked at; a report says what it is about at its beginning.
LOOKED_AT = 4_000

#: The same, and a passive whose prefix stands apart: "di blokir", "ke potong".
_SPOKEN = re.compile(rf"(?:di|ke|ter)[ ][^\W\d_]{{3,}}(?!['’_\d]{{2}})|{TOKEN.pattern}", re.IGNORECASE)
#: Numbers that are words, too: "saldo masih 0", "sudah coba 3x", "web 404".
_NUMERAL = re.compile(r"0|\d{1,2}[xX]|404|50[234]")
_GAPS = {",": 1, ":": 1, ";": 3, "\n": 3, ".": 5, "!": 5, "?": 5}
_ABBREVIATED = re.compile(r"[b-df-hj-np-tv-z]{2,4}|no", re.IGNORECASE)  #: "Yth.", "No.": their dot ends no sentence
_STRETCHED = re.compile(r"(.)\1{2,}")
#: "gamasuk", "blmmasuk": a denial that hangs on the word which it denies.
_DENIAL = re.compile(r"(?:ngga|nggak|gak|ga|gk|tdk|tak|blm|belum)(?=[a-z]{3})")
_CLITICS = ("nya", "ny", "kah", "lah", "ku", "mu", "s", "ed", "ing")
_SHORTEST_STEM = 3
_LONGEST = 24  #: letters of a word
_MAX_PLACES = 12  #: of one idea that are kept


class Mention(NamedTuple):
    """A phrase of a text that names ideas. A tuple, since a mail has hundreds."""

    ideas: frozenset[str]
    place: int  #: in words, as above
    start: int  #: code points
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """The ideas of a text and where they stand."""

    places: Mapping[str, tuple[int, ...]]
    words: int  #: how many the text has

    def has(self, *ideas: str) -> bool:
        """Whether one of these is spoken of."""
        return any(idea in self.places for idea in ideas)

    def together(self, needs: Iterable[Sequence[str]], within: int) -> bool:
        """Whether of each need (of several ideas one or the other) one is spoken of, all within so many words."""
        found = []
        for need in needs:
            standing = [place for idea in need for place in self.places.get(idea, ())]
            if not standing:  # as for most rules: nothing else of them is looked at
                return False
            found.append(standing)
        return any(
            all(any(abs(place - other) <= within for other in others) for others in found[1:]) for place in found[0]
        )


def spoken(text: str) -> Spoken:
    """The ideas of a text, those included that two of them are together: "belum … masuk"."""
    places: dict[str, list[int]] = {}
    words = list(CONCEPTS.words(text[:LOOKED_AT]))
    for mention in CONCEPTS.mentions_in(words):
        for idea in mention.ideas:
            standing = places.setdefault(idea, [])
            if len(standing) < _MAX_PLACES:
                standing.append(mention.place)
    for first, second, between, joint in TOGETHER:
        can = places.get("can", ()) if joint == "not_arrived" else ()
        for start in places.get(first, ()):
            end = next((place for place in places.get(second, ()) if start <= place <= start + between), None)
            if end is None or any(start < place < end for place in can):
                continue  # "belum bisa masuk" is about signing in
            places.setdefault(joint, []).append(end)
    return Spoken(places={idea: tuple(standing) for idea, standing in places.items()}, words=len(words))


class Word(NamedTuple):
    """A word as it is looked up, and where it stands. A tuple, since every word of a mail becomes one."""

    plain: str
    place: int
    start: int
    end: int


class Lexis:
    """Phrases by which ideas are named, and how they are recognised."""

    def __init__(self, named: Iterable[tuple[str, str]], *, passive: bool = True) -> None:
        """`named`: pairs of an idea and a phrase by which it is named.

        `passive`: what was done to something ("dihapus", "terhapus") is the same idea as doing it.
        """
        self._phrases = phrases_of(named)
        self._beginning = by_beginning(self._phrases)
        self._known = frozenset(word for phrase in self._phrases for word in phrase)
        self._slips = slips(self._known)
        self._passive = passive
        self.plain = lru_cache(maxsize=20_000)(self._plain)
        self.parted = lru_cache(maxsize=20_000)(self._parted)

    def beginnings(self, ideas: Iterable[str]) -> frozenset[str]:
        """The words, as they are looked up, with which the phrases begin that name one of these ideas."""
        wanted = frozenset(ideas)
        return frozenset(phrase[0] for phrase, named in self._phrases.items() if wanted & named)

    def mentions(self, text: str) -> Iterator[Mention]:
        """The phrases of a text that name something, in their order, the longest first, none overlapping."""
        yield from self.mentions_in(list(self.words(text)))

    def mentions_in(self, words: Sequence[Word]) -> Iterator[Mention]:
        """Of words that are already looked up."""
        plain = tuple([word.plain for word in words])
        index = 0
        while index < len(words):
            beginning = self._beginning.get(plain[index])
            found = self._longest(beginning, words, plain, index) if beginning else None
            if found is None:
                index += 1
                continue
            count, ideas = found
            first, last = words[index], words[index + count - 1]
            yield Mention(ideas, first.place, first.start, last.end)
            index += count

    def words(self, text: str) -> Iterator[Word]:
        """The words of a text, numbers left out."""
        parted, gaps, place, abbreviated, paused = self.parted, _GAPS, 0, False, 0
        for match in _SPOKEN.finditer(text):
            written = match[0]
            if written in gaps:
                gap = gaps[written] if not abbreviated or written != "." else 1
                place += max(0, gap - paused)  # "!!!" parts no more than "!"
                paused = max(gap, paused)
            elif not written[0].isdecimal() or _NUMERAL.fullmatch(written):  # "tanggal 5" is no longer than "kemarin"
                abbreviated, paused = _ABBREVIATED.fullmatch(written) is not None, 0
                start = cut = match.start()
                for plain, end in parted(written):
                    place += 1
                    yield Word(plain, place, cut, start + end)
                    cut = start + end

    def _longest(
        self, beginning: Beginning, words: Sequence[Word], plain: tuple[str, ...], index: int
    ) -> tuple[int, frozenset[str]] | None:
        """The longest phrase that begins here: how many words it has, and its ideas."""
        for count, phrases in beginning:
            ideas = phrases.get(plain[index : index + count])
            if ideas is not None and words[index + count - 1].place - words[index].place <= count:
                return count, ideas
        return None

    def _parted(self, word: str) -> tuple[tuple[str, int], ...]:
        """A word as it is looked up, with its end; in two where a denial hangs on a known one.

        A prefix that stands apart belongs to a known word: "di blokir" is "diblokir", "di bank" is not.
        """
        prefix, blank, rest = word.partition(" ")
        if blank:
            joined = self._known_form(f"{prefix}{SPELLING.get(rest.lower(), rest)}".lower())
            apart = ((self.plain(prefix), len(prefix)), (self.plain(rest), len(word)))
            return ((joined, len(word)),) if joined else apart
        whole = self.plain(word)
        denial = None if whole in self._known else _DENIAL.match(word.lower())
        rest = self.plain(word[denial.end() :]) if denial else whole
        if denial is None or rest not in self._known:
            return ((whole, len(word)),)
        return (self.plain(denial[0]), denial.end()), (rest, len(word))

    def _plain(self, word: str) -> str:
        """A word as it is looked up: in lower case, its usual spelling, without what hangs at its end."""
        low = _STRETCHED.sub(r"\1", word.lower()[:_LONGEST]).replace("’", "'")
        if low[-1:] == "2" and low[:-1].isalpha():
            low = low[:-1]  # "masuk2" is "masuk-masuk"
        elif low[0].isdecimal():
            low = "nol" if low == "0" else "kali" if low.endswith("x") else "error"
        low = SPELLING.get(low, low)
        known = self._known_form(low)
        if known is None and low.isalpha():
            known = next(
                (
                    form
                    for root in roots(low, passive=self._passive)
                    if (form := self._known_form(SPELLING.get(root, root)))
                ),
                None,
            )
        return known or (self._meant(low) if len(low) >= SHORTEST_FUZZY and low.isalpha() else low)

    def _known_form(self, low: str) -> str | None:
        """A known word that this is, with or without what hangs at its end."""
        if low in self._known:
            return low
        if low.endswith("e") and (full := SPELLING.get(low[:-1] + "ai", low[:-1] + "ai")) in self._known:
            return full  # "kepake" is "kepakai"
        for clitic in _CLITICS:
            stem = low.removesuffix(clitic)
            if stem != low and len(stem) >= _SHORTEST_STEM:
                stem = SPELLING.get(stem, stem)
                if stem in self._known:
                    return stem
        return None

    def _meant(self, word: str) -> str:
        """The known word that differs in one letter, not the first, the word itself where there is none."""
        if word in EVERYDAY:
            return word  # "getting" is no slip of "setting"
        slips = (self._slips[slip] for slip in (word, *without_one(word)) if slip in self._slips)
        return next((meant for meant in slips if meant[0] == word[0]), word)


CONCEPTS = Lexis(of_kind("concepts"))

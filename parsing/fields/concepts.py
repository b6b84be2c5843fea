"""What a text speaks of: its words, in whatever spelling, as ideas that stand at places.

A language names each idea in words of its own (`words/<language>/concepts.toml`, `spelling.toml`); what is made of the
ideas (a category, a kind of mail) knows no language. Places count words; the end of a sentence counts for several, so
that what stands near each other was said together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from parsing.fields.vocabulary import LANGUAGES, table

#: Code points that are looked at; a report says what it is about at its beginning.
LOOKED_AT = 4_000

_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*[^\W_]*|[^\W_]+(?:['’][^\W\d_]+)?|[.!?;\n,:]")
_GAPS = {",": 1, ":": 1, ";": 3, "\n": 3, ".": 5, "!": 5, "?": 5}
_STRETCHED = re.compile(r"(.)\1{2,}")
_CLITICS = ("nya", "ny", "kah", "lah", "ku", "mu", "s", "ed", "ing")
_SHORTEST_STEM = 3
_SHORTEST_FUZZY = 6  #: letters below which a slip of the finger is another word
_LONGEST = 24  #: letters of a word
_MAX_PLACES = 12  #: of one idea that are kept

#: (first, second, words between them at the most) → the idea that the two are together.
_TOGETHER = (
    ("neg", "arrive", 4, "not_arrived"),
    ("neg", "can", 2, "cannot"),
    ("neg", "show", 3, "not_shown"),
    ("neg", "work", 4, "not_working"),
    ("neg", "approved", 4, "refused"),
    ("neg", "own_act", 4, "not_me"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """The ideas of a text and where they stand."""

    places: Mapping[str, tuple[int, ...]]
    words: int  #: how many the text has

    def has(self, *ideas: str) -> bool:
        """Whether one of these is spoken of."""
        return any(idea in self.places for idea in ideas)

    def together(self, needs: Iterable[str], within: int) -> bool:
        """Whether of each need ("a|b": one or the other) one is spoken of, all within so many words."""
        found = [sorted(place for idea in need.split("|") for place in self.places.get(idea, ())) for need in needs]
        if not all(found):
            return False
        return any(
            all(any(abs(place - other) <= within for other in others) for others in found[1:]) for place in found[0]
        )


def spoken(text: str) -> Spoken:
    """The ideas of a text."""
    tokens = list(_tokens(text[:LOOKED_AT]))
    places: dict[str, list[int]] = {}
    index = 0
    while index < len(tokens):
        words, ideas = _longest(tokens, index)
        for idea in ideas:
            standing = places.setdefault(idea, [])
            if len(standing) < _MAX_PLACES:
                standing.append(tokens[index][1])
        index += words
    _join(places)
    return Spoken(places={idea: tuple(standing) for idea, standing in places.items()}, words=len(tokens))


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """The words, as they are looked up, with their places."""
    place = 0
    for match in _TOKEN.finditer(text):
        gap = _GAPS.get(match[0])
        if gap:
            place += gap
            continue
        if not match[0][0].isdecimal():  # "tanggal 5 pukul 20.40" is no longer than "kemarin"
            place += 1
            yield plain(match[0]), place


def _longest(tokens: list[tuple[str, int]], index: int) -> tuple[int, frozenset[str]]:
    """The longest phrase that begins here: how many words it has, and its ideas."""
    for phrase, ideas in _PHRASES.get(tokens[index][0], ()):
        end = index + len(phrase)
        together = end <= len(tokens) and tokens[end - 1][1] - tokens[index][1] < len(phrase) + 1
        if together and all(tokens[index + offset][0] == word for offset, word in enumerate(phrase)):
            return len(phrase), ideas
    return 1, frozenset()


def _join(places: dict[str, list[int]]) -> None:
    """Add what two ideas close to each other are together: "belum … masuk"."""
    for first, second, between, joint in _TOGETHER:
        can = places.get("can", ()) if joint == "not_arrived" else ()
        for start in places.get(first, ()):
            end = next((place for place in places.get(second, ()) if start <= place <= start + between), None)
            if end is None or any(start < place < end for place in can):
                continue  # "belum bisa masuk" is about signing in
            places.setdefault(joint, []).append(end)


@lru_cache(maxsize=20_000)
def plain(word: str) -> str:
    """A word as it is looked up: in lower case, its usual spelling, without what hangs at its end."""
    low = _STRETCHED.sub(r"\1", word.lower()[:_LONGEST]).replace("’", "'")
    if low[-1:] == "2" and low[:-1].isalpha():
        low = low[:-1]  # "masuk2" is "masuk-masuk"
    low = _SPELLING.get(low, low)
    if low in _KNOWN:
        return low
    for clitic in _CLITICS:
        stem = low.removesuffix(clitic)
        if stem != low and len(stem) >= _SHORTEST_STEM:
            stem = _SPELLING.get(stem, stem)
            if stem in _KNOWN:
                return stem
    return _meant(low) if len(low) >= _SHORTEST_FUZZY and low.isalpha() else low


def _meant(word: str) -> str:
    """The known word that differs in one letter, the word itself where there is none."""
    for candidate in (word, *_without_one(word)):
        if candidate in _SLIPS:
            return _SLIPS[candidate]
    return word


def _without_one(word: str) -> Iterator[str]:
    for index in range(len(word)):
        yield word[:index] + word[index + 1 :]


def _spelling() -> dict[str, str]:
    return {
        variant: usual
        for language in LANGUAGES
        for usual, variants in table(language, "spelling").items()
        for variant in variants.split()
    }


def _phrases() -> dict[str, list[tuple[tuple[str, ...], frozenset[str]]]]:
    """First word → the phrases that begin with it, the longest first, with their ideas."""
    ideas: dict[tuple[str, ...], set[str]] = {}
    for language in LANGUAGES:
        for idea, listed in table(language, "concepts").items():
            for phrase in listed.split(","):
                words = tuple(_SPELLING.get(word, word) for word in _TOKEN.findall(phrase.lower()))
                ideas.setdefault(words, set()).add(idea)
    found: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = {}
    for words in sorted(ideas, key=lambda words: (-len(words), words)):
        found.setdefault(words[0], []).append((words, frozenset(ideas[words])))
    return found


def _slips() -> dict[str, str]:
    """What a known word becomes when a letter is left out, and itself: two words that share one differ in one letter."""
    found: dict[str, str] = {}
    for word in sorted(word for word in _KNOWN if len(word) >= _SHORTEST_FUZZY):
        for slip in (word, *_without_one(word)):
            found.setdefault(slip, word)
    return found


_SPELLING = _spelling()
_PHRASES = _phrases()
_KNOWN = frozenset(word for phrases in _PHRASES.values() for phrase, _ in phrases for word in phrase)
_SLIPS = _slips()

"""The phrases by which ideas are named, made ready to be looked up: spelt as they are looked up, by their beginnings.

Which of them a text holds is told in `concepts.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from parsing.fields.vocabulary import LANGUAGES, table

TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*[^\W_]*|[^\W_]+(?:['’][^\W\d_]+)?|[.!?;\n,:]")
_DENIED = 2  #: words of a phrase that denies one
_OWNER = "nya"  #: in a phrase as in a text it may hang at any word
SHORTEST_FUZZY = 6  #: letters below which a slip of the finger is another word
#: (first, second, words between them at the most) → the idea that the two are together.
TOGETHER = (
    ("neg", "arrive", 4, "not_arrived"),
    ("neg", "can", 2, "cannot"),
    ("neg", "show", 3, "not_shown"),
    ("neg", "work", 4, "not_working"),
    ("neg", "approved", 4, "refused"),
    ("neg", "own_act", 4, "not_me"),
    ("neg", "give_back", 4, "not_returned"),
)


def without_one(word: str) -> Iterator[str]:
    """A word with one letter left out, each in turn."""
    for index in range(len(word)):
        yield word[:index] + word[index + 1 :]


Phrases = dict[tuple[str, ...], frozenset[str]]
#: Of the phrases that begin with one word: by how many words they have, the longest first.
Beginning = list[tuple[int, Phrases]]


def of_kind(kind: str) -> Iterator[tuple[str, str]]:
    """The ideas of one kind with their phrases, in all languages."""
    for language in LANGUAGES:
        for idea, listed in table(language, kind).items():
            for phrase in listed.split(","):
                yield idea, phrase


def phrases_of(named: Iterable[tuple[str, str]]) -> Phrases:
    """The words of each phrase, with its ideas."""
    spelt = [(idea, [SPELLING.get(word, word) for word in TOKEN.findall(said.lower())]) for idea, said in named]
    alone = {word for _, words in spelt for word in words if not word.endswith(_OWNER)}
    ideas: dict[tuple[str, ...], set[str]] = {}
    single = {(idea, words[0]) for idea, words in spelt if len(words) == 1}
    for idea, words in spelt:
        stems = [word.removesuffix(_OWNER) for word in words]
        bared = (stem in alone if len(words) > 1 else (idea, stem) in single for stem in stems)
        bare = tuple(stem if known else word for word, stem, known in zip(words, stems, bared, strict=True))
        ideas.setdefault(bare, set()).add(idea)
    _enrich(ideas)
    return {phrase: frozenset(told) for phrase, told in ideas.items() if phrase}


def _enrich(ideas: dict[tuple[str, ...], set[str]]) -> None:
    """What only tells a bill ("notifikasi transaksi") speaks of what its words name, too; "tidak terbaca" of what it denies."""
    for phrase in [phrase for phrase, told in ideas.items() if told == {"bill"}]:
        ideas[phrase] |= {idea for word in phrase for idea in ideas.get((word,), ())}
    for phrase in [phrase for phrase in ideas if len(phrase) == _DENIED and "neg" in ideas.get(phrase[:1], ())]:
        denied = ideas.get(phrase[1:], set())
        ideas[phrase] |= {joint for first, second, _, joint in TOGETHER if first == "neg" and second in denied}


def by_beginning(phrases: Phrases) -> dict[str, Beginning]:
    """The phrases by their first word."""
    found: dict[str, dict[int, Phrases]] = {}
    for words, ideas in phrases.items():
        found.setdefault(words[0], {}).setdefault(len(words), {})[words] = ideas
    return {first: sorted(by_count.items(), reverse=True) for first, by_count in found.items()}


def slips(known: Iterable[str]) -> dict[str, str]:
    """What a known word becomes when a letter is left out, and itself: two words that share one differ in one letter."""
    found: dict[str, str] = {}
    for word in sorted(word for word in known if len(word) >= SHORTEST_FUZZY):
        for slip in (word, *without_one(word)):
            found.setdefault(slip, word)
    return found


def _spelling() -> dict[str, str]:
    return {
        variant: usual
        for language in LANGUAGES
        for usual, variants in table(language, "spelling").items()
        for variant in variants.split()
    }


SPELLING = _spelling()

"""The language of a report: the one that most of the sender's everyday words belong to, or mixed.

Loan words that stand in any language's support mail do not vote, nor does what is quoted from a screen. Neighbours
that share most of their words (Indonesian and Malay) are told apart by those that only one of them has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from parsing.fields.common import WORDS
from parsing.fields.lexicon import FALLBACK
from parsing.fields.vocabulary import LANGUAGES, table

MIXED = "mixed"

_LOOKED_AT = 4_000  #: code points; everyday words are frequent, more text tells no more
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
#: It begins with the sign, and looks back from there: so the machine goes from sign to sign, not through every letter.
_QUOTED = re.compile(r"[\"“'‘](?:(?<=[\"“])[^\"“”\n]{2,80}[\"”]|(?<=['‘])(?<!\w.)[^'‘’\n]{2,80}['’](?!\w))")
_SUFFIXES = ("nya", "lah", "kah")
_SHARE = 0.25  #: a second language with a quarter of the words makes a report mixed
_FEWEST = 3  #: words of a second language; fewer are a greeting or a title

#: The clock of the country that speaks a language in which its neighbour's speakers write almost the same.
_CLOCKS = {"ms": timedelta(hours=8)}

#: Language → whose words it shares: its own `marks` tell it apart.
_NEIGHBOURS = {"ms": "id"}
_MARKS = {language: frozenset(table(language, "common")["marks"].split()) for language in LANGUAGES}
_LOANS = frozenset(word for language in LANGUAGES for word in table(language, "common")["loans"].split())


def _homes() -> dict[str, str]:
    """Word → the one family of languages in which it is an everyday word."""
    homes: dict[str, set[str]] = {}
    for language, words in WORDS.items():
        for word in words - _LOANS:
            homes.setdefault(word, set()).add(_NEIGHBOURS.get(language, language))
    return {word: families.pop() for word, families in homes.items() if len(families) == 1}


_HOMES = _homes()


def told(text: str, clock: timedelta | None) -> str:
    """The language of a text; `clock` is the offset of the mail's Date. FALLBACK where no word tells."""
    votes = _votes(text)
    families = _families(votes)
    ranked = sorted(families, key=lambda language: -families[language])
    first = ranked[0]
    if not families[first]:
        return FALLBACK
    second = ranked[1] if len(ranked) > 1 else first
    share = families[second] / (families[first] + families[second])
    if second != first and families[second] >= _FEWEST and share >= _SHARE:
        return MIXED
    return _among_neighbours(first, votes, clock)


def _votes(text: str) -> Counter[str]:
    """How often each word stands in the text."""
    seen = _QUOTED.sub(" ", text[:_LOOKED_AT]).lower().replace("’", "'")
    votes: Counter[str] = Counter()
    for word, count in Counter(_WORD.findall(seen)).items():
        votes[_bare(word)] += count
    return votes


def _bare(word: str) -> str:
    """Without what hangs at its end: "saldonya" is a word as "saldo" is."""
    if not word.endswith(_SUFFIXES):
        return word
    return next((word.removesuffix(end) for end in _SUFFIXES if word.endswith(end) and len(word) > len(end) + 2), word)


def _families(votes: Mapping[str, int]) -> dict[str, int]:
    """Votes by language, neighbours together; what two languages share speaks for neither."""
    found = {language: 0 for language in LANGUAGES if language not in _NEIGHBOURS}
    for word, count in votes.items():
        if word in _HOMES:
            found[_HOMES[word]] += count
    return found


def _among_neighbours(language: str, votes: Mapping[str, int], clock: timedelta | None) -> str:
    for other, shared in _NEIGHBOURS.items():
        if shared != language:
            continue
        marks = sum(count for word, count in votes.items() if word in _MARKS[other] and word not in WORDS[shared])
        own = sum(count for word, count in votes.items() if word in WORDS[shared] and word not in WORDS[other])
        if marks > own or (marks and clock == _CLOCKS[other] and 2 * marks >= own):
            return other
    return language

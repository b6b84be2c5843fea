"""The language of a text: by its script where that tells, else by a vote of its function words.

Short texts, chat spelling, no model: a few hundred words, looked up once each. Where the vote is empty or even, there
is no answer.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import cache
from importlib.resources import files

_LOOKED_AT = 4_000  #: code points; function words are frequent, more text tells no more
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NOT_SPEECH = re.compile(r"https?://\S{1,500}|\S{1,64}@\S{1,100}")  #: addresses are nobody's language
_FOREIGN = re.compile(r"[\u0370-\u1fff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]")
_SHARE = 0.3  #: of a text's letters in one script; names and brands of other scripts stand in any text
_LETTER_VOTE = 0.5  #: a letter that only one language has tells half of what a word does
_LEAST = 0.5  #: votes; one word that three languages share is no evidence
_LEAD = 1.15  #: how much more the first must have than the second

#: Script → its language, or the languages that share it with the letters that tell them apart, the likeliest last.
_SCRIPTS: tuple[tuple[re.Pattern[str], tuple[tuple[str, str], ...]], ...] = (
    (re.compile("[\u3040-\u30ff]"), (("ja", ""),)),
    (re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"), (("ko", ""),)),
    (re.compile("[\u3400-\u9fff]"), (("zh", ""),)),
    (re.compile("[\u0e00-\u0e7f]"), (("th", ""),)),
    (re.compile("[\u0600-\u06ff]"), (("ur", "ٹڈڑےں"), ("fa", "پچژگی"), ("ar", ""))),
    (re.compile("[\u0590-\u05ff]"), (("he", ""),)),
    (re.compile("[\u0370-\u03ff]"), (("el", ""),)),
    (re.compile("[\u0400-\u04ff]"), (("uk", "іїєґ"), ("sr", "ђћџљњј"), ("ru", "ыэё"), ("bg", "ъ"), ("ru", ""))),
    (re.compile("[\u0900-\u097f]"), (("hi", ""),)),
    (re.compile("[\u0980-\u09ff]"), (("bn", ""),)),
    (re.compile("[\u0b80-\u0bff]"), (("ta", ""),)),
    (re.compile("[\u0e80-\u0eff]"), (("lo", ""),)),
    (re.compile("[\u1000-\u109f]"), (("my", ""),)),
    (re.compile("[\u10a0-\u10ff]"), (("ka", ""),)),
    (re.compile("[\u0530-\u058f]"), (("hy", ""),)),
    (re.compile("[\u1780-\u17ff]"), (("km", ""),)),
)


@cache
def _voters() -> tuple[dict[str, dict[str, float]], dict[str, list[str]]]:
    """Word → language → its vote, and language → the letters that speak for it."""
    table = tomllib.loads(files(__package__).joinpath("languages.toml").read_text(encoding="utf-8"))
    homes: dict[str, set[str]] = {}
    for language, entry in table.items():
        for word in entry["words"].split():
            homes.setdefault(word, set()).add(language)
    votes = {word: dict.fromkeys(languages, 1 / len(languages)) for word, languages in homes.items()}
    return votes, {language: entry.get("letters", "").split() for language, entry in table.items()}


def language(text: str) -> str | None:
    """The language as ISO 639-1, None where too few words tell."""
    seen = text[:_LOOKED_AT]
    seen = _NOT_SPEECH.sub(" ", seen) if "@" in seen or "://" in seen else seen
    return (_by_script(seen) if not seen.isascii() and _FOREIGN.search(seen) else None) or _by_vote(seen.lower())


def _by_script(text: str) -> str | None:
    letters = sum(map(str.isalpha, text)) or 1
    for script, languages in _SCRIPTS:
        if len(script.findall(text)) >= _SHARE * letters:
            small = text.lower()
            return next(name for name, signs in languages if not signs or any(sign in small for sign in signs))
    return None


def _by_vote(text: str) -> str | None:
    voters, letters = _voters()
    votes: dict[str, float] = {}
    for word, count in Counter(_WORD.findall(text.replace("’", "'"))).items():
        if word in voters:
            for name, vote in voters[word].items():
                votes[name] = votes.get(name, 0) + vote * count
    if not text.isascii():
        for name, signs in letters.items():
            votes[name] = votes.get(name, 0) + _LETTER_VOTE * sum(sign in text for sign in signs)
    ranked = sorted(votes.items(), key=lambda each: -each[1])[:2]
    if not ranked or ranked[0][1] < _LEAST:
        return None
    first, most = ranked[0]
    return first if len(ranked) == 1 or most >= _LEAD * ranked[1][1] else _of_two(first, ranked[1][0])


def _of_two(first: str, second: str) -> str | None:
    """An even vote between neighbours goes to the larger one; between others there is no answer."""
    return next((larger for larger, smaller in _NEIGHBOURS if {first, second} == {larger, smaller}), None)


_NEIGHBOURS = (("id", "ms"), ("id", "jv"), ("id", "su"), ("cs", "sk"), ("no", "da"), ("es", "ca"), ("es", "pt"))

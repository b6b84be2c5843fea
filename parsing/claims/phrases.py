"""What machines write, as phrases by language, and the one way in which a text is searched for them.

`words/*.toml`, one file a language, are read once when the module is imported. A text and its phrases are folded alike
(case, accents, punctuation, line ends), so that a phrase is found however it is wrapped, and only as whole words where
its script has spaces. All phrases of a kind are one automaton of RE2: a text is passed over once, whoever wrote it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import re2

_FOLDER = Path(__file__).with_name("words")
_NOT_WORDS = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile("['’‘ʼ`´]")
#: scripts that write no spaces between words, or glue endings to them: Thai, kana, Han, Hangul (as letters and as jamo)
_UNSPACED = "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_ANY_UNSPACED = re.compile(f"[{_UNSPACED}]")
_BETWEEN_UNSPACED = re.compile(f"(?<=[{_UNSPACED}]) (?=[{_UNSPACED}])")
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae"})  # what no decomposition takes apart
_ACCENTS = dict.fromkeys(
    point for point in range(0x300, 0x1100) if unicodedata.combining(chr(point))
)  # of every script


class Kind(StrEnum):
    """What a phrase shows, as `table.key` of the files of words."""

    AWAY_PREFIX = "away.prefixes"  #: names an automatic answer, in a subject before the one that is answered
    AWAY_STATE = "away.states"  #: says in a subject where somebody is; a person may write it too
    ABSENCE = "away.absence"  #: "I am on leave"
    PROMISE = "away.promise"  #: what only a responder adds: who else helps, when your mail will be read
    AUTOMATIC = "away.automatic"  #: it says so of itself
    THANKS = "away.thanks"  #: weak: supports a subject
    PLEA = "away.plea"  #: somebody wants something: a person
    BOUNCE_SUBJECT = "bounce.subjects"
    BOUNCE_FAILED = "bounce.failed"
    BOUNCE_DELAYED = "bounce.delayed"  #: the reporter goes on trying
    BOUNCE_GIVEN_UP = "bounce.given_up"  #: the reporter does not
    CHALLENGE_HELD = "challenge.held"  #: your mail waits
    CHALLENGE_PROVE = "challenge.prove"  #: until you do this
    RECEIPT_PREFIX = "receipt.prefixes"
    RECEIPT = "receipt.phrases"
    REACTION = "reaction.phrases"


def _load() -> Mapping[str, Mapping[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.toml"))}


LANGUAGES = _load()


def fold(text: str) -> str:
    """A text as phrases are looked for in it: words in lower case without accents, one space around each."""
    words = _APOSTROPHES.sub("", text).casefold()
    if not words.isascii():
        words = unicodedata.normalize("NFKD", words).translate(_ACCENTS).translate(_LETTERS)
    words = f" {_NOT_WORDS.sub(' ', words).strip()} "
    return words if words.isascii() else _BETWEEN_UNSPACED.sub("", words)


def find(kind: Kind, folded: str) -> str | None:
    """The first phrase of a kind in a folded text, folded too; None where there is none."""
    match = _automaton(kind, starts=False).search(folded)
    return match[0].strip() if match else None


def starts(kind: Kind, folded: str) -> str | None:
    """The longest phrase of a kind with which a folded text begins; None where there is none."""
    match = _automaton(kind, starts=True).match(folded.lstrip())
    return match[0].strip() if match else None


@cache
def _automaton(kind: Kind, *, starts: bool) -> Any:
    options = re2.Options()
    options.longest_match = starts
    phrases = sorted({phrase.lstrip() if starts else phrase for phrase in _phrases(kind)})
    return re2.compile("|".join(re2.escape(phrase) for phrase in phrases), options)


def _phrases(kind: Kind) -> Iterator[str]:
    table, key = kind.split(".")
    for words in LANGUAGES.values():
        for phrase in words.get(table, {}).get(key, ()):
            folded = fold(phrase)
            yield folded.strip() if _ANY_UNSPACED.search(folded) else folded

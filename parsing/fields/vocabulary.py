"""The folder of a language's words, `words/<language>/<kind>.toml`: who reads it, and phrases as patterns.

A file holds the words of one kind: `words.toml` what letters and labels need (see `lexicon.py`), each of the others the
phrases by which one finder tells a meaning.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("words")

#: The languages that there are: a further one is a folder.
LANGUAGES = tuple(sorted(path.name for path in _FOLDER.iterdir() if path.is_dir()))


@cache
def told_in(language: str, kind: str) -> Mapping[str, Any]:
    """All that a language's file of one kind holds, nothing where it has none of its own (Malay reads Indonesian)."""
    path = _FOLDER / language / f"{kind}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def table(language: str, kind: str) -> Mapping[str, Any]:
    """The one table of a file of phrases, which is called as its kind."""
    found: Mapping[str, Any] = told_in(language, kind).get(kind, {})
    return found


def phrases(kind: str, name: str) -> tuple[str, ...]:
    """A list of one kind in all languages, the longest first."""
    return longest_first({phrase for language in LANGUAGES for phrase in table(language, kind).get(name, ())})


def longest_first(listed: Iterable[str]) -> tuple[str, ...]:
    """Phrases in an order in which none hides a longer one."""
    return tuple(sorted(listed, key=lambda phrase: (-len(phrase), phrase)))


def spelled(listed: Iterable[str]) -> str:
    """The pattern of any of these phrases, whose words may stand one to three blanks apart, or over a line's end."""
    return _joined(listed, r"[ \t\n]{1,3}")


def loosely_spelled(listed: Iterable[str]) -> str:
    """The same for labels, whose words may also be joined by dots and dashes: "no. hp", "kode-otp"."""
    return _joined(listed, r"[ \t.\-_]{1,3}")


def _joined(listed: Iterable[str], gap: str) -> str:
    return "|".join(gap.join(re.escape(word) for word in phrase.split()) for phrase in listed)

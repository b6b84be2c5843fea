"""The longer lists of words of each language, one kind a file: `words/<language>/<kind>.toml`, read once.

What is told by labels and the calendar stands in `lexicon.py`; here stand the words by which meaning is told.
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
def table(language: str, kind: str) -> Mapping[str, Any]:
    """The table of one kind in one language, empty where the language has none of its own (Malay reads Indonesian)."""
    path = _FOLDER / language / f"{kind}.toml"
    if not path.exists():
        return {}
    content: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    found: Mapping[str, Any] = content[kind]
    return found


def phrases(kind: str, name: str) -> tuple[str, ...]:
    """A list of one kind in all languages, the longest first, so that none hides a longer one."""
    found = {phrase for language in LANGUAGES for phrase in table(language, kind).get(name, ())}
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


def spelled(listed: Iterable[str]) -> str:
    """The pattern of any of these phrases; between their words stand one to three blanks, dots or dashes."""
    return "|".join(r"[ \t.\-_]{1,3}".join(re.escape(word) for word in phrase.split()) for phrase in listed)

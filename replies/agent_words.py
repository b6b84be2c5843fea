"""The words of letters to agents that the program puts together; they stand in templates/<language>/agents.toml.

A site's own file of that name replaces them entry by entry.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from replies import render
from replies.errors import LetterUnreadable

_FILE = "agents.toml"

#: A part of the file, as "why", to its entries.
AgentWords = Mapping[str, Mapping[str, str]]


@cache
def load(code: str, overlay: Path | None = None) -> AgentWords:
    """A language's words, the overlay's entries over ours. Raises LetterUnreadable where they are missing or wrong."""
    found = [path for folder in reversed(render.folders(overlay)) if (path := folder / code / _FILE).is_file()]
    if not found:
        detail = f"{code}/{_FILE}"
        raise LetterUnreadable(detail)
    merged: dict[str, dict[str, str]] = {}
    for path in found:
        for part, entries in _read(path).items():
            merged.setdefault(part, {}).update(entries)
    return merged


def _read(path: Path) -> AgentWords:
    try:
        parts = tomllib.loads(path.read_text(encoding="utf-8"))
        return {part: {key: str(value) for key, value in entries.items()} for part, entries in parts.items()}
    except (OSError, ValueError, AttributeError) as error:
        detail = f"{path}: {error}"
        raise LetterUnreadable(detail) from error

"""The words of letters to agents that the program puts together; they stand in templates/<language>/agents.toml.

A site's own file of that name replaces them entry by entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from replies import wording
from replies.errors import LetterUnreadable

_FILE = "agents.toml"

#: A part of the file, as "why", to its entries.
AgentWords = Mapping[str, Mapping[str, str]]


@cache
def load(code: str, overlay: Path | None = None) -> AgentWords:
    """A language's words, the overlay's entries over ours. Raises LetterUnreadable where they are missing or wrong."""
    told = wording.read(code, _FILE, overlay)
    try:
        return {part: {key: str(value) for key, value in entries.items()} for part, entries in told.items()}
    except AttributeError as error:
        detail = f"{code}/{_FILE}: {error}"
        raise LetterUnreadable(detail) from error

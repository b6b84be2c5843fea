"""What letters advise: where a missing item is found, what helps as well, what one can try meanwhile.

Its words stand in templates/<language>/guidance.toml; a site's own file of that name replaces them entry by entry.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from replies import render
from replies.errors import LetterUnreadable

_FILE = "guidance.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Guidance:
    """The advice of one language."""

    where: Mapping[str, Mapping[str, str]]  #: missing item → bank or wallet → where it is found
    invited: Mapping[str, tuple[str, ...]]  #: category → what helps as well, without being missing
    tips: Mapping[str, tuple[str, ...]]  #: category → what to try or to leave alone meanwhile

    def place(self, item: str, channels: Iterable[str]) -> str | None:
        """Where an item is found in the first of these channels that we know; None where we know none."""
        known = self.where.get(item, {})
        return next((known[channel] for channel in channels if channel in known), None)


@cache
def load(code: str, overlay: Path | None = None) -> Guidance:
    """A language's advice, the overlay's entries over ours. Raises LetterUnreadable where it is missing or wrong."""
    merged: dict[str, dict[str, Any]] = {"where": {}, "invited": {}, "tips": {}}
    found = [path for folder in reversed(render.folders(overlay)) if (path := folder / code / _FILE).is_file()]
    if not found:
        detail = f"{code}/{_FILE}"
        raise LetterUnreadable(detail)
    for path in found:
        _lay_over(merged, path)
    return Guidance(where=merged["where"], invited=merged["invited"], tips=merged["tips"])


def _lay_over(merged: dict[str, dict[str, Any]], path: Path) -> None:
    try:
        for name, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for key, value in entries.items():
                part = merged[name]
                part[key] = {**part.get(key, {}), **_texts(value)} if name == "where" else _listed(value)
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        detail = f"{path}: {error}"
        raise LetterUnreadable(detail) from error


def _listed(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        message = f"{value!r} has to be a list of texts"
        raise TypeError(message)
    return tuple(map(str, value))


def _texts(table: Mapping[str, object]) -> dict[str, str]:
    return {str(channel): str(text) for channel, text in table.items()}

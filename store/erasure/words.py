"""What a person is known by, and texts of others without it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from parsing.fields.source import HIDDEN

#: What is shorter stands in half of all texts, and tells of nobody.
_MIN_LENGTH: Final = 3


class Words:
    """Addresses, names, and whatever else tells of a person, wherever they stand as words."""

    def __init__(self, told: Iterable[str]) -> None:
        listed = sorted({each.strip() for each in told if len(each.strip()) >= _MIN_LENGTH}, key=len, reverse=True)
        known = "|".join(map(_alone, listed))
        self._known = re.compile(known, re.IGNORECASE) if known else None

    def stand_in(self, *values: Any) -> bool:
        """Whether one of them stands in a value of any shape, as in JSON."""
        return any(self._known is not None and self._known.search(_plain(value)) is not None for value in values)

    def hidden(self, text: str) -> str:
        """A text without them; its length stays, so that evidence still points at its words."""
        return self._known.sub(lambda match: HIDDEN * len(match[0]), text) if self._known else text


def _alone(word: str) -> str:
    """A pattern for a word that is no part of a longer one; an address is none of another, longer address."""
    before, after = (r"(?<![\w.+-])", r"(?!\.?[\w-])") if "@" in word else (r"(?<!\w)", r"(?!\w)")
    return f"{before}{re.escape(word)}{after}"


def full(names: Iterable[str]) -> list[str]:
    """Names that tell of somebody far from their tickets: "Budi" alone is many people's."""
    return [name for name in names if " " in name.strip()]


def without(recipients: Sequence[dict[str, str]], addresses: Iterable[str]) -> list[dict[str, str]]:
    """A message's recipients but for these addresses, lower case."""
    taken = frozenset(addresses)
    return [each for each in recipients if each.get("address", "").lower() not in taken]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)

"""What letters advise: where a missing item is found, what helps as well, what one can try meanwhile.

Its words stand in templates/<language>/guidance.toml; a site's own file of that name replaces them entry by entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from replies import wording
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
    told = wording.read(code, _FILE, overlay)
    try:
        return _guidance(**told)
    except (TypeError, AttributeError) as error:
        detail = f"{code}/{_FILE}: {error}"
        raise LetterUnreadable(detail) from error


def _guidance(*, where: Mapping[str, Any], invited: Mapping[str, Any], tips: Mapping[str, Any]) -> Guidance:
    return Guidance(
        where={item: {channel: str(text) for channel, text in places.items()} for item, places in where.items()},
        invited={category: _listed(texts) for category, texts in invited.items()},
        tips={category: _listed(texts) for category, texts in tips.items()},
    )


def _listed(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        message = f"{value!r} has to be a list of texts"
        raise TypeError(message)
    return tuple(map(str, value))

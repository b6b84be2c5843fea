"""What the HTML of a mail told of the lines of the text that was made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Flag, auto


class Mark(Flag):
    """What the elements say in which a line stands."""

    QUOTED = auto()  #: a client's own element for what it quotes
    INDENTED = auto()  #: an indented block, which may be a quote or somebody's layout
    ATTRIBUTION = auto()  #: a client's own element for "… wrote:"
    SIGNATURE = auto()  #: a client's own element for the signature


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """The marks of a text's lines."""

    lines: Mapping[int, Mark] = field(default_factory=dict)
    history: int | None = None  #: the line from which on all is history, by the client's own word

    def has(self, line: int, mark: Mark) -> bool:
        """Whether a line bears a mark, or one of several."""
        found = self.lines.get(line)
        return found is not None and bool(found & mark)


NO_MARKS = Marks()

"""A page of text under construction: words, line breaks and marks come in, lines go out.

White space is collapsed as a browser does it; line breaks are owed until the next words come, so that no two blank
lines follow each other.
"""

from __future__ import annotations

import re

from parsing.body.marks import Mark, Marks

_SPACES = re.compile(r"[ \t\r\n\f]+")
#: what preheaders are stuffed with; a joiner between letters is a Persian's
_UNSEEN = re.compile("[\u200b\ufeff\u00ad\u034f\u2060]+|\u200c(?=[\\s\u00a0\u200c]|\\Z)")
_MOST_BREAKS = 2  #: one blank line


class Page:
    """The text so far."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._owed = 0
        self._at_line_start = True
        self._space = False
        self._cell = False  #: the next words stand in the next cell of the same row
        self._hard = False  #: the break that is owed is more than a paragraph's in a cell
        self._line = 0
        self._lines: dict[int, Mark] = {}
        self._history: int | None = None
        self._history_comes = False
        self._open: list[Mark] = []
        self._standing = Mark(0)  #: what the open elements say together
        self.preformatted = 0  #: how many elements that keep their white space are open

    def words(self, text: str) -> None:
        """Add words of a text node."""
        if not text.isascii():
            text = _UNSEEN.sub("", text)
        if self.preformatted:
            self._put(text.replace("\u00a0", " "))
            return
        squeezed = _SPACES.sub(" ", text)
        if not squeezed.strip("\u00a0 "):
            self._blank(squeezed)
            return
        shown = _SPACES.sub(" ", squeezed.replace("\u00a0", " ")) if "\u00a0" in squeezed else squeezed
        self._space = self._space or shown[0] == " "
        self._put(shown.strip(" "))
        self._space = shown[-1] == " "

    def _blank(self, squeezed: str) -> None:
        """White space between words; a hard space alone in a paragraph is how many programs write a blank line."""
        if "\u00a0" in squeezed and self._at_line_start:
            self._owed = min(self._owed + 1, _MOST_BREAKS)
        elif squeezed:
            self._space = True

    def _put(self, text: str) -> None:
        if self._owed and self._pieces:
            self._pieces.append("\n" * self._owed)
            self._line += self._owed
        elif self._cell:
            self._pieces.append("\t")
        elif self._space and not self._at_line_start:
            self._pieces.append(" ")
        self._owed, self._space, self._cell, self._hard = 0, False, False, False
        self._mark()
        self._pieces.append(text)
        if self.preformatted and "\n" in text:
            for _ in range(text.count("\n")):
                self._line += 1
                self._mark()
        self._at_line_start = text.endswith("\n")

    def _mark(self) -> None:
        if self._history_comes:
            self._history, self._history_comes = self._line, False
        if self._standing:
            self._lines[self._line] = self._lines.get(self._line, Mark(0)) | self._standing

    def line_break(self) -> None:
        """A <br>."""
        self._owed = min(self._owed + 1, _MOST_BREAKS)
        self._at_line_start, self._space = True, False

    def block(self, lines: int, *, hard: bool = True) -> None:
        """A block's edge: the next words stand so many lines lower at the least.

        A paragraph's edge is not hard: at the edges of a cell it breaks no row.
        """
        if self._cell and not hard:
            return
        self._owed = max(self._owed, lines)
        self._hard = self._hard or hard
        self._at_line_start, self._space, self._cell = True, False, False

    def item(self, sign: str) -> None:
        """A list's item begins with its sign."""
        self._put(sign)
        self._space = True

    def cell(self) -> None:
        """A cell ends; another one may stand beside it."""
        if self._pieces and not self._hard:
            self._owed, self._cell = 0, True

    def said_since(self, place: int) -> str:
        """The words since a place that `place` gave."""
        return "".join(self._pieces[place:])

    def place(self) -> int:
        """Where the page stands."""
        return len(self._pieces)

    def enter(self, mark: Mark) -> None:
        """An element opens that says something of its lines."""
        self._open.append(self._standing)
        self._standing |= mark

    def leave(self) -> None:
        """It closes."""
        self._standing = self._open.pop()

    def history_follows(self) -> None:
        """All that comes from here on is history."""
        if self._history is None:
            self._history_comes = True

    def text(self) -> str:
        """The lines, without white space at their ends."""
        return "\n".join(line.rstrip() for line in "".join(self._pieces).split("\n")).rstrip("\n ")

    def marks(self) -> Marks:
        """What was said of them."""
        return Marks(lines=self._lines, history=self._history)

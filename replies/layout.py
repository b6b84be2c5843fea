"""Plain words of a person's as blocks of a letter's HTML: paragraphs, lists, tables, quotes, and what is *bold*.

The text of a letter stays as it was written; its HTML is made of that same text, so that nothing can stand in the one
that was not looked at in the other. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

#: As people write it in chats, and mail programs in plain text: no space within, no letter or digit around.
_BOLD: Final = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,300})(?<=\S)\*(?![\w*])")
_ITEM: Final = re.compile(r"(?P<indent>\s*)(?:(?P<sign>[•·▪◦‣*\u2013-])|(?P<number>\d{1,3})[.)])\s+(?P<words>\S.*)")

#: A dash before one line alone is somebody's way to sign, or to speak.
_DASHES: Final = "\u2013-"

#: Spaces that an item of a list within a list is moved by; deeper than this nothing is moved.
_STEP: Final = 2
_DEEPEST: Final = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Words of one weight."""

    words: str
    strong: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line, an item or a row's cells, each in its runs."""

    cells: Sequence[Sequence[Run]]
    depth: int = 0  #: of an item in a list within a list

    @property
    def runs(self) -> Sequence[Run]:
        """The line's words, where it is no row."""
        return self.cells[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Lines that stand together."""

    kind: str  #: words, bullets, numbers, table, quote
    lines: Sequence[Line]
    start: int = 1  #: of numbers


def unstressed(words: str) -> str:
    """The words without the stars around what is bold."""
    return _BOLD.sub(r"\1", words)


def blocks(words: str) -> list[Block]:
    """What stands in the words, in order."""
    found: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", words.strip("\n")):
        found += _blocks([line.rstrip() for line in paragraph.split("\n") if line.strip()])
    return found


def _blocks(lines: list[str]) -> Iterator[Block]:
    kinds = [_kind(line) for line in lines]
    dashes = [index for index, line in enumerate(lines) if kinds[index] == "bullets" and line.lstrip()[0] in _DASHES]
    if len(dashes) == 1:
        kinds[dashes[0]] = "words"
    for place in range(1, len(lines)):
        goes_on = kinds[place] == "words" and kinds[place - 1] in ("bullets", "numbers") and lines[place][0].isspace()
        if goes_on:
            kinds[place] = kinds[place - 1]
    place = 0
    for kind, group in groupby(kinds):
        count = len(list(group))
        yield _block(kind, lines[place : place + count])
        place += count


def _kind(line: str) -> str:
    if line.startswith(">"):
        return "quote"
    if "\t" in line.strip():
        return "table"
    match = _ITEM.fullmatch(line)
    if match is None:
        return "words"
    return "numbers" if match["number"] else "bullets"


def _block(kind: str, lines: list[str]) -> Block:
    if kind == "quote":
        return Block(kind=kind, lines=[_line(line.lstrip("> ")) for line in lines])
    if kind == "table":
        return Block(kind=kind, lines=[Line(cells=[_runs(cell) for cell in line.split("\t")]) for line in lines])
    if kind == "words":
        return Block(kind=kind, lines=[_line(line) for line in lines])
    items: list[Line] = []
    said = ""
    start = None
    for line in lines:
        match = _ITEM.fullmatch(line)
        if match is None:  # the rest of an item that a mail program broke
            said = f"{said} {line.strip()}"
            items[-1] = _line(said, items[-1].depth)
            continue
        start = start or int(match["number"] or 1)
        said = match["words"]
        items.append(_line(said, min(len(match["indent"]) // _STEP, _DEEPEST)))
    least = min(each.depth for each in items)
    return Block(
        kind=kind, lines=[Line(cells=each.cells, depth=each.depth - least) for each in items], start=start or 1
    )


def _line(words: str, depth: int = 0) -> Line:
    return Line(cells=[_runs(words)], depth=depth)


def _runs(words: str) -> list[Run]:
    pieces = _BOLD.split(words.strip())
    return [Run(words=piece, strong=bool(place % 2)) for place, piece in enumerate(pieces) if piece]

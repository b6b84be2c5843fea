"""Values under a column's heading, in a table whose cells stand behind tabs or bars.

A row of headings is followed by rows of as many cells; a table of labels beside their values is no such table, and is
read by the labels' own grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from parsing.fields.source import Source

_MIN_CELLS = 2
_FORM_SIGNS = ":="  #: "Username : budi_99"
_MAX_ROWS = 50  #: of one table: nobody reports more transactions
_MAX_LINES = 1_000  #: of a text that are looked at
_CELL = re.compile(r"[^\t|\n]+")


def under(source: Source, heading: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The spans of the cells under a heading that the pattern matches as a whole."""
    text = source.text
    if "\t" not in text and "|" not in text:
        return
    column, width, rows = -1, 0, 0
    for cells, following in pairwise([*islice(_rows(text), _MAX_LINES), []]):
        if column >= 0 and len(cells) == width and rows < _MAX_ROWS:
            rows += 1
            yield cells[column]
            continue
        column, rows = -1, 0
        if len(cells) >= _MIN_CELLS and len(cells) == len(following) and _is_heading(text, cells, following):
            width = len(cells)
            column = next((place for place, span in enumerate(cells) if heading.fullmatch(text, *span)), -1)


def _rows(text: str) -> Iterator[list[tuple[int, int]]]:
    """The trimmed spans of each line's cells."""
    start = 0
    for line in text.split("\n"):
        cells = [(start + match.start(), start + match.end()) for match in _CELL.finditer(line)]
        yield [_trimmed(text, span) for span in cells if text[span[0] : span[1]].strip()]
        start += len(line) + 1


def _trimmed(text: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    cell = text[start:end]
    return start + len(cell) - len(cell.lstrip()), end - len(cell) + len(cell.rstrip())


def _is_heading(text: str, cells: list[tuple[int, int]], below: list[tuple[int, int]]) -> bool:
    """Whether a row names what stands below it: no digits in it nor the signs of a form, and digits there."""
    if any(text[start] in _FORM_SIGNS or text[end - 1] in _FORM_SIGNS for start, end in cells):
        return False
    return not any(map(str.isdecimal, "".join(text[start:end] for start, end in cells))) and any(
        map(str.isdecimal, "".join(text[start:end] for start, end in below))
    )

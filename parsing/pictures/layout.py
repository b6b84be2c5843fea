"""Words with their places → lines of text as a person reads them, label and value together.

Words whose boxes overlap in height are one line. In a line, a gap wider than a few letters parts a label on the left
from its value on the right: a colon and a blank stand for it, as the grammars of labelled values want.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from parsing.pictures.picture import Box, Word

#: Of a line's height: a gap this wide is no blank between words.
_GAP = 1.5

#: Of a line's height: the air around a narrow digit; a blank is a little wider.
_CLOSE = 0.45

#: Digits on each side of a cut that are a number's halves; fewer are a day, a year, a count.
_HALF = 3

_SIGNS = (":", "=")

#: Of the lower word's height: two boxes that share this much of it stand on one line.
_OVERLAP = 0.5


def arrange(words: Sequence[Word]) -> tuple[str, tuple[tuple[int, int, Box], ...]]:
    """The text, and each word's span in it with its box."""
    pieces: list[str] = []
    places: list[tuple[int, int, Box]] = []
    length = 0
    lines = _lines(words)
    for number, line in enumerate(lines):
        for between, word in zip(_between(line), line, strict=True):
            start = length + len(between)
            pieces += [between, word.text]
            length = start + len(word.text)
            places.append((start, length, word.box))
        ending = ":\n" if number + 1 < len(lines) and _is_above_its_value(line, lines[number + 1]) else "\n"
        pieces.append(ending)
        length += len(ending)
    return "".join(pieces), tuple(places)


def _lines(words: Iterable[Word]) -> list[list[Word]]:
    """The words by lines, from the top; in each from the left."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (_middle(word), word.box[0])):
        if lines and _share_a_line(lines[-1][-1], word):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.box[0]) for line in lines]


def _share_a_line(one: Word, other: Word) -> bool:
    """Whether two words stand side by side."""
    top, bottom = max(one.box[1], other.box[1]), min(one.box[3], other.box[3])
    lower = min(_height(one), _height(other))
    return bottom - top >= _OVERLAP * lower


def _between(line: Sequence[Word]) -> list[str]:
    """What stands before each word of a line."""
    tall = max(_height(word) for word in line)
    widest = max((_gap(left, right) for left, right in pairwise(line)), default=0)
    return ["", *(_sign(left, right, tall, widest) for left, right in pairwise(line))]


def _sign(left: Word, right: Word, tall: int, widest: int) -> str:
    gap = _gap(left, right)
    if gap <= _CLOSE * tall and _is_one_number(left.text, right.text):
        return ""
    if gap == widest and gap > _GAP * tall and not (left.text.endswith(_SIGNS) or right.text.startswith(_SIGNS)):
        return ": "
    return " "


def _is_one_number(left: str, right: str) -> bool:
    """Whether a long number was cut in two: the engine takes the air around a 1 for a blank."""
    return (
        right.isdecimal() and left[-1:].isdecimal() and len(right) >= _HALF and sum(map(str.isdecimal, left)) >= _HALF
    )


def _gap(left: Word, right: Word) -> int:
    return right.box[0] - left.box[2]


def _is_above_its_value(line: Sequence[Word], below: Sequence[Word]) -> bool:
    """Whether a line is a label whose value stands right below it: words over figures, both from the same edge."""
    if _has_digit(line) or not _has_digit(below) or line[-1].text.endswith(_SIGNS):
        return False
    tall = max(_height(line[0]), _height(below[0]))
    return abs(line[0].box[0] - below[0].box[0]) <= tall and below[0].box[1] - line[0].box[3] <= _GAP * tall


def _has_digit(line: Iterable[Word]) -> bool:
    return any(character.isdecimal() for word in line for character in word.text)


def _height(word: Word) -> int:
    return max(1, word.box[3] - word.box[1])


def _middle(word: Word) -> int:
    return (word.box[1] + word.box[3]) // 2

"""Draws the week's numbers: a picture that every mail client shows, and that says nothing the words do not."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

#: Twice the width at which it is shown, for sharp screens.
_WIDTH: Final = 1040
_ROW, _BARS, _MARGIN = 60, 320, 32
_PAPER, _INK, _SOFT, _BAR = "#ffffff", "#1d2530", "#5a6675", "#2a6fdb"
_NAME_WIDTH: Final = 460

#: Of a bar's name, in characters.
_MAX_NAME: Final = 26


def week(days: Sequence[tuple[str, int]], parts: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> bytes:
    """A PNG: a bar a day, and below it for each part its heading and a bar a name."""
    listed = [(heading, bars) for heading, bars in parts if bars]
    height = 2 * _MARGIN + _BARS + sum(_ROW * (len(bars) + 2) for _, bars in listed)
    picture = Image.new("RGB", (_WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(picture)
    _columns(draw, days)
    top: float = _MARGIN + _BARS + _ROW
    for heading, bars in listed:
        _text(draw, (_MARGIN, top), heading, _SOFT)
        top = _rows(draw, bars, top + _ROW) + _ROW
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _columns(draw: ImageDraw.ImageDraw, days: Sequence[tuple[str, int]]) -> None:
    """A bar a day, its number above it."""
    most = max((count for _, count in days), default=0) or 1
    step = (_WIDTH - 2 * _MARGIN) / max(1, len(days))
    floor = _MARGIN + _BARS - _ROW
    for place, (name, count) in enumerate(days):
        left = _MARGIN + place * step
        top = floor - (floor - _MARGIN - _ROW) * count / most
        draw.rounded_rectangle((left + step * 0.2, top, left + step * 0.8, max(top + 2, floor)), 6, fill=_BAR)
        _text(draw, (left + step / 2, top - _ROW / 2), str(count), _INK, anchor="mm")
        _text(draw, (left + step / 2, floor + _ROW / 2), name, _SOFT, anchor="mm")


def _rows(draw: ImageDraw.ImageDraw, bars: Sequence[tuple[str, int]], top: float) -> float:
    """A bar a name, its number behind it; returns where they end."""
    most, room = max(count for _, count in bars), _WIDTH - 2 * _MARGIN - _NAME_WIDTH - 90
    for name, count in bars:
        _text(draw, (_MARGIN, top + _ROW / 2), name[:_MAX_NAME], _INK, anchor="lm")
        end = _MARGIN + _NAME_WIDTH + max(6, room * count / most)
        draw.rounded_rectangle((_MARGIN + _NAME_WIDTH, top + 12, end, top + _ROW - 12), 6, fill=_BAR)
        _text(draw, (end + 14, top + _ROW / 2), str(count), _INK, anchor="lm")
        top += _ROW
    return top


def _text(draw: ImageDraw.ImageDraw, place: tuple[float, float], words: str, colour: str, anchor: str = "la") -> None:
    draw.text(place, words, fill=colour, font=ImageFont.load_default(34), anchor=anchor)

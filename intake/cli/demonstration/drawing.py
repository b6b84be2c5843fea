"""Draws the sample reports' screenshots: a phone's screen with a title and lines of words, as a PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

_MARGIN = 40
_SIZE = 34
_LINE = 2 * _SIZE
_PHONE_RATIO = 2  #: height to width
_BACKGROUND, _BAR, _INK, _ALARM = "#fafafc", "#2654a0", "#20242c", "#be1e2d"


def screenshot(title: str, lines: Sequence[str], *, width: int = 720) -> bytes:
    """A screen with a title bar and lines of words; a line that begins with "!" is in red."""
    screen = Image.new("RGB", (width, _PHONE_RATIO * width), _BACKGROUND)
    draw, font = ImageDraw.Draw(screen), ImageFont.load_default(_SIZE)
    draw.rectangle((0, 2 * _MARGIN, width, 2 * _MARGIN + 2 * _LINE), fill=_BAR)
    draw.text((_MARGIN, 2 * _MARGIN + _LINE // 2), title, fill="white", font=font)
    for number, line in enumerate(lines):
        place = _MARGIN, 4 * _MARGIN + _LINE * (number + 2)
        draw.text(place, line.removeprefix("!"), fill=_ALARM if line[:1] == "!" else _INK, font=font)
    file = io.BytesIO()
    screen.save(file, "PNG")
    return file.getvalue()

"""A picture as it may be shown: smaller, as JPEG, which every mail client knows, and without anything but its dots.

Where it was taken, by whom and with what stands in the original alone, which stays sealed.
"""

from __future__ import annotations

import io

from PIL import Image

from parsing.pictures.limits import LARGE, SMALL

_QUALITY = 80


def large(picture: Image.Image) -> bytes:
    """At most a phone's screen wide: long screenshots stay readable."""
    return _jpeg(picture, (LARGE, picture.height))


def small(picture: Image.Image) -> bytes:
    """For a line of a list."""
    return _jpeg(picture, (SMALL, SMALL))


def _jpeg(picture: Image.Image, size: tuple[int, int]) -> bytes:
    shown = picture.copy()
    shown.thumbnail(size, Image.Resampling.LANCZOS)
    shown.info.clear()
    file = io.BytesIO()
    shown.save(file, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return file.getvalue()

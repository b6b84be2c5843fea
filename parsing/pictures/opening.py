"""Bytes → an upright picture in memory, or a reason why not.

Only a few formats are tried. The size that a header claims is looked at before a pixel is decoded, so that a small file
cannot become a large picture; what decoders raise on damage is a reason, never an error.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from functools import cache

from PIL import Image, ImageOps, UnidentifiedImageError

from parsing.pictures.limits import FORMATS, LARGE, MAX_PIXELS, MIN_SIDE, READ_SIDE

#: What Pillow's decoders raise on content (its own errors among them are OSErrors).
_DAMAGE = (
    *(OSError, ValueError, TypeError, SyntaxError, EOFError, OverflowError, IndexError, KeyError, RuntimeError),
    *(UnidentifiedImageError, Image.DecompressionBombError, struct.error, zlib.error, MemoryError, Warning),
)


class PictureUnreadable(Exception):  # named for what happened
    """The picture cannot be opened; the argument says why, in one word."""


def opened(content: bytes) -> Image.Image:
    """The picture, upright, in RGB, its longest side at most READ_SIDE. Raises PictureUnreadable."""
    _allow_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata is no reason; sizes are looked at here
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                _check_size(picture.size)
                if picture.format == "JPEG":
                    picture.draft("RGB", _half_as_large(picture.size))
                return _upright(picture)
    except PictureUnreadable:
        raise
    except _DAMAGE as error:
        raise PictureUnreadable("unreadable") from error


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise PictureUnreadable("too_large")
    if min(width, height) < MIN_SIDE:
        raise PictureUnreadable("too_small")


def _half_as_large(size: tuple[int, int]) -> tuple[int, int]:
    """What a JPEG decoder may shrink to at once: never below what is read."""
    scale = max(1.0, max(size) / READ_SIDE)
    return max(LARGE, int(size[0] / scale)), max(LARGE, int(size[1] / scale))


def _upright(picture: Image.Image) -> Image.Image:
    """Decoded, shrunk, then turned as its camera held it, in this order: turning is dear."""
    shown = picture if picture.mode == "RGB" else _on_white(picture)
    if max(shown.size) > READ_SIDE:
        shown.thumbnail((READ_SIDE, READ_SIDE), Image.Resampling.LANCZOS)
    shown.getexif().update(picture.getexif())  # conversion has dropped it
    return ImageOps.exif_transpose(shown).convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    """Without transparency, as a mail client shows it."""
    if picture.mode not in ("RGBA", "LA", "PA") and "transparency" not in picture.info:
        return picture.convert("RGB")
    see_through = picture.convert("RGBA")
    sheet = Image.new("RGB", picture.size, "white")
    sheet.paste(see_through, mask=see_through.getchannel("A"))
    return sheet


@cache
def _allow_heif() -> None:
    """Let Pillow know iPhones' pictures; done once, when the first picture is opened."""
    from pi_heif import register_heif_opener  # noqa: PLC0415  # a mail without pictures does not wait for it

    register_heif_opener()

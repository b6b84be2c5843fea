"""Looks at a mail's pictures: each is opened, compared, made small, and read where an engine is there.

A picture that cannot be opened or read has a problem, and costs the others nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

from PIL import Image, ImageOps, ImageStat

from parsing.mail import Attachment, AttachmentKind
from parsing.pictures import likeness, tesseract, thumbnails
from parsing.pictures.layout import arrange
from parsing.pictures.limits import MAIL_SECONDS, MAX_PICTURES, NARROW
from parsing.pictures.opening import PictureUnreadable, opened
from parsing.pictures.picture import Look, Picture, Word

#: Mean brightness (0 to 255) below which a screen is dark; the engine was taught black on white.
_DARK = 110

#: Of a phone's height: the bar with the clock and the battery; and how high a screen is that has one.
_BAR_SHARE, _PHONE_RATIO = 0.04, 1.6

_KINDS = frozenset({AttachmentKind.SCREENSHOT, AttachmentKind.PHOTO})


class Engine(Protocol):
    """Who recognises words."""

    def words(self, picture: Image.Image, seconds: float, /) -> list[Word] | None:
        """The words of a picture in the order of reading; None where that takes longer."""
        ...


def looker(*, ocr: bool) -> Look:
    """What looks at pictures in this process, and with `ocr` reads them, where that can be had."""
    return partial(look, engine=tesseract.load() if ocr else None)


def worth_looking(attachments: Sequence[Attachment], contents: Sequence[bytes]) -> list[int]:
    """The numbers of the attachments that are pictures to look at; `contents` are parallel to `attachments`."""
    pairs = enumerate(zip(attachments, contents, strict=True))
    return [number for number, (each, content) in pairs if each.kind in _KINDS and _begins_well(content)][:MAX_PICTURES]


def look(attachments: Sequence[Attachment], contents: Sequence[bytes], engine: Engine | None) -> tuple[Picture, ...]:
    """What is seen of a mail's pictures; without an engine they are not read."""
    return tuple(_each(worth_looking(attachments, contents), contents, engine))


def _begins_well(content: bytes) -> bool:
    """Whether it is worth a decoder's start: a PNG begins with its header (ISO/IEC 15948, 5.6)."""
    return not content.startswith(b"\x89PNG") or content[12:16] == b"IHDR"


def _each(numbers: Sequence[int], contents: Sequence[bytes], engine: Engine | None) -> Iterator[Picture]:
    for number in numbers:
        try:
            picture = opened(contents[number])
        except PictureUnreadable as problem:
            yield Picture(number=number, problem=str(problem))
            continue
        yield _seen(number, picture, engine, MAIL_SECONDS / len(numbers))


def _seen(number: int, picture: Image.Image, engine: Engine | None, seconds: float) -> Picture:
    scale, page = _page(picture)
    words = engine.words(page, seconds) if engine else []
    seen = [_unscaled(word, scale) for word in words or ()]
    text, places = arrange([word for word in seen if word.box[3] > _status_bar(picture)])
    return Picture(
        number=number,
        text=text,
        places=places,
        likeness=likeness.likeness(picture),
        large=thumbnails.large(picture),
        small=thumbnails.small(picture),
        problem="slow" if words is None else "",
    )


def _page(picture: Image.Image) -> tuple[int, Image.Image]:
    """The picture as the engine reads it best: grey, dark on light, not too small; and how much it was enlarged."""
    page = picture.convert("L")
    if ImageStat.Stat(page).mean[0] < _DARK:
        page = ImageOps.invert(page)
    if picture.width >= NARROW:
        return 1, page
    return 2, page.resize((2 * page.width, 2 * page.height), Image.Resampling.LANCZOS)


def _status_bar(picture: Image.Image) -> int:
    """Where a phone's screen begins to be the app's: the clock above is no time of anything's."""
    return int(picture.height * _BAR_SHARE) if picture.height >= _PHONE_RATIO * picture.width else 0


def _unscaled(word: Word, scale: int) -> Word:
    left, top, right, bottom = (side // scale for side in word.box)
    return Word(text=word.text, box=(left, top, right, bottom), confidence=word.confidence)

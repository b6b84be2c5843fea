"""What was seen of a picture: its words with their places, its likeness, and how it may be shown. Only data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parsing.mail import Attachment

#: Left, top, right, bottom: pixels of the picture as it is seen, upright.
Box = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A word in a picture."""

    text: str
    box: Box
    confidence: float  #: 0 to 1, the engine's own


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """An attachment that is a picture, looked at."""

    number: int  #: of the attachment, from 0, in the mail's order
    text: str = ""  #: its words in lines; what stands at a distance from its label follows it after a colon
    places: tuple[tuple[int, int, Box], ...] = ()  #: start and end in `text` of each word, and where it stands
    likeness: str = ""  #: see likeness.py; "" where it could not be opened
    large: bytes = b""  #: a JPEG of a phone's width, without what cameras write into files
    small: bytes = b""  #: likewise, for lists
    problem: str = ""  #: a word for programs where it was not opened or not read: "unreadable", "too_large", "slow"

    def box(self, start: int, end: int) -> Box | None:
        """Where a span of the text stands in the picture: the smallest box around its words."""
        boxes = [box for first, last, box in self.places if first < end and start < last]
        if not boxes:
            return None
        left, top, right, bottom = zip(*boxes, strict=True)
        return min(left), min(top), max(right), max(bottom)


#: Looks at the attachments that are pictures; their bytes are parallel to them. See looking.py.
Look = Callable[[Sequence[Attachment], Sequence[bytes]], tuple[Picture, ...]]

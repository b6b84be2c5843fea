"""Whether two pictures are the same one, sent on, made smaller, or saved again.

A difference hash (Krawetz, "Kind of Like That", 2013): the picture in 17 by 16 grey dots, and for each pair of
neighbours whether it clearly grows lighter. 256 bits in hex; the same picture saved again differs in a few of them.
Two receipts of one app may be alike too: likeness alone never joins what other findings tell apart.
"""

from __future__ import annotations

from itertools import pairwise

from PIL import Image

#: Bits that may differ: saving again as a JPEG of half the size changes up to five on the screens of our tests.
ALIKE = 8

_SIDE = 16

#: Steps of grey that are no difference: what JPEG makes of a plain surface.
_NOISE = 3

#: Fewer bits than this are a plain surface, and all plain surfaces are alike.
_MIN_BITS = 6


def likeness(picture: Image.Image) -> str:
    """The hash in 64 hex digits, "" for a picture that has too little in it to be told from others."""
    dots = picture.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX).tobytes()
    rows = [dots[start : start + _SIDE + 1] for start in range(0, len(dots), _SIDE + 1)]
    bits = [left + _NOISE < right for row in rows for left, right in pairwise(row)]
    return f"{sum(bit << place for place, bit in enumerate(bits)):064x}" if sum(bits) >= _MIN_BITS else ""


def alike(one: str, other: str) -> bool:
    """Whether two hashes are those of the same picture."""
    return bool(one and other) and (int(one, 16) ^ int(other, 16)).bit_count() <= ALIKE

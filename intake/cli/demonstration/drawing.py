"""Draws the sample reports' screenshots: words on a phone's screen, as a PNG (ISO/IEC 15948), with nothing but zlib."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

#: A font of five by seven dots: each character's seven rows, five bits each, the leftmost the highest.
_FONT = {
    "A": "0E11111F111111", "B": "1E11111E11111E", "C": "0E11101010110E", "D": "1E11111111111E", "E": "1F10101E10101F",
    "F": "1F10101E101010", "G": "0E11101713110F", "H": "1111111F111111", "I": "0E04040404040E", "J": "0702020202120C",
    "K": "11121418141211", "L": "1010101010101F", "M": "111B1515111111", "N": "11191513111111", "O": "0E11111111110E",
    "P": "1E11111E101010", "Q": "0E11111115120D", "R": "1E11111E141211", "S": "0F10100E01011E", "T": "1F040404040404",
    "U": "1111111111110E", "V": "11111111110A04", "W": "1111111515150A", "X": "11110A040A1111", "Y": "11110A04040404",
    "Z": "1F01020408101F", "0": "0E11131519110E", "1": "040C040404040E", "2": "0E11010204081F", "3": "1F02040201110E",
    "4": "02060A121F0202", "5": "1F101E0101110E", "6": "0608101E11110E", "7": "1F010204080808", "8": "0E11110E11110E",
    "9": "0E11110F01020C", "-": "0000001F000000", ".": "00000000000C0C", ":": "000C0C000C0C00", "_": "0000000000001F",
    "/": "00010204081000", "(": "02040808080402", ")": "08040202020408", "!": "04040404040004", " ": "00000000000000",
}  # fmt: skip

_COLUMNS, _ROWS = 5, 7
_SCALE = 4
_MARGIN = 24
_LINE = (_ROWS + 4) * _SCALE
_BACKGROUND, _BAR, _INK, _ALARM = (250, 250, 252), (38, 84, 160), (32, 36, 44), (190, 30, 45)


def screenshot(title: str, lines: Sequence[str], *, width: int = 720) -> bytes:
    """A screen with a title bar and lines of words; a line that begins with "!" is in red.

    Unknown characters are blank.
    """
    height = _LINE * (len(lines) + 3) + 2 * _MARGIN
    rows = [bytearray(bytes(_BACKGROUND) * width) for _ in range(height)]
    for row in rows[: 2 * _LINE]:
        row[:] = bytes(_BAR) * width
    _write(rows, title, _MARGIN, _LINE // 2, (255, 255, 255))
    for number, line in enumerate(lines):
        _write(
            rows, line.removeprefix("!"), _MARGIN, _LINE * (number + 2) + _MARGIN, _ALARM if line[:1] == "!" else _INK
        )
    return _png(rows, width, height)


def _write(rows: list[bytearray], words: str, left: int, top: int, colour: tuple[int, int, int]) -> None:
    for place, character in enumerate(words.upper()):
        glyph = bytes.fromhex(_FONT.get(character, _FONT[" "]))
        start = left + place * (_COLUMNS + 1) * _SCALE
        for row, bits in enumerate(glyph):
            for column in range(_COLUMNS):
                if bits >> (_COLUMNS - 1 - column) & 1:
                    _dot(rows, start + column * _SCALE, top + row * _SCALE, colour)


def _dot(rows: list[bytearray], left: int, top: int, colour: tuple[int, int, int]) -> None:
    for row in rows[top : top + _SCALE]:
        piece = slice(3 * left, 3 * (left + _SCALE))
        if piece.stop <= len(row):
            row[piece] = bytes(colour) * _SCALE


def _png(rows: list[bytearray], width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # eight bits, red green blue
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

"""Files that stand uuencoded between the lines of a text, as mailers did before MIME and some still do."""

from __future__ import annotations

import binascii
import re

_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_LINE = re.compile(rb"([ -`])([ -`]*)[ \t]*\r?(?:\n|\Z)")
_END = re.compile(rb"end[ \t]*\r?(?:\n|\Z)")
_MAX_FILES = 100  #: of one text


def cut(text: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The text without such files, and the files: name and content. What only looks like one stays text."""
    files: list[tuple[bytes, bytes]] = []
    kept: list[bytes] = []
    position = 0
    for begin in _BEGIN.finditer(text):
        if begin.start() < position or len(files) == _MAX_FILES:
            continue
        content, end = _read(text, begin.end())
        if end:
            files.append((begin[1].strip(), content))
            kept.append(text[position : begin.start()])
            position = end
    kept.append(text[position:])
    return b"".join(kept), files


def _read(text: bytes, position: int) -> tuple[bytes, int]:
    """The lines from here on to `end`: the content, and where the text goes on; 0 where they are no file."""
    pieces: list[bytes] = []
    while line := _LINE.match(text, position):
        size = (line[1][0] - 32) & 63
        if len(line[2]) < (size + 2) // 3 * 4 - 3:  # mailers cut the spaces at a line's end
            break
        try:
            pieces.append(binascii.a2b_uu(line[1] + line[2][: (size + 2) // 3 * 4]))
        except binascii.Error:
            break
        position = line.end()
        if position >= len(text):
            return b"".join(pieces), position  # the text was cut off within the file
    end = _END.match(text, position)
    return b"".join(pieces), end.end() if end and pieces else 0

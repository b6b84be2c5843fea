"""Content-Transfer-Encoding (RFC 2045, 6): undone as far as it goes, damage named."""

from __future__ import annotations

import binascii
import re

from parsing.mail import Problem

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n\t "
_STRANGE = bytes(range(256)).translate(None, _ALPHABET.rstrip())  # all but the letters and the padding
_NAME = re.compile(r"[a-z0-9-]+")
_SPACED_BREAK = re.compile(rb"=[ \t]+(\r?\n)")  # a soft line break, to which a relay added white space
#: a line of words: a sign that base64 has not, or several spaces
_WORDS_LINE = re.compile(rb"[^A-Za-z0-9+/=\s]|\S[ \t]+\S++[ \t]+\S++[ \t]+\S")
_MAX_PROBED = 2_000  #: bytes of these
_PROBE = 20  #: lines by which it is told whether base64 is what the label says
_PIECE = re.compile(rb"[^=]++")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ", re.MULTILINE)


def undo(data: bytes, encoding: str) -> tuple[bytes, Problem | None]:
    """The decoded bytes of a part; never fails, linear in the size."""
    name = _NAME.search(encoding.lower())
    match name[0] if name else "":
        case "base64":
            return _base64(data)
        case "quoted-printable":
            return binascii.a2b_qp(_SPACED_BREAK.sub(rb"=\1", data) if b"= " in data or b"=\t" in data else data), None
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return _uuencoded(data)
        case "" | "7bit" | "8bit" | "binary":
            return data, None
        case _:
            return data, Problem(code="encoding_unknown")


def _base64(data: bytes) -> tuple[bytes, Problem | None]:
    if _is_never_encoded(data):
        return data, Problem(code="base64_damaged")
    try:
        decoded = binascii.a2b_base64(data)
    except binascii.Error:
        return _piecewise(data), Problem(code="base64_damaged")
    padding = data.find(b"=")
    after = data[padding:].lstrip(b"=\r\n\t ") if padding >= 0 else b""
    if not after:
        return decoded, None
    # The codec stops without a word at the first padding. More base64 is more of the file; anything else was put
    # there by a list or a relay.
    more = not after.translate(None, _ALPHABET)
    return _piecewise(data) if more else decoded, Problem(code="base64_damaged")


def _is_never_encoded(data: bytes) -> bool:
    """Whether a body under a label of base64 is plain words: each of its first lines holds what base64 never does."""
    lines = [line for line in data[:_MAX_PROBED].split(b"\n")[:_PROBE] if line.strip()]
    return bool(lines) and all(_WORDS_LINE.search(line) for line in lines)


def _piecewise(data: bytes) -> bytes:
    """Decode what stands between paddings.

    Strange bytes are passed over, an incomplete last group gives what it holds.
    """
    letters = data.translate(None, _STRANGE)
    pieces = []
    for match in _PIECE.finditer(letters):
        piece = match[0]
        usable = piece[:-1] if len(piece) % 4 == 1 else piece
        pieces.append(binascii.a2b_base64(usable + b"=" * (-len(usable) % 4)))
    return b"".join(pieces)


def _uuencoded(data: bytes) -> tuple[bytes, Problem | None]:
    out: list[bytes] = []
    begin = _UU_BEGIN.search(data)
    problem = None
    for line in data[begin.start() if begin else 0 :].splitlines()[1 if begin else 0 :]:
        if line.strip() == b"end":
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            problem = Problem(code="uuencode_damaged")
    return b"".join(out), problem

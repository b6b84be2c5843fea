"""Header text: RFC 2047 encoded words, and the raw 8-bit bytes that stand in headers in spite of it."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata

from parsing.message.charsets import decode
from parsing.message.transfer import undo

#: the payload may hold a question mark or a space, as some makers write; not the beginning of the next word
_WORD = re.compile(r"=\?([^?\s]*+)\?([BbQq])\?((?:[^?=]++|\?(?!=)|=(?!\?(?!=)))*+)\?=")
_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


_URL_SAFE = bytes.maketrans(b"-_", b"+/")  #: the other alphabet of RFC 4648, 5


def text_of(value: bytes | None, charset: str | None = None) -> str:
    """An unfolded header value as text: 8-bit bytes decoded, encoded words decoded, white space made single spaces.

    Charset is the body's, which raw bytes in a header mostly share; UTF-8 goes before it.
    """
    return one_line(decode_words(raw_text(value, charset))) if value else ""


def raw_text(value: bytes, charset: str | None) -> str:
    """Header bytes as characters, encoded words left as they are."""
    if b"\x1b" not in value:
        try:
            return value.decode("utf-8")
        except UnicodeError:
            pass  # an older encoding
    return decode(value, charset)[0]


def one_line(text: str) -> str:
    """Text as it may be shown in a line and kept: single spaces, no control characters, no surrogates, NFC."""
    line = " ".join(_UNFIT.sub(" ", text).split())
    return line if line.isascii() else unicodedata.normalize("NFC", line)


def decode_words(text: str) -> str:
    """Decode every encoded word; white space between two of them belongs to the encoding (RFC 2047, 6.2).

    Neighbours of one charset are joined before decoding: makers split characters in the middle.
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    run: list[tuple[str, bytes]] = []
    end = 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        if between.strip() or not run:
            out.append(_decode_run(run))
            out.append(between)
            run = []
        run.append((match[1].lower(), _bytes_of(match[2], match[3])))
        end = match.end()
    out.append(_decode_run(run))
    out.append(text[end:])
    return "".join(out)


def as_utf8_words(value: bytes, charset: str | None = None) -> bytes:
    """The same header value with every encoded word in UTF-8 and no raw 8-bit bytes but UTF-8.

    For libraries that know fewer charsets than people use: the structure (commas, angle brackets, quotes) is left as
    it was.
    """
    text = raw_text(value, charset)
    if "=?" not in text:
        return text.encode("utf-8", "replace")
    return _WORD.sub(_as_utf8_word, text).encode("utf-8", "replace")


def _as_utf8_word(match: re.Match[str]) -> str:
    words = _decode_run([(match[1].lower(), _bytes_of(match[2], match[3]))])
    return f"=?utf-8?b?{base64.b64encode(words.encode('utf-8', 'replace')).decode('ascii')}?="


def _decode_run(run: list[tuple[str, bytes]]) -> str:
    out: list[str] = []
    index = 0
    while index < len(run):
        charset = run[index][0]
        pieces: list[bytes] = []
        while index < len(run) and run[index][0] == charset:
            pieces.append(run[index][1])
            index += 1
        out.append(decode(b"".join(pieces), charset)[0])
    return "".join(out)


def _bytes_of(encoding: str, payload: str) -> bytes:
    if encoding in "qQ":
        raw = payload.replace(" ", "_").encode("utf-8", "replace")
        return binascii.a2b_qp(raw, header=True)
    return undo(payload.encode("ascii", "replace").translate(_URL_SAFE), "base64")[0]

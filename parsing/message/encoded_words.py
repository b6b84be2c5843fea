"""Header text: RFC 2047 encoded words, and the raw 8-bit bytes that stand in headers in spite of it."""

from __future__ import annotations

import base64
import binascii
import re

from parsing.message.charsets import decode

_WORD = re.compile(r"=\?([^?\s]*+)\?([BbQq])\?([^?]*+)\?=")
_BASE64_JUNK = re.compile(r"[^A-Za-z0-9+/]")

_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def text_of(value: bytes | None) -> str:
    """An unfolded header value as text: 8-bit bytes decoded, encoded words decoded, white space made single spaces."""
    if not value:
        return ""
    text, _ = decode(value, None)
    return one_line(decode_words(text))


def one_line(text: str) -> str:
    """Text as it may be shown in a line and kept in a database: single spaces, no control characters, no surrogates."""
    return " ".join(_UNFIT.sub(" ", text).split())


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


def as_utf8_words(value: bytes) -> bytes:
    """The same header value with every encoded word in UTF-8 and no raw 8-bit bytes but UTF-8.

    For libraries that know fewer charsets than people use: the structure (commas, angle brackets, quotes) is left as
    it was.
    """
    text, _ = decode(value, None)
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
    letters = _BASE64_JUNK.sub("", payload)
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))

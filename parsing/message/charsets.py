"""Bytes → text, whatever label they carry.

The declared charset strictly; then what browsers have learned such labels to mean (WHATWG Encoding Standard, 4.2);
then UTF-8; then Windows-1252 with replacement, and a problem that says so.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from parsing.mail import Problem

#: what a label means in practice, where that is a superset of what it says
_WIDER = {
    "ascii": "utf-8",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "shift_jis": "cp932",
    "tis-620": "cp874",
    "utf-16": "utf-16-le",
}
#: labels that Python does not know, or knows for something else
_NAMES = {
    "ansi_x3.4-1968": "ascii",
    "cp-850": "cp850",
    "iso-8859-8-i": "iso8859-8",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "windows-31j": "cp932",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-sjis": "cp932",
    "x-user-defined": "cp1252",
}
#: 7-bit bytes that are not ASCII all the same
_SEVEN_BIT = ("iso2022", "utf-7", "utf-16", "utf-32", "hz")
_ISO_2022_JP = re.compile(rb"\x1b\$[@B]|\x1b\([JB]")
_LABEL = re.compile(r"[^a-z0-9_.:+-]")


@lru_cache(maxsize=256)
def codec(label: str) -> str | None:
    """The Python codec that a charset label names, None for one that nobody knows."""
    name = _LABEL.sub("", label.strip().lower().split("*", 1)[0])
    try:
        found = codecs.lookup(_NAMES.get(name, name))
    except (LookupError, ValueError):
        return None
    is_text = getattr(found, "_is_text_encoding", True)  # "base64" and "rot13" are codecs too
    return found.name if is_text and found.name not in _NOT_FOR_MAIL else None


#: codecs of Python's own, or ones that reach beyond the bytes
_NOT_FOR_MAIL = frozenset(
    {
        "idna",
        "punycode",
        "undefined",
        "unicode_escape",
        "unicode-escape",
        "raw_unicode_escape",
        "raw-unicode-escape",
        "mbcs",
        "oem",
    }
)


def decode(data: bytes, label: str | None) -> tuple[str, Problem | None]:
    """Decode by the label, or by what comes nearest to it; a problem where the label was wrong or unknown."""
    name = codec(label) if label else None
    if name and not _is_plain(name):
        text = _strictly(data, name)
        if text is not None:
            return text, None
    if data.isascii() and not (name is None and b"\x1b" in data):
        return data.decode("ascii"), None if name or not label else _unknown()
    for candidate in _candidates(data, name):
        text = _strictly(data, candidate)
        if text is not None:
            honest = candidate in (name, _WIDER.get(name or "")) or (name in (None, "ascii") and candidate == "utf-8")
            return text, None if honest and (name or not label) else _wrong(label, name)
    return data.decode("cp1252", "replace"), _wrong(label, name)


def _is_plain(name: str) -> bool:
    """Whether 7-bit bytes under this name are simply ASCII."""
    return not name.startswith(_SEVEN_BIT)


def _candidates(data: bytes, name: str | None) -> list[str]:
    names = [name, _WIDER.get(name or "")]
    if name is not None and name in _WIDER:
        names.reverse()  # the wider one reads all that the narrow one reads, and C1 controls as what was meant
    if _ISO_2022_JP.search(data, 0, 4096):
        names.append("iso2022_jp_ext")
    return [candidate for candidate in (*names, "utf-8") if candidate]


def _strictly(data: bytes, name: str) -> str | None:
    try:
        text = data.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None
    text = text.removeprefix("\ufeff")
    return None if name.startswith("utf-7") and _has_surrogates(text) else text


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _unknown() -> Problem:
    return Problem(code="charset_unknown")


def _wrong(label: str | None, name: str | None) -> Problem:
    if label and not name:
        return _unknown()
    return Problem(code="charset_wrong" if label else "charset_missing")

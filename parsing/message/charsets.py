"""Bytes → text, whatever label they carry.

The declared charset strictly; then what browsers have learned such labels to mean (WHATWG Encoding Standard, 4.2);
where that gives nonsense, or nothing was declared, the reading that looks most like text; at last Windows-1252 with
replacement. Whatever is not what the label said is a problem.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes

from parsing.mail import Problem
from parsing.message.plausibility import plausibility

#: what a label means in practice, where that is a superset of what it says
_WIDER = {
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "euc_jp": "euc_jis_2004",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso2022_jp": "iso2022_jp_ext",
    "iso2022_jp_1": "iso2022_jp_ext",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "shift_jis": "cp932",
    "tis-620": "cp874",
    "utf-16": "utf-16-le",
}
#: labels that Python does not know, or knows for something else
_NAMES = {
    "ansi": "cp1252",
    "ansi_x3.4-1968": "ascii",
    "big5-eten": "big5",
    "big5-hkscs": "big5hkscs",
    "chinesebig5": "big5",
    "cn-big5": "big5",
    "cn-gb": "gb18030",
    "cp-850": "cp850",
    "cp-1252": "cp1252",
    "csiso2022jp": "iso2022_jp_ext",
    "cseuckr": "cp949",
    "csshiftjis": "cp932",
    "default": "utf-8",
    "gb_2312-80": "gb18030",
    "iso-10646-ucs-2": "utf-16-be",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "cp51932": "euc_jp",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "cp50222": "iso2022_jp_ext",
    "cp936": "gb18030",
    "macintosh": "mac_roman",
    "ms936": "gb18030",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "unicode": "utf-16-le",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-936": "gb18030",
    "windows-949": "cp949",
    "x-big5": "big5",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-ms-cp932": "cp932",
    "x-sjis": "cp932",
    "x-user-defined": "cp1252",
    "x-windows-949": "cp949",
    "x-x-big5": "big5",
}
#: Windows code pages whose number is in no codec's name
_CODEPAGES = {10000: "mac_roman", 20127: "ascii", 20866: "koi8-r", 21866: "koi8-u", 20932: "euc_jp", 51932: "euc_jp", 51949: "cp949",
              1361: "johab", 936: "gb18030", 51936: "gb18030", 54936: "gb18030", 65001: "utf-8"}  # fmt: skip
_ISO_8859 = range(28591, 28606)  #: code pages that are ISO 8859's parts
#: codecs of Python's own, or ones that reach beyond the bytes
_NOT_FOR_MAIL = frozenset(
    "idna punycode undefined unicode_escape unicode-escape raw_unicode_escape raw-unicode-escape mbcs oem".split()
)
#: 7-bit bytes that are not ASCII all the same
_SEVEN_BIT = ("iso2022", "utf-7", "utf-16", "utf-32", "hz")
_ESCAPES = (
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"\x1b\$\(?[@BD]|\x1b\([JBI]"), "iso2022_jp_ext"),
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_LABEL = re.compile(r"[a-z0-9_.:+-]+")
_WORD_OF_HIGH_BYTES = re.compile(rb"[\x80-\xff](?:[\x40-\xff][\x80-\xff]|[\x80-\xff][\x40-\xff]){2}")

#: what unlabelled bytes may be, the commoner first: of equals the first wins
_GUESSES = (
    "cp1252",
    "cp1254",
    "gb18030",
    "big5hkscs",
    "cp932",
    "euc_jp",
    "cp949",
    "cp874",
    "cp1251",
    "koi8-r",
    "cp1250",
    "cp1253",
    "cp1256",
    "cp1255",
)
_ENOUGH = 0.5  #: plausibility from which on a label is believed without a look at others
_BETTER = 0.35  #: how much more plausible another reading has to be than the label's
_NONSENSE = 0.0  #: plausibility up to which a reading is none
_STATISTICS = 1024  #: bytes that are given to the library, which takes some ten milliseconds for them
_SAMPLE = 4096  #: bytes by which readings are compared


@lru_cache(maxsize=256)
def codec(label: str) -> str | None:
    """The Python codec that a charset label names, None for one that nobody knows."""
    found = _LABEL.search(label.lower().split("*", 1)[0])
    if not found:
        return None
    name = found[0]
    try:
        known = codecs.lookup(_NAMES.get(name, name))
    except (LookupError, ValueError):
        return None
    is_text = getattr(known, "_is_text_encoding", True)  # "base64" and "rot13" are codecs too
    return known.name if is_text and known.name not in _NOT_FOR_MAIL else None


def of_codepage(number: int) -> str | None:
    """The Python codec of a Windows code page, None for one that nobody knows."""
    if number in _ISO_8859:
        return f"iso8859-{number - _ISO_8859.start + 1}"
    return _CODEPAGES.get(number) or codec(f"cp{number}")


def decode(data: bytes, label: str | None) -> tuple[str, Problem | None]:
    """Decode by the label, or by what comes nearest to it; a problem where the label was wrong or unknown."""
    name = codec(label) if label else None
    if data.isascii():
        return _seven_bit(data, label, name)
    for mark, marked in _BOMS:
        if data.startswith(mark) and (text := _strictly(data, marked)) is not None:
            return text, None if name == marked or not label or marked != "utf-8" else _wrong(label, name)
    if name in (None, "utf-8"):
        text = _strictly(data, "utf-8")
        if text is not None:
            return text, None if name or not label else _unknown()
        if _mostly(data):
            return data.decode("utf-8", "replace").removeprefix("\ufeff"), _wrong(label, name)
    chosen = _choose(data, _WIDER.get(name or "", name))
    text = data.decode(chosen or "cp1252", "replace").removeprefix("\ufeff")
    honest = chosen is not None and chosen in (name, _WIDER.get(name or "", "")) and name != "ascii"
    return text, None if honest else _wrong(label, name)


def _seven_bit(data: bytes, label: str | None, name: str | None) -> tuple[str, Problem | None]:
    """ASCII, unless the label or escape sequences say that it is something else."""
    honest = None if name or not label else _unknown()
    if name and name.startswith(_SEVEN_BIT):
        for candidate in (name, _WIDER.get(name)):
            text = _strictly(data, candidate) if candidate else None
            if text is not None:
                return text, None
    if b"\x1b" in data:
        for escape, candidate in _ESCAPES:
            if escape.search(data) and (text := _strictly(data, candidate)) is not None:
                return text, None if name == candidate else honest or _wrong(label, name)
    return data.decode("ascii"), honest


def _choose(data: bytes, name: str | None) -> str | None:
    """The codec that reads bytes beyond ASCII best; None where none reads them without fault."""
    sample = data[:_SAMPLE]
    declared = _strictly(data, name) if name else None
    believed = _figure(declared[:_SAMPLE], name) if declared is not None else _NONSENSE
    if name and declared is not None and believed >= _ENOUGH and not _looks_packed(sample, name):
        return name if _strictly(data, "utf-8") is None or _is_wide(name) else "utf-8"
    if _strictly(data, "utf-8") is not None:
        return "utf-8"
    best, most = (name, believed + _BETTER) if declared is not None else (None, _NONSENSE)
    for guess in _GUESSES:
        text = _strictly(_whole(sample), guess)
        if text is not None and (figure := _figure(text, guess)) > most and _strictly(data, guess) is not None:
            best, most = guess, figure
    return best or _last_resort(sample)


def _last_resort(sample: bytes) -> str | None:
    """An encoding that is in nobody's use any more: told by statistics, if at all."""
    found = from_bytes(sample[:_STATISTICS]).best()
    return codec(found.encoding) if found else None


def _figure(text: str, name: str | None) -> float:
    return plausibility(text, japanese=name in ("cp932", "euc_jp", "euc_jis_2004"))


def _is_wide(name: str) -> bool:
    """Whether a codec takes two bytes for most characters, so that UTF-8 read by it is rubbish and not only odd."""
    return name in ("gb18030", "big5hkscs", "cp932", "euc_jp", "euc_jis_2004", "cp949")


def _looks_packed(sample: bytes, name: str) -> bool:
    """Words of nothing but high bytes, under a label of a Latin alphabet: then it is another one."""
    return not _is_wide(name) and bool(_WORD_OF_HIGH_BYTES.search(sample))


def _whole(sample: bytes) -> bytes:
    """A sample that does not end within a character: cut at its last ASCII byte, if it was cut at all."""
    if len(sample) < _SAMPLE:
        return sample
    end = max(sample.rfind(b"\n"), sample.rfind(b" "))
    return sample[: end + 1] if end > 0 else sample


def _mostly(data: bytes) -> bool:
    """UTF-8 with a few faults: what a cut in the midst of a character, or one foreign byte, leaves."""
    text = data[:_SAMPLE].decode("utf-8", "replace")
    good = sum(character >= "\x80" for character in text)
    return 2 * text.count("\ufffd") <= good


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

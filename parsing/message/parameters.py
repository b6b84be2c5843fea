"""Content-Type and Content-Disposition.

A value and its parameters (RFC 2045, 5.1), RFC 2231 continuations and charsets included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from parsing.message.charsets import codec, decode
from parsing.message.encoded_words import decode_words

#: separated by semicolons; by white space where somebody forgot one
_PARAMETER = re.compile(r'(?:;|(?<![\s;])\s)\s*+([^\s=;"]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^;]*+))', re.DOTALL)
_VALUE = re.compile(r'\s*+"?([^\s;"=(/]*+(?:\s*+/\s*+[^\s;"=(]++)?)"?(?=$|[\s;(])')
#: only these two are escaped in practice; a backslash before anything else is a Windows path's
_SPACES = re.compile(r"\s+")
_ESCAPED = re.compile(r'\\(["\\])')
_COMMENT = re.compile(r"\([^()]*+\)")
_PLAIN_EXTENDED = re.compile(r"([\w.:+-]{1,40})'[\w-]{0,20}'(.*%[0-9A-Fa-f]{2}.*)", re.DOTALL)
_TOKENS = frozenset(
    {"boundary", "charset", "format", "delsp", "report-type", "smime-type", "protocol", "micalg", "method"}
)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_MAX_PARAMETERS = 200  #: a long name in RFC 2231 pieces takes some dozens


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameterised:
    """A token and its parameters, names in lower case, values decoded."""

    value: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def parse(raw: bytes | None) -> Parameterised:
    """Read a field such as `text/plain; charset=utf-8`; damaged pieces are left out."""
    if not raw:
        return Parameterised()
    text, _ = decode(raw, None)
    head = _VALUE.match(text)
    end = head.end() if head else text.find(";")
    return Parameterised(
        value=_SPACES.sub("", head[1]).lower() if head else "", parameters=_parameters(text, end) if end >= 0 else {}
    )


def _parameters(text: str, start: int) -> dict[str, str]:
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, match in enumerate(_PARAMETER.finditer(text, start)):
        if count == _MAX_PARAMETERS:
            break
        name = match[1].lower()
        value = _ESCAPED.sub(r"\1", match[2]) if match[2] is not None else _unquoted(name, match[3])
        section = _SECTION.fullmatch(name)
        if section and (section[2] or section[3]):
            sections.setdefault(section[1], {}).setdefault(int(section[2] or 0), (value, bool(section[3])))
        else:
            plain.setdefault(name, _plain(value))
    return {**plain, **{name: _joined(pieces) for name, pieces in sections.items()}}


def _unquoted(name: str, value: str) -> str:
    """A value without quotes: a token where it is one by nature, anything up to the next semicolon where it is a name."""
    value = value.strip()
    if name in _TOKENS:
        value = _COMMENT.sub(" ", value).strip() or value
        return value.split(maxsplit=1)[0].strip('",') if value else ""
    return value.strip('"')


def _plain(value: str) -> str:
    """A plain value, with what does not belong there by RFC 2231 and is met all the same: encoded words, percent signs."""
    extended = _PLAIN_EXTENDED.fullmatch(value) if "%" in value else None
    if extended and codec(extended[1]):
        return decode(unquote_to_bytes(extended[2]), extended[1])[0]
    return " ".join(decode_words(value).split())


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231, 3 and 4: pieces in their order, the charset named by the first."""
    charset: str | None = None
    data = b""
    for index, (number, (value, extended)) in enumerate(sorted(pieces.items())):
        if extended and index == 0 and number == 0 and value.count("'") >= 2:  # noqa: PLR2004 - charset'language'value
            charset, _, value = value.split("'", 2)  # noqa: PLW2901 - the rest is the value
        data += unquote_to_bytes(value) if extended else value.encode("utf-8", "replace")
    return decode_words(decode(data, charset or None)[0])

"""Content-Type and Content-Disposition.

A value and its parameters (RFC 2045, 5.1), RFC 2231 continuations and charsets included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from parsing.message.charsets import decode
from parsing.message.encoded_words import decode_words

_PARAMETER = re.compile(r';\s*+([^\s=;"]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^;]*+))', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
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
    head, _, _ = text.partition(";")
    return Parameterised(value=head.strip().strip('"').lower(), parameters=_parameters(text, len(head)))


def _parameters(text: str, start: int) -> dict[str, str]:
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, match in enumerate(_PARAMETER.finditer(text, start)):
        if count == _MAX_PARAMETERS:
            break
        value = _ESCAPED.sub(r"\1", match[2]) if match[2] is not None else match[3].strip().strip('"')
        name = _SECTION.fullmatch(match[1].lower())
        if name and (name[2] or name[3]):
            sections.setdefault(name[1], {}).setdefault(int(name[2] or 0), (value, bool(name[3])))
        else:
            plain.setdefault(match[1].lower(), " ".join(decode_words(value).split()))
    return {**plain, **{name: _joined(pieces) for name, pieces in sections.items()}}


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231, 3 and 4: pieces in their order, the charset named by the first."""
    charset: str | None = None
    data = b""
    for index, (number, (value, extended)) in enumerate(sorted(pieces.items())):
        if extended and index == 0 and number == 0 and value.count("'") >= 2:  # noqa: PLR2004 - charset'language'value
            charset, _, value = value.split("'", 2)  # noqa: PLW2901 - the rest is the value
        data += unquote_to_bytes(value) if extended else value.encode("utf-8", "replace")
    return decode_words(decode(data, charset or None)[0])

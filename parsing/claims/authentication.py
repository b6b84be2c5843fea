"""Authentication-Results (RFC 8601): what the fields claim. Whom of them to believe is decided elsewhere."""

from __future__ import annotations

import re

from parsing.mail import AuthResult
from parsing.message.headers import HeaderBlock

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"^\s*([a-z0-9-]+)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r'\b(smtp|header|body|policy)\s*\.\s*([a-z0-9_-]+)\s*=\s*(?:"([^"]*)"|([^\s;]+))', re.IGNORECASE)
_MAX_FIELDS = 20  #: one a relay; more would be somebody's game
_MAX_RESULTS = 50  #: one a method and signature


def results(headers: HeaderBlock) -> tuple[AuthResult, ...]:
    """Every result of every such field, topmost first."""
    found: list[AuthResult] = []
    for value in headers.all("authentication-results")[:_MAX_FIELDS]:
        authserv, _, rest = _COMMENT.sub(" ", value.decode("utf-8", "replace")).partition(";")
        words = authserv.split()
        if words:
            found += [
                result for piece in rest.split(";")[:_MAX_RESULTS] if (result := _result(words[0].lower(), piece))
            ]
    return tuple(found)


def _result(authserv_id: str, piece: str) -> AuthResult | None:
    match = _RESULT.match(piece)
    if not match:
        return None
    properties = tuple(
        (f"{kind.lower()}.{name.lower()}", quoted or plain)
        for kind, name, quoted, plain in _PROPERTY.findall(piece[match.end() :])
    )
    return AuthResult(authserv_id=authserv_id, method=match[1].lower(), result=match[2].lower(), properties=properties)

"""Authentication-Results (RFC 8601) and spam verdicts: what the fields claim. Whom to believe is decided elsewhere.

The grammar is read strictly, because senders' own words (a reverse-path with a quote or a parenthesis in it) stand in
these fields: one that does not read is kept as unreadable, so that no older field below it takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from parsing.mail import AuthResult, SpamField
from parsing.message.headers import HeaderBlock, unfold

#: What a field says that names no result, and one that cannot be read.
NOTHING, UNREADABLE = "none", "unreadable"

#: Fields that a mail may have only once (RFC 5322, 3.6; RFC 2045, 3): of two, a signature covers one and a reader shows the other.
_SINGLE = (
    "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding",
)  # fmt: skip

_MAX_FIELDS = 20  #: one a relay; more would be somebody's game
_MAX_RESULTS = 50  #: one a method and signature
_MAX_NESTING = 20  #: of comments
_MAX_SPAM_VALUE = 200  #: characters of a spam filter's verdict

_METHOD = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)(?:/([0-9]+))?=([A-Za-z][A-Za-z0-9_-]*)")
_PROPERTY = re.compile(r"([A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z][A-Za-z0-9_-]*)?)=(.*)", re.DOTALL)
_POLICY = re.compile(r"(?<![A-Za-z0-9])p=(none|quarantine|reject)\b", re.IGNORECASE)
_PIECE = re.compile(r'[^\s;()"\\]+|"(?:[^"\\]|\\.)*+"|[\s;()]', re.DOTALL)
_IN_COMMENT = re.compile(r"[^()\\]+|\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class _Unreadable(Exception):
    """The field does not follow its grammar."""


def results(headers: HeaderBlock) -> tuple[AuthResult, ...]:
    """Every result of every such field, topmost first."""
    found: list[AuthResult] = []
    received, above, fields = headers.count("received"), 0, 0
    for field in headers.fields:
        if field.name == "received":
            above += 1
        elif field.name == "authentication-results" and fields < _MAX_FIELDS:
            place = {"field": fields, "received_above": above, "received_below": received - above}
            fields += 1
            found += _results(unfold(field.raw).decode("utf-8", "replace"), place)
    return tuple(found)


def spam_fields(headers: HeaderBlock) -> tuple[SpamField, ...]:
    """The X-Spam fields, topmost first, each cut: only their beginning is looked at."""
    found: list[SpamField] = []
    above = 0
    for field in headers.fields:
        above += field.name == "received"
        if field.name.startswith("x-spam") and len(found) < _MAX_FIELDS:
            value = unfold(field.raw).decode("utf-8", "replace")[:_MAX_SPAM_VALUE]
            found.append(SpamField(name=field.name, value=value, received_above=above))
    return tuple(found)


def doubled(headers: HeaderBlock) -> tuple[str, ...]:
    """The fields that may stand once and stand more often, in lower case."""
    return tuple(name for name in _SINGLE if headers.count(name) > 1)


def _results(value: str, place: Mapping[str, int]) -> list[AuthResult]:
    """What one field says; at least one result, so that its place is known."""
    authserv_id = ""
    try:
        statements = list(_statements(value))
        authserv_id, rest = _head(statements)
        told = [_result(authserv_id, words, comment, place) for words, comment in rest if words != ["none"]]
    except _Unreadable:
        first_words = value.partition(";")[0].partition("(")[0].lower().split()
        told = [_bare(authserv_id or (first_words[0] if first_words else ""), UNREADABLE, place)]
    return told or [_bare(authserv_id, NOTHING, place)]


def _bare(authserv_id: str, result: str, place: Mapping[str, int]) -> AuthResult:
    return AuthResult(authserv_id=authserv_id, method="", result=result, properties=(), **place)


def _statements(value: str) -> Iterator[tuple[list[str], str]]:
    """The pieces between semicolons: their words, and what stands in their comments."""
    words, comment, word = [], "", ""
    for piece in _pieces(value):
        if piece[0] == "(":
            comment += piece
        elif not piece.isspace() and piece != ";":
            word += _ESCAPED.sub(r"\1", piece[1:-1]) if piece[0] == '"' else piece
            continue
        if word:
            words.append(word)
            word = ""
        if piece == ";":
            yield _joined(words), comment
            words, comment = [], ""
    yield _joined([*words, word] if word else words), comment


def _pieces(value: str) -> Iterator[str]:
    """Words, quoted strings, comments, blanks and semicolons, one after the other."""
    position = depth = start = 0
    while position < len(value):
        found = (_IN_COMMENT if depth else _PIECE).match(value, position)
        if not found or depth > _MAX_NESTING:
            raise _Unreadable  # among others a quote that is never closed
        piece, position = found[0], found.end()
        if piece == "(" and not depth:
            start = found.start()
        was_inside, depth = bool(depth), depth + (piece == "(") - (piece == ")")
        if depth < 0:
            raise _Unreadable
        if not depth:
            yield value[start:position] if was_inside else piece
    if depth:
        raise _Unreadable


def _joined(words: list[str]) -> list[str]:
    """Blanks are allowed around the first equals sign of a word."""
    joined: list[str] = []
    for word in words:
        open_end = bool(joined) and (joined[-1].find("=") == len(joined[-1]) - 1 or word.startswith("="))
        if open_end:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _head(statements: list[tuple[list[str], str]]) -> tuple[str, list[tuple[list[str], str]]]:
    """The authserv-id and the statements after it; "" for the form without one, as Exchange Online writes it."""
    first = statements[0][0]
    rest = [statement for statement in statements[1:] if statement[0]][:_MAX_RESULTS]
    if first and "=" in first[0]:
        return "", [statements[0], *rest]
    if not 1 <= len(first) <= 2 or first[1:] not in ([], ["1"]):  # noqa: PLR2004  # an id, and the version
        raise _Unreadable
    return first[0].lower(), rest


def _result(authserv_id: str, words: list[str], comment: str, place: Mapping[str, int]) -> AuthResult:
    method = _METHOD.fullmatch(words[0])
    properties = [_PROPERTY.fullmatch(word) for word in words[1:]]
    if not method or method[2] not in (None, "1") or not all(properties):
        raise _Unreadable
    pairs = [(found[1].lower(), found[2]) for found in properties if found]
    policy = _POLICY.search(comment)
    if method[1].lower() == "dmarc" and policy and "policy.dmarc" not in dict(pairs):
        pairs.append(("policy.dmarc", policy[1].lower()))
    return AuthResult(
        authserv_id=authserv_id,
        method=method[1].lower(),
        result=method[3].lower(),
        properties=tuple(pairs),
        **place,
    )

"""Passwords: what follows their label, as written.

With a sign (`:`) anything is one; after "adalah" or "is" anything that is no common word; without either only what no
sentence contains: letters with digits or signs among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields.common import is_common
from parsing.fields.secrets.span import Span, Text, openings
from parsing.fields.vocabulary import loosely_spelled, phrases

_PAIRED = ("user", "username", "userid", "email", "id", "akun", "login")
_STRONG, _WEAK = phrases("secrets", "password"), phrases("secrets", "weak_password")
_OPENINGS = openings((*_STRONG, *_WEAK, *_PAIRED))
_BETWEEN = (
    rf"(?:[ \t]{{1,2}}(?P<between>(?:(?:{loosely_spelled(phrases('secrets', 'between'))})(?!\w)[ \t]{{0,2}}){{1,6}}))?"
)
_VERB = rf"(?P<verb>{loosely_spelled(phrases('secrets', 'equals'))})|(?P<towards>{loosely_spelled(phrases('secrets', 'towards'))})"
_QUOTED = r"[\"“'‘«](?P<quoted>[^\"”'’»\n]{3,64})[\"”'’»]"
_LABEL = re.compile(
    rf"(?:(?P<pair>(?:{'|'.join(_PAIRED)})[ \t]?[/&+][ \t]?)?(?P<label>{loosely_spelled(_STRONG)}|(?P<weak>{loosely_spelled(_WEAK)})))(?:nya|ku|mu)?(?!\w){_BETWEEN}"
    rf"(?:[ \t]{{0,4}}(?P<sign>[:=：]|->|=>)[ \t]{{0,4}}\n?[ \t]{{0,4}}|[ \t]{{1,3}}(?:{_VERB})[ \t]{{0,2}}:?[ \t]{{1,3}}|[ \t]{{1,4}}|[ \t]*(?P<alone>\n)[ \t]*|[ \t]{{0,2}}(?P<bracket>\())"
    rf"(?:{_QUOTED}|(?P<value>[^\s\"“”‘’«»]{{3,64}}))",
    re.IGNORECASE,
)
_IN_PAIR = re.compile(rf"(?<!\w)(?:{'|'.join(_PAIRED)})[ \t]?[/&+][ \t]?$")  #: before the label of "user/pass"
_NEXT = re.compile(
    rf"[ \t]*(?:[,/&]|(?:{loosely_spelled(phrases('secrets', 'lists'))})(?!\w))[ \t]*(?P<value>[^\s,;\"“”]{{4,64}})",
    re.IGNORECASE,
)
_ENDS = ".,;:)]}>\"'”’*_"
_FIELD_FOLLOWS = re.compile(r"[,;|](?=[A-Za-z ]{2,20}[:=])")
_REQUEST = re.compile(
    rf"(?<!\w)(?:{loosely_spelled(phrases('secrets', 'requests'))})\w{{0,4}}[ \t]{{1,2}}$", re.IGNORECASE
)
_EMAIL = re.compile(r"[^@\s]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_NUMBERED = re.compile(r"\d{1,3}x?|\d{1,4}[/.:-]\d{1,2}(?:[/.:-]\d{1,4})?|\d{1,2}x\d{1,2}", re.IGNORECASE)
_NO_VALUES = frozenset(phrases("secrets", "no_values"))
_HIDDEN = re.compile(r"[*•xX.\-_#?]{3,}")
_PAIR = re.compile(r"[ \t]{0,3}[/&|,][ \t]{0,3}(?P<value>[^\s\"“”]{3,64})")
_BEFORE = 30
_MANY = 6  #: passwords in one list of those that were tried


def find(text: Text) -> Iterator[Span]:
    """Passwords after their labels, and the further ones of a list."""
    for place in text.places(_OPENINGS):
        match = (
            None if _IN_PAIR.search(text.lower[max(0, place - _BEFORE) : place]) else _LABEL.match(text.written, place)
        )
        span = _of(match) if match else None
        if span is not None:
            yield Span(kind="password", start=span[0], end=span[1])
            yield from _others(text.written, span[1])


def _of(match: re.Match[str]) -> tuple[int, int] | None:
    """The place of the password after a label, None where none follows."""
    if match["quoted"]:
        start, value = match.start("quoted"), match["quoted"]
    else:
        start, value = match.start("value"), _trimmed(match["value"])
    if match["pair"]:
        return _of_pair(match, value)
    if not _may_be(value) or not _is_told(match, value):
        return None
    return start, start + len(value)


def _of_pair(match: re.Match[str], value: str) -> tuple[int, int] | None:
    """Of "user/pass: budi / rahasia1" the second."""
    inner = re.search(r"[/&|,]", value)
    if inner and inner.end() < len(value):
        start = match.start("value") + inner.end()
        return start, match.start("value") + len(value)
    second = _PAIR.match(match.string, match.start("value") + len(value)) if match["value"] else None
    if second is None:
        return None
    return second.start("value"), second.start("value") + len(_trimmed(second["value"]))


def _is_told(match: re.Match[str], value: str) -> bool:
    """Whether the words before it make it a password."""
    if match["sign"] or match["bracket"]:
        return (not match["weak"] or _is_coded(value)) and not _says_nothing(value)
    if match["alone"] or _EMAIL.fullmatch(value):
        return bool(match["alone"]) and _is_alone(match) and _is_coded(value)
    if match["weak"]:
        return _is_coded(value)
    if match["verb"] or match["quoted"]:
        return _is_coded(value) or not is_common(value)
    if _is_coded(value):
        return not _REQUEST.search(match.string[max(0, match.start() - _BEFORE) : match.start()]) or bool(
            match["towards"]
        )
    asked = _REQUEST.search(match.string[max(0, match.start() - _BEFORE) : match.start()])
    return bool(match["between"]) and not (match["towards"] or asked) and not is_common(value)


def _is_alone(match: re.Match[str]) -> bool:
    """Whether the label has a line of its own: the value stands under it."""
    before = match.string[max(0, match.start() - 1) : match.start()]
    return not before or before == "\n"


def _others(text: str, place: int) -> Iterator[Span]:
    for _ in range(_MANY):
        further = _NEXT.match(text, place)
        if further is None:
            return
        value = _trimmed(further["value"])
        if not _is_coded(value) or _EMAIL.fullmatch(value):
            return
        place = further.start("value") + len(value)
        yield Span(kind="password", start=further.start("value"), end=place)


def _trimmed(value: str) -> str:
    """Without the sentence's signs after it, and without the next field of a list."""
    following = _FIELD_FOLLOWS.search(value)
    return (value[: following.start()] if following else value).rstrip(_ENDS)


def _may_be(value: str) -> bool:
    return len(value) >= 3 and not _HIDDEN.fullmatch(value) and not value.startswith(("http://", "https://"))  # noqa: PLR2004 - shorter ones open nothing


def _says_nothing(value: str) -> bool:
    return value.lower() in _NO_VALUES or _EMAIL.fullmatch(value) is not None


def _is_coded(value: str) -> bool:
    """Whether no sentence contains it: a digit or a sign among letters, or at least six digits."""
    if len(value) < 4 or _NUMBERED.fullmatch(value):  # noqa: PLR2004
        return False
    digits = sum(character.isdecimal() for character in value)
    letters = sum(character.isalpha() for character in value)
    signs = sum(not character.isalnum() and character not in "-'/., " for character in value[1:])
    if not letters:
        return digits >= 6 and digits == len(value)  # noqa: PLR2004
    return bool(digits) or bool(signs and letters)

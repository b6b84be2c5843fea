"""PINs and one-time codes: numbers of four to eight digits after their label, or in the same breath as it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields.secrets.span import Span, Text, openings
from parsing.fields.vocabulary import loosely_spelled, phrases

_DIGITS = r"\d(?:[ \-]?\d){0,24}"
_BETWEEN = rf"(?:[ \t]{{1,2}}(?:{loosely_spelled(phrases('secrets', 'between'))})(?!\w)){{0,6}}"
_SIGN = r"[ \t]{0,3}(?:[:=(\"'“]|->)?[ \t]{0,3}\n?[ \t]{0,3}[(\"'“*_]?"


def _after(labels: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(
        rf"(?:{loosely_spelled(labels)})(?:nya|ku)?{_BETWEEN}{_SIGN}(?P<value>{_DIGITS})(?!\w)", re.IGNORECASE
    )


_LABELS = {kind: phrases("secrets", kind) for kind in ("pin", "otp", "code")}
_OPENINGS = {kind: openings(labels) for kind, labels in _LABELS.items()}
_PATTERNS = {kind: _after(labels) for kind, labels in _LABELS.items()}
_OTP_LABEL = re.compile(rf"(?:{loosely_spelled(_LABELS['otp'])})(?:nya)?(?!\w)", re.IGNORECASE)
_SIX = re.compile(r"(?<![\w.,:/#+@-])(?<!\d )(?:\d{6}|\d{3}[ -]\d{3}|\d\d(?:[ -]\d\d){2})(?![\w/@-]|[.,:]\d| \d)")
_NOT_CODES = loosely_spelled(phrases("secrets", "not_codes"))
_OF_OTHERS = re.compile(
    rf"(?<!\w)(?:{_NOT_CODES})(?:nya)?\.?(?:[ \t]{{1,2}}[a-z]{{1,10}}){{0,1}}[ \t]{{0,2}}[:=#.]?[ \t]{{0,2}}$",
    re.IGNORECASE,
)
_MONEY = re.compile(r"[ \t]{0,2}(?:rb|ribu|k|jt|juta|rupiah|idr)\b", re.IGNORECASE)
#: "ganti pin jadi 224466, yang lama 135790"
_FURTHER = re.compile(
    rf"(?:[ \t]{{0,2}}[,;]?[ \t]{{1,2}}(?:{loosely_spelled((*phrases('secrets', 'lists'), *phrases('secrets', 'between'), *phrases('secrets', 'towards')))})(?!\w)){{1,4}}"
    rf"[ \t:]{{1,2}}(?P<value>\d{{4,8}})(?![\w/@-]|[.,:]\d)",
    re.IGNORECASE,
)
_MANY = 4  #: codes of one list
_FEWEST, _MOST = 4, 8  #: digits of a PIN or code
_USUAL = 6  #: digits of nearly every one-time code: what stands apart from its label has to have them
_BREATH = 90  #: code points between a label and a code that stand in one breath
_BEFORE = 40
_CENTURIES = ("19", "20")


def find(text: Text) -> Iterator[Span]:
    """PINs, one-time codes after their label, then codes near one."""
    for kind in ("pin", "otp"):
        for match in _labelled(text, kind):
            for span in _exact(kind, match):
                yield span
                yield from _others(text.written, span)
    for match in _labelled(text, "code"):
        if sum(character.isdecimal() for character in match["value"]) == _USUAL and not _is_others(text, match.start()):
            yield Span(kind="otp", start=match.start("value"), end=match.end("value"))
    yield from _in_one_breath(text)


def _labelled(text: Text, kind: str) -> Iterator[re.Match[str]]:
    for place in text.places(_OPENINGS[kind]):
        match = _PATTERNS[kind].match(text.written, place)
        if match:
            yield match


def _exact(kind: str, match: re.Match[str]) -> Iterator[Span]:
    """The code itself, where what follows it is not part of it."""
    value, start = match["value"], match.start("value")
    first = re.split(r"[ -]", value, maxsplit=1)[0]
    if not _FEWEST <= sum(character.isdecimal() for character in value) <= _MOST:
        if len(first) != _USUAL:
            return
        value = first
    elif len(first) >= _FEWEST and len(value) > len(first):
        value = first if len(first) == _USUAL else value
    if kind == "pin" and len(value) == _FEWEST and value[:2] in _CENTURIES and ":" not in match[0]:
        return  # a year
    if not _MONEY.match(match.string, start + len(value)):
        yield Span(kind=kind, start=start, end=start + len(value))


def _others(text: str, first: Span) -> Iterator[Span]:
    """The further codes of a list, as long as the first."""
    place = first.end
    for _ in range(_MANY):
        match = _FURTHER.match(text, place)
        if match is None or len(match["value"]) != first.end - first.start or _MONEY.match(text, match.end()):
            return
        place = match.end()
        yield Span(kind=first.kind, start=match.start("value"), end=place)


def _in_one_breath(text: Text) -> Iterator[Span]:
    """Six digits that stand by themselves shortly after or before a label: "minta OTP, saya sempat kasih 773120"."""
    seen = 0
    for place in text.places(_OPENINGS["otp"]):
        label = _OTP_LABEL.match(text.written, place)
        if label is None:
            continue
        for match in _SIX.finditer(text.written, max(seen, place - _BREATH // 2), label.end() + _BREATH):
            seen = match.end()
            if not _is_others(text, match.start()) and not _MONEY.match(text.written, match.end()):
                yield Span(kind="otp", start=match.start(), end=match.end())


def _is_others(text: Text, place: int) -> bool:
    """Whether the words before a number say that it is something else."""
    return bool(_OF_OTHERS.search(text.written[max(0, place - _BEFORE) : place]))

"""The exact error message that a sender saw: what is quoted, or follows its announcement, and the codes of errors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields.source import Circumstances, Source, first_words
from parsing.fields.vocabulary import loosely_spelled, phrases
from parsing.report import Finding

_ANNOUNCED = phrases("errors", "announced")
_LABELS = phrases("errors", "labels")
_QUOTED = r"[\"“”'‘«](?P<quoted>[^\"“”'’«»\n\ufffc]{3,200})[\"”“'’»]"
_SAID = re.compile(
    rf"(?:{loosely_spelled(_ANNOUNCED)})(?:nya)?\b(?:[ \t]{{1,2}}[^\W\d_]{{1,14}}){{0,4}}?[ \t]{{0,2}}[:=(]?[ \t]{{0,2}}\n?{_QUOTED}",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    rf"(?:{loosely_spelled(_LABELS)})(?:nya)?[ \t]{{0,2}}(?:[:=]|adalah|yaitu|is)[ \t]{{0,2}}\n?(?P<value>[^\n\ufffc.!?\"“']{{3,120}}(?:\.\d[^\n\ufffc.!?]{{0,40}}){{0,2}})",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?:err(?:or|no)?|eror|ralat|kode (?:error|kesalahan)|error code|http)[ \t]{0,2}(?:code|kode|no\.?)?[ \t]{0,2}[:#]?[ \t]{0,2}(?P<value>[A-Z]{0,5}[-_]?\d{2,6})(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)
_FIRST_SAID, _FIRST_LABELLED = first_words(_ANNOUNCED), first_words(_LABELS)
_FIRST_CODE = first_words(["err", "error", "errno", "eror", "ralat", "kode", "http"])
_QUOTE, _LABEL, _BY_CODE = 0.9, 0.8, 0.7


def find(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """Messages, the quoted ones first."""
    taken = 0
    for place in source.anchors(_FIRST_SAID):
        match = _SAID.match(source.text, place) if place >= taken else None
        if match:
            taken = match.end()
            yield _finding(source, match, "quoted", "error_quoted", _QUOTE)
    if taken:
        return
    for pattern, first, rule, sure in (
        (_LABELLED, _FIRST_LABELLED, "error_label", _LABEL),
        (_CODE, _FIRST_CODE, "error_code", _BY_CODE),
    ):
        found = [match for place in source.anchors(first) if (match := pattern.match(source.text, place))]
        yield from (_finding(source, match, "value", rule, sure) for match in found)
        if found:
            return


def _finding(source: Source, match: re.Match[str], group: str, rule: str, sure: float) -> Finding:
    start, end = match.span(group)
    words = source.original[start:end]
    start, end = start + len(words) - len(words.lstrip()), start + len(words.rstrip(" \t,;:"))
    return source.finding("error_messages", source.original[start:end], (start, end), rule, sure)

"""What the sender takes back: "bukan X tapi Y", "maaf, ID yang benar Y", "not X".

A denied value is blanked before the search, so that a label reaches over it to the right one. A corrected value is
found first, and then dropped for what follows the correcting words; it stays beside it as an alternative.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from parsing.fields.lexicon import every_word
from parsing.fields.source import Source, first_words
from parsing.fields.vocabulary import spelled
from parsing.report import Finding, Value

_REACH = 70  #: code points between the correcting words and the value that they bring
_NEAR = 40  #: code points between a value and the words that correct it by another without a label
_ALIKE = 0.5  #: how much of two references is the same where one corrects the other
_LESS_SURE = 0.05  #: of a value without a label of its own

_VALUE = r"(?:rp\.?[ \t]?)?[\"'“(]?@?[A-Za-z0-9][\w.,:/@+#-]{0,40}"
_BEFORE = rf"(?:(?:{spelled(every_word('denied_with'))})[ \t]{{1,3}}){{0,2}}"
_UNIT = rf"(?:[ \t]{{1,2}}(?:{spelled(every_word('units'))})\b)?"
_DENIAL = re.compile(
    rf"(?:{spelled(every_word('not'))})[ \t]{{1,3}}(?P<value>{_BEFORE}{_VALUE}{_UNIT})"
    rf"(?P<instead>[ \t]*,?[ \t]*(?:{spelled(every_word('but'))})\b)?",
    re.IGNORECASE,
)
_IS_VALUE = re.compile(r"[\d_]")  #: in no word of a sentence
#: "salah ketik nomor VA" tells what went wrong, and corrects nothing.
_CUE = re.compile(
    rf"(?:{spelled(every_word('correct'))})(?!\w|[ \t]{{1,2}}(?:\d{{1,2}}[ \t])?(?:{spelled(every_word('miswritten'))})\b)",
    re.IGNORECASE,
)
#: "saya menulis Rp 1.000.000. Seharusnya Rp 1.100.000", "I wrote 500k, sorry, it was 50k"
_WROTE = re.compile(
    rf"(?:{spelled(every_word('wrote'))})\b[^\n]{{1,60}}?(?<!\w)(?P<cue>{spelled((*every_word('mended'), *every_word('rather')))})(?!\w)",
    re.IGNORECASE,
)
_WRITINGS = first_words(every_word("wrote"))
_DENIALS = first_words(every_word("not"))
_CUES = first_words(every_word("correct"))
_SENTENCE_END = re.compile(r"[.!?][ \t\n]|\n[ \t]*\n")
_LINK = re.compile(
    rf"[ \t]*(?:(?:{spelled(every_word('link'))})(?=[ \t:=])[ \t]*|[:=,“\"'(@#-][ \t]*){{0,6}}", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bare:
    """What a field's value looks like where no label stands before it, only correcting words."""

    shape: re.Pattern[str]
    accepts: Callable[[str], bool]
    alike: bool  #: it has to look like what it corrects


def denied(source: Source) -> Iterator[tuple[int, int]]:
    """The spans of "bukan X" and "bukan X tapi", where X has a value's shape: a number, or one word with an instead."""
    for place in source.anchors(_DENIALS):
        match = _DENIAL.match(source.text, place)
        if match and (match["instead"] or _IS_VALUE.search(match["value"])):
            yield match.span()


def instead(source: Source) -> Iterator[int]:
    """Where something stands that takes the place of what was denied: behind "bukan X tapi"."""
    for place in source.anchors(_DENIALS):
        match = _DENIAL.match(source.original, place)
        if match and match["instead"]:
            yield match.end() + 1


def corrects(text: str) -> bool:
    """Whether somebody corrects something in a text: "maaf, yang benar …"."""
    lower = text.lower()
    return any(word in lower for word in _CUES) and bool(_CUE.search(text))


def unlabelled(source: Source, found: Sequence[Finding], bare: Bare) -> list[Finding]:
    """What correcting words bring without a label of its own, after a finding of the same field."""
    brought = []
    for begin, stop in _cues(source):
        corrected = _nearest_before(found, begin, _NEAR)
        link = _LINK.match(source.text, stop)
        match = bare.shape.match(source.text, link.end() if link else stop)
        if corrected is None or match is None or any(each.start == match.start() for each in found):
            continue
        raw = match[0].rstrip("._-/")
        if bare.accepts(raw) and (not bare.alike or _alike(corrected.raw, raw)):
            span = (match.start(), match.start() + len(raw))
            brought.append(
                source.finding(
                    corrected.field, re.sub(r"\s+", "", raw), span, "correction", corrected.confidence - _LESS_SURE
                )
            )
    return brought


def applied(found: Sequence[Finding], sources: Sequence[Source], key: Callable[[Value], str]) -> list[Finding]:
    """The findings of one field without those that a later one corrects."""
    kept = list(found)
    order = {source.where: place for place, source in enumerate(sources)}
    for source in sources if len(found) > 1 else ():
        for begin, stop in _cues(source):
            right = _nearest_after(source, kept, stop)
            if right is None:
                continue
            earlier = [each for each in kept if (order[each.where], each.end) <= (order[source.where], begin)]
            wrong = max(earlier, key=lambda each: (order[each.where], each.end), default=None)
            if wrong is not None and key(wrong.value) != key(right.value):
                kept = _replaced(kept, wrong, right, key)
    return kept


def _replaced(found: Sequence[Finding], wrong: Finding, right: Finding, key: Callable[[Value], str]) -> list[Finding]:
    better = replace(right, alternatives=(*right.alternatives, wrong.value))
    left = [each for each in found if key(each.value) != key(wrong.value)]
    return [better if each is right else each for each in left]


def _cues(source: Source) -> Iterator[tuple[int, int]]:
    """The spans of correcting words, and of those that correct what the sender says that he wrote."""
    for place in source.anchors(_CUES):
        match = _CUE.match(source.text, place)
        if match:
            yield match.span()
    for place in source.anchors(_WRITINGS):
        match = _WROTE.match(source.text, place)
        if match:
            yield match.span("cue")


def _nearest_before(found: Sequence[Finding], place: int, reach: int) -> Finding | None:
    earlier = [each for each in found if each.end <= place <= each.end + reach]
    return max(earlier, key=lambda each: each.end, default=None)


def _nearest_after(source: Source, found: Sequence[Finding], place: int) -> Finding | None:
    """The first finding after correcting words in the same sentence."""
    later = [each for each in found if each.where == source.where and place <= each.start <= place + _REACH]
    first = min(later, key=lambda each: each.start, default=None)
    return None if first is None or _SENTENCE_END.search(source.original, place, first.start) else first


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio() >= _ALIKE

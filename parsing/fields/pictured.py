"""What stands in a mail's pictures, weighed against what the mail says in words.

A picture fills what the words lack; it confirms what they say, or contradicts it. A contradiction is kept beside the
words for an agent to see, and never settled here: a picture is a hint, no proof.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from parsing.fields.search import FieldDeclaration, search
from parsing.fields.source import Circumstances, Origin, Source
from parsing.fields.vocabulary import loosely_spelled, phrases
from parsing.pictures.picture import Picture
from parsing.report import Finding, Standing, Value

#: How much less is believed of a picture than of words.
_TRUST = 0.9

#: Values of one field that one picture gives: a history of twenty transactions names none.
_MAX_VALUES = 3

#: A receipt's clock and a customer's memory of it may be this far apart.
_MINUTES_APART = timedelta(minutes=15)
_HOURS_APART = timedelta(minutes=90)

#: Characters that are taken for each other; two references that differ in these alone are the same one.
_CONFUSED = str.maketrans("OoIlSsBZ", "00115582")

_FEES, _TOTALS = (
    re.compile(rf"(?<!\w)(?:{loosely_spelled(phrases('pictures', name))})(?!\w)", re.IGNORECASE)
    for name in ("fee", "total")
)

_Same = Callable[[Value, Value], bool]


def weighed(
    said: Sequence[Finding],
    pictures: Iterable[tuple[Picture, Source]],
    fields: Sequence[FieldDeclaration],
    circumstances: Circumstances,
) -> tuple[Finding, ...]:
    """The findings in words, and beside them those in pictures with their standing."""
    found = list(said)
    for picture, seen in pictures:
        shown = _shown(picture, seen, fields, circumstances) if picture.text else []
        for name, same in _SAME.items():
            found += _weighed(name, same, found, [each for each in shown if each.field == name])
    return tuple(found)


def source(picture: Picture) -> Source:
    """A picture's words, as a text to search."""
    return Source.of(f"attachment:{picture.number}", picture.text, picture.text, Origin.PICTURE)


def _shown(
    picture: Picture, seen: Source, fields: Sequence[FieldDeclaration], circumstances: Circumstances
) -> list[Finding]:
    """What a picture says, with the places where it does."""
    found = search(fields, [seen], circumstances)
    return [
        replace(each, box=picture.box(each.start, each.end), confidence=round(each.confidence * _TRUST, 2))
        for each in _settled(found, picture.text)
    ]


def _settled(found: Iterable[Finding], text: str) -> Iterator[Finding]:
    """Without fees and balances; where a total stands, it is the amount."""
    amounts = []
    for each in found:
        if each.field == "amounts":
            amounts.append(each)
        else:
            yield each
    paid = [each for each in amounts if not _FEES.search(_line(text, each))]
    totals = [each for each in paid if _TOTALS.search(_line(text, each))]
    yield from totals[-1:] or paid


def _line(text: str, finding: Finding) -> str:
    """What stands before a value: on its line, and on the one above where that is a label."""
    start = text.rfind("\n", 0, finding.start) + 1
    above = text[text.rfind("\n", 0, max(0, start - 1)) + 1 : start].rstrip()
    return (above if above.endswith(":") else "") + text[start : finding.start]


def _weighed(name: str, same: _Same, said: Sequence[Finding], shown: Sequence[Finding]) -> list[Finding]:
    """One field of one picture, against all that is known of it so far."""
    known = [each for each in said if each.field == name and each.standing != Standing.CONTRADICTS]
    if not known:
        return [replace(each, standing=Standing.FILLS) for each in shown[:_MAX_VALUES]]
    confirming = [each for each in shown if any(same(each.value, other.value) for other in known)]
    if confirming:
        return [replace(each, standing=Standing.CONFIRMS) for each in confirming]
    if name in _ADDS_NOTHING:
        return []
    return [replace(each, standing=Standing.CONTRADICTS) for each in shown[:_MAX_VALUES]]


def _same_text(one: Value, other: Value) -> bool:
    return str(one).casefold() == str(other).casefold()


def _same_reference(one: Value, other: Value) -> bool:
    return _bare(str(one)) == _bare(str(other))


def _bare(reference: str) -> str:
    return "".join(filter(str.isalnum, reference)).translate(_CONFUSED).upper()


def _same_amount(one: Value, other: Value) -> bool:
    return one == other


def _same_time(one: Value, other: Value) -> bool:
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return False
    precisions = {str(one.get("precision")), str(other.get("precision"))}
    if precisions & {"day", "part_of_day"}:
        return str(one["iso"])[:10] == str(other["iso"])[:10]
    first, second = (datetime.fromisoformat(str(each["iso"])) for each in (one, other))
    if (first.tzinfo is None) != (second.tzinfo is None):
        return False
    return abs(first - second) <= (_HOURS_APART if "hour" in precisions else _MINUTES_APART)


#: The fields that are weighed, and when two values of theirs are the same.
_SAME: Mapping[str, _Same] = {
    "transaction_ids": _same_reference,
    "usernames": _same_text,
    "amounts": _same_amount,
    "occurred_at": _same_time,
    "channels": _same_text,
    "error_messages": _same_text,
}

#: A receipt names the banks on both sides, and an app has many errors: others than the words' are no contradiction.
_ADDS_NOTHING = frozenset({"channels", "error_messages"})

"""Which expressions of day and time stand together, and make one moment.

A day and a time side by side; a day in one line of a form and its time in another; several times of one day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from parsing.fields.calendar import Clue, clues
from parsing.fields.lexicon import clock_words, every_word
from parsing.fields.moments import is_second_of_range
from parsing.fields.source import TAKEN, Source
from parsing.fields.vocabulary import spelled

_GAP = 30  #: code points between two expressions that stand together
_FAR = 160  #: code points between a day and its time in a form
_JOINED = 16  #: code points between two times of one day: "jam 9.10 dan jam 9.20"

_GLUE = re.compile(
    rf"[\s,()\-–/|;@~±\"']*(?:\.\s)?(?:(?:{spelled(clock_words('glue'))})\b[\s,()\-–/|:;@~±\"']*){{0,5}}", re.IGNORECASE
)
#: Between two times of one kind: "pukul 13.01, 13.05 dan 13.12".
_JOINT = re.compile(rf"[ \t]*(?:,|(?:,[ \t]*)?(?:{spelled(every_word('and'))}))[ \t]*", re.IGNORECASE)
_GREETING = re.compile(rf"(?:{spelled(clock_words('greeting'))})\s{{1,2}}$", re.IGNORECASE)
#: "minggu kemarin" is a week and no day; "hari minggu kemarin" is one.
_PERIOD = re.compile(
    rf"(?<!\w)(?P<day>(?:{spelled(clock_words('day_word'))})\s{{1,2}})?(?:{spelled(clock_words('period'))})\s{{1,2}}$",
    re.IGNORECASE,
)
_JUST = re.compile(rf"\b(?:{spelled(clock_words('just'))})\s{{1,3}}(?:\w{{1,8}}\s{{1,2}})?$", re.IGNORECASE)
_JUST_NOW = re.compile(rf"\b(?:{spelled(clock_words('just'))})\s{{1,2}}$", re.IGNORECASE)  #: "tadi 19.10" is a time
_JUST_AFTER = re.compile(rf"\s{{1,2}}(?:{spelled(clock_words('just'))})\b", re.IGNORECASE)


def moments(source: Source, language: str | None) -> list[list[Clue]]:
    """The clues of a text, by the moments that they tell."""
    return _lent(source.text, _groups(source, language))


def has_time(group: Sequence[Clue]) -> bool:
    """Whether it names an hour."""
    return any(clue.hour is not None or clue.minutes_ago is not None for clue in group)


def _groups(source: Source, language: str | None) -> list[list[Clue]]:
    """The clues that stand together; each group holds one day and one time at the most."""
    text = source.text
    groups: list[list[Clue]] = []
    for clue in clues(source):
        one = _malay(text, clue) if language == "ms" else clue
        if clue.days_back and _is_of_period(text, clue.start):
            continue
        if one.part and one.days_back is None and _GREETING.search(text, max(0, one.start - 12), one.start):
            continue
        if one.bare and groups and has_time(groups[-1]) and _JOINT.fullmatch(text, groups[-1][-1].end, one.start):
            one = replace(one, bare=False)
        if one.bare and _JUST_NOW.search(text, max(0, one.start - 12), one.start):
            one = replace(one, bare=False)
        if groups and _together(text, groups[-1], one):
            groups[-1].append(one)
        elif not (groups and _ends_range(text, groups[-1], one)):
            groups.append([one])
    return [group for group in groups if (has_time(group) and not _is_bare(group)) or _has_day(group)]


def _is_of_period(text: str, start: int) -> bool:
    """Whether "kemarin" says which week or month, not which day."""
    period = _PERIOD.search(text, max(0, start - 20), start)
    return period is not None and period["day"] is None


def _malay(text: str, clue: Clue) -> Clue:
    """In Malay "semalam" is yesterday, not last night."""
    if text[clue.start : clue.end].lower() == "semalam":
        return Clue(start=clue.start, end=clue.end, days_back=1)
    return clue


def _together(text: str, group: Sequence[Clue], clue: Clue) -> bool:
    gap = text[group[-1].end : clue.start]
    if len(gap) > _GAP or TAKEN in gap or not _GLUE.fullmatch(gap):
        return False
    if _ends_range(text, group, clue):
        return False
    second_time = clue.hour is not None and any(each.hour is not None for each in group)
    second_date = clue.is_date and any(each.is_date for each in group)
    second_part = clue.part is not None and any(each.part not in (None, clue.part) for each in group)
    return not second_time and not second_date and not second_part


def _ends_range(text: str, group: Sequence[Clue], clue: Clue) -> bool:
    """Whether a clue is the end of what the group began, of the same kind: a time after a time, a day after a day."""
    alike = has_time(group) if clue.hour is not None else _has_day(group) and _has_day([clue])
    return alike and is_second_of_range(text, group[-1].end, clue.start)


def _lent(text: str, groups: Sequence[list[Clue]]) -> list[list[Clue]]:
    """A day in one place and a time in another are one moment: in a form, or two times of one day."""
    lent: list[list[Clue]] = []
    used: set[int] = set()
    for index, group in enumerate(groups):
        if not has_time(group) or _has_day(group) or _is_just(text, group):
            lent.append(group)
            continue
        lender = _lender(text, groups, index)
        if lender is not None:
            used.add(lender)
            day = [clue for clue in groups[lender] if clue.hour is None and (clue.zone is None or not _zoned(group))]
            lent.append(sorted([*day, *group], key=lambda clue: clue.start))
        else:
            lent.append(group)
    return [group for place, group in enumerate(lent) if place not in used or has_time(groups[place])]


def _lender(text: str, groups: Sequence[Sequence[Clue]], index: int) -> int | None:
    """The group whose day a time without one has: the day before it, the time joined to it, the day behind it."""
    start, end = groups[index][0].start, groups[index][-1].end
    if index:
        before = groups[index - 1]
        distance = start - before[-1].end
        if _has_day(before) and distance <= (_JOINED if has_time(before) else _FAR):
            return index - 1
    if index + 1 < len(groups):
        after = groups[index + 1]
        if (
            _has_day(after)
            and not has_time(after)
            and after[0].start - end <= _FAR
            and "\n" in text[end : after[0].start]
        ):
            return index + 1
    return None


def _is_just(text: str, group: Sequence[Clue]) -> bool:
    """Whether "tadi" stands beside a time: it is the latest such time, whatever day was named before."""
    start, end = group[0].start, group[-1].end
    return bool(_JUST.search(text, max(0, start - 16), start) or _JUST_AFTER.match(text, end))


def _zoned(group: Sequence[Clue]) -> bool:
    return any(clue.zone is not None for clue in group)


def _has_day(group: Sequence[Clue]) -> bool:
    return any(clue.is_date or clue.days_back is not None or clue.weekday is not None for clue in group)


def _is_bare(group: Sequence[Clue]) -> bool:
    return any(clue.bare for clue in group) and len(group) == 1

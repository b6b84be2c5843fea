"""When it happened: expressions of day and time that stand together, read against the time at which the mail was written.

Numeric dates are day/month; what names no year, month or day is the latest such moment that is not in the future. A
zone that is written counts, else the mail's own offset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from parsing.fields.calendar import ZONES, Clue, clues
from parsing.fields.lexicon import LEXICON
from parsing.fields.source import TAKEN, Circumstances, Source
from parsing.report import Finding, Value

#: More moments than this are a chronicle; a report's own moment stands among the first.
MAX_MOMENTS = 6

#: A Date this much later than the mail's arrival, or earlier, is a wrong clock: the arrival counts.
_AHEAD, _BEHIND = timedelta(days=1), timedelta(days=30)

#: Before this, nobody here wrote mail: a clock that starts at 1970 or 1980 has lost its battery.
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)

_GAP = 30  #: code points between two expressions that stand together
_WITH_ZONE, _TO_THE_MINUTE, _TO_THE_DAY = 0.95, 0.9, 0.75
_NIGHT_ENDS = 6  #: "tadi malam jam 2" is in the small hours of the next day


def _pattern(kind: str) -> str:
    found = {word for language in LEXICON.values() for word in language.calendar["clock"].get(kind, ())}
    return "|".join(re.escape(word) for word in sorted(found, key=len, reverse=True))


_GLUE = re.compile(rf"[\s,()\-–.:]*(?:(?:{_pattern('glue')})\b[\s,()\-–.:]*){{0,4}}", re.IGNORECASE)
_UNTIL = re.compile(rf"(?:^|[^\w])(?:{_pattern('until')})\s{{1,2}}(?:{_pattern('glue')}|\s){{0,3}}$", re.IGNORECASE)


def find(source: Source, circumstances: Circumstances) -> Iterator[Finding]:
    """The moments of a text."""
    written = _written_at(circumstances)
    groups = [group for group in _groups(source.text, circumstances.language) if not _is_end(source.text, group)]
    known = next((group for group in groups if _has_day(group) and not _has_time(group)), None)
    lent = None
    for group in groups[:MAX_MOMENTS]:
        if _has_time(group) and not _has_day(group) and known is not None and lent is None:
            lent = known  # a day in one place and a time in another are one moment
            group = [*known, *group]  # noqa: PLW2901
        elif group is known and any(_has_time(other) and not _has_day(other) for other in groups):
            continue
        finding = _finding(source, group, written)
        if finding is not None:
            yield finding


def key(value: Value) -> str:
    """The same moment, however it was said."""
    return str(value["iso"]) if isinstance(value, Mapping) else value


def _written_at(circumstances: Circumstances) -> datetime:
    """When the mail was written, in the offset that its unmarked times have."""
    site = ZoneInfo(circumstances.settings.timezone)
    arrived, sent = circumstances.received_at, circumstances.sent_at
    if sent is None or sent.tzinfo is None or sent > arrived + _AHEAD or sent < _OLDEST:
        return arrived.astimezone(site)
    return sent if circumstances.history or sent > arrived - _BEHIND else arrived.astimezone(site)


def _groups(text: str, language: str | None) -> list[list[Clue]]:
    """The clues that stand together; each group holds one day and one time at the most."""
    groups: list[list[Clue]] = []
    for clue in clues(text):
        one = _malay(text, clue) if language == "ms" else clue
        if groups and _together(text, groups[-1], one):
            groups[-1].append(one)
        else:
            groups.append([one])
    return [group for group in groups if (_has_time(group) and not _is_bare(group)) or _has_day(group)]


def _malay(text: str, clue: Clue) -> Clue:
    """In Malay "semalam" is yesterday, not last night."""
    if text[clue.start : clue.end].lower() == "semalam":
        return Clue(start=clue.start, end=clue.end, days_back=1)
    return clue


def _together(text: str, group: Sequence[Clue], clue: Clue) -> bool:
    gap = text[group[-1].end : clue.start]
    if len(gap) > _GAP or TAKEN in gap or not _GLUE.fullmatch(gap):
        return False
    second_time = clue.hour is not None and any(each.hour is not None for each in group)
    second_date = clue.is_date and any(each.is_date for each in group)
    return not second_time and not second_date


def _is_end(text: str, group: Sequence[Clue]) -> bool:
    """Whether it is where something ended or shall end: "sampai hari ini"."""
    start = group[0].start
    return bool(_UNTIL.search(text[max(0, start - _GAP) : start]))


def _has_time(group: Sequence[Clue]) -> bool:
    return any(clue.hour is not None or clue.minutes_ago is not None for clue in group)


def _has_day(group: Sequence[Clue]) -> bool:
    return any(clue.is_date or clue.days_back is not None or clue.weekday is not None for clue in group)


def _is_bare(group: Sequence[Clue]) -> bool:
    return any(clue.bare for clue in group) and len(group) == 1


def _finding(source: Source, group: Sequence[Clue], written: datetime) -> Finding | None:
    try:
        moment = _moment(group, written)
    except (OverflowError, ValueError):  # year 1, or a 29 February that never was
        return None
    iso, precision, confidence = moment
    pieces = sorted(group, key=lambda clue: clue.start)
    start, end = pieces[-1].start if len(pieces) == 1 else pieces[0].start, pieces[-1].end
    raw = source.original[start:end]
    return Finding(
        field="occurred_at",
        value={"iso": iso, "precision": precision, "text": raw},
        raw=raw,
        where=source.where,
        start=start,
        end=end,
        rule=f"time_{precision}",
        confidence=confidence,
    )


def _moment(group: Sequence[Clue], written: datetime) -> tuple[str, str, float]:
    """The moment as ISO 8601, its precision, and how sure it is."""
    zone = next((clue.zone for clue in group if clue.zone), None)
    here: tzinfo = timezone(timedelta(hours=ZONES[zone])) if zone else timezone(written.utcoffset() or timedelta())
    now = written.astimezone(here)
    ago = next((clue.minutes_ago for clue in group if clue.minutes_ago is not None), None)
    if ago is not None:
        return (
            (now - timedelta(minutes=ago)).replace(minute=0, second=0, microsecond=0).isoformat(),
            "hour",
            _TO_THE_DAY,
        )
    part = next((clue.part for clue in group if clue.part), None)
    day = _day(group, now.date())
    time = next((clue for clue in group if clue.hour is not None), None)
    if time is None:
        assert day is not None  # noqa: S101  # a group has a day or a time
        return day.isoformat(), "part_of_day" if part else "day", _TO_THE_DAY
    hour, carried = _hour(time, part)
    at = datetime.combine(day or now.date(), datetime.min.time(), here).replace(hour=hour, minute=time.minute or 0)
    at += timedelta(days=carried + _after_midnight(group, hour))
    if day is None and at > now:
        at -= timedelta(days=1)
    precision = "hour" if time.minute is None else "minute"
    return at.isoformat(), precision, _WITH_ZONE if zone else _TO_THE_MINUTE


def _after_midnight(group: Sequence[Clue], hour: int) -> int:
    """A night began the day before: its small hours belong to the day of sending."""
    night = any(clue.part == "malam" and clue.days_back for clue in group)
    return int(night and hour < _NIGHT_ENDS)


def _hour(time: Clue, part: str | None) -> tuple[int, int]:
    """The hour of 24, and the days to add for midnight."""
    hour = time.hour or 0
    if time.half_day:
        return hour % 12 + (12 if time.half_day == "pm" else 0), 0
    if hour == 24:  # noqa: PLR2004
        return 0, 1
    if hour > 12 or part is None:  # noqa: PLR2004
        return hour, 0
    return _BY_PART[part][hour], 0


#: What an hour of twelve means in a part of the day: pagi 0–10, siang 10–15, sore 15–18, malam 18–24 and the small
#: hours.
_BY_PART = {
    "pagi": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0),
    "siang": (0, 13, 14, 15, 16, 17, 6, 7, 8, 9, 10, 11, 12),
    "sore": (0, 13, 14, 15, 16, 17, 18, 19, 8, 9, 10, 11, 12),
    "malam": (0, 1, 2, 3, 4, 5, 18, 19, 20, 21, 22, 23, 0),
}


def _day(group: Sequence[Clue], today: date) -> date | None:
    """The day; a date beats a weekday, and a weekday "kemarin"."""
    dated = next((clue for clue in group if clue.is_date), None)
    if dated is not None:
        return _latest(dated, today)
    weekday = next((clue.weekday for clue in group if clue.weekday is not None), None)
    if weekday is not None:
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    back = next((clue.days_back for clue in group if clue.days_back is not None), None)
    return None if back is None else today - timedelta(days=back)


def _latest(dated: Clue, today: date) -> date:
    """The latest such day that is not after today."""
    day = dated.day or 1
    if dated.year is not None:
        return date(dated.year, dated.month or 1, day)
    if dated.month is not None:
        years = range(today.year, today.year - 9, -1)  # a 29 February comes within eight years
        return next(found for year in years if (found := _maybe(year, dated.month, day)) and found <= today)
    first = today.replace(day=1)
    for _ in range(3):  # of three months running one has 31 days
        found = _maybe(first.year, first.month, day)
        if found and found <= today:
            return found
        first = (first - timedelta(days=1)).replace(day=1)
    raise ValueError(day)


def _maybe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""When it happened: expressions of day and time that stand together, read against the time at which the mail was written.

Numeric dates are day/month; what names no year, month or day is the latest such moment that is not in the future. A
zone that is written counts, else the mail's own offset. Which of them were the occurrence is told in `moments.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from parsing.fields.calendar import Clue
from parsing.fields.groups import moments
from parsing.fields.moments import REGISTERING as _REGISTERING
from parsing.fields.moments import is_occurrence, is_registration
from parsing.fields.source import Circumstances, Source
from parsing.report import Finding, Value

#: More moments than this are a chronicle; a report's own moment stands among the first.
MAX_MOMENTS = 8

#: A Date this much later than the mail's arrival, or earlier, is a wrong clock: the arrival counts.
_AHEAD, _BEHIND = timedelta(days=1), timedelta(days=30)

#: A Date so much later is no wrong clock of a day or a month: nothing can be made of it. Until the nearer of the two,
#: the days that the sender writes may follow his clock.
_FAR_AHEAD, _SOMEWHAT_AHEAD = timedelta(days=5 * 366), timedelta(days=60)

#: Before this, nobody here wrote mail: a clock that starts at 1970 or 1980 has lost its battery.
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)

_LATE = timedelta(minutes=10)  #: how much a clock of the sender's may be ahead: later moments are plans
_GAP = 30  #: code points between two expressions that are one piece of evidence
_WITH_ZONE, _TO_THE_MINUTE, _TO_THE_DAY = 0.95, 0.9, 0.75
_HALF_A_DAY = 12
_NIGHT_ENDS = 6  #: "tadi malam jam 2" is in the small hours of the next day


def find(source: Source, circumstances: Circumstances) -> Iterator[Finding]:
    """The moments of a text at which something occurred."""
    written = written_at(circumstances)
    latest = latest_at(circumstances, written)
    for group in moments(source, circumstances.language)[:MAX_MOMENTS]:
        finding = _finding(source, group, written, latest)
        if finding is not None and is_occurrence(source, finding.start, finding.end):
            yield finding


def find_registered(source: Source, circumstances: Circumstances) -> Iterator[Finding]:
    """The moments at which the sender registered, for whose registration they matter."""
    if _REGISTERING.isdisjoint(source.words):
        return
    written = written_at(circumstances)
    latest = latest_at(circumstances, written)
    for group in moments(source, circumstances.language)[:MAX_MOMENTS]:
        finding = _finding(source, group, written, latest)
        if finding is not None and is_registration(source, finding.start):
            yield replace(finding, field="registered_at")


def key(value: Value) -> str:
    """The same moment, however it was said."""
    return str(value["iso"]) if isinstance(value, Mapping) else value


def settle(found: Sequence[Finding], _sources: Sequence[Source]) -> list[Finding]:
    """A day alone is no further moment where one of its hours is told, nor is the day of writing where an earlier is."""
    told = [(each, str(_value(each)["iso"])) for each in found]
    exact = {iso[:10] for _, iso in told if "T" in iso}
    days = {iso[:10] for _, iso in told}
    kept = [each for each, iso in told if "T" in iso or iso[:10] not in exact]
    return [each for each in kept if len(days) == 1 or not _is_now(each)]


def _value(finding: Finding) -> Mapping[str, object]:
    assert isinstance(finding.value, Mapping)  # noqa: S101 - times are objects
    return finding.value


def _is_now(finding: Finding) -> bool:
    """Whether it is the day of writing, without a part or an hour: "hari ini masih belum masuk"."""
    return finding.rule == "time_today"


def written_at(circumstances: Circumstances) -> datetime:
    """When the mail was written, in the offset that its unmarked times have.

    An offset of zero is the provider's: Exchange, Yahoo and others write no other, wherever the sender is. The desk's
    zone is likelier then.
    """
    written = _written(circumstances)
    return written if written.utcoffset() else written.astimezone(ZoneInfo(circumstances.settings.timezone))


def _written(circumstances: Circumstances) -> datetime:
    """Where the mail came long after, its Date is all there is; else one that cannot be gives way to the arrival.

    It still tells the sender's offset then.
    """
    arrived, sent = circumstances.received_at, circumstances.sent_at
    stated = circumstances.stated_at or sent
    if stated is None or stated.tzinfo is None or stated < _OLDEST:
        return arrived.astimezone(ZoneInfo(circumstances.settings.timezone))
    if circumstances.history and stated <= arrived + _FAR_AHEAD:
        return stated
    return stated if arrived - _BEHIND < stated <= arrived + _AHEAD else arrived.astimezone(stated.tzinfo)


def latest_at(circumstances: Circumstances, written: datetime) -> datetime:
    """What a date of the sender's may not be after: a clock that is ahead made his dates, too."""
    stated = circumstances.stated_at
    ahead = stated is not None and stated.tzinfo is not None and written < stated <= written + _SOMEWHAT_AHEAD
    return stated if stated is not None and ahead else written + _LATE


def _finding(source: Source, group: Sequence[Clue], written: datetime, latest: datetime) -> Finding | None:
    try:
        moment = _moment(group, written, latest)
    except (OverflowError, ValueError):  # year 1, or a 29 February that never was
        return None
    if moment is None:
        return None
    iso, precision, confidence = moment
    pieces = _pieces(group)
    start, end = pieces[0][0], pieces[-1][1]
    text = " | ".join(source.original[left:right] for left, right in pieces)
    today = precision == "day" and all(clue.days_back == 0 for clue in group)
    value = {"iso": iso, "precision": precision, "text": text}
    return source.finding(
        "occurred_at", value, (start, end), "time_today" if today else f"time_{precision}", confidence
    )


def _pieces(group: Sequence[Clue]) -> list[tuple[int, int]]:
    """The spans of the clues; what stands close together is one piece."""
    pieces: list[tuple[int, int]] = []
    for clue in sorted(group, key=lambda each: each.start):
        if pieces and clue.start - pieces[-1][1] <= _GAP:
            pieces[-1] = (pieces[-1][0], clue.end)
        else:
            pieces.append((clue.start, clue.end))
    return pieces


def _moment(group: Sequence[Clue], written: datetime, latest: datetime) -> tuple[str, str, float] | None:
    """The moment as ISO 8601, its precision, and how sure it is; None where it is still to come."""
    zone = next((clue.zone for clue in group if clue.zone is not None), None)
    here: tzinfo = timezone(written.utcoffset() or timedelta() if zone is None else timedelta(hours=zone))
    now = written.astimezone(here)
    ago = next((clue.minutes_ago for clue in group if clue.minutes_ago is not None), None)
    if ago is not None:
        at = (now - timedelta(minutes=ago)).replace(minute=0, second=0, microsecond=0)
        return at.isoformat(), "hour", _TO_THE_DAY
    dated = any(clue.is_date and clue.year for clue in group)
    part = next((clue.part for clue in group if clue.part), None)
    time = next((clue for clue in group if clue.hour is not None), None)
    day = _day([clue for clue in group if not (time and clue.trailing and time.start < clue.start)], now.date())
    if time is None:
        if day is None or day > (latest if dated else now).astimezone(here).date():
            return None
        return day.isoformat(), "part_of_day" if part else "day", _TO_THE_DAY
    hour, carried = _hour(time, part)
    at = datetime.combine(day or now.date(), datetime.min.time(), here).replace(hour=hour, minute=time.minute or 0)
    at += timedelta(days=carried + _after_midnight(group, hour))
    if at > now and (day is None or _is_tonight(group)):
        at -= timedelta(days=1)
    if (
        time.twelve
        and not (part or time.half_day or day)
        and hour < _HALF_A_DAY
        and at + timedelta(hours=_HALF_A_DAY) <= now
    ):
        at += timedelta(hours=_HALF_A_DAY)
    if at > (latest if dated else now + _LATE):
        return None
    precision = "hour" if time.minute is None else "minute"
    return at.isoformat(), precision, _TO_THE_MINUTE if zone is None else _WITH_ZONE


def _after_midnight(group: Sequence[Clue], hour: int) -> int:
    """A night began the day before: its small hours belong to the day of sending."""
    night = any(clue.part == "malam" and clue.days_back for clue in group)
    apart = any(clue.part == "malam" for clue in group) and any(clue.days_back for clue in group)
    return int((night or apart) and hour < _NIGHT_ENDS)


def _is_tonight(group: Sequence[Clue]) -> bool:
    """Whether the day is only that of a night that is said to be today's: "malam ini jam 11", written at midnight."""
    return any(clue.part == "malam" and clue.days_back == 0 for clue in group)


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
    weekday = next((clue for clue in group if clue.weekday is not None), None)
    back = next((clue.days_back for clue in group if clue.days_back is not None), None)
    if weekday is not None and back != 0:
        wanted = ((weekday.weekday or 0) - weekday.eve) % 7
        return today - timedelta(days=(today.weekday() - wanted - 1) % 7 + 1)
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

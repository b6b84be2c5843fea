"""When a desk owes what: by its targets, its calendar, and how long it has been the desk's turn. Pure.

Only settings and what happened go in, so that the same instants come out after any restart, and other ones where the
hours, the zone or the targets were changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from replies import hours
from replies.settings import DeskSettings, TargetSettings

#: Days after which a ticket is looked at again where no silence closes it.
LOOK_AGAIN_DAYS = 7

#: A stretch of time: from when, and until when; None where it goes on.
Span = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Strokes:
    """When a clock strikes: the early stroke reminds or warns, the late one escalates, closes or brings back.

    None where there is no such stroke, or none as long as the clock stands still. Aware UTC.
    """

    early: datetime | None
    late: datetime | None


def first_reply_hours(desk: DeskSettings, category: str, priority: str) -> float:
    """Opening hours within which a person answers a ticket."""
    told = (each.first_reply_hours for each in _for(desk, category, priority))
    return next((each for each in told if each is not None), desk.first_reply_hours)


def resolution_hours(desk: DeskSettings, category: str, priority: str) -> float:
    """Opening hours of our turn within which a ticket is settled."""
    told = (each.resolution_hours for each in _for(desk, category, priority))
    return next((each for each in told if each is not None), desk.resolution_hours)


def first_reply_due(desk: DeskSettings, category: str, priority: str, now: datetime) -> datetime:
    """When the first answer to what came now is due."""
    opening = timedelta(hours=first_reply_hours(desk, category, priority))
    return hours.due_after(desk.hours, now, desk.zone, opening).astimezone(UTC)


def of_target(desk: DeskSettings, target_hours: float, spans: Sequence[Span]) -> Strokes:
    """When a target's time is mostly gone, and when it is, after these stretches of running."""
    whole = timedelta(hours=target_hours)
    return Strokes(early=_used(desk, spans, whole * desk.remind_percent / 100), late=_used(desk, spans, whole))


def of_silence(desk: DeskSettings, since: datetime, warned_at: datetime | None) -> Strokes:
    """When a silent customer is warned, and when the ticket closes: never sooner after a warning than it announces.

    Both within opening hours, so that who answers at once finds somebody there. Where silence closes nothing, there is
    only a day on which to look again.
    """
    if not desk.close_after_days:
        return Strokes(early=None, late=_when_open(desk, since + timedelta(days=LOOK_AGAIN_DAYS)))
    closes = since + timedelta(days=desk.close_after_days)
    notice = timedelta(days=desk.warn_days_before)
    if not notice:
        return Strokes(early=None, late=_when_open(desk, closes))
    warned = _when_open(desk, closes - notice) if warned_at is None else warned_at
    return Strokes(early=_when_open(desk, closes - notice), late=_when_open(desk, max(closes, warned + notice)))


def fingerprint(desk: DeskSettings) -> str:
    """Of all settings by which strokes are reckoned: another one, and they are reckoned again."""
    reckoned = desk.model_dump_json(
        include={
            "timezone", "hours", "first_reply_hours", "resolution_hours", "remind_percent", "targets",
            "close_after_days", "warn_days_before",
        }
    )  # fmt: skip
    return sha256(reckoned.encode()).hexdigest()[:16]


def _for(desk: DeskSettings, category: str, priority: str) -> list[TargetSettings]:
    return [
        each
        for each in desk.targets
        if (not each.categories or category in each.categories) and (not each.priorities or priority in each.priorities)
    ]


def _used(desk: DeskSettings, spans: Sequence[Span], opening: timedelta) -> datetime | None:
    """When so much opening time was used up by the stretches; None where it will not be, as things stand."""
    left = opening
    for since, until in spans:
        due = hours.due_after(desk.hours, since, desk.zone, left).astimezone(UTC)
        if until is None or due <= until:
            return due
        left -= hours.passed(desk.hours, since, until, desk.zone)
    return None


def _when_open(desk: DeskSettings, at: datetime) -> datetime:
    opens = hours.next_opening(desk.hours, at, desk.zone)
    return (opens or at).astimezone(UTC)

"""How much an agent is written: quiet hours, a pause between two letters of one ticket, and ceilings by hour and day.

What may not go now is kept, and goes with others in one letter. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from intake.agent_settings import NoticeSettings

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

#: The longest pause between two letters of a ticket whose agent does nothing.
LONGEST_PAUSE: Final = timedelta(hours=4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A letter that an agent was sent within the last day."""

    at: datetime
    ticket_id: int | None  #: None for one of several tickets


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What an agent has had lately."""

    sent: Sequence[Sent]
    acted_at: datetime | None  #: when the agent last did something with this ticket
    quiet: str  #: "21:00-07:00", or ""
    now: datetime  #: in the desk's zone


def not_before(settings: NoticeSettings, load: Load, ticket_id: int) -> datetime | None:
    """Until when news of a ticket has to wait; None where it may go now."""
    until = [
        quiet_until(load.quiet, load.now),
        _paused_until(settings, load, ticket_id),
        together_at(settings, load, ticket_id),
    ]
    return max((each for each in until if each is not None), default=None)


def together_at(settings: NoticeSettings, load: Load, ticket_id: int | None = None) -> datetime | None:
    """When the next letter of several tickets may go, where a letter of this one alone would be one too many."""
    if not _enough(settings, load, ticket_id):
        return None
    last = max((each.at for each in load.sent if each.ticket_id is None), default=None)
    wait = timedelta(minutes=settings.together_minutes)
    return max(load.now, last + wait) if last is not None and last + wait > load.now else load.now


def quiet_until(quiet: str, now: datetime) -> datetime | None:
    """The end of the quiet hours that it is now, None outside of them; `now` in the zone that they are told in."""
    if not quiet:
        return None
    begins, ends = (time.fromisoformat(each) for each in quiet.split("-"))
    clock = now.time().replace(tzinfo=None)
    inside = begins <= clock < ends if begins <= ends else clock >= begins or clock < ends
    if not inside:
        return None
    end = datetime.combine(now.date(), ends, now.tzinfo)
    return end if end > now else end + _DAY


def _paused_until(settings: NoticeSettings, load: Load, ticket_id: int) -> datetime | None:
    """A ticket whose agent has done nothing since the last letter is told at growing intervals."""
    acted = load.acted_at
    unheeded = [each.at for each in load.sent if each.ticket_id == ticket_id and (acted is None or each.at > acted)]
    if not unheeded:
        return None
    pause: timedelta = min(LONGEST_PAUSE, timedelta(minutes=settings.again_minutes) * 2.0 ** min(len(unheeded) - 1, 16))
    until = max(unheeded) + pause
    return until if until > load.now else None


def _enough(settings: NoticeSettings, load: Load, ticket_id: int | None) -> bool:
    """Whether the hour's ceiling is reached, or the day's: so many letters for each ticket that was told of."""
    if sum(each.at > load.now - _HOUR for each in load.sent) >= settings.per_hour:
        return True
    midnight = load.now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = [each for each in load.sent if each.at >= midnight]
    tickets = {each.ticket_id for each in today} | {ticket_id}
    return len(today) >= max(settings.day_floor, int(settings.per_ticket * len(tickets - {None})))

"""What the clocks of a desk have to do, reckoned another way than the desk does: by asking, at every look, what is so.

The desk computes the instant at which something will be due, and waits for it. Here nothing is computed ahead: at each
look the opening time that has passed is counted anew, out of a list of the desk's openings laid out with fixed offsets
from UTC, and compared with what was promised. It shares no code with the desk but the names of categories.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

#: The three Indonesian zones, which never change their clocks.
OFFSETS = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}

#: When the calendar begins and how far it goes.
FIRST, DAYS = date(2026, 10, 1), 150


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a desk promises; as its settings say it, in other words."""

    zone: str = "Asia/Jakarta"
    weekdays: frozenset[int] = frozenset(range(5))  #: Monday is 0
    opens: int = 8
    closes: int = 17
    holidays: frozenset[date] = frozenset()
    answer: float = 4
    resolution: float = 24
    urgent_answer: float = 1
    deposit_resolution: float = 12
    reminder: float = 0.75
    close_after: timedelta = timedelta(days=4)
    notice: timedelta = timedelta(days=1)


class Calendar:
    """All openings, in seconds since 1970, and how much opening time has passed before each."""

    def __init__(self, terms: Terms) -> None:
        offset = timedelta(hours=OFFSETS[terms.zone])
        days = [FIRST + timedelta(days=ahead) for ahead in range(DAYS)]
        midnights = [
            (datetime(day.year, day.month, day.day, tzinfo=UTC) - offset).timestamp()
            for day in days
            if day.weekday() in terms.weekdays and day not in terms.holidays
        ]
        self._opens = [midnight + terms.opens * 3600 for midnight in midnights]
        self._length = (terms.closes - terms.opens) * 3600.0
        self._before = list(accumulate([self._length] * len(midnights), initial=0.0))

    def counted(self, at: datetime) -> float:
        """Seconds of opening from the beginning of the calendar until then."""
        seconds = at.timestamp()
        place = bisect_right(self._opens, seconds) - 1
        return 0.0 if place < 0 else self._before[place] + min(seconds - self._opens[place], self._length)

    def someone_was_there(self, since: datetime, until: datetime) -> bool:
        """Whether there was an instant of opening from one to the other, both included; a closing time is none."""
        place = bisect_right(self._opens, until.timestamp()) - 1
        return place >= 0 and self._opens[place] + self._length > since.timestamp() and since <= until


@dataclass
class Target:
    """One promise of one round."""

    spans: list[list[datetime | None]] = field(default_factory=list)
    reminded: bool = False
    escalated: bool = False
    kept: bool = False  #: by an answer; then nothing starts it again

    def run(self, at: datetime) -> None:
        if not self.kept and not self.running:
            self.spans.append([at, None])

    def stop(self, at: datetime) -> None:
        if self.running:
            self.spans[-1][1] = at

    @property
    def running(self) -> bool:
        return bool(self.spans) and self.spans[-1][1] is None

    def used(self, calendar: Calendar, now: datetime) -> float:
        """Seconds of opening that it has run."""
        return sum(calendar.counted(until or now) - calendar.counted(since) for since, until in self.spans if since)


class Deed(NamedTuple):
    """Something that the clocks have to do."""

    ticket: int
    what: str
    of: str
    at: datetime


@dataclass
class Case:
    """A ticket, as far as its clocks go."""

    key: int
    category: str
    priority: str = "normal"
    turn: str = "closed"  #: ours, theirs, closed
    answer: Target = field(default_factory=Target)
    resolution: Target = field(default_factory=Target)
    silent_since: datetime | None = None
    warned_at: datetime | None = None
    until: datetime | None = None  #: the day it waits for

    def ours(self, at: datetime, *, anew: bool) -> None:
        if anew:
            self.answer, self.resolution = Target(), Target()
        self.turn, self.silent_since, self.warned_at, self.until = "ours", None, None, None
        self.answer.run(at)
        self.resolution.run(at)

    def theirs(self, at: datetime, *, answered: bool) -> None:
        self.answer.stop(at)
        self.resolution.stop(at)
        self.answer.kept = self.answer.kept or answered
        self.until = self.until if self.turn == "theirs" else None
        self.turn, self.silent_since, self.warned_at = "theirs", at, None

    def over(self, at: datetime) -> None:
        self.answer.stop(at)
        self.resolution.stop(at)
        self.turn, self.silent_since, self.warned_at, self.until = "closed", None, None, None


class Book:
    """All cases, and what has to be done about them."""

    def __init__(self, terms: Terms) -> None:
        self.cases: dict[int, Case] = {}
        self.deeds: list[Deed] = []
        self.use(terms)

    def use(self, terms: Terms) -> None:
        """From now on these terms count, for what has been running too."""
        self.terms, self._calendar = terms, Calendar(terms)

    def look(self, now: datetime) -> Sequence[Deed]:
        """What has to be done at this look."""
        found = [deed for case in self.cases.values() for deed in self._of(case, now)]
        self.deeds += found
        return found

    def _of(self, case: Case, now: datetime) -> list[Deed]:
        if case.turn == "ours":
            targets = (("answer", case.answer), ("resolution", case.resolution))
            return [deed for name, target in targets for deed in self._target(case, name, target, now)]
        return self._silence(case, now) if case.turn == "theirs" else []

    def _target(self, case: Case, name: str, target: Target, now: datetime) -> list[Deed]:
        if not target.running or target.escalated:
            return []
        promised, used = self._promised(case, name) * 3600, target.used(self._calendar, now)
        if used >= promised:
            target.escalated = True
            return [Deed(case.key, "escalated", name, now)]
        if used >= promised * self.terms.reminder and not target.reminded:
            target.reminded = True
            return [Deed(case.key, "reminded", name, now)]
        return []

    def _promised(self, case: Case, name: str) -> float:
        if name == "answer":
            return self.terms.urgent_answer if case.priority == "urgent" else self.terms.answer
        return self.terms.deposit_resolution if case.category == "deposit_missing" else self.terms.resolution

    def _silence(self, case: Case, now: datetime) -> list[Deed]:
        since, terms, there = case.silent_since, self.terms, self._calendar.someone_was_there
        assert since is not None
        if case.until is not None:
            if now < case.until:
                return []
            case.ours(now, anew=False)
            return [Deed(case.key, "came back", "", now)]
        if case.warned_at is None:
            if not there(since + terms.close_after - terms.notice, now):
                return []
            case.warned_at = now
            return [Deed(case.key, "warned of closing", "", now)]
        if not there(max(since + terms.close_after, case.warned_at + terms.notice), now):
            return []
        case.over(now)
        return [Deed(case.key, "closed", "", now)]


def settings(terms: Terms) -> Mapping[str, object]:
    """The same terms, as the desk's configuration says them."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return {
        "timezone": terms.zone,
        "hours": {
            "days": [name for number, name in enumerate(names) if number in terms.weekdays],
            "open": f"{terms.opens:02}:00",
            "close": f"{terms.closes:02}:00",
            "holidays": sorted(terms.holidays),
        },
        "first_reply_hours": terms.answer,
        "resolution_hours": terms.resolution,
        "remind_percent": round(terms.reminder * 100),
        "close_after_days": terms.close_after.days,
        "warn_days_before": terms.notice.days,
        "targets": [
            {"priorities": ["urgent"], "first_reply_hours": terms.urgent_answer},
            {"categories": ["deposit_missing"], "resolution_hours": terms.deposit_resolution},
        ],
    }

"""Reminders, escalations, warnings and closings: each exactly once, against a reckoning of another kind."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from statistics import mean
from zoneinfo import ZoneInfo

import pytest

from intake.agent_settings import NoticeSettings
from store import migrate, views
from store.engine import looking, open_store
from store.models import Clock, Event
from tests.clocks.world import World

_SEED = 20261108

#: Mails of a day that flood nobody: who has one ticket in hand is told of all that happens to it.
_HANDFUL = NoticeSettings().day_floor

#: Where a day of the agents' begins and ends.
_WIB = ZoneInfo("Asia/Jakarta")


@pytest.mark.battery
def test_a_month_with_500_tickets_8_agents_and_20_restarts(store_url: str, tmp_path: Path) -> None:
    """Every deed at the look at which it is due and never again; under two mails a day for each ticket in hand."""
    began = time.monotonic()
    with closing(World(store_url, tmp_path / "desk", seed=_SEED, reports=500, days=30, restarts=20)) as world:
        _lives(world)
        print(f"\n{store_url.partition(':')[0]}: {time.monotonic() - began:.0f} s for 30 days")
        _tell(world)
        assert world.restarts == 20
        assert world.deaths >= 3
        assert len(world.book.cases) == 500
        _mails_stay_few(world)


def test_a_few_days_of_it(tmp_path: Path) -> None:
    """The same, small enough for every day."""
    url = f"sqlite:///{tmp_path / 'loket.db'}"
    engine = open_store(url)
    migrate.upgrade(engine)
    engine.dispose()
    with closing(World(url, tmp_path / "desk", seed=_SEED, reports=25, days=7, restarts=8)) as world:
        _lives(world)
        assert world.restarts == 8


def _lives(world: World) -> None:
    """Let the time pass, and compare what was done with what was to be done."""
    for number, _ in enumerate(world.run()):
        if number % 144 == 0:
            _nothing_rots(world)
    wanted, done = Counter(world.book.deeds), Counter(world.did())
    assert wanted - done == Counter(), "left undone, or done at another time"
    assert done - wanted == Counter(), "done without being due, or twice"
    assert {key: case.turn for key, case in world.book.cases.items()} == world.turns()
    assert world.warnings() == sum(deed.what == "warned of closing" for deed in wanted)
    _nothing_rots(world)


def _nothing_rots(world: World) -> None:
    """Every live ticket has its owner, or a queue, and a next date."""
    with looking(world.counter.engine) as session:
        for told in views.listing(session, limit=1000):
            if told["status"] in ("open", "waiting"):
                assert told["next_at"] is not None, told
                assert told["assignee"] or told["queue"] or _is_new(world, told), told


def _is_new(world: World, told: dict[str, object]) -> bool:
    """Whether nobody has been told of it yet: notices wait a minute for further news."""
    return str(told["created_at"]) > (world.now - timedelta(minutes=15)).isoformat()


def _tell(world: World) -> None:
    """The figures."""
    did = Counter(f"{deed.what} {deed.of}".strip() for deed in world.did())
    print(", ".join(f"{count} {what}" for what, count in sorted(did.items())))
    print(f"{world.restarts} restarts, {world.deaths} of them in the middle of a stroke's transaction")
    print(f"{len(world.counter.rows(Clock))} rounds of clocks")
    print("agent   mails  busiest day: mails, tickets in hand   mails a ticket and day: mean, most")
    mails, hands = _mails(world), _in_hand(world)
    for agent, name in sorted(world.names().items()):
        days = {day: mails[agent, day] for day in sorted({day for who, day in mails if who == agent})}
        busiest = max(days, key=lambda day: days[day])
        shares = [count / len(hands[agent, day]) for day, count in days.items()]
        print(
            f"{name:6} {sum(days.values()):6} {days[busiest]:19} {len(hands[agent, busiest]):16}"
            f" {mean(shares):31.2f} {max(shares):5.2f}"
        )


def _mails_stay_few(world: World) -> None:
    """No agent gets twice as many mails on a day as there are tickets in the agent's hands, but for a handful."""
    hands = _in_hand(world)
    for (agent, day), count in _mails(world).items():
        assert count <= max(2 * len(hands[agent, day]) - 1, _HANDFUL), (agent, day)


def _mails(world: World) -> Counter[tuple[int, date]]:
    """Mails by agent and day."""
    return Counter((agent, at.astimezone(_WIB).date()) for agent, at in world.mails())


def _in_hand(world: World) -> dict[tuple[int, date], set[int]]:
    """Each agent's tickets of each day: those that were the agent's and not closed, and those put before a lead."""
    found: dict[tuple[int, date], set[int]] = defaultdict(set)
    names = {name: agent for agent, name in world.names().items()}
    owner: dict[int, int] = {}
    live: set[int] = set()
    day = None
    for event in sorted(world.counter.rows(Event), key=lambda each: (each.at, each.id)):
        today = event.at.astimezone(_WIB).date()
        while day is not None and day < today:
            day += timedelta(days=1)
            for ticket in live & owner.keys():
                found[owner[ticket], day].add(ticket)
        day = today
        if event.what == "opened" or (event.what == "status" and event.detail["to"] != "closed"):
            live.add(event.ticket_id)
        elif event.what == "status":
            live.discard(event.ticket_id)
        elif event.what == "assigned":
            owner[event.ticket_id] = names[event.detail["to"]]
        elif event.what == "escalated":
            for agent in world.leads():
                found[agent, today].add(event.ticket_id)
        if event.ticket_id in owner:
            found[owner[event.ticket_id], today].add(event.ticket_id)
    return found

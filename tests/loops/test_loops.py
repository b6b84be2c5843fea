"""Loops, for seven days each: how many automatic letters go to a pair, when they stop, and what the operators hear."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.intake.conftest import NOON
from tests.loops.machines import written
from tests.loops.scenes import DAYS, SCENES, Scene
from tests.loops.world import Desk, Sending, World

MOST = 5  #: automatic letters to a pair
SOON = timedelta(minutes=10)  #: after each beginning, where the machine is that quick

#: A person writes first, and a person at our desk answers twice: each time the machine has something to answer again.
BEGINNINGS = (NOON, NOON + timedelta(days=2, hours=1), NOON + timedelta(days=5, hours=3))

_REPORT = "Username: budi_99\nDeposit saya belum masuk kemarin jam 10.15 WIB lewat DANA.\n"

#: Of the scenes, those that everyday tests look at.
_EVERYDAY = {
    "two lokets, threads lost too",
    "vacation, unmarked, new subject",
    "mailing list that writes as itself",
    "ticket system after 7 h",
}


def _run(scene: Scene, folder: Path, days: int) -> World:
    """Let a scene run; the store is closed and opened anew after each day."""
    world = World()
    scene.build(world, folder)
    lines = [f"From: {scene.sender}", f"To: {scene.to}", "Subject: Deposit belum masuk", "Message-ID: <1@peer.test>"]
    world.send(Sending(content=written(lines, _REPORT), to=scene.to, mail_from=scene.sender))
    for begins in BEGINNINGS[1:]:
        world.at(begins, world.desks["desk.test"].answer)
    for _ in range(days):
        world.run(1)
        for each in world.desks.values():
            each.open()
    return world


def _check(scene: Scene, desk: Desk, *, answered: int = 0) -> None:
    """`answered` mails of the other side's were a person's, and worth a letter each."""
    for letters in desk.automatic().values():
        assert len(letters) <= MOST + answered, letters
        assert not scene.quick or all(_since(at) <= SOON for at in letters), letters


def _since(at: datetime) -> timedelta:
    return at - max(begins for begins in BEGINNINGS if begins <= at)


@pytest.mark.battery
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_loop_ends(scene: Scene, tmp_path: Path) -> None:
    """At most five automatic letters a pair, soon over, one alert; people's answers leave; through a restart a day."""
    world = _run(scene, tmp_path, DAYS)
    desk = world.desks["desk.test"]
    letters = desk.automatic()
    last = max((at for some in letters.values() for at in some), default=NOON)
    print(
        f"\n{scene.name:40} letters to a pair {max(map(len, letters.values()), default=0)}, in all "
        f"{sum(map(len, letters.values()))}; the last {_since(last)} after a beginning; alerts {len(desk.loops())}; "
        f"answers of people {desk.answers()}"
    )
    for each in world.desks.values():
        _check(scene, each, answered=0 if each is desk else desk.answers())
    assert len(desk.loops()) == scene.alerts
    assert desk.answers() == len(BEGINNINGS) - 1


@pytest.mark.parametrize("scene", [each for each in SCENES if each.name in _EVERYDAY], ids=lambda scene: scene.name)
def test_a_loop_ends_within_three_days(scene: Scene, tmp_path: Path) -> None:
    """A sample of the battery's."""
    world = _run(scene, tmp_path, 3)
    _check(scene, world.desks["desk.test"])
    assert len(world.desks["desk.test"].loops()) == scene.alerts

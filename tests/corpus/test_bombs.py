"""What is meant to cost its reader time or memory costs little of either."""

from __future__ import annotations

import pytest

from tests.corpus.bombs import BOMBS, cost

#: Of processor time, and of memory with all that is loaded: what one mail may cost at the most.
SECONDS, MEBIBYTES = 2, 300

#: In the everyday run: one of a kind.
SAMPLE = ["20,000 encoded words", "100,000 parts", "1,000 levels", "comments without an end"]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_bomb_costs_little(name: str) -> None:
    """The first of their kinds; the battery has all."""
    _is_cheap(name)


@pytest.mark.battery
@pytest.mark.parametrize("name", BOMBS)
def test_every_bomb_costs_little(name: str) -> None:
    """In a process of its own, so that its memory is its own."""
    _is_cheap(name)


def _is_cheap(name: str) -> None:
    spent = cost(name)
    print(f"\n{name:40} {spent.seconds:6.2f} s {spent.mebibytes:6.0f} MiB", end="")
    assert spent.seconds < SECONDS
    assert spent.mebibytes < MEBIBYTES

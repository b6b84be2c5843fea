"""The table of a ticket's life."""

from __future__ import annotations

import itertools

import pytest

from store.errors import MoveRefused
from store.states import MOVES, Move, Status, after, beginning


def test_every_state_can_be_left_and_reached() -> None:
    """No state is a trap and none is unreachable: a ticket can always come back to be somebody's turn."""
    changes = {(before, to) for (before, _), to in MOVES.items() if before != to}
    assert {before for before, _ in changes} == set(Status)
    assert {to for _, to in changes} | {beginning(history=False, held=True)} == set(Status)


def test_a_customer_always_makes_it_our_turn() -> None:
    """Whatever state a ticket is in, a customer's mail leaves it open; but a held one is the operator's turn."""
    assert {after(status, Move.CUSTOMER_WROTE) for status in Status} == {Status.OPEN, Status.HELD}
    assert after(Status.HELD, Move.CUSTOMER_WROTE) is Status.HELD


def test_an_automat_never_changes_a_state() -> None:
    """An out-of-office mail neither opens a closed ticket nor makes a waiting one ours."""
    assert all(after(status, Move.AUTOMAT_WROTE) == status for status in Status)


@pytest.mark.parametrize(("status", "move"), sorted(set(itertools.product(Status, Move)) - set(MOVES)))
def test_what_the_table_does_not_name_is_refused(status: Status, move: Move) -> None:
    """A move without an entry raises, and names state and move."""
    with pytest.raises(MoveRefused, match=f"{status}, {move}"):
        after(status, move)

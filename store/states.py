"""The life of a ticket as one table. Nobody else assigns `ticket.status`.

Theory: a ticket is somebody's turn. `open` is ours, `waiting` is the customer's, `closed` is nobody's. `held` is the
operator's, who says whether it is a ticket at all.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from store.errors import MoveRefused


class Status(StrEnum):
    """Whose turn it is."""

    OPEN = "open"  # ours
    WAITING = "waiting"  # the customer's
    CLOSED = "closed"  # nobody's
    HELD = "held"  # the operator's


class Move(StrEnum):
    """What can happen to a ticket."""

    CUSTOMER_WROTE = "customer_wrote"
    CUSTOMER_THANKED = "customer_thanked"  # thanks, and nothing else: that was it, where the turn was the customer's
    AUTOMAT_WROTE = "automat_wrote"  # an out-of-office is nobody's turn
    BOUNCED = "bounced"  # what we said did not arrive, so it is our turn again
    WE_ANSWERED = "we_answered"
    WAIT = "wait"  # an agent says that nothing can be done until the customer writes, or until a day
    CLOSE = "close"
    REOPEN = "reopen"
    RELEASE = "release"
    REFUSE = "refuse"


MOVES: dict[tuple[Status, Move], Status] = {
    (Status.OPEN, Move.CUSTOMER_WROTE): Status.OPEN,
    (Status.OPEN, Move.AUTOMAT_WROTE): Status.OPEN,
    (Status.OPEN, Move.WE_ANSWERED): Status.WAITING,
    (Status.OPEN, Move.CLOSE): Status.CLOSED,
    (Status.WAITING, Move.CUSTOMER_WROTE): Status.OPEN,
    (Status.WAITING, Move.AUTOMAT_WROTE): Status.WAITING,
    (Status.WAITING, Move.WE_ANSWERED): Status.WAITING,
    (Status.WAITING, Move.CLOSE): Status.CLOSED,
    (Status.CLOSED, Move.CUSTOMER_WROTE): Status.OPEN,
    (Status.CLOSED, Move.AUTOMAT_WROTE): Status.CLOSED,
    (Status.CLOSED, Move.WE_ANSWERED): Status.WAITING,
    (Status.OPEN, Move.WAIT): Status.WAITING,
    (Status.WAITING, Move.WAIT): Status.WAITING,
    (Status.CLOSED, Move.WAIT): Status.WAITING,
    (Status.WAITING, Move.REOPEN): Status.OPEN,
    (Status.CLOSED, Move.REOPEN): Status.OPEN,
    (Status.HELD, Move.CUSTOMER_WROTE): Status.HELD,
    (Status.HELD, Move.RELEASE): Status.OPEN,
    (Status.HELD, Move.REFUSE): Status.CLOSED,
    (Status.HELD, Move.CLOSE): Status.CLOSED,
    (Status.WAITING, Move.BOUNCED): Status.OPEN,
    **{(status, Move.BOUNCED): status for status in Status if status is not Status.WAITING},
    (Status.WAITING, Move.CUSTOMER_THANKED): Status.CLOSED,
    **{(status, Move.CUSTOMER_THANKED): status for status in Status if status is not Status.WAITING},
    (Status.HELD, Move.AUTOMAT_WROTE): Status.HELD,
}


#: The move by which a state is restored that somebody left by mistake.
BACK: Final = {Status.OPEN: Move.REOPEN, Status.WAITING: Move.WAIT, Status.CLOSED: Move.CLOSE}


def beginning(*, history: bool, held: bool) -> Status:
    """The state that a ticket begins in."""
    if history:
        return Status.CLOSED
    return Status.HELD if held else Status.OPEN


def after(status: str, move: Move, until_a_day: bool = False) -> Status:
    """The state that a move leads to; MoveRefused where the table has none.

    `until_a_day` says that the ticket does not wait for its customer alone: then thanks are for being told of the day.
    """
    if move is Move.CUSTOMER_THANKED and until_a_day:
        return Status(status)
    try:
        return MOVES[Status(status), move]
    except KeyError:
        detail = f"{status}, {move}"
        raise MoveRefused(detail) from None

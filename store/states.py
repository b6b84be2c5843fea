"""The life of a ticket as one table. Nobody else assigns `ticket.status`.

Theory: a ticket is somebody's turn. `open` is ours, `waiting` is the customer's, `closed` is nobody's.
"""

from __future__ import annotations

from enum import StrEnum

from store.errors import MoveRefused


class Status(StrEnum):
    """Whose turn it is."""

    OPEN = "open"  # ours
    WAITING = "waiting"  # the customer's
    CLOSED = "closed"  # nobody's


class Move(StrEnum):
    """What can happen to a ticket."""

    CUSTOMER_WROTE = "customer_wrote"
    AUTOMAT_WROTE = "automat_wrote"  # an out-of-office or a bounce is nobody's turn
    WE_ANSWERED = "we_answered"
    CLOSE = "close"
    REOPEN = "reopen"


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
    (Status.CLOSED, Move.REOPEN): Status.OPEN,
}


def after(status: str, move: Move) -> Status:
    """The state that a move leads to; MoveRefused where the table has none."""
    try:
        return MOVES[Status(status), move]
    except KeyError:
        detail = f"{status}, {move}"
        raise MoveRefused(detail) from None

"""Takes what is due out of the outbox, hands it on, and writes down what came back. Dumb and repeatable.

The order for each letter: claim committed, transaction begun, intent committed, final dot, answer committed. One bad
letter never stops the next; a server that is not there stops all of them, with one line in the log.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

import structlog
from sqlalchemy.engine import Engine

from replies.errors import LeaseLost, SmarthostDown
from store import crashpoints, outbox, outbox_control, undelivered
from store.engine import looking, writing
from store.errors import StoreError
from store.outbox import LEASE, Claim, Later, Outcome

_log = structlog.get_logger(__name__)

#: Letters claimed at once: enough to spare commits, few enough that a slow server keeps few of them waiting.
BATCH: Final = 20

#: Between tries of a server that is not there: it may be a restart, it may be a night.
SHORTEST_REST: Final = timedelta(seconds=5)
LONGEST_REST: Final = timedelta(minutes=5)


class Transport(Protocol):
    """The way on for letters: a smarthost, or a folder."""

    def hand_on(self, claim: Claim, intend: Callable[[], None]) -> Mapping[str, Outcome]:
        """Hand a letter on; returns what became of it by recipient.

        Calls `intend` right before the point of no return and stops there if it raises. Raises SmarthostDown where no
        letter can be handed on now, and only before the point of no return.
        """

    def close(self) -> None:
        """Let go of what is kept open; it is opened again when needed."""


class Sender:
    """One sender of an outbox; for one thread."""

    def __init__(
        self,
        engine: Engine,
        transport: Transport,
        now: Callable[[], datetime],
        rng: random.Random,
        *,
        lease: timedelta = LEASE,
    ) -> None:
        self._engine = engine
        self._transport = transport
        self._now = now
        self._rng = rng
        self._lease = lease
        self._unwritten: deque[tuple[Claim, Mapping[str, Outcome]]] = deque()
        self._failures = 0
        self._rests_until: datetime | None = None

    def send_due(self, limit: int = BATCH) -> int:
        """Hand on up to `limit` letters whose time has come; returns how many were claimed.

        Raises StoreUnreachable; what could not be written down is kept, and written by the next call.
        """
        self._write_down()
        if self._rests():
            return 0
        with looking(self._engine) as session:
            if not outbox.is_any_due(session, self._now()):
                return 0  # without a lock on the store, since this is asked after every mail that came
        crashpoints.reach("before_claim")
        with writing(self._engine) as session:
            claims = outbox.due(session, self._now(), limit, self._lease)
        crashpoints.reach("after_claim")
        for position, claim in enumerate(claims):
            try:
                self._try(claim)
                self._write_down()
            except SmarthostDown as down:
                self._rest(down, claims[position:])
                break
            except StoreError:
                self._put_back(claims[position:])
                raise
        self._write_down()
        return len(claims)

    def close(self) -> None:
        """Let the transport go."""
        self._transport.close()

    def _try(self, claim: Claim) -> None:
        try:
            outcomes = self._transport.hand_on(claim, partial(self._intend, claim))
        except (SmarthostDown, StoreError):
            raise
        except LeaseLost:
            _log.warning("another sender, or an operator, has taken this letter", letter=claim.letter_id)
            return
        except Exception as error:  # noqa: BLE001  # logged with its trace; DESIGN: one bad letter never stops the next
            # Whatever this letter has met, the next one deserves its try.
            _log.exception("a letter could not be handed on", letter=claim.letter_id)
            self._transport.close()
            outcomes = _all_later(claim, f"{type(error).__name__} while it was handed on")
        self._recovered()
        self._unwritten.append((claim, outcomes))

    def _intend(self, claim: Claim) -> None:
        crashpoints.reach("before_intent")
        with writing(self._engine) as session:
            if not outbox.intend(session, claim, self._now(), self._lease):
                raise LeaseLost
        crashpoints.reach("after_intent")

    def _write_down(self) -> None:
        """Record what came back; what the store does not take now stays."""
        while self._unwritten:
            claim, outcomes = self._unwritten[0]
            try:
                with writing(self._engine) as session:
                    state = outbox.record(session, claim, outcomes, self._now(), self._rng)
                    if state == "failed":
                        undelivered.tell(session, claim.letter_id, self._now())
            except StoreError:
                raise
            except Exception:  # noqa: BLE001  # logged with its trace
                # Left as it is, the letter would be sent anew at the end of every lease: an operator has to look.
                _log.exception("what came back could not be written down", letter=claim.letter_id)
                with writing(self._engine) as session:
                    outbox_control.hold(session, claim.letter_id, "what came back could not be written down")
                state = "held"
            self._unwritten.popleft()
            crashpoints.reach("after_sent_commit")
            if state == "failed":
                _log.warning("a letter has failed", letter=claim.letter_id)

    def _rest(self, down: SmarthostDown, claims: Sequence[Claim]) -> None:
        if not self._failures:
            _log.warning("letters wait", why=str(down))
        pause = min(LONGEST_REST, SHORTEST_REST * 2.0 ** min(self._failures, 16))
        self._failures += 1
        self._rests_until = self._now() + pause
        self._unwritten.extend((claim, _all_later(claim, str(down), self._rests_until)) for claim in claims)

    def _rests(self) -> bool:
        """Whether the server is left alone; of more than the longest rest it is the clock that was set back."""
        left = self._rests_until - self._now() if self._rests_until is not None else timedelta(0)
        return timedelta(0) < left <= LONGEST_REST

    def _recovered(self) -> None:
        if self._failures:
            _log.info("letters leave again", tries=self._failures)
        self._failures, self._rests_until = 0, None

    def _put_back(self, claims: Sequence[Claim]) -> None:
        """The store went away in the middle: what was claimed and not sent is free again once it is back."""
        untried = [claim for claim in claims if all(claim is not done for done, _outcomes in self._unwritten)]
        self._unwritten.extend((claim, _all_later(claim, "the store was away", self._now())) for claim in untried)


def _all_later(claim: Claim, why: str, until: datetime | None = None) -> dict[str, Outcome]:
    return {address: Later(why, until) for address in claim.recipients}

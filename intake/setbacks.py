"""What a failed attempt means for a mail: another try later, a try by itself, or to be set aside.

An attempt was counted before it began; where the mail was not at fault, it is taken back here.
"""

from __future__ import annotations

import structlog
from sqlalchemy.engine import Engine

from intake.effects.work import Held
from intake.shunt import Shunt
from intake.spool import Spool
from intake.waiting import Waiting
from store import ledger
from store.engine import writing

_log = structlog.get_logger(__name__)

#: Attempts that a mail is worth. What kills its reader three times will kill it a fourth time (Mailman's rule).
MAX_ATTEMPTS = 3


class Setbacks:
    """The worker's answer to failure."""

    def __init__(self, *, engine: Engine, spool: Spool, waiting: Waiting, shunt: Shunt) -> None:
        self._engine = engine
        self._spool = spool
        self._waiting = waiting
        self._shunt = shunt

    def failed(self, held: Held, error: str) -> None:
        """An attempt failed over the mail itself: it rests, or after the last attempt is set aside."""
        _log.warning("attempt failed", spool=held.spool_name, attempt=held.attempts, error=error)
        with writing(self._engine) as session:
            ledger.note_failure(session, held.arrival_id, error)
        if held.attempts >= MAX_ATTEMPTS:
            self.set_aside(held, error)
        else:
            self._waiting.rest(held.spool_name, held.attempts)

    def suspected(self, held: Held) -> None:
        """Children died over one of several mails: each is tried again by itself, and only that try counts."""
        if self._waiting.is_suspect(held.spool_name):
            self.failed(held, "the reader died")
            return
        self._waiting.suspect(held.spool_name)
        with writing(self._engine) as session:
            ledger.take_back_attempt(session, held.arrival_id)

    def postponed(self, held: Held, error: OSError) -> None:
        """A full disk or its like is not the mail's fault."""
        _log.error("mail waits in the spool", spool=held.spool_name, error=error.strerror)
        with writing(self._engine) as session:
            ledger.take_back_attempt(session, held.arrival_id)
        self._waiting.rest(held.spool_name, held.attempts)

    def set_aside(self, held: Held, error: str) -> None:
        """Give the mail to the shunt."""
        try:
            self._shunt.set_aside(held, self._spool.open(held.spool_name).content, error)
        except OSError as trouble:
            self.postponed(held, trouble)
        else:
            self._waiting.release([held.spool_name])

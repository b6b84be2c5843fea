"""Erases what is older than its desk keeps it: a few tickets at a time, so that the worker gets its turns between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.engine import Engine

from intake.desks import OpenDesk
from replies.folder import file_name
from store.blobs import BlobFolder
from store.engine import writing
from store.erasure import leavings, retention
from store.erasure.rows import Gone
from store.errors import ErasureUnfinished, StoreUnreachable
from store.settings import RetentionSettings

_log = structlog.get_logger(__name__)

#: Tickets that are erased in one transaction: on SQLite the worker waits for it.
AT_A_TIME: Final = 20

#: Transactions of one run, and the pause after each, in which others write.
BATCHES: Final = 100
PAUSE_SECONDS: Final = 0.05

#: How often SQLite's file is written anew at the most: it costs as much as copying it.
REWRITE_EVERY: Final = timedelta(days=1)


class Keeping:
    """For how long all desks keep what."""

    def __init__(
        self,
        kept: Mapping[str, RetentionSettings],
        *,
        open_desks: Mapping[str, OpenDesk],
        engine: Engine,
        blobs: BlobFolder,
        letters: Path,
        now: Callable[[], datetime],
        stop: threading.Event,
    ) -> None:
        """`kept` is by desk, `letters` the folder of letters that go to no smarthost."""
        self._kept = {desk: terms for desk, terms in kept.items() if terms.closed_days or terms.held_days}
        self._desks = open_desks
        self._engine = engine
        self._blobs = blobs
        self._letters = letters
        self._now = now
        self._stop = stop
        self._remains = False
        self._rewritten_at: datetime | None = None

    def run(self) -> None:
        """Erase what is due, and now and then what SQLite's file may keep of it."""
        try:
            done = [self._at_desk(desk, kept) for desk, kept in self._kept.items()]
            if self._remains and all(done):
                self._rewrite()
        except StoreUnreachable:
            _log.debug("nothing erased, the store is away")
        except ErasureUnfinished as error:
            _log.warning("what was erased may still stand in the store's file", why=str(error))

    def _at_desk(self, desk: str, kept: RetentionSettings) -> bool:
        """Erase a batch at a time; whether nothing is left to erase now."""
        total = Gone()
        for _ in range(BATCHES):
            with writing(self._engine) as session:
                gone = retention.erase(session, self._desks[desk].id, kept, self._now(), AT_A_TIME)
            leavings.remove(self._blobs, gone.blobs)
            leavings.remove_letters(self._letters / file_name(each) for each in gone.letter_ids)
            total += gone
            if gone == Gone() or self._stop.wait(PAUSE_SECONDS):
                break
        if total != Gone():
            self._remains = True
            _log.info("erased by age", desk=desk, tickets=total.tickets, mails=total.mails, letters=total.letters)
        return gone == Gone()

    def _rewrite(self) -> None:
        now = self._now()
        if self._rewritten_at is None or now - self._rewritten_at >= REWRITE_EVERY:
            leavings.rewrite(self._engine)
            self._remains, self._rewritten_at = False, now

"""How every door does: when it last worked, and what went wrong since. Kept in memory, written down by the timetable.

A door tells it in passing; the database is never in a door's way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from intake import clock
from store import mailboxes


class DoorReport:
    """One door's page; any thread may write in it."""

    def __init__(self, name: str, kind: str, now: Callable[[], datetime]) -> None:
        self._name = name
        self._kind = kind
        self._now = now
        self._lock = threading.Lock()
        self._success: datetime | None = None
        self._failure: tuple[datetime, str] | None = None

    def worked(self) -> None:
        """The door has done its work: a mail was taken, a mailbox was looked at."""
        with self._lock:
            self._success = self._now()

    def failed(self, sentence: str) -> None:
        """The door could not do its work, and this is why."""
        with self._lock:
            self._failure = self._now(), sentence

    def flush(self, session: Session) -> None:
        """Write down how the door does. A door that never did anything is written down too."""
        with self._lock:
            success, failure = self._success, self._failure
        # every time, since we do not learn whether the last transaction was committed; what stands there costs a look
        mailboxes.note_health(session, self._name, self._kind, success, failure)


class DoorHealthBook:
    """The pages of all doors."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self._now = now
        self._pages: list[DoorReport] = []

    def door(self, name: str, kind: str) -> DoorReport:
        """A new page."""
        page = DoorReport(name, kind, self._now)
        self._pages.append(page)
        return page

    def flush(self, session: Session) -> None:
        """Write down all pages, in the caller's transaction."""
        for page in self._pages:
            page.flush(session)

"""How every door does: when it last worked, and what went wrong since. Kept in memory, written down by the timetable.

A door tells it in passing; the database is never in a door's way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlmodel import Session

from intake import clock
from store import doors
from store.doors import Count, Health

#: A server that refuses us twice in a row means it; nobody has to wait whether it changes its mind.
REFUSALS = 2


class DoorReport:
    """One door's page; any thread may write in it."""

    def __init__(self, name: str, kind: str, now: Callable[[], datetime]) -> None:
        self.name = name
        self._kind = kind
        self._now = now
        self._lock = threading.Lock()
        self._success: datetime | None = None
        self._failure: tuple[datetime, str] | None = None
        self._failing_since: datetime | None = None
        self._refusals = 0
        self._oldest_unread: datetime | None = None
        self._count: Count | None = None

    def worked(self) -> None:
        """The door has done its work: a mail was taken, a mailbox was looked at."""
        with self._lock:
            self._success, self._failing_since, self._refusals = self._now(), None, 0

    def failed(self, sentence: str, *, refused: bool = False) -> None:
        """The door could not do its work, and this is why; `refused` where only a person can mend it."""
        with self._lock:
            now = self._now()
            self._failure = now, sentence
            self._failing_since = min(self._failing_since or now, now)  # the machine's clock may be set back
            self._refusals = self._refusals + 1 if refused else 0

    def unread(self, oldest: datetime | None) -> None:
        """When the oldest mail came that lies there and is not taken; None where there is none."""
        with self._lock:
            self._oldest_unread = oldest

    def counted(self, server: int, ledger: int) -> None:
        """A reconcile: so many mails are in the folder, and so many of them are accounted for."""
        with self._lock:
            self._count = Count(server=server, ledger=ledger, at=self._now())

    def trouble(self, now: datetime, *, failing: timedelta, unread: timedelta) -> str:
        """What an operator has to know now, "" where the door does well enough.

        A fault of the network has as long as `failing` to pass by itself, a mail may lie unread for `unread`.
        """
        with self._lock:
            since, failure, oldest = self._failing_since, self._failure, self._oldest_unread
            refused = self._refusals >= REFUSALS
        if since is not None and failure is not None and (refused or now - since >= failing):
            told = f"{self.name} has not worked since {since:%Y-%m-%d %H:%M} UTC: {failure[1]}"
            return f"{told}; `loket check --online` says how to mend it" if self._kind == "imap" else told
        if oldest is not None and now - oldest >= unread:
            return f"{self.name}: a mail lies there untaken since {oldest:%Y-%m-%d %H:%M} UTC" + (
                f": {failure[1]}" if failure else ""
            )
        return ""

    def flush(self, session: Session) -> None:
        """Write down how the door does. A door that never did anything is written down too."""
        with self._lock:
            told = Health(
                success=self._success,
                failure=self._failure,
                failing_since=self._failing_since,
                oldest_unread=self._oldest_unread,
                count=self._count,
            )
        # every time, since we do not learn whether the last transaction was committed; what stands there costs a look
        doors.note(session, self.name, self._kind, told)


class DoorHealthBook:
    """The pages of all doors."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self._now = now
        self._pages: dict[str, DoorReport] = {}

    def door(self, name: str, kind: str) -> DoorReport:
        """A door's page; a new one for a name that is new."""
        return self._pages.setdefault(name, DoorReport(name, kind, self._now))

    def __iter__(self) -> Iterator[DoorReport]:
        return iter(list(self._pages.values()))

    def flush(self, session: Session) -> None:
        """Write down all pages, in the caller's transaction."""
        for page in self:
            page.flush(session)

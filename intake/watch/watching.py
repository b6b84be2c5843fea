"""Watches the desk: doors that fail or fall behind, a spool or an outbox that ages, mails set aside → alerts.

It only notices. What is raised here is carried to people by `alerting.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy.engine import Engine
from sqlmodel import Session

from intake.doors.health import DoorHealthBook
from intake.effects.guarding import BREAKER
from intake.settings import AlertSettings
from intake.spool import Spool
from store import alerts, brakes, canaries, ledger, outbox_control, tallies
from store.engine import writing
from store.models import Canary


class Watch:
    """Looks at everything that can fall behind in silence."""

    def __init__(
        self,
        settings: AlertSettings,
        *,
        engine: Engine,
        spool: Spool,
        health: DoorHealthBook,
        largest: int,
        now: Callable[[], datetime],
    ) -> None:
        """Prepare to look. `largest` is the largest mail in bytes: doors are shut while there is no room for it."""
        self._settings = settings
        self._engine = engine
        self._spool = spool
        self._health = health
        self._largest = largest
        self._now = now

    def look(self) -> None:
        """Raise what is wrong and clear what is well again. Raises StoreUnreachable."""
        now, spooled = self._now(), self._spool.usage().oldest_seconds
        with writing(self._engine) as session:
            self._health.flush(session)
            noticed = [*self._doors(now), *self._desk(session, now, spooled), *self._canaries(session, now)]
            for key, sentence in noticed:
                if sentence:
                    alerts.raise_(session, key, sentence, now)
                else:
                    alerts.clear(session, key, now)
            brakes.let_go(session, now)
            alerts.fade(session, BREAKER, now - tallies.WINDOW, now)
            tallies.forget(session, now)

    def _doors(self, now: datetime) -> Iterator[tuple[str, str]]:
        failing = timedelta(minutes=self._settings.door_minutes)
        unread = timedelta(minutes=self._settings.unread_minutes)
        for page in self._health:
            yield f"door:{page.name}", page.trouble(now, failing=failing, unread=unread)

    def _desk(self, session: Session, now: datetime, spooled: float) -> Iterator[tuple[str, str]]:
        shortage = self._spool.shortage(self._largest)
        told = f"no mail is taken, senders are told to come back later: {shortage}; make room, by which it goes on"
        yield "room", told if shortage else ""
        late = spooled >= self._settings.unread_minutes * 60
        yield "spool", f"a mail waits in the spool for {_minutes(spooled)}; the log says why" if late else ""
        oldest = outbox_control.counts(session, now).oldest_seconds or 0
        late = oldest >= self._settings.outbox_minutes * 60
        told = f"a letter waits for {_minutes(oldest)}; `loket outbox list --state pending` says what came back"
        yield "outbox", told if late else ""
        shunted = ledger.counts(session)[ledger.SHUNTED]
        told = f"mails that could not be read: {shunted}; `loket mail list --state shunted` shows them"
        yield "shunted", told if shunted else ""

    def _canaries(self, session: Session, now: datetime) -> Iterator[tuple[str, str]]:
        late = timedelta(minutes=self._settings.canary_late_minutes)
        since = now - late - 2 * timedelta(minutes=self._settings.canary_minutes)
        for name, canary in canaries.missing(session, since, now - late).items():
            wanted = canary is not None and self._settings.canary_minutes
            yield f"canary:{name}", _lost(canary) if wanted and canary else ""


def _lost(canary: Canary) -> str:
    sent = f"a mail to ourselves of {canary.sent_at:%H:%M} UTC"
    if canary.trouble:
        return f"{sent} could not be sent: {canary.trouble}"
    return f"{sent} has not come back: look for it at the mail server, in the mailbox, and among its junk"


def _minutes(seconds: float) -> str:
    return f"{round(seconds / 60)} minutes"

"""Carries alerts to the operators: one mail an incident past the outbox, a command, or both; and tells when it is over.

The mail does not go through the outbox, which may be what is in trouble, and may have a mail server of its own. What
could not be told is tried again at the next look; a death between telling and writing it down tells twice.

That the store itself is away is known here alone, for as long as it is.
"""

from __future__ import annotations

import html
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Engine

from intake.settings import AlertSettings
from parsing.mail import Address
from replies.compose import Heading, compose
from replies.errors import RepliesError
from replies.letters import Letter
from replies.oauth import TokenSource
from replies.settings import DkimSettings, SmarthostSettings
from replies.straight import message_id, post
from store import alerts
from store.engine import looking, writing
from store.models import Alert

_log = structlog.get_logger(__name__)

#: A command that takes longer hangs; the alerts behind it must not wait for it.
COMMAND_SECONDS = 30


class Alarm:
    """The way to the operators."""

    def __init__(
        self,
        settings: AlertSettings,
        *,
        sender: str,
        route: SmarthostSettings | None,
        tokens: TokenSource | None = None,
        keys: Sequence[DkimSettings] = (),
        engine: Engine,
        now: Callable[[], datetime],
    ) -> None:
        """Tell by mail from `sender` by way of `route`, where there are addresses and a route; and by the command.

        The mails are signed by those of the desks' keys that speak for the sender.
        """
        self._settings = settings
        self._sender = settings.sender or sender
        self._route = route
        self._tokens = tokens
        self._keys = keys
        self._engine = engine
        self._now = now
        self._away: Alert | None = None  # the store is, since then
        self._away_told = False

    def carry_out(self) -> None:
        """Tell what the operators have not heard. Raises StoreUnreachable."""
        with looking(self._engine) as session:
            news = list(alerts.untold(session))
        for alert in news:
            recovery = alert.cleared_at is not None
            _log.log(*_line(recovery), alert=alert.key, sentence=alert.sentence)
            if self._tell(alert, recovery=recovery):
                with writing(self._engine) as session:
                    alerts.told(session, alert.id or 0, recovery=recovery, now=self._now())

        self._is_back()

    def without_store(self, sentence: str) -> None:
        """The store is away: after the time that a door has to recover, the operators hear of that too."""
        now = self._now()
        self._away = self._away or Alert(key="store", sentence=sentence, raised_at=now, seen_at=now)
        patience = timedelta(minutes=self._settings.door_minutes)
        if not self._away_told and now - self._away.raised_at >= patience:
            _log.log(*_line(False), alert=self._away.key, sentence=sentence)
            self._away_told = self._tell(self._away, recovery=False)

    def _is_back(self) -> None:
        away, self._away = self._away, None
        if away is not None and self._away_told:
            away.cleared_at = self._now()
            _log.log(*_line(True), alert=away.key, sentence=away.sentence)
            self._tell(away, recovery=True)
        self._away_told = False

    def _tell(self, alert: Alert, *, recovery: bool) -> bool:
        """By every way that there is; one that works is enough for the incident to be told."""
        ways: list[Callable[[Alert, bool], None]] = []
        if self._settings.addresses and self._route is not None:
            ways.append(self._mail)
        if self._settings.command:
            ways.append(self._run)
        if not ways:
            return True  # the log, and `status`
        told = [self._tried(way, alert, recovery) for way in ways]  # all of them, and not until the first that works
        return True in told

    def _tried(self, way: Callable[[Alert, bool], None], alert: Alert, recovery: bool) -> bool:
        try:
            way(alert, recovery)
        except (OSError, RepliesError, subprocess.SubprocessError) as error:
            _log.error("an alert could not be told", alert=alert.key, why=type(error).__name__)
            return False
        return True

    def _mail(self, alert: Alert, recovery: bool) -> None:
        assert self._route is not None  # noqa: S101  # see _tell
        letter = _letter(alert, recovery=recovery)
        for address in self._settings.addresses:
            msgid = message_id(self._sender)
            heading = Heading(
                from_=Address(name="loket", address=self._sender),
                to=address,
                reply_to=None,
                message_id=msgid,
                date=self._now(),
                auto_submitted="auto-generated",
            )
            post(
                self._route,
                sender="",
                recipient=address,
                message_id=msgid,
                content=compose(letter, heading, self._keys),
                tokens=self._tokens,
            )

    def _run(self, alert: Alert, recovery: bool) -> None:
        environment = os.environ | _told(alert, recovery=recovery)
        subprocess.run(  # noqa: S603  # the operator's own command, without a shell
            self._settings.command,
            input=alert.sentence.encode(),
            env=environment,
            timeout=COMMAND_SECONDS,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def _line(recovery: bool) -> tuple[int, str]:
    return (20, "an incident is over") if recovery else (40, "something is wrong")  # logging's INFO and ERROR


def _told(alert: Alert, *, recovery: bool) -> Mapping[str, str]:
    """What the command finds in its environment."""
    return {
        "LOKET_ALERT_KEY": alert.key,
        "LOKET_ALERT_STATE": "over" if recovery else "wrong",
        "LOKET_ALERT_SENTENCE": alert.sentence.replace("\0", " "),
        "LOKET_ALERT_SINCE": alert.raised_at.isoformat(),
    }


def _letter(alert: Alert, *, recovery: bool) -> Letter:
    since = f"{alert.raised_at:%Y-%m-%d %H:%M} UTC"
    if recovery:
        text = f"This is over:\n\n{alert.sentence}\n\nIt began at {since}, and ended at {alert.cleared_at:%H:%M} UTC.\n"
    else:
        text = f"{alert.sentence}\n\nSince {since}. `loket status` shows whether it lasts; its end is told too.\n"
    subject = f"loket: {'over' if recovery else 'wrong'}: {alert.key}"
    return Letter(subject=subject, text=text, html=f"<pre>{html.escape(text)}</pre>")

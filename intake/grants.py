"""Which logins use which grant: one source of tokens for each provider and user name that the configuration names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from intake.config import Settings
from replies.errors import RepliesError
from replies.oauth import TokenSource
from store.errors import StoreUnreachable

_log = structlog.get_logger(__name__)


class Grants:
    """All of them."""

    def __init__(self, settings: Settings, *, engine: Engine, master: bytes, now: Callable[[], datetime]) -> None:
        lock = settings.data / "oauth.lock"
        self._sources = {
            (name, username): TokenSource(
                settings.oauth[name], username, engine=engine, master=master, lock=lock, now=now
            )
            for name, username in sorted(set(logins(settings)))
        }

    def of(self, name: str | None, username: str | None) -> TokenSource | None:
        """The tokens of a login; None where it has a password."""
        return self._sources[name, username or ""] if name else None

    def keep(self) -> None:
        """See that no login dies unused, or unannounced."""
        for source in self._sources.values():
            try:
                source.keep()
            except (RepliesError, StoreUnreachable) as error:
                _log.warning("a login could not be renewed", login=source.name, why=str(error))


def logins(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every login by OAuth that the configuration names: provider's table, user name."""
    for account in settings.intake.imap:
        if account.oauth:
            yield account.oauth, account.username
    for route in (settings.replies.smtp, settings.alerts.smtp):
        if route is not None and route.oauth:
            yield route.oauth, route.username or ""

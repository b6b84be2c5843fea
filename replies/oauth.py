"""Access tokens for a mailbox, over IMAP and SMTP alike (RFC 6749; XOAUTH2 as Google and Microsoft speak it).

A provider may return a new refresh token with every answer and let the old one die: so whatever it returns is
committed, sealed, before it is used, by one asker at a time on this machine. A grant that dies or is revoked is an
incident with its remedy; the next look after `loket auth` finds the new one in the store.
"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import Engine

from replies import web
from replies.errors import GrantMissing, GrantRefused, TokenServerDown
from replies.oauth_settings import OAuthSettings
from replies.verdicts import printable
from store import alerts, grants
from store.engine import looking, writing
from store.grants import Tokens

#: An access token is renewed so long before its end: a session that begins with it should have some time.
AHEAD: Final = timedelta(minutes=5)

#: Where an answer does not say how long its token lasts (RFC 6749, 5.1: "recommended").
DEFAULT_SECONDS: Final = 3600

#: A login that nothing uses is used all the same once a day, so that it does not die of that.
IDLE: Final = timedelta(days=1)

#: Operators hear of a login's death so long before it.
WARNING: Final = timedelta(days=7)

#: RFC 6749, 5.2: errors that only a person can mend.
_REFUSALS: Final = frozenset({
    "invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope", "interaction_required",
    "consent_required",
})  # fmt: skip


class TokenSource:
    """One login's tokens. Its methods may be called from any thread."""

    def __init__(
        self,
        settings: OAuthSettings,
        username: str,
        *,
        engine: Engine,
        master: bytes,
        lock: Path,
        now: Callable[[], datetime],
    ) -> None:
        """Nothing is read or asked yet. `lock` is a file of the data folder."""
        self._settings = settings
        self._engine = engine
        self._master = master
        self._lock_file = lock
        self._now = now
        self._lock = threading.Lock()
        self._unsaved: Tokens | None = None  # what the store did not take when it came
        self.username = username
        self.name = f"{settings.name}:{username}"

    def access(self, *, instead_of: str = "") -> str:
        """An access token that holds for a while; another one than a token that a server has refused.

        Raises GrantMissing, GrantRefused, TokenServerDown, StoreUnreachable.
        """
        with self._alone():
            held = self._read()
            if held.access and held.access != instead_of and self._lasts(held):
                return held.access
            return self._renewed(held).access or ""

    def keep(self) -> None:
        """Use a login that nothing else uses, and warn before it dies. Raises as `access`, without GrantMissing."""
        with self._alone():
            held = self._read()
            idle = held.renewed_at is None or self._now() - held.renewed_at >= IDLE
            if held.revision and not held.refused and idle:
                held = self._renewed(held)
        dying = held.dies_at is not None and held.dies_at - self._now() < WARNING and not held.refused
        told = f"the login of {self.name} dies on {held.dies_at:%Y-%m-%d}: run {self._remedy}" if dying else ""
        self._tell("dies", told)

    def grant(self, answer: Mapping[str, Any]) -> None:
        """A person has just allowed it: keep what the provider returned."""
        with self._alone(), writing(self._engine) as session:
            grants.write(session, self._master, self.name, self._taken(grants.NONE, answer), self._now())
            for what in ("refused", "dies"):
                alerts.clear(session, f"oauth:{self.name}:{what}", self._now())

    @property
    def _remedy(self) -> str:
        return f"`loket auth {self._settings.name} --user {self.username}`"

    def _read(self) -> Tokens:
        if self._unsaved is not None:
            self._save(self._unsaved)
        with looking(self._engine) as session:
            return grants.read(session, self._master, self.name)

    def _lasts(self, held: Tokens) -> bool:
        return held.access_until is not None and held.access_until - self._now() > AHEAD

    def _renewed(self, held: Tokens) -> Tokens:
        if self._settings.flow != "application" and held.refresh is None:
            self._tell("refused", f"nobody has allowed the login of {self.name} yet: run {self._remedy}")
            raise GrantMissing(self._remedy)
        if held.refused:
            raise GrantRefused(f"{held.refused}; {self._remedy}")
        answer = self._ask(held)
        tokens = self._taken(held, answer)
        if held.revision:
            self._save(tokens)
        else:  # an administrator allowed it: the first token begins the grant
            with writing(self._engine) as session:
                grants.write(session, self._master, self.name, tokens, self._now())
        self._tell("refused", "")
        return tokens

    def _save(self, tokens: Tokens) -> None:
        self._unsaved = tokens
        with writing(self._engine) as session:
            grants.renew(session, self._master, self.name, tokens, self._now())
        self._unsaved = None

    def _ask(self, held: Tokens) -> Mapping[str, Any]:
        fields = {"client_id": self._settings.client_id}
        if self._settings.client_secret is not None:
            fields["client_secret"] = self._settings.client_secret.get_secret_value()
        if self._settings.flow == "application":
            fields |= {"grant_type": "client_credentials", "scope": self._settings.endpoints.scope}
        else:
            fields |= {"grant_type": "refresh_token", "refresh_token": held.refresh or ""}
        status, answer = ask(self._settings, self._settings.endpoints.token_url, fields)
        if status == 200 and isinstance(answer.get("access_token"), str):  # noqa: PLR2004  # RFC 6749, 5.1
            return answer
        why = failure(status, answer)
        if answer.get("error") not in _REFUSALS:
            raise TokenServerDown(f"{self._settings.name}: {why}")
        self._refused(held, why)
        raise GrantRefused(f"{why}; {self._remedy}")

    def _refused(self, held: Tokens, why: str) -> None:
        with writing(self._engine) as session:
            grants.refuse(session, self.name, held.revision, why)
        self._tell("refused", f"{self.name} is refused by its provider ({why}): run {self._remedy}")

    def _taken(self, held: Tokens, answer: Mapping[str, Any]) -> Tokens:
        """The tokens after an answer: what it does not name stays as it was."""
        now = self._now()
        fresh = answer.get("refresh_token")
        told = _seconds(answer.get("refresh_token_expires_in"), 0)
        fixed = bool(told) or (held.fixed and not fresh)
        lives = timedelta(seconds=told) if told else timedelta(days=self._settings.endpoints.lifetime_days)
        lasting = self._settings.flow == "application"
        return replace(
            held,
            refresh=fresh if isinstance(fresh, str) else held.refresh,
            access=str(answer.get("access_token") or "") or None,
            access_until=now + timedelta(seconds=_seconds(answer.get("expires_in"), DEFAULT_SECONDS)),
            renewed_at=now,
            dies_at=None if lasting else held.dies_at if fixed and not told else now + lives,
            fixed=fixed,
            refused="",
        )

    def _tell(self, what: str, sentence: str) -> None:
        key = f"oauth:{self.name}:{what}"
        with writing(self._engine) as session:
            if sentence:
                alerts.raise_(session, key, sentence, self._now())
            else:
                alerts.clear(session, key, self._now())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One asker at a time: of two who use the same refresh token, the second is taken for a thief."""
        with self._lock, self._lock_file.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def sasl(username: str, token: str) -> str:
    """What XOAUTH2 says first (https://developers.google.com/gmail/imap/xoauth2-protocol)."""
    if not (username + token).isprintable():
        raise GrantRefused("a control character in user name or token")
    return f"user={username}\x01auth=Bearer {token}\x01\x01"


def ask(settings: OAuthSettings, url: str, fields: Mapping[str, str]) -> tuple[int, Mapping[str, Any]]:
    """Ask a provider; TokenServerDown where it does not answer."""
    try:
        return web.post(url, fields, settings.ca_file)
    except OSError as error:
        raise TokenServerDown(f"{settings.name}: {error.strerror or type(error).__name__}") from error


def failure(status: int, answer: Mapping[str, Any]) -> str:
    """A provider's refusal in words; a token never stands in them."""
    told = f"{answer.get('error') or status} {answer.get('error_description') or ''}"
    return printable(told)[:200]


def _seconds(value: object, default: int) -> int:
    try:
        return max(0, int(str(value)))
    except ValueError:
        return default

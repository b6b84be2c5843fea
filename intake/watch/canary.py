"""Sends a mail to each desk's own address, which has to come back by its door: the whole way, as a customer's goes.

It says nothing of its return: that is written down where the mail arrives, and watched in `watching.py`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from intake.desks import OpenDesk
from parsing.mail import Address
from replies.compose import Heading, compose
from replies.errors import RepliesError
from replies.letters import Letter
from replies.oauth import TokenSource
from replies.settings import SmarthostSettings
from replies.straight import post
from store import canaries
from store.engine import writing

_log = structlog.get_logger(__name__)

_WORDS = "loket sends this mail to itself to see whether mail comes through. Nobody has to do anything.\n"


class Canaries:
    """The mails to ourselves of all desks."""

    def __init__(
        self,
        desks: Iterable[OpenDesk],
        *,
        route: SmarthostSettings,
        tokens: TokenSource | None,
        engine: Engine,
        now: Callable[[], datetime],
    ) -> None:
        self._desks = list(desks)
        self._route = route
        self._tokens = tokens
        self._engine = engine
        self._now = now

    def fly(self) -> None:
        """Send one for each desk. Raises StoreUnreachable."""
        for desk in self._desks:
            _message_id, trouble = self.send(desk, desk.settings.addresses[0])
            if trouble:
                _log.warning("the mail to ourselves could not be sent", desk=desk.settings.name, why=trouble)

    def send(self, desk: OpenDesk, address: str) -> tuple[str, str]:
        """Send one to an address of a desk: its Message-ID, and why it could not be sent. Raises StoreUnreachable."""
        message_id = f"{canaries.PREFIX}{secrets.token_hex(16)}@{address.rpartition('@')[2].lower()}"
        with writing(self._engine) as session:
            number = canaries.fly(session, desk.id, message_id, self._now())
        try:
            self._send(desk, address, message_id)
        except (OSError, RepliesError) as error:
            with writing(self._engine) as session:
                canaries.fell(session, number, str(error))
            return message_id, str(error) or type(error).__name__
        return message_id, ""

    def _send(self, desk: OpenDesk, address: str, message_id: str) -> None:
        heading = Heading(
            from_=Address(name="loket", address=desk.settings.addresses[0]),
            to=address,
            reply_to=None,
            message_id=message_id,
            date=self._now(),
            auto_submitted="auto-generated",
        )
        letter = Letter(subject="loket: does mail come through?", text=_WORDS, html=f"<p>{_WORDS}</p>")
        content = compose(letter, heading, desk.settings.dkim)
        post(
            self._route,
            sender=desk.settings.addresses[0],
            recipient=address,
            message_id=message_id,
            content=content,
            tokens=self._tokens,
        )

"""A mail that goes to a server at once, past the outbox: for what cannot wait there, or must not trust it."""

from __future__ import annotations

import secrets

from replies.errors import SmarthostDown
from replies.oauth import TokenSource
from replies.settings import SmarthostSettings
from replies.smarthost import Smarthost
from store.outbox import Claim, Sent


def post(
    route: SmarthostSettings,
    *,
    sender: str,
    recipient: str,
    message_id: str,
    content: bytes,
    tokens: TokenSource | None = None,
    timeout: int = 60,
) -> None:
    """Hand a mail on now. Raises SmarthostDown where it was not taken, for whatever reason.

    `timeout` in seconds is for the answer to the dot; whoever cannot wait so long sends twice rather than not.
    """
    claim = Claim(
        letter_id=0,
        fence=0,
        message_id=message_id,
        envelope_from=sender,
        recipients=(recipient,),
        content=content,
        attempts=1,
    )
    smarthost = Smarthost(route.model_copy(update={"timeout": min(timeout, route.timeout)}), tokens=tokens)
    try:
        outcome = smarthost.hand_on(claim, lambda: None)[recipient]
    finally:
        smarthost.close()
    if not isinstance(outcome, Sent):
        raise SmarthostDown(str(outcome))


def message_id(address: str) -> str:
    """A fresh msg-id at an address's domain, without angle brackets; it means nothing."""
    return f"{secrets.token_hex(16)}@{address.rpartition('@')[2].lower()}"

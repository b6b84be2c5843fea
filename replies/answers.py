"""An agent's answer in its final bytes: from the team, to one who takes part, in the customer's thread.

A person wrote it, so nothing in it says that it is automatic; its envelope sender is the signed address, by which a
bounce finds its ticket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from parsing.mail import Address
from replies import compose, tokens
from replies.acknowledge import Composed
from replies.enclosing import File
from replies.letters import Letter
from replies.settings import DeskSettings
from store.keys import TokenKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """Where an answer belongs in the conversation."""

    desk_address: str  #: which of the desk's addresses the customer wrote to
    answered: str | None  #: the msg-id of the customer's last mail, without angle brackets
    references: Sequence[str]  #: what customer and desk have written before it, oldest first


def composed(
    desk: DeskSettings,
    letter: Letter,
    thread: Thread,
    enclosures: Sequence[File],
    *,
    recipient: str,
    role: str,
    token_key: TokenKey,
    handle: int,
    sequence: int,
    now: datetime,
) -> Composed:
    """The answer to one who takes part: `role` and `handle` are that participant's. Raises as `compose` does."""
    local = now.astimezone(desk.zone)
    token = tokens.mint(token_key, handle, role, tokens.expiry(role, local.date()))
    address = tokens.address(thread.desk_address, token, desk.separator)
    heading = compose.Heading(
        from_=Address(name=desk.display_name, address=thread.desk_address),
        to=recipient,
        reply_to=address,
        message_id=tokens.message_id(thread.desk_address, token, sequence),
        date=local,
        in_reply_to=thread.answered,
        references=thread.references,
        loop_mark=tokens.loop_mark(token_key),
    )
    return Composed(
        message_id=heading.message_id,
        envelope_from=address,
        recipient=recipient,
        subject=letter.subject,
        text=letter.text,
        content=compose.compose(letter, heading, desk.dkim, enclosures),
    )

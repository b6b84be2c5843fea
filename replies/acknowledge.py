"""Makes the acknowledgement of a report ready for the outbox, from the desk's and the ticket's values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from parsing.mail import Address
from replies import compose, letters, tokens
from replies.findings import Words
from replies.letters import Letter, TicketView
from replies.settings import DeskSettings
from store.keys import TokenKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """A mail of ours, ready to be queued."""

    message_id: str  #: without angle brackets
    envelope_from: str  #: "" is the null reverse-path
    recipient: str
    subject: str
    text: str  #: what an agent is shown of it
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The mail that is acknowledged, as far as its acknowledgement refers to it."""

    sender: str  #: where the acknowledgement goes
    desk_address: str  #: which of the desk's addresses it was written to
    message_id: str | None  #: without angle brackets
    references: Sequence[str] = ()


def prepare(
    desk: DeskSettings,
    view: TicketView,
    answered: Answered,
    *,
    token_key: TokenKey,
    handle: int,
    sequence: int,
    words: Words,
    repeat_findings: bool,
    now: datetime,
) -> Composed:
    """The acknowledgement in its final bytes, from the null reverse-path (RFC 3834, 3.3).

    `handle` is the requester's, as a participant of the ticket; `sequence` sets that participant's letters apart.
    Raises AddressRefused for a sender whom no mail can reach (see addresses.sendable), LetterUnreadable and
    ComposeMismatch.
    """
    letter = letters.acknowledgement(desk, view, words=words, repeat_findings=repeat_findings)
    return composed(desk, letter, answered, token_key=token_key, handle=handle, sequence=sequence, now=now)


def composed(
    desk: DeskSettings,
    letter: Letter,
    answered: Answered,
    *,
    token_key: TokenKey,
    handle: int,
    sequence: int,
    now: datetime,
    auto_submitted: str = "auto-replied",
) -> Composed:
    """A letter to who wrote to us, in its final bytes, likewise."""
    local = now.astimezone(desk.zone)
    token = tokens.mint(token_key, handle, "requester", tokens.expiry("requester", local.date()))
    heading = compose.Heading(
        from_=Address(name=desk.display_name, address=answered.desk_address),
        to=answered.sender,
        reply_to=tokens.address(answered.desk_address, token, desk.separator),
        message_id=tokens.message_id(answered.desk_address, token, sequence),
        date=local,
        in_reply_to=answered.message_id,
        references=answered.references,
        auto_submitted=auto_submitted,
        loop_mark=tokens.loop_mark(token_key),
    )
    content = compose.compose(letter, heading, desk.dkim)
    return Composed(
        message_id=heading.message_id,
        envelope_from="",
        recipient=answered.sender,
        subject=letter.subject,
        text=letter.text,
        content=content,
    )

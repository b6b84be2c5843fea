"""What the store knows that bears on the fate of one mail at one desk. `lookup.py` gathers it, triage decides on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Relation(IntEnum):
    """How a mail is tied to a ticket that exists, the strongest tie first."""

    TOKEN = 0  # it came to a signed reply address, or answers a msg-id that carries one
    ANSWERS = 1  # it refers to a message of the ticket
    OVERTAKEN = 2  # a message of the ticket refers to it: the answer was quicker
    SIBLING = 3  # both refer to a message that has not come


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """The same mail, as the ledger has it from before."""

    mail_id: int
    state: str  #: done or shunted
    ticket_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A ticket that the mail may belong to."""

    ticket_id: int
    number: str
    status: str
    relation: Relation
    sender_takes_part: bool  #: the mail's From is a participant of the ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All of it."""

    earlier: Earlier | None = None
    same_message_id: bool = False  #: another mail with other content bears its Message-ID
    candidates: tuple[Candidate, ...] = ()  #: the best first
    sender_known: bool = False  #: the address has written to this desk before
    mails_before: int = 0  #: from that address
    acknowledged_last_hour: int = 0  #: acknowledgements to the sender's address
    acknowledged_last_day: int = 0

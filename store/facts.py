"""What the store knows that bears on the fate of one mail at one desk. `lookup.py` gathers it, triage decides on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

#: The role of a participant, and of a reply token, that is an agent's.
AGENT = "agent"

#: Likewise, of somebody whom an agent has asked a side question.
ASKED = "asked"


#: Of a sender's mails so many are counted: a program may have sent a hundred thousand, and each would count them all.
MAX_COUNTED = 1_000


class Purpose(StrEnum):
    """What a mail to a signed address of an agent's does, whatever its words are. The order is that of the tokens."""

    ANSWER = "answer"  # its words go to the customer; the serial is that of the newest answer that the agent saw
    NOTE = "note"  # its words stay inside
    CLOSE = "close"
    OPEN = "open"
    TAKE = "take"
    WAIT = "wait"
    UNDO = "undo"  # takes back the answer of that serial, with 0 the agent's last deed
    SEND = "send"  # lets the held answer of that serial go
    KEEP = "keep"  # makes it a note
    DISCARD = "discard"
    CONFIRM = "confirm"  # yes to what was proposed: a forwarded mail's sender is the customer
    WATCH = "watch"
    MUTE = "mute"
    HELP = "help"


#: Why two tickets are linked, the later of which was opened by who took no part in the earlier one.
CLAIMS_TO_ANSWER = "claims_to_answer"


class Relation(IntEnum):
    """How a mail is tied to a ticket that exists, the strongest tie first."""

    TOKEN = 0  # it came to a signed reply address, or answers a msg-id that carries one
    ANSWERS = 1  # it refers to a message of the ticket
    OVERTAKEN = 2  # a message of the ticket refers to it: the answer was quicker
    SIBLING = 3  # both refer to a message that has not come
    NUMBER = 4  # its subject names the ticket's number


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
    sender_takes_part: bool  #: the mail's From is a participant of the ticket, and of the token where it came to one
    borrowed: bool = False  #: the ticket was itself opened by a mail that answered a letter to somebody else
    alias_takes_part: bool = False  #: not the From itself, but another address of the same person or mailbox
    sender_authenticates: bool = False  #: mail from the sender's address has authenticated before
    addressed: bool = False  #: of TOKEN: it came to the reply address; else it answers a msg-id with the token
    closed_for: timedelta | None = None  #: how long the ticket has been closed
    transaction_ids: frozenset[str] = frozenset()  #: that the ticket is about


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """An automatic letter of ours that was answered."""

    at: datetime  #: when the answer came
    kind: str  #: how it answered: see intake/decision/loops.py


@dataclass(frozen=True, kw_only=True, slots=True)
class OurLetter:
    """A letter of ours."""

    at: datetime
    ticket_id: int | None
    automatic: bool = True  #: else a person's answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """What has gone to and fro between a sender and us within the last days, as far as automatic letters took part."""

    letter: OurLetter | None = None  #: the last one, where no mail has followed it yet
    rounds: tuple[Round, ...] = ()  #: the newest first
    said: tuple[str, ...] = ()  #: the words of the sender's last mails; none where we wrote no letter
    ours: tuple[str, ...] = ()  #: the words of our last letters


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """A letter of ours that came back, by the token that it bore."""

    ticket_id: int
    letter_id: int
    address: str  #: whom the letter was for
    inside: bool = False  #: an agent, or somebody whom an agent asked: no customer


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentFacts:
    """An agent by whose address a mail says it comes."""

    name: str
    role: str  #: agent, lead, kyc, auditor
    id: int = 0  #: the row's key
    address: str = ""  #: where letters to this agent go: the first that was registered


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentToken:
    """An agent's token of ours that a mail presents."""

    ticket_id: int
    holder: AgentFacts | None  #: whom it was made for; None where that is nobody's registered address any more
    purpose: Purpose | None
    serial: int
    good: bool  #: it has not expired
    addressed: bool  #: the mail came to its address; else it stands in a msg-id that the mail answers
    by_customer: bool  #: the mail's sender takes part in the ticket as a customer


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedToken:
    """The reply address of a side question that a mail came to, from whom it was sent to."""

    ticket_id: int
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All of it."""

    earlier: Earlier | None = None
    same_message_id: bool = False  #: another mail with other content bears its Message-ID
    candidates: tuple[Candidate, ...] = ()  #: the best first
    neighbours: tuple[str, ...] = ()  #: whom the sender may want to be taken for: who takes part in those, and agents
    sender_known: bool = False  #: the address has written to this desk before
    acquainted: bool = False  #: mail from it was proven before, or a person of ours has answered it
    mails_before: int = 0  #: from that address; of very many only the first are counted
    acknowledged_last_hour: int = 0  #: acknowledgements to the sender's address
    acknowledged_last_day: int = 0
    written_last_day: int = 0  #: automatic letters to the sender's address, of whatever kind
    acknowledged_to_domain: int = 0  #: within the hour, to all addresses of the sender's domain
    acknowledged_by_desk: int = 0  #: within the hour, to everybody
    exchange: Exchange = Exchange()  #: with the sender
    braked: bool = False  #: automatic letters to the sender are stopped
    looped: bool = False  #: they are, or were within the last days
    undeliverable: bool = False  #: letters to the sender came back for good
    returned: Returned | None = None  #: the letter that the mail reports as not delivered
    elsewhere: tuple[tuple[str, str], ...] = ()  #: accounts that another address wrote about, and in which ticket
    agent: AgentFacts | None = None  #: whose registered address the From is
    token: AgentToken | None = None  #: of an agent, that it presents
    asked: AskedToken | None = None  #: the side question that it answers

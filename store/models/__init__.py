"""The tables, one file a matter. Only shapes stand here; what may be done with a row stands in its own module.

Every row that belongs to a desk carries its `desk_id`, and every query that serves a desk names it.
Instants are aware UTC. A `*_digest` is a keyed hash, so that equality can be found within one desk without
keeping what it was made from.
"""

from __future__ import annotations

from store.models.alerts import Alert
from store.models.canaries import Canary
from store.models.clocks import Clock
from store.models.doors import DoorHealth, Mailbox, MailboxUid
from store.models.grants import Grant
from store.models.guarding import AccountUse, Brake, Tally
from store.models.incidents import Incident, IncidentTicket
from store.models.ledger import Arrival, Desk, Mail, Route
from store.models.letters import Letter, LetterAttempt, LetterRecipient
from store.models.notices import Bulletin, Notice
from store.models.orders import Answer, Attention, Tag
from store.models.people import Agent, AgentAddress, Participant, Person, PersonAddress
from store.models.sealed import Access, Blob, SealingKey
from store.models.tickets import Attachment, Event, Finding, Mark, Message, ThreadId, Ticket, TicketLink

__all__ = [
    "Access",
    "AccountUse",
    "Agent",
    "AgentAddress",
    "Alert",
    "Answer",
    "Arrival",
    "Attachment",
    "Attention",
    "Blob",
    "Brake",
    "Bulletin",
    "Canary",
    "Clock",
    "Desk",
    "DoorHealth",
    "Event",
    "Finding",
    "Grant",
    "Incident",
    "IncidentTicket",
    "Letter",
    "LetterAttempt",
    "LetterRecipient",
    "Mail",
    "Mailbox",
    "MailboxUid",
    "Mark",
    "Message",
    "Notice",
    "Participant",
    "Person",
    "PersonAddress",
    "Route",
    "SealingKey",
    "Tag",
    "Tally",
    "ThreadId",
    "Ticket",
    "TicketLink",
]

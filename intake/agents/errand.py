"""One agent's mail, with who wrote it and what it is about: what every part of this room works on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from intake.agents import mailing
from intake.effects import letter_box
from intake.effects.work import Work
from parsing.body.commands import Orders, read_orders
from replies import wording
from replies.agent_addresses import AgentAddresses
from replies.order_words import Phrases, phrases
from store import answers, people
from store.facts import AgentFacts, Purpose
from store.models import Agent, Ticket


class Refused(Exception):
    """An order cannot be carried out; `key` is the phrase that tells why."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """An agent's mail in hand."""

    session: Session
    work: Work
    agent: AgentFacts  #: who wrote it, or whom it is told to
    ticket: Ticket
    mail_id: int
    message_id: int  #: of the note that the mail has become
    purpose: Purpose
    serial: int  #: the newest answer that the agent had seen, or the one that is meant

    @property
    def ticket_id(self) -> int:
        """The ticket's key."""
        return self.ticket.id or 0

    @property
    def orders(self) -> Orders:
        """What the mail orders, and its words without that."""
        return read_orders(self.work.mail.spoken)

    @property
    def desk_address(self) -> str:
        """Which of the desk's addresses the agent wrote to."""
        return letter_box.written_to(self.work)

    @property
    def speech(self) -> Phrases:
        """What is said to this agent, in the agent's language."""
        return speech(self.session, self.work, self.agent)

    @property
    def addresses(self) -> AgentAddresses:
        """The agent's signed addresses for this ticket."""
        part = people.agents_part(self.session, self.work.desk.id, self.ticket_id, self.agent.address)
        return mailing.addresses(self.work.desk, self.ticket, part, self.desk_address, self.work.now)

    def reply_to(self) -> str:
        """Where an answer to what we tell the agent goes: to the customer, or inside, as the mail in hand did."""
        purpose = Purpose.ANSWER if self.purpose in (Purpose.ANSWER, Purpose.CONFIRM) else Purpose.NOTE
        return self.addresses.to(purpose, answers.newest(self.session, self.ticket_id))


def speech(session: Session, work: Work, agent: AgentFacts) -> Phrases:
    """What is said to an agent, in that agent's language, else in the desk's first."""
    row = session.get(Agent, agent.id)
    language = mailing.spoken(work.desk, row.language if row else "")
    return wording.laid_over(phrases, language, work.desk.settings.templates)

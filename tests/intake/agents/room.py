"""A desk with agents: their mails, their customers', and what everybody receives."""

from __future__ import annotations

import email
import email.policy
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from intake.agent_settings import NoticeSettings
from intake.agents.mailing import Means
from intake.agents.notifying import Notifier
from intake.directory import Directory
from replies import letters
from replies.agent_addresses import AgentAddresses
from replies.settings import DeskSettings
from store import answers, outbox, people, rows
from store.engine import looking, writing
from store.facts import Purpose
from store.models import Agent, Answer, Event, Letter, LetterRecipient, Message, Ticket
from store.outbox import Sent
from tests.intake.conftest import Counter, make_counter

MX = "mx.desk.test"
BUDI = "budi@example.com"
ANI, ANI_AT_HOME, DEWI, KYC = "ani@kantor.test", "ani.pribadi@rumah.test", "dewi@kantor.test", "kiki@kantor.test"


@dataclass
class Room:
    """The desk and its people."""

    counter: Counter
    received: dict[str, list[EmailMessage]] = field(default_factory=dict)
    serial: int = 0

    def take(
        self,
        sender: str,
        to: str,
        body: str = "",
        *,
        subject: str = "Deposit belum masuk",
        html: str | None = None,
        files: Sequence[tuple[str, str, bytes]] = (),
        vouched: bool = True,
        headers: dict[str, str] | None = None,
        mail: EmailMessage | None = None,
        envelope: dict[str, Any] | None = None,
    ) -> str:
        """Hand a mail in as the border brings it; returns its Message-ID."""
        self.serial += 1
        self.counter.later(seconds=1)
        mail = mail or EmailMessage()
        own_id = f"<m{self.serial}@{sender.rpartition('@')[2]}>"
        told = {"From": sender, "To": to, "Subject": subject, "Message-ID": own_id}
        told |= {"Date": "Tue, 24 Nov 2026 12:00:00 +0700"} | (headers or {})
        for name, value in told.items():
            mail[name] = value
        if not mail.is_multipart() and not mail.get_payload():
            mail.set_content(body)
            if html is not None:
                mail.add_alternative(html, subtype="html")
            for name, kind, content in files:
                main, _, sub = kind.partition("/")
                mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
        domain = sender.rpartition("@")[2]
        verdict = f"dmarc={'pass' if vouched else 'none'} header.from={domain}"
        content = f"Authentication-Results: {MX}; {verdict}\r\n".encode() + mail.as_bytes()
        self.counter.take(content, mail_from=sender, rcpt_to=(to,), **(envelope or {}))
        return own_id.strip("<>")

    def customer(self, body: str = "Username: budi_99\nDeposit belum masuk.\n", to: str = "", **more: Any) -> str:
        """The customer writes."""
        return self.take(BUDI, to or "help@desk.test", body, **more)

    def agent(self, body: str, purpose: Purpose = Purpose.ANSWER, *, sender: str = ANI, **more: Any) -> str:
        """An agent answers the newest notice of the newest ticket."""
        to = more.pop("to", None) or self.address(purpose, agent=more.pop("notice_of", sender))
        return self.take(sender, to, body, subject=f"Re: {self.addresses(ANI).subject}", **more)

    def addresses(self, agent: str = ANI, ticket: Ticket | None = None) -> AgentAddresses:
        """The signed addresses that a notice of the newest ticket gives an agent."""
        ticket = ticket or self.ticket
        desk = self.counter.desks["help"]
        with writing(self.counter.engine) as session:
            found = people.agent_at(session, agent)
            part = people.agents_part(session, desk.id, ticket.id or 0, found.address if found else agent)
        return AgentAddresses(
            desk_address="help@desk.test",
            separator="+",
            key=desk.key.tokens,
            handle=part.handle,
            today=self.counter.clock[-1].date(),
            subject=letters.subject(ticket.number, ticket.subject),
        )

    def address(self, purpose: Purpose, *, agent: str = ANI, serial: int | None = None) -> str:
        """One of them; it says that all answers until now were seen."""
        if serial is None:
            with looking(self.counter.engine) as session:
                serial = answers.newest(session, self.ticket.id or 0)
        return self.addresses(agent).to(purpose, serial)

    @property
    def ticket(self) -> Ticket:
        """The newest ticket."""
        return self.counter.rows(Ticket)[-1]

    @property
    def answers(self) -> Sequence[Answer]:
        """What agents have written to customers."""
        return self.counter.rows(Answer)

    def messages(self, direction: str) -> list[Message]:
        """The newest ticket's messages of a direction."""
        return [each for each in self.counter.rows(Message) if each.direction == direction]

    def events(self) -> list[str]:
        """What happened to the newest ticket."""
        return [each.what for each in self.counter.rows(Event) if each.ticket_id == self.ticket.id]

    def deliver(self, **passed: float) -> dict[str, list[EmailMessage]]:
        """Let time pass, and hand on what is due; returns what each has received by now."""
        self.counter.later(**(passed or {"seconds": 0}))
        now = self.counter.clock[-1]
        with writing(self.counter.engine) as session:
            for claim in outbox.due(session, now, 100):
                assert outbox.intend(session, claim, now)
                mail = email.message_from_bytes(claim.content, policy=email.policy.default)
                assert isinstance(mail, EmailMessage)
                mail["X-Envelope-From"] = claim.envelope_from or "<>"
                for recipient in claim.recipients:
                    self.received.setdefault(recipient, []).append(mail)
                outcomes = {recipient: Sent("250 ok") for recipient in claim.recipients}
                outbox.record(session, claim, outcomes, now, random.Random(1))
        return self.received

    def tell(self, **passed: float) -> None:
        """Let time pass, have the agents told, and hand on what is due."""
        self.counter.later(**(passed or {"minutes": 2}))
        counter = self.counter
        means = Means(
            desks={desk.id: desk for desk in counter.desks.values()},
            queues={},
            folder=counter.blobs,
            directory=Directory([desk.settings for desk in counter.desks.values()]),
            picture_bytes=1 << 20,
        )
        Notifier(NoticeSettings(), means, engine=counter.engine, now=lambda: counter.clock[-1]).send_due()
        self.deliver()

    def kinds(self) -> dict[str, list[str]]:
        """What everybody has been sent, by kind, in order; whoever is not named has got nothing."""
        statement = select(LetterRecipient.address, Letter.kind).join(Letter).where(LetterRecipient.state == "sent")
        with looking(self.counter.engine) as session:
            found = session.exec(statement.order_by(col(Letter.id))).all()
        return {address: [kind for to, kind in found if to == address] for address in sorted({to for to, _ in found})}

    def last(self, address: str) -> EmailMessage:
        """The newest mail that somebody has received."""
        return self.received[address][-1]

    def row(self, model: Any, key: Any) -> Any:
        """A row."""
        with looking(self.counter.engine) as session:
            return rows.one(session, model, key)

    def remove(self, name: str) -> None:
        """Take an agent's rights away."""
        with writing(self.counter.engine) as session:
            people.remove_agent(session, name)

    def agent_id(self, name: str) -> int:
        """An agent's key."""
        with looking(self.counter.engine) as session:
            return session.exec(select(Agent.id).where(col(Agent.name) == name)).one() or 0


def text_of(mail: EmailMessage) -> str:
    """A mail's words."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link(mail: EmailMessage, label: str) -> str:
    """The address behind a link of a mail to an agent."""
    lines = text_of(mail).splitlines()
    place = next(index for index, line in enumerate(lines) if line.rstrip(":") == label)
    return unquote(lines[place + 1].removeprefix("mailto:").partition("?")[0])


def make_room(engine: Engine, folder: Path, *, master: bytes | None = None, **settings: Any) -> Room:
    """A desk with two agents, one of them with two addresses, and a third who opens sealed files."""
    told: dict[str, Any] = {"name": "help", "addresses": ["help@desk.test"], "trusted_authserv_ids": [MX]} | settings
    counter = make_counter(engine, folder, DeskSettings(**told), **({"master": master} if master else {}))
    with writing(engine) as session:
        people.add_agent(session, "Ani", "agent", [ANI, ANI_AT_HOME], counter.clock[-1])
        people.add_agent(session, "Dewi", "agent", [DEWI], counter.clock[-1])
        people.add_agent(session, "Kiki", "kyc", [KYC], counter.clock[-1])
    return Room(counter=counter)

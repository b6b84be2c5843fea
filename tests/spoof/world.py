"""A desk with a customer, an agent and a ticket, and an attacker outside; and what must hold whatever he sends."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from intake import border, desks
from intake.decision import authority
from intake.decision.authority import Credentials
from intake.identity import authenticate
from intake.identity.examining import Examination, Examiner
from intake.settings import FormSettings
from parsing.mail import Envelope, RawMail
from parsing.reading import read
from replies import tokens
from replies.settings import DeskSettings
from store import agent_tokens, migrate, people, rows, tickets
from store.engine import looking, open_store, writing
from store.facts import Purpose
from store.models import Event, Letter, LetterRecipient, Mail, Message, Participant, PersonAddress, Ticket
from store.states import Move
from tests.intake.conftest import Counter, make_counter
from tests.zone import Zone, domain, signed

MX = "mx.desk.test"
CUSTOMER, AGENT = "budi@legit.test", "ani@legit.test"
EVIL_CLIENT, LEGIT_CLIENT = "203.0.113.9", "198.51.100.7"

#: What only the customer and the desk know.
SECRET = "TRX-20261124-9001"

REPORT = f"Username: budi_99\nID transaksi: {SECRET}\nDeposit belum masuk jam 10.15 WIB.\n"


def mail(lines: str, *, body: str = "Halo", number: int = 0, more: str = "", to: str = "help@desk.test") -> bytes:
    """A mail with these From lines."""
    head = (
        f"{lines}\r\nTo: {to}\r\nDate: Tue, 24 Nov 2026 11:58:00 +0700\r\nMessage-ID: <m{number}@evil.test>\r\n{more}"
    )
    if "subject:" not in more.lower():
        head += "Subject: Laporan\r\n"
    return f"{head}\r\n{body}\r\n".encode("utf-8", "surrogateescape")


@dataclass
class World:
    """The desk, the ticket, and everybody's secrets."""

    counter: Counter
    zone: Zone
    bordered: bool  #: a border server vouches for senders; else the desk examines them itself
    ticket: Ticket
    participant: Participant
    agents_participant: Participant
    reply_to: str  #: the customer's reply address
    answered: str  #: the Message-ID of our acknowledgement
    sent: int = 0

    @property
    def desk(self) -> Any:
        """The open desk."""
        return self.counter.desks["help"]

    def token(self, role: str = "requester", *, days: int = 30, epoch: int | None = None) -> str:
        """A good token of the customer's or the agent's."""
        participant = self.agents_participant if role == "agent" else self.participant
        key = self.desk.key if epoch is None else type(self.desk.key)(secret=self.desk.key.secret, epoch=epoch)
        today = self.counter.clock[-1].date()
        expires = today.fromordinal(today.toordinal() + days)
        if role == "agent":
            return tokens.mint_agents(key.tokens, participant.handle, Purpose.ANSWER, 0, expires)
        return tokens.mint(key.tokens, participant.handle, role, expires)

    def address(self, token: str) -> str:
        """The reply address of a token."""
        return tokens.address("help@desk.test", token, "+")

    def take_honest(self, content: bytes, *, name: str = "legit.test", **envelope: Any) -> list[Message]:
        """A mail that a domain's own server sends, signed, and vouched for by the border."""
        sent = signed(content, name)
        if self.bordered:
            sent = f"Authentication-Results: {MX}; dmarc=pass header.from={name}\r\n".encode() + sent
        return self.take(sent, **({"client": LEGIT_CLIENT} | envelope))

    def take(self, content: bytes, **envelope: Any) -> list[Message]:
        """Hand a mail in; returns the messages that it became, ours excluded."""
        self.sent += 1
        before = self._last(Message)
        self.counter.later(minutes=1)  # the signatures bear the machine's date, and must not grow old
        told = {"client": EVIL_CLIENT, "mail_from": "any@evil.test", "helo": "mx.evil.test"} | envelope
        if self.bordered:
            told |= {"client": "127.0.0.1"}
        self.counter.take(content, **told)
        with looking(self.counter.engine) as session:
            theirs = col(Message.direction).in_(("in", "note"))
            found = select(Message).where(col(Message.id) > before, theirs).order_by(col(Message.id))
            return list(session.exec(found).all())

    def refusal(self, content: bytes, **envelope: Any) -> str:
        """Why the mail may not act as an agent on the ticket."""
        told = {"door": "smtp", "received_at": self.counter.clock[-1], "rcpt_to": ("help@desk.test",)}
        told |= {"client": "127.0.0.1" if self.bordered else EVIL_CLIENT, "mail_from": "any@evil.test"} | envelope
        raw = RawMail(content=content, envelope=Envelope(**told))  # type: ignore[arg-type]
        found = read(raw).mail
        own = Examiner(resolver=self.zone, scanner=None).examine(raw, found, evaluate_sender=not self.bordered)
        return authority.refusal(found, self._credentials(found, raw.envelope, own), self.ticket.id)

    def _credentials(self, found: Any, envelope: Envelope, own: Examination) -> Credentials:
        proof = border.proven(self.desk, found, envelope, own.proof)
        addressed = [*envelope.rcpt_to, *(each.address for each in (*found.to, *found.cc))]
        shown = desks.presented(
            self.desk, addressed, [*found.references, *found.in_reply_to], self.counter.clock[-1]
        ).agents
        sender = found.from_.address if found.from_ else ""
        with looking(self.counter.engine) as session:
            token = agent_tokens.pointed(session, self.desk.id, sender, shown)
            agent = people.agent_at(session, sender)
        return Credentials(
            agent=agent,
            identity=authenticate.identity(found, proof),
            addressed=any(each.address.partition("+")[0].startswith("help") for each in (*found.to, *found.cc)),
            signed=proof.signed or None,
            token=token,
        )

    # --- what must hold ------------------------------------------------------------------------------------------

    def check(self, messages: Sequence[Message], *, joined: bool = False, since: datetime | None = None) -> None:
        """Nothing lost, nobody believed, nothing told, nothing changed; `joined` where joining is harmless."""
        assert messages, "lost: no message"
        with looking(self.counter.engine) as session:
            for message in messages:
                mail_row = session.get(Mail, message.mail_id)
                assert mail_row is not None
                assert mail_row.ticket_id == message.ticket_id
                if (message.sender or "").endswith("@legit.test"):
                    assert message.identity != "verified", (message.sender, message.identity_why)
                if message.direction == "note":
                    assert mail_row.rule in ("agent_pending", "agent_automatic"), mail_row.rule
                elif not joined:
                    assert message.ticket_id != self.ticket.id, message.identity_why
            self._nothing_told(session, messages)
            self._nothing_changed(session)
            self._only_agents_are_told(session)

    def _only_agents_are_told(self, session: Session) -> None:
        """What is told of a forged agent's mail goes to the agent's registered address, and to nobody else."""
        statement = select(LetterRecipient.address).join(Letter, col(Letter.id) == col(LetterRecipient.letter_id))
        assert set(session.exec(statement.where(Letter.kind == "told")).all()) <= {AGENT}
        assert not session.exec(select(Letter.id).where(Letter.kind == "answer")).all()

    def _nothing_told(self, session: Session, messages: Sequence[Message]) -> None:
        """No letter to the forged one; none to anybody else with what the ticket knows."""
        for message in messages:
            statement = (
                select(Letter, LetterRecipient.address)
                .join(LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id))
                .where(Letter.mail_id == message.mail_id)
            )
            for letter, address in session.exec(statement).all():
                assert not address.endswith("legit.test"), "backscatter"
                shown = email.message_from_bytes(letter.content, policy=email.policy.default)
                body = shown.get_body(("plain",))
                told = f"{shown['Subject']} {body.get_content() if body else ''}"
                assert self.ticket.number not in told
                assert SECRET not in told
                assert [str(value) for value in shown.get_all("To", [])] == [address]
                assert not any(name in shown for name in ("Cc", "Bcc"))

    def _nothing_changed(self, session: Session) -> None:
        """The ticket's participants, state, owner and the customer's addresses are as they were."""
        ticket = rows.one(session, Ticket, self.ticket.id)
        assert (ticket.status, ticket.assignee_id, ticket.merged_into_id) == ("waiting", None, None) or (
            ticket.status == "open"
        )
        assert ticket.person_id == self.ticket.person_id
        taking_part = select(Participant.address).where(Participant.ticket_id == self.ticket.id)
        assert set(session.exec(taking_part).all()) == {CUSTOMER, AGENT}
        mine = select(PersonAddress.address).where(PersonAddress.person_id == self.ticket.person_id)
        assert session.exec(mine).all() == [CUSTOMER]
        acted = select(Event).where(Event.ticket_id == self.ticket.id, col(Event.by).not_in(["loket", CUSTOMER, "ani"]))
        assert [each.what for each in session.exec(acted).all() if each.by] == []

    def _last(self, model: Any) -> int:
        with looking(self.counter.engine) as session:
            return max(session.exec(select(model.id)).all(), default=0)


def make_world(folder: Path, *, bordered: bool, forms: Sequence[FormSettings] = (), **settings: Any) -> World:
    """A desk whose customer has written, was acknowledged and answered, and now waits; `settings` are the desk's."""
    url = f"sqlite:///{folder / 'loket.db'}"
    engine = open_store(url)
    migrate.upgrade(engine)
    zone = Zone()
    domain(zone, "legit.test")
    domain(zone, "evil.test", spf="v=spf1 ip4:203.0.113.0/24 -all")
    told: dict[str, Any] = {"trusted_authserv_ids": [MX] if bordered else [], "acknowledge": "authenticated"}
    desk = DeskSettings(**({"name": "help", "addresses": ["help@desk.test"]} | told | settings))
    counter = make_counter(engine, folder, desk, examiner=Examiner(resolver=zone, scanner=None), forms=forms)
    content = signed(
        mail(f"From: Budi <{CUSTOMER}>", body=REPORT, number=1).replace(b"evil.test", b"legit.test"), "legit.test"
    )
    vouched = f"Authentication-Results: {MX}; dmarc=pass header.from=legit.test\r\n".encode() if bordered else b""
    counter.take(vouched + content, client="127.0.0.1" if bordered else LEGIT_CLIENT, mail_from=CUSTOMER)
    (ticket,) = counter.rows(Ticket)
    (letter,) = [email.message_from_bytes(each.content, policy=email.policy.default) for each in counter.rows(Letter)]
    with writing(engine) as session:
        people.add_agent(session, "Ani", "agent", [AGENT], counter.clock[-1])
        people.take_part(session, 1, ticket.id or 0, AGENT, "agent")
        tickets.move(session, ticket.id or 0, Move.WE_ANSWERED, "ani", counter.clock[-1])
    customer, agent = counter.rows(Participant)
    return World(
        counter=counter,
        zone=zone,
        bordered=bordered,
        ticket=counter.rows(Ticket)[0],
        participant=customer,
        agents_participant=agent,
        reply_to=letter["Reply-To"],
        answered=letter["Message-ID"],
    )

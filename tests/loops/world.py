"""A small world of mail with a clock of its own: desks, and whoever answers them by machine.

Each desk is the real one between spool and outbox (worker, pipeline, store, letters, sender, watch), driven by hand and
by one clock; between the desks and the machines go real bytes, in the order of the clock, and nothing sleeps.
"""

from __future__ import annotations

import email
import email.policy
import heapq
import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from intake.doors.health import DoorHealthBook
from intake.settings import AlertSettings
from intake.watch.watching import Watch
from replies import acknowledge, letters, tokens
from replies.sender import Sender
from replies.settings import DeskSettings
from store import migrate, outbox
from store.engine import looking, open_store, writing
from store.exchange import ANSWER
from store.models import Alert, Letter, LetterRecipient, Participant, Ticket
from store.outbox import Claim, Outcome, Sent
from tests.intake.conftest import NOON, Counter, make_counter

MX = "mx.desk.test"

#: How long a mail is on its way.
_ON_ITS_WAY = timedelta(seconds=2)

#: How often a desk looks round: the daemon's timetable has seconds, and nothing here depends on it.
_LOOKS = timedelta(minutes=30)

#: Header fields by which automatic mail marks itself, and that some relays lose.
MARKS: Sequence[str] = ("auto-submitted", "x-auto-response-suppress", "x-loket-loop", "precedence", "list-id")


@dataclass(frozen=True, kw_only=True)
class Sending:
    """A mail on its way."""

    content: bytes
    to: str
    mail_from: str = ""
    forwarded_by: frozenset[str] = frozenset()  #: a forwarder sends nothing on a second time


#: What holds a conversation together.
THREADS: Sequence[str] = ("in-reply-to", "references", "reply-to")

#: What a machine does with a mail that came to it: what it sends, and after how long.
Answer = Iterator[tuple[timedelta, Sending]]
Machine = Callable[[EmailMessage, str], Answer]


@dataclass
class World:
    """Who is where, what is on its way, and what time it is."""

    now: datetime = NOON
    desks: dict[str, Desk] = field(default_factory=dict)  #: by domain
    machines: dict[str, Machine] = field(default_factory=dict)  #: by address, or by domain
    copies: dict[str, str] = field(default_factory=dict)  #: addresses whose mail is forwarded to another as well
    lost: Sequence[str] = ()  #: header fields that every mail loses on its way; and then the null reverse-path too
    _queue: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _serial: Iterator[int] = field(default_factory=itertools.count)

    def at(self, when: datetime, what: Callable[[], None]) -> None:
        """Have something happen."""
        heapq.heappush(self._queue, (when, next(self._serial), what))

    def send(self, sending: Sending, after: timedelta = timedelta()) -> None:
        """Put a mail on its way."""
        self.at(self.now + after + _ON_ITS_WAY, lambda: self._arrive(sending))

    def run(self, days: float) -> None:
        """Let time pass."""
        end = self.now + timedelta(days=days)
        for desk in self.desks.values():
            when = self.now
            while when < end:
                when += _LOOKS
                self.at(when, desk.look)
        while self._queue and self._queue[0][0] <= end:
            self.now, _, what = heapq.heappop(self._queue)
            what()
        self.now = end

    def _arrive(self, sending: Sending) -> None:
        address = sending.to.lower()
        content, domain = without(sending.content, self.lost), address.rpartition("@")[2]
        mail_from = sending.mail_from or ("relay@mx.test" if self.lost else "")
        if address in self.copies and address not in sending.forwarded_by:
            by = sending.forwarded_by | {address}
            self.send(Sending(content=content, to=self.copies[address], mail_from=address, forwarded_by=by))
        if domain in self.desks:
            self.desks[domain].take(content, address, mail_from)
            return
        machine = self.machines.get(address) or self.machines.get(domain)
        if machine is not None:
            mail = email.message_from_bytes(content, policy=email.policy.default)
            for after, answer in machine(mail, address):  # type: ignore[arg-type]
                self.send(answer, after)


@dataclass
class Desk:
    """A desk in that world, as it is between its doors."""

    world: World
    folder: Path
    settings: DeskSettings
    url: str
    counter: Counter = field(init=False)
    sender: Sender = field(init=False)
    watch: Watch = field(init=False)
    engine: Engine | None = None

    def __post_init__(self) -> None:
        """Open it, and be known."""
        self.open()
        self.world.desks[self.address.rpartition("@")[2]] = self

    @property
    def address(self) -> str:
        """Where it is written to."""
        return self.settings.addresses[0]

    def open(self) -> None:
        """Open the store, anew where it was open: nothing but the store and the files is left of before."""
        master = None
        if self.engine is not None:
            master = self.counter.master
            self.engine.dispose()
        self.engine = open_store(self.url)
        migrate.upgrade(self.engine)
        self.counter = make_counter(self.engine, self.folder, self.settings, master=master)
        self.sender = Sender(self.engine, self, now=lambda: self.world.now, rng=random.Random(1))
        health = DoorHealthBook(lambda: self.world.now)
        spool, now = self.counter.spool, lambda: self.world.now
        self.watch = Watch(AlertSettings(), engine=self.engine, spool=spool, health=health, largest=1 << 20, now=now)

    def take(self, content: bytes, to: str, mail_from: str) -> None:
        """A mail has come: its border server vouches for its From."""
        self.counter.clock.append(self.world.now)
        domain = _domain_of_from(content)
        vouched = f"Authentication-Results: {MX}; dmarc=pass header.from={domain}\r\n".encode()
        self.counter.take(vouched + content, mail_from=mail_from, rcpt_to=(to,), client="127.0.0.1")
        self.send()

    def look(self) -> None:
        """What the timetable has done regularly."""
        self.counter.clock.append(self.world.now)
        self.watch.look()
        self.send()

    def send(self) -> None:
        """Let go what is due."""
        while self.sender.send_due():
            pass

    def hand_on(self, claim: Claim, intend: Callable[[], None]) -> Mapping[str, Outcome]:
        """The way on for letters."""
        intend()
        for recipient in claim.recipients:
            self.world.send(Sending(content=claim.content, to=recipient, mail_from=claim.envelope_from))
        return {recipient: Sent("250 taken") for recipient in claim.recipients}

    def close(self) -> None:
        """The transport's end."""

    def answer(self, words: str = "Sudah kami periksa, silakan dicek kembali.") -> None:
        """A person answers the newest ticket."""
        assert self.engine is not None
        with writing(self.engine) as session:
            ticket = session.exec(select(Ticket).order_by(col(Ticket.id).desc())).first()
            assert ticket is not None
            found = select(Participant).where(Participant.ticket_id == ticket.id, Participant.role == "requester")
            customer = session.exec(found).one()
            content, message_id, sender = self._written(ticket, customer, words)
            letter = outbox.queue(
                session,
                desk_id=ticket.desk_id,
                ticket_id=ticket.id,
                mail_id=None,
                kind=ANSWER,
                message_id=message_id,
                envelope_from=sender,
                recipients=[customer.address],
                content=content,
                now=self.world.now,
            )
            assert letter
        self.send()

    def _written(self, ticket: Ticket, customer: Participant, words: str) -> tuple[bytes, str, str]:
        """An agent's answer: the same bytes as a letter of ours, without the marks of automatic mail."""
        desk = self.counter.desks[self.settings.name]
        sequence = 1000 + int(self.world.now.timestamp())
        composed = acknowledge.composed(
            self.settings,
            letters.Letter(subject=letters.subject(ticket.number, ticket.subject), text=words, html=f"<p>{words}</p>"),
            acknowledge.Answered(sender=customer.address, desk_address=self.address, message_id=None),
            token_key=desk.key.tokens,
            handle=customer.handle,
            sequence=sequence,
            now=self.world.now,
        )
        token = tokens.mint(
            desk.key.tokens, customer.handle, "requester", tokens.expiry("requester", self.world.now.date())
        )
        content = without(composed.content, MARKS)
        return content, composed.message_id, tokens.address(self.address, token, self.settings.separator)

    # --- what came of it ---------------------------------------------------------------------------------------------

    def automatic(self) -> dict[str, list[datetime]]:
        """When automatic letters went to each address."""
        return self._letters(automatic=True)

    def kinds(self) -> list[str]:
        """Which letters left, in their order."""
        assert self.engine is not None
        with looking(self.engine) as session:
            return list(session.exec(select(Letter.kind).where(Letter.state == "sent").order_by(col(Letter.id))).all())

    def answers(self) -> int:
        """How many answers of people have left."""
        return sum(map(len, self._letters(automatic=False).values()))

    def loops(self) -> list[str]:
        """The loops that the operators were told of."""
        assert self.engine is not None
        with looking(self.engine) as session:
            return list(session.exec(select(Alert.key).where(col(Alert.key).startswith("loop:"))).all())

    def _letters(self, *, automatic: bool) -> dict[str, list[datetime]]:
        assert self.engine is not None
        statement = (
            select(LetterRecipient.address, Letter.created_at)
            .join(Letter, col(LetterRecipient.letter_id) == col(Letter.id))
            .where(Letter.state == "sent", (Letter.kind != ANSWER) if automatic else (Letter.kind == ANSWER))
            .order_by(col(Letter.created_at))
        )
        found: dict[str, list[datetime]] = {}
        with looking(self.engine) as session:
            for address, at in session.exec(statement).all():
                found.setdefault(address, []).append(at)
        return found


def without(content: bytes, fields: Sequence[str]) -> bytes:
    """A mail without some header fields, as a relay leaves it that does not know them."""
    head, empty, body = content.partition(b"\r\n\r\n")
    kept: list[bytes] = []
    dropping = False
    for line in head.split(b"\r\n"):
        if line[:1] not in (b" ", b"\t"):
            dropping = line.partition(b":")[0].decode("ascii", "replace").strip().lower() in fields
        if not dropping:
            kept.append(line)
    return b"\r\n".join(kept) + empty + body


def _domain_of_from(content: bytes) -> str:
    mail = email.message_from_bytes(content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=email.policy.default)
    addresses: Any = mail["From"].addresses if mail["From"] is not None else ()
    return addresses[0].domain.lower() if addresses else "nowhere.test"


def make_desk(world: World, folder: Path, domain: str = "desk.test", **more: Any) -> Desk:
    """A desk that acknowledges who authenticates, with a border server that says who does."""
    home = folder / domain
    home.mkdir(parents=True)
    prefix = domain.partition(".")[0].upper()
    settings = {"name": "help", "addresses": [f"help@{domain}"], "prefix": prefix, "trusted_authserv_ids": [MX]} | more
    return Desk(world=world, folder=home, settings=DeskSettings(**settings), url=f"sqlite:///{home}/loket.db")

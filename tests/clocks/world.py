"""A month at a desk: customers who write when they like, agents who answer when they can, a machine that dies.

Time is a number that is set. What happens is thrown with dice, and done twice: to the desk, by its own ways, and to the
book in which it is reckoned what the clocks have to do about it (`reckoning.py`).
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

from sqlmodel import select

from intake.agent_settings import NoticeSettings
from intake.agents.mailing import Means
from intake.agents.post import Post
from intake.clocks.clockwork import Clockwork
from intake.clocks.closing import CLOSING
from intake.directory import Directory
from replies.settings import DeskSettings
from store import clocks, commands, keys, people, rows, tickets
from store.engine import looking, open_store, writing
from store.models import Agent, AgentAddress, Event, Letter, LetterRecipient, Message, Ticket
from store.states import Move
from tests.clocks.reckoning import Book, Case, Deed, Terms, settings
from tests.intake.conftest import Counter, make_counter

#: Midnight in Jakarta, on a Sunday.
BEGINNING = datetime(2026, 11, 7, 17, 0, tzinfo=UTC)

#: How often the clocks are looked at; fifteen seconds in a real desk.
LOOK = timedelta(minutes=10)

_AGENTS = ("Ani", "Bagus", "Citra", "Dewi", "Eko", "Fitri", "Gita", "Hadi")

#: The server that vouches for the customers: thanks of who is not proven close nothing.
_BORDER = "mx.desk.test"

_LEADS = frozenset({"Ani", "Bagus"})

#: One report each; the word in braces keeps them apart.
_REPORTS = (
    "Min, deposit saya belum masuk. Username: user{n}\nID transaksi: TRX-2026-{n:06}\n",
    "Saya tidak bisa login, lupa kata sandi. Username: user{n}\n",
    "Kode OTP pendaftaran tidak sampai ke nomor saya. Nama saya pelanggan {n}.\n",
)


class Died(BaseException):
    """The process was killed."""


@dataclass(order=True)
class _Plan:
    at: datetime
    number: int
    what: Callable[[datetime], None] = field(compare=False)


class World:
    """The desk, the book, and what is going to happen."""

    def __init__(self, url: str, folder: Path, *, seed: int, reports: int, days: int, restarts: int) -> None:
        self.dice = random.Random(seed)
        self.url, self.folder, self.master = url, folder, keys.new_key()
        self.terms = Terms(holidays=frozenset({date(2026, 11, 25)}))
        self.book = Book(self.terms)
        self.now = BEGINNING
        self.end = BEGINNING + timedelta(days=days)
        self.restarts = 0
        self.deaths = 0
        self._plans: list[_Plan] = []
        self._numbers = count()
        self._mails = count(1)
        self._counter: Counter | None = None
        self._open()
        self._hire()
        latest = (self.end - BEGINNING) * 0.8
        for number in range(1, reports + 1):
            self._later(BEGINNING + self._some(latest), lambda at, number=number: self._report(number, at))
        moments = sorted(BEGINNING + self._some(self.end - BEGINNING) for _ in range(restarts))
        for place, moment in enumerate(moments):
            self._later(moment, lambda at, place=place: self._restart(place))

    # --- the desk

    def _open(self) -> None:
        """Begin, as a new process does: with nothing but the store, the folder and the key."""
        engine = open_store(self.url)
        desk = DeskSettings(
            name="help",
            addresses=["help@desk.test"],
            acknowledge="all",
            trusted_authserv_ids=[_BORDER],
            reopen_days=14,
            **settings(self.terms),
        )  # type: ignore[arg-type]
        self._counter = counter = make_counter(engine, self.folder, desk, master=self.master)
        counter.clock[:] = [self.now]
        means: dict[str, Any] = {"engine": engine, "open_desks": counter.desks, "now": lambda: self.now}
        self._clockwork = Clockwork(**means)
        self._post = Post(NoticeSettings(), self._means(Directory([desk])), engine=engine, now=means["now"])
        self._clockwork.adopt()

    def _means(self, directory: Directory) -> Means:
        """What the letters to agents need: there are no queues but the desk, and no pictures."""
        desks = {desk.id: desk for desk in self.counter.desks.values()}
        return Means(desks=desks, queues={}, folder=self.counter.blobs, directory=directory, picture_bytes=0)

    @property
    def counter(self) -> Counter:
        assert self._counter is not None
        return self._counter

    def _hire(self) -> None:
        with writing(self.counter.engine) as session:
            for name in _AGENTS:
                role = "lead" if name in _LEADS else "agent"
                people.add_agent(session, name, role, [f"{name.lower()}@desk-staff.test"], self.now)

    def _restart(self, place: int) -> None:
        """End and begin again: sometimes after hours, sometimes with other hours, targets or another zone."""
        self.restarts += 1
        self.counter.engine.dispose()
        if place % 4 == 1:
            self.now += self._some(timedelta(hours=30))  # the machine was off; what happened meanwhile waits
        changes: dict[int, dict[str, Any]] = {
            2: {"zone": "Asia/Makassar"},
            5: {"opens": 7, "weekdays": frozenset(range(6))},
            8: {"zone": "Asia/Jayapura", "answer": 3, "resolution": 30},
            11: {"zone": "Asia/Jakarta", "opens": 9, "holidays": frozenset({date(2026, 11, 25), date(2026, 12, 1)})},
            14: {"close_after": timedelta(days=5), "notice": timedelta(days=2)},
            17: {"urgent_answer": 2, "deposit_resolution": 20},
        }
        if place in changes:
            self.terms = replace(self.terms, **changes[place])
            self.book.use(self.terms)
        self._open()

    def close(self) -> None:
        """Let go of the store."""
        self.counter.engine.dispose()

    # --- time

    def run(self) -> Iterator[datetime]:
        """Let time pass to the end, from look to look."""
        look = BEGINNING
        while look < self.end:
            look += LOOK
            while self._plans and self._plans[0].at <= look:
                plan = heapq.heappop(self._plans)
                self.now = max(plan.at, self.now)
                self.counter.clock[:] = [self.now]
                plan.what(self.now)
            if look >= self.now:
                self.now = look
                self.counter.clock[:] = [look]
                self._look()
                yield look

    def _look(self) -> None:
        due = self.book.look(self.now)
        if due and self.dice.random() < 0.05:
            self._die(self.dice.randrange(len(due)))
        self._clockwork.run()
        if self.dice.random() < 0.02:  # a machine whose time goes back for a moment
            self.now -= timedelta(hours=5)
            self._clockwork.run()
            self.now += timedelta(hours=5)
        while self._post.carry_out():
            pass

    def _die(self, after: int) -> None:
        """Be killed in the middle of a stroke, when so many have been struck."""
        left, strike = [after], clocks.strike

        def deadly(*arguments: Any) -> bool:
            if not left[0]:
                raise Died
            left[0] -= 1
            return strike(*arguments)

        with mock.patch.object(clocks, "strike", deadly):
            try:
                self._clockwork.run()
            except Died:
                self.deaths += 1
                self.counter.engine.dispose()
                self._open()

    def _some(self, longest: timedelta) -> timedelta:
        return timedelta(seconds=self.dice.randrange(int(longest.total_seconds())))

    def _after(self, *hours: float) -> datetime:
        """Some time from now, within so many hours."""
        low, high = hours
        return self.now + timedelta(seconds=int(self.dice.uniform(low, high) * 3600))

    def _later(self, at: datetime, what: Callable[[datetime], None]) -> None:
        heapq.heappush(self._plans, _Plan(at, next(self._numbers), what))

    # --- customers

    def _report(self, number: int, at: datetime) -> None:
        self._write(number, self.dice.choice(_REPORTS).format(n=number), f"report{number}")
        with looking(self.counter.engine) as session:
            ticket = session.exec(select(Ticket).order_by(Ticket.id.desc())).first()  # type: ignore[union-attr]
        assert ticket is not None
        assert ticket.id == len(self.book.cases) + 1  # it joined no other's
        case = Case(key=ticket.id or 0, category=ticket.category)
        self.book.cases[case.key] = case
        case.ours(at, anew=True)
        self._agent_acts(case, number)

    def _write(self, number: int, body: str, message_id: str, *, machine: bool = False) -> None:
        mail, sender = EmailMessage(), f"pelanggan@c{number}.test"
        mail["Authentication-Results"] = f"{_BORDER}; dmarc=pass header.from=c{number}.test"
        mail["From"], mail["To"], mail["Message-ID"] = sender, "help@desk.test", f"<{message_id}@c{number}.test>"
        mail["Subject"] = "Laporan"
        if message_id != f"report{number}":
            mail["In-Reply-To"] = f"<report{number}@c{number}.test>"
        if machine:
            mail["Auto-Submitted"] = "auto-replied"
        mail.set_content(body)
        self.counter.take(mail.as_bytes(), mail_from=sender)

    def _customer_acts(self, case: Case, number: int) -> None:
        """Writes again, thanks, lets a machine answer, or is silent."""
        thrown, serial = self.dice.random(), next(self._mails)

        def wrote(at: datetime) -> None:
            self._write(number, f"Min, sudah saya coba cara ke-{serial}, tetap belum bisa juga.", f"more{serial}")
            if case.turn == "closed":
                case.ours(at, anew=True)
                self._agent_acts(case, number)
            elif case.turn == "theirs":
                case.ours(at, anew=False)
                self._agent_acts(case, number)

        def thanked(at: datetime) -> None:
            self._write(number, "Terima kasih banyak ya kak", f"thanks{serial}")
            if case.turn == "theirs" and case.until is None:
                case.over(at)

        def away(_at: datetime) -> None:
            self._write(number, "Saya sedang cuti.", f"away{serial}", machine=True)

        if thrown < 0.45:
            self._later(self._after(0.2, 150), wrote)
        elif thrown < 0.6:
            self._later(self._after(0.2, 60), thanked)
        elif thrown < 0.7:
            self._later(self._after(0.01, 1), away)

    # --- agents

    def _agent_acts(self, case: Case, number: int) -> None:
        """Answers, closes, waits for a day, says how urgent it is, or is slow."""
        thrown = self.dice.random()
        if thrown < 0.12:
            self._later(self._after(0.1, 3), lambda _at: self._prioritised(case))
        if thrown > 0.9:
            self._later(self._after(1, 30), lambda at: self._waits(case, number, at))
        elif thrown > 0.86:
            self._later(self._after(1, 30), lambda at: self._closed(case, number, at))
        else:
            self._later(self._after(0.1, 26 if thrown < 0.7 else 90), lambda at: self._answered(case, number, at))

    def _answered(self, case: Case, number: int, at: datetime) -> None:
        if case.turn == "closed":
            return
        with writing(self.counter.engine) as session:
            said = Message(desk_id=1, ticket_id=case.key, direction="out", received_at=at, sender="help@desk.test")
            rows.add(session, said)
            tickets.move(session, case.key, Move.WE_ANSWERED, "Dewi", at)
        case.theirs(at, answered=True)
        self._customer_acts(case, number)
        if self.dice.random() < 0.1:
            self._later(self._after(1, 40), lambda later: self._answered(case, number, later))

    def _closed(self, case: Case, number: int, at: datetime) -> None:
        with writing(self.counter.engine) as session:
            commands.close(session, case.key, "Eko", at)
        if case.turn != "closed":
            case.over(at)
        self._customer_acts(case, number)
        if self.dice.random() < 0.3:
            self._later(self._after(0.1, 20), lambda later: self._reopened(case, number, later))

    def _reopened(self, case: Case, number: int, at: datetime) -> None:
        """It was closed by mistake: what ran goes on."""
        if case.turn == "closed":
            with writing(self.counter.engine) as session:
                commands.reopen(session, case.key, "Eko", at)
            case.ours(at, anew=False)
            self._agent_acts(case, number)

    def _waits(self, case: Case, number: int, at: datetime) -> None:
        if case.turn != "ours":
            return
        until = (at + timedelta(hours=self.dice.uniform(5, 90))).replace(microsecond=0)
        with writing(self.counter.engine) as session:
            commands.wait(session, case.key, until, "Fitri", at)
        case.theirs(at, answered=False)
        case.until = until
        self._customer_acts(case, number)
        self._later(self._after(100, 120), lambda later: self._answered(case, number, later))

    def _prioritised(self, case: Case) -> None:
        with writing(self.counter.engine) as session:
            commands.prioritise(session, case.key, "urgent", "Gita", self.now)
        case.priority = "urgent"

    # --- what came of it

    def did(self) -> list[Deed]:
        """What the desk's clocks did, by its events."""
        names = {"reminded", "escalated", "warned of closing", "closed", "came back"}
        return [
            Deed(each.ticket_id, each.what, str(each.detail.get("of", "")), each.at)
            for each in self.counter.rows(Event)
            if each.what in names
        ]

    def turns(self) -> dict[int, str]:
        """Whose turn each ticket is."""
        words = {"open": "ours", "waiting": "theirs", "closed": "closed"}
        return {each.id or 0: words[each.status] for each in self.counter.rows(Ticket)}

    def warnings(self) -> int:
        """How many customers' letters announce a closing."""
        return sum(each.kind == CLOSING for each in self.counter.rows(Letter))

    def mails(self) -> list[tuple[int, datetime]]:
        """Every mail to an agent: to whom, and when."""
        staff = {each.address: each.agent_id for each in self.counter.rows(AgentAddress)}
        with looking(self.counter.engine) as session:
            letters = select(LetterRecipient.address, Letter.created_at).join(
                Letter,
                Letter.id == LetterRecipient.letter_id,  # type: ignore[arg-type]
            )
            return [(staff[address], at) for address, at in session.exec(letters).all() if address in staff]

    def names(self) -> dict[int, str]:
        """The agents' keys, and their names."""
        return {each.id or 0: each.name for each in self.counter.rows(Agent)}

    def leads(self) -> list[int]:
        """The keys of the leads."""
        return [each.id or 0 for each in self.counter.rows(Agent) if each.role == "lead"]

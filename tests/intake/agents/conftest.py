"""A desk with agents."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from intake.agent_settings import NoticeSettings, QueueSettings
from intake.agents.mailing import Means
from intake.agents.notifying import Notifier
from intake.agents.queueing import by_name
from intake.agents.regular import Regular
from intake.directory import Directory
from replies.settings import DeskSettings
from store import people
from store.engine import looking, writing
from store.models import Letter, LetterRecipient
from tests.intake.agents.room import Room, make_room
from tests.intake.conftest import NOON, Counter, make_counter


@dataclass
class Staffed:
    """A counter behind which agents sit, in order of their names' registration."""

    counter: Counter
    settings: Sequence[DeskSettings]
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    queues: Sequence[QueueSettings] = ()

    def join(self, name: str, *addresses: str, role: str = "agent", **more: Any) -> int:
        """An agent begins to work here."""
        with writing(self.counter.engine) as session:
            return people.add_agent(session, name, role, addresses or [f"{name.lower()}@team.test"], NOON, **more)

    def means(self) -> Means:
        """What writing to agents needs."""
        counter = self.counter
        return Means(
            desks={desk.id: desk for desk in counter.desks.values()},
            queues=by_name(self.queues),
            folder=counter.blobs,
            directory=Directory(self.settings),
            picture_bytes=self.notices.picture_kb * 1024,
        )

    def tell(self, **later: float) -> None:
        """Let time pass, and have the agents told."""
        counter = self.counter
        counter.later(**(later or {"minutes": 2}))
        Notifier(self.notices, self.means(), engine=counter.engine, now=lambda: counter.clock[-1]).send_due()

    def by_calendar(self, **later: float) -> int:
        """Let time pass, and have the letters of the calendar written."""
        counter = self.counter
        counter.later(**later)
        return Regular(self.notices, self.means(), engine=counter.engine, now=lambda: counter.clock[-1]).look()

    def letters(self, address: str, kind: str = "notice") -> list[EmailMessage]:
        """What somebody was written, the oldest first."""
        statement = (
            select(Letter.content)
            .join(LetterRecipient)
            .where(LetterRecipient.address == address, Letter.kind == kind)
            .order_by(Letter.id)  # type: ignore[arg-type]
        )
        with looking(self.counter.engine) as session:
            found = session.exec(statement).all()
        return [email.message_from_bytes(each, policy=email.policy.default) for each in found]  # type: ignore[misc]


@pytest.fixture
def staffed(engine: Engine, tmp_path: Path) -> Staffed:
    """One desk that acknowledges everybody."""
    settings = (DeskSettings(name="help", addresses=["help@desk.test"], acknowledge="all"),)
    return Staffed(counter=make_counter(engine, tmp_path, *settings), settings=settings)


def words(letter: EmailMessage, kind: str = "plain") -> str:
    """The words of a letter."""
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def room(engine: Engine, tmp_path: Path) -> Room:
    """A desk with agents who write, and a ticket of the customer's, acknowledged."""
    room = make_room(engine, tmp_path)
    room.customer()
    room.deliver()
    return room

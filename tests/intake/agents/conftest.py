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

from intake.agent_settings import NoticeSettings
from intake.agents.notifying import Notifier
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

    def join(self, name: str, *addresses: str, role: str = "agent", **more: Any) -> int:
        """An agent begins to work here."""
        with writing(self.counter.engine) as session:
            return people.add_agent(session, name, role, addresses or [f"{name.lower()}@team.test"], NOON, **more)

    def notifier(self) -> Notifier:
        """Who tells the agents."""
        counter = self.counter
        return Notifier(
            self.notices,
            engine=counter.engine,
            folder=counter.blobs,
            open_desks=counter.desks,
            directory=Directory(self.settings),
            now=lambda: counter.clock[-1],
        )

    def tell(self, **later: float) -> None:
        """Let time pass, and have the agents told."""
        self.counter.later(**(later or {"minutes": 2}))
        self.notifier().send_due()

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

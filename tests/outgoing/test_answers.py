"""A thousand hostile answers of agents: what reaches the customer is one letter to him alone, whatever stood in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from store import migrate
from store.engine import looking, open_store
from store.facts import Purpose
from store.models import Letter, LetterRecipient
from tests.intake.agents.room import ANI, Room, make_room
from tests.outgoing import hostile, reading_back

MANY, FEW = 1000, 16

#: Answers on one ticket, so that each letter's history stays short.
_A_TICKET = 8


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    engine = open_store(f"sqlite:///{tmp_path / 'loket.db'}")
    migrate.upgrade(engine)
    yield make_room(engine, tmp_path)
    engine.dispose()


@pytest.mark.parametrize(
    "count", [pytest.param(FEW, id="sample"), pytest.param(MANY, id="all", marks=pytest.mark.battery)]
)
def test_answers_hold_what_was_meant_whatever_agents_wrote(room: Room, count: int) -> None:
    """Each value as subject, name, file name, id and words of an agent's mail; also of what the desk tells agents."""
    for number, value in enumerate(hostile.values(count)):
        if number % _A_TICKET == 0:
            room.take(f"user{number}@mail{number}.example", "help@desk.test", "Deposit belum masuk.\n")
        to = room.address(Purpose.ANSWER)
        answer = hostile.mail(number, value, ANI, subject="Re: ", body=f"Sudah kami proses.\r\n{value}\r\n", to=to)
        room.counter.later(seconds=1)
        room.counter.take(answer, mail_from=ANI, rcpt_to=(to,), client="127.0.0.1")
        room.deliver(minutes=1)
    letters = _letters(room)
    wrong = [(kind, told) for kind, content, to in letters if (told := _judged(content, to))]
    answers = [to for kind, _, to in letters if kind == "answer"]
    print(f"answers: {count} values, {len(answers)} answers of {len(letters)} letters, {len(wrong)} wrong")
    assert wrong == []
    assert len(answers) >= count / 4
    assert all(to.startswith("user") for to in answers)


def _judged(content: bytes, to: str) -> str:
    return reading_back.wrong(content, author="help@desk.test", to=to)


def _letters(room: Room) -> list[tuple[str, bytes, str]]:
    """Kind, bytes and recipient of every letter."""
    statement = select(Letter.kind, Letter.content, LetterRecipient.address).join(
        LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id)
    )
    with looking(room.counter.engine) as session:
        return list(session.exec(statement).all())

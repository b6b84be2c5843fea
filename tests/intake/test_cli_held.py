"""`loket ticket answers`, `send`, `keep`, `discard`: an operator sees what is held, and says what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from intake.cli.command import run
from store import keys
from store.facts import Purpose
from tests.intake.agents.room import ANI, BUDI, DEWI, Room, make_room, text_of

_CONFIG = """
data = "{folder}"
[desks.help]
addresses = ["help@desk.test"]
[replies]
answer_hold_seconds = 0
[store]
url = "{url}"
"""

Loket = Callable[..., tuple[int, str, str]]


@pytest.fixture
def room(engine: Engine, store_url: str, tmp_path: Path) -> Room:
    """A desk with agents and an acknowledged ticket, and a configuration that says where they are."""
    (tmp_path / "config.toml").write_text(_CONFIG.format(folder=tmp_path, url=store_url))
    keys.create_master(tmp_path / "secret.key")
    room = make_room(engine, tmp_path, master=keys.read_master(tmp_path / "secret.key"))
    room.customer()
    room.deliver()
    return room


@pytest.fixture
def loket(room: Room, capfd: pytest.CaptureFixture[str]) -> Loket:
    """Runs a command on the ticket; gives its exit code, stdout and stderr."""

    def call(name: str, *more: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(["--config", str(room.counter.folder / "config.toml"), "ticket", name, room.ticket.number, *more])
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


def _received(room: Room) -> list[EmailMessage]:
    """What the customer has by today: the command's clock is the machine's."""
    ahead = (datetime.now(UTC) - room.counter.clock[-1]).total_seconds()
    return room.deliver(seconds=max(ahead, 0) + 60)[BUDI]


def test_a_held_answer_is_seen_and_sent(room: Room, loket: Loket) -> None:
    """As its writer would: with its files, once, as the team's; the ticket is the writer's."""
    photo = [("bukti.pdf", "application/pdf", b"%PDF-1.4 x")]
    room.agent("#tutup\n\nHalo {nama}, ini buktinya.", files=photo)
    code, told, _ = loket("answers")
    assert code == 0
    assert "Ani  held  placeholder" in told
    assert "    Halo {nama}, ini buktinya." in told
    (line,) = [json.loads(each) for each in loket("answers", "--held", "--json")[1].splitlines()]
    assert (line["answer"], line["state"], line["why"]) == (1, "held", "placeholder")
    code, _, told = loket("send", "--as", "Dewi")
    assert (code, told) == (0, "not done: #tutup\n")
    letter = _received(room)[-1]
    assert "ini buktinya." in text_of(letter)
    assert [part.get_content() for part in letter.iter_attachments()] == [b"%PDF-1.4 x"]
    assert room.ticket.status == "waiting"
    assert room.ticket.assignee_id == room.agent_id("Ani")
    code, _, told = loket("send")
    assert code == 1
    assert "held answer" in told
    assert len(_received(room)) == 2


@pytest.mark.parametrize(("verb", "state"), [("keep", "note"), ("discard", "discarded")])
def test_a_held_answer_is_kept_inside(room: Room, loket: Loket, verb: str, state: str) -> None:
    """Under the agent's name, and its words stay on the record."""
    room.agent("Terlampir buktinya.")
    assert loket(verb, "--as", "Ani")[0] == 0
    assert [each.state for each in room.answers] == [state]
    assert "answer kept as a note" in room.events() or "answer discarded" in room.events()
    assert loket("answers", "--held")[1] == ""
    assert len(_received(room)) == 1


def test_of_several_one_is_named(room: Room, loket: Loket) -> None:
    """Else nothing is done."""
    room.agent("Terlampir buktinya.")
    room.agent("Terlampir yang lain.", sender=DEWI)
    code, _, told = loket("send")
    assert code == 2
    assert "1, 2" in told
    assert loket("discard", "--answer", "2")[0] == 0
    assert loket("send", "--answer", "9")[0] == 1
    assert [each.state for each in room.answers] == ["held", "discarded"]


def test_what_nobody_can_wave_aside_is_not_sent(room: Room, loket: Loket) -> None:
    """Nor what passes another answer by, unless that is said."""
    his = room.address(Purpose.ANSWER, agent=DEWI)
    room.agent("Kata sandi Anda: rahasia123")
    code, _, told = loket("send")
    assert code == 1
    assert "password" in told
    loket("discard")
    room.agent("Terlampir buktinya.", sender=DEWI, to=his)
    room.agent("Sudah kami proses.", sender=ANI)
    room.deliver(minutes=1)
    code, _, told = loket("send")
    assert code == 1
    assert "Ani answered meanwhile" in told
    assert loket("send", "--anyway")[0] == 0
    assert "Terlampir buktinya." in text_of(_received(room)[-1])

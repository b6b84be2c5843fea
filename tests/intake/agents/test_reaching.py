"""An incident of twenty tickets, and an agent on holiday: what every party receives."""

from __future__ import annotations

import re
from datetime import timedelta

from store.facts import Purpose
from store.models import Agent, Ticket
from tests.intake.agents.room import ANI, BUDI, DEWI, Room, text_of

_CUSTOMERS = [f"pelanggan{number}@example.com" for number in range(20)]
_WORDS = "Gangguannya sudah selesai, deposit Anda sudah masuk. Mohon maaf atas keterlambatannya."


def _report(room: Room, sender: str, channel: str = "DANA") -> Ticket:
    room.take(sender, "help@desk.test", f"Username: u{sender[9:11]}x\nDeposit lewat {channel} belum masuk.\n")
    return room.ticket


def _incident(room: Room) -> list[Ticket]:
    """Twenty reports, one of another bank, and the order that makes an incident of the newest of the twenty."""
    _report(room, "lain@example.com", "BCA")
    tickets = [_report(room, each) for each in _CUSTOMERS]
    room.deliver()
    room.agent("#insiden deposit DANA terlambat")
    room.deliver(minutes=1)
    return tickets


def test_one_answer_reaches_twenty_each_in_a_mail_of_its_own(room: Room) -> None:
    """And those who came while it lasted; nobody learns of another, nobody else gets a word."""
    tickets = _incident(room)
    own = room.ticket
    assert f"20 tiket, dijawab di {own.number}" in text_of(room.last(ANI))
    late = "terlambat@example.com"
    tickets.append(_report(room, late))
    room.deliver()
    assert "deposit DANA terlambat" in text_of(room.last(late))
    room.take(ANI, room.addresses(ANI, own).to(Purpose.ANSWER), _WORDS)
    room.deliver(minutes=2)
    for address, ticket in zip([*_CUSTOMERS, late], tickets, strict=True):
        received, answer = room.received[address]
        assert "Auto-Submitted" not in answer
        assert _WORDS in " ".join(text_of(answer).split())
        assert answer["Subject"].startswith(f"[{ticket.number}]")
        assert received["Message-ID"] in answer["References"]
        assert set(re.findall(r"(?:pelanggan\d+|terlambat)@example\.com", answer.as_string())) == {address}
        assert ANI.partition("@")[2] not in answer.as_string()
        assert own.number not in answer.as_string()
        assert room.row(Ticket, ticket.id).status == "waiting"
    assert len(room.received["lain@example.com"]) == len(room.received[BUDI]) == 1
    assert room.row(Ticket, own.id).status == "waiting"


def test_it_is_taken_back_from_all(room: Room) -> None:
    """While it is here; then it is our turn again on every ticket."""
    tickets = _incident(room)
    own = room.ticket
    room.take(ANI, room.addresses(ANI, own).to(Purpose.ANSWER), _WORDS)
    room.take(ANI, room.addresses(ANI, own).to(Purpose.UNDO))
    room.deliver(minutes=5)
    assert [len(room.received[each]) for each in _CUSTOMERS] == [1] * 20
    assert {room.row(Ticket, each.id).status for each in (*tickets, own)} == {"open"}


def test_it_ends_by_an_order(room: Room) -> None:
    """Whoever reports after that is no part of it."""
    _incident(room)
    own = room.ticket
    room.take(ANI, room.addresses(ANI, own).to(Purpose.ANSWER), "#insiden selesai")
    room.deliver(minutes=1)
    assert "selesai" in text_of(room.last(ANI))
    late = "terlambat@example.com"
    _report(room, late)
    room.deliver()
    assert "deposit DANA terlambat" not in text_of(room.last(late))


def test_what_has_nothing_in_common_is_no_incident(room: Room) -> None:
    """The agent is told why."""
    room.agent("#insiden gangguan")
    room.deliver(minutes=1)
    assert "Insiden tidak bisa dibuat" in text_of(room.last(ANI))


def test_an_agents_holiday_is_noticed_and_ends_when_the_agent_writes(room: Room) -> None:
    """By a proven automatic answer to a notice, at its own address; nobody else's is one, and nothing is answered."""

    def away() -> bool:
        (ani,) = [each for each in room.counter.rows(Agent) if each.name == "Ani"]
        return ani.away_until is not None and ani.away_until > room.counter.clock[-1]

    body, automatic = "Saya cuti sampai 30 November.", {"Auto-Submitted": "auto-replied"}
    room.take(DEWI, room.address(Purpose.ANSWER, agent=ANI), body, headers=automatic)
    room.take(BUDI, "help@desk.test", body, headers=automatic)
    room.agent(body, headers=automatic, vouched=False)
    assert not away()
    room.agent(body, headers=automatic)
    assert away()
    (ani,) = [each for each in room.counter.rows(Agent) if each.name == "Ani"]
    assert ani.away_until is not None
    assert (ani.away_until - room.counter.clock[-1]) // timedelta(days=1) == 5
    sent = {address: len(mails) for address, mails in room.deliver(minutes=5).items()}
    assert sent.get(ANI, 0) == sent.get(DEWI, 0) == 0
    room.agent("#ambil")
    assert not away()

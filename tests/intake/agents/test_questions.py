"""Side questions, and answers that stand ready."""

from __future__ import annotations

import pytest

from store.facts import Purpose
from store.models import Letter, Notice, Participant, Ticket
from tests.intake.agents.room import ANI, BUDI, DEWI, Room, text_of

_FINANCE = "keuangan@kantor.test"


def _ask(room: Room, address: str = _FINANCE, words: str = "Apakah dana TRX-1 sudah masuk?") -> None:
    room.agent(f"#tanya {address}\n{words}")
    room.deliver(minutes=1)


def test_a_side_question_goes_to_one_address_and_its_answer_is_a_note(room: Room) -> None:
    """The customer gets neither; whoever asked is told of the answer."""
    _ask(room)
    question = room.last(_FINANCE)
    assert "Apakah dana TRX-1 sudah masuk?" in text_of(question)
    assert ANI not in question.as_string()
    assert "budi" not in question.as_string().lower()
    room.take(_FINANCE, str(question["Reply-To"]), "Sudah masuk kemarin.\n\n> Apakah dana", subject="Re: x")
    room.deliver(minutes=1)
    assert len(room.received[BUDI]) == 1
    assert [each.new_text.strip() for each in room.messages("note")][-1] == "Sudah masuk kemarin."
    assert room.ticket.status == "open"
    wanted = [(each.why, each.agent_id) for each in room.counter.rows(Notice)]
    assert ("note", room.agent_id("Ani")) in wanted
    assert len(room.counter.rows(Ticket)) == 1
    assert _FINANCE not in {each.address for each in room.counter.rows(Participant) if each.role == "requester"}


def test_a_question_can_be_asked_from_a_note_too(room: Room) -> None:
    """The words go to whom they are for."""
    room.agent(f"#tanya {_FINANCE}\nApakah sudah masuk?", Purpose.NOTE)
    room.deliver(minutes=1)
    assert "Apakah sudah masuk?" in text_of(room.last(_FINANCE))


def test_an_asked_agent_answers_inside_too(room: Room) -> None:
    """A colleague's answer to the question is no answer to the customer."""
    _ask(room, DEWI)
    room.take(DEWI, str(room.last(DEWI)["Reply-To"]), "Sudah.", subject="Re: x")
    room.deliver(minutes=1)
    assert len(room.received[BUDI]) == 1
    assert [each.new_text.strip() for each in room.messages("note")][-1] == "Sudah."


def test_the_address_of_a_question_is_whom_it_was_sent_to(room: Room) -> None:
    """Somebody else who writes there gets a ticket of his own."""
    _ask(room)
    room.take("eve@jahat.test", str(room.last(_FINANCE)["Reply-To"]), "Sudah masuk.", subject="Re: x")
    assert len(room.counter.rows(Ticket)) == 2


@pytest.mark.parametrize(
    ("address", "words", "told"),
    [
        (BUDI, "Apakah sudah masuk?", "pelanggan di tiket ini"),
        (_FINANCE, "", "Tulis pertanyaannya"),
        ("help@desk.test", "Apakah sudah masuk?", "bukan alamat"),
    ],
)
def test_what_cannot_be_asked_is_told(room: Room, address: str, words: str, told: str) -> None:
    """And nobody gets anything."""
    _ask(room, address, words)
    assert told in text_of(room.last(ANI))
    assert len(room.received[BUDI]) == 1
    assert "question" not in [each.kind for each in room.counter.rows(Letter)]


def test_an_answer_that_stands_ready_is_filled_and_sent(room: Room) -> None:
    """With the ticket's fields, and what the agent writes below."""
    room.agent("#atur ID transaksi=TRX-20261123-0042\n#templat deposit\n\nMohon ditunggu ya Kak.")
    letter = text_of(room.deliver(minutes=1)[BUDI][-1])
    assert "TRX-20261123-0042 sedang kami periksa" in letter
    assert "Mohon ditunggu ya Kak." in letter


def test_a_field_that_is_not_there_is_no_blank(room: Room) -> None:
    """The agent is told which; a name that is mistyped too."""
    room.agent("#templat deposit")
    assert "butuh ID transaksi" in text_of(room.deliver(minutes=1)[ANI][-1])
    room.agent("#templat depsit")
    assert "Maksudnya deposit?" in text_of(room.deliver(minutes=1)[ANI][-1])
    assert len(room.received[BUDI]) == 1


def test_a_preview_is_shown_first(room: Room) -> None:
    """And sent by a tap, or by #kirim."""
    room.agent("#templat selesai pratinjau".replace("selesai", "done"))
    shown = text_of(room.deliver(minutes=1)[ANI][-1])
    assert "sudah kami selesaikan" in shown
    assert len(room.received[BUDI]) == 1
    room.agent("#kirim", Purpose.ANSWER)
    assert "sudah kami selesaikan" in text_of(room.deliver(minutes=1)[BUDI][-1])

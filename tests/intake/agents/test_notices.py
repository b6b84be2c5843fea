"""Who is told what, and when."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import pytest

from intake import waiting
from intake.agents import noticing
from replies.notice import NoticeView, notice
from replies.sender import Sender
from replies.settings import DeskSettings
from store import commands, holding, people
from store.engine import writing
from store.facts import Purpose
from store.models import Letter, Message, Notice, Participant, Ticket
from store.outbox import Claim, Failed, Outcome
from tests.intake.agents.conftest import Staffed, words
from tests.intake.agents.room import ANI, BUDI, DEWI, Room, text_of
from tests.intake.conftest import NOON, customer_mail


def _another(number: int, body: str = "Sudah dicek?\n", sender: str = "budi@example.com", **more: str) -> bytes:
    return customer_mail(body, Message_ID=f"<{number}@example.com>", From=sender, **more)


def test_a_desk_without_agents_tells_nobody(staffed: Staffed) -> None:
    """And keeps nothing for later."""
    staffed.counter.take(customer_mail())
    assert staffed.counter.rows(Notice) == []
    staffed.tell()
    assert [each.kind for each in staffed.counter.rows(Letter)] == ["received"]


def test_a_new_ticket_goes_to_one_agent_who_can_answer_it(staffed: Staffed) -> None:
    """From the desk's address, to be answered at a signed one; no machine answers it."""
    ani = staffed.join("Ani")
    staffed.join("Eko")
    staffed.counter.take(customer_mail("Deposit belum masuk. Username: budi_99\n"))
    staffed.tell()
    (letter,) = staffed.letters("ani@team.test")
    (ticket,) = staffed.counter.rows(Ticket)
    assert ticket.assignee_id == ani
    assert staffed.letters("eko@team.test") == []
    assert letter["Subject"] == f"[{ticket.number}] Deposit belum masuk"
    assert letter["Reply-To"].startswith("help+")
    assert (letter["Auto-Submitted"], letter["To"]) == ("auto-generated", "ani@team.test")
    assert words(letter).startswith("Balasan Anda DIKIRIM ke budi@example.com")
    assert "Username: budi_99" in words(letter)
    assert {each.envelope_from for each in staffed.counter.rows(Letter)} == {""}
    assert [each.role for each in staffed.counter.rows(Participant)] == ["requester", "agent"]


def test_a_burst_is_one_letter_and_the_next_news_another(staffed: Staffed) -> None:
    """Three mails within a minute; then one more, after a pause; all in one thread."""
    staffed.join("Ani")
    staffed.counter.take(customer_mail())
    (received,) = [each for each in staffed.counter.rows(Letter) if each.kind == "received"]
    answer = f"<{received.message_id}>"
    staffed.counter.take(_another(2, "Tolong dibantu.\n", In_Reply_To=answer), _another(3, In_Reply_To=answer))
    staffed.tell()
    staffed.counter.take(_another(4, "Halo?\n", In_Reply_To=answer))
    staffed.tell()
    assert len(staffed.letters("ani@team.test")) == 1
    staffed.tell(minutes=10)
    first, second = staffed.letters("ani@team.test")
    assert "Tolong dibantu." in words(first)
    assert "Sudah dicek?" in words(first)
    assert "Halo?" in words(second)
    fresh, _, history = words(second).partition("riwayat di bawah garis ini")
    assert "Tolong dibantu." not in fresh
    assert "Tolong dibantu." in history
    assert first["References"] == second["References"]
    assert first["Subject"] == second["Subject"]
    assert staffed.counter.rows(Notice) == []


def test_what_the_team_wrote_names_its_writer_and_ones_own_notes_are_no_news(room: Room) -> None:
    """Of the customer's next mail: the history says who answered; a note of one's own stands there too."""
    room.tell()
    room.agent("Sudah kami proses.")
    room.agent("cek ke bank besok", Purpose.NOTE)
    room.tell()
    room.customer("Belum masuk juga.", to=str(room.last(BUDI)["Reply-To"]))
    room.tell(minutes=30)
    fresh, _, history = text_of(room.last(ANI)).partition("riwayat di bawah garis ini")
    assert "Belum masuk juga." in fresh
    assert "cek ke bank besok" not in fresh
    assert "cek ke bank besok" in history
    assert "Support (Ani), " in history


def test_a_colleagues_note_tells_who_wrote_it(room: Room) -> None:
    """And not how sure we are of the customer."""
    room.tell()
    room.agent("Nomor rekeningnya aneh.", Purpose.NOTE, sender=DEWI)
    room.tell(minutes=30)
    told = text_of(room.last(ANI))
    assert "Nomor rekeningnya aneh." in told
    assert "petugas Dewi)" in told


def test_news_waits_for_more_news(staffed: Staffed) -> None:
    """What has just come is not told yet."""
    staffed.join("Ani")
    staffed.counter.take(customer_mail())
    staffed.tell(seconds=10)
    assert staffed.letters("ani@team.test") == []
    staffed.tell(seconds=60)
    assert len(staffed.letters("ani@team.test")) == 1


def test_tickets_are_spread_over_who_has_the_fewest(staffed: Staffed) -> None:
    """Four tickets, two agents."""
    staffed.join("Ani")
    staffed.join("Eko")
    for number in range(4):
        staffed.counter.take(
            _another(number, f"Username: user_{number}\nDeposit belum masuk.\n", f"c{number}@example.com")
        )
        staffed.tell()
    assert len(staffed.letters("ani@team.test")) == len(staffed.letters("eko@team.test")) == 2


def test_a_machines_mail_is_not_told(staffed: Staffed) -> None:
    """Who is away does not write to agents, and no notice breeds another."""
    staffed.join("Ani")
    away = "Saya sedang cuti sampai 30 November. Email Anda akan saya balas setelah saya kembali.\n"
    staffed.counter.take(customer_mail(away, Auto_Submitted="auto-replied"))
    assert len(staffed.counter.rows(Ticket)) == 1
    assert staffed.counter.rows(Notice) == []


def test_what_only_sounds_like_a_machine_is_told(staffed: Staffed) -> None:
    """Nobody is written to, but an agent looks: words alone can deceive, in a new ticket and in an answer."""
    staffed.join("Ani")
    away = "Saya sedang cuti sampai 30 November. Email Anda akan saya balas setelah saya kembali.\n"
    staffed.counter.take(customer_mail(away, Subject="Re: Laporan"))
    assert [each.nature for each in staffed.counter.rows(Message)] == ["auto_reply"]
    assert (len(staffed.counter.rows(Notice)), staffed.counter.rows(Letter)) == (1, [])
    staffed.tell()
    staffed.counter.take(customer_mail(away, Message_ID="<2@example.com>", In_Reply_To="<1@example.com>"))
    staffed.tell(minutes=30)
    assert len(staffed.letters("ani@team.test")) == 2


def test_history_is_not_told(staffed: Staffed) -> None:
    """What is imported is nobody's work."""
    staffed.join("Ani")
    staffed.counter.take(customer_mail(), history=True)
    assert staffed.counter.rows(Notice) == []


def test_a_held_ticket_is_told_when_it_is_released(staffed: Staffed) -> None:
    """Until then it is out of the agents' way."""
    staffed.join("Ani")
    staffed.counter.take(customer_mail(), junk=True)
    assert staffed.counter.rows(Notice) == []
    (ticket,) = staffed.counter.rows(Ticket)
    with writing(staffed.counter.engine) as session:
        holding.release(session, ticket.id or 0, "operator", NOON, NOON)
    staffed.tell()
    (letter,) = staffed.letters("ani@team.test")
    assert "Dilepas" in words(letter)


def test_an_unreadable_mail_is_told(staffed: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ticket has no customer, and the letter says so."""
    staffed.join("Ani")
    monkeypatch.setattr(waiting, "REST_SECONDS", 0.0)
    staffed.counter.reader.failures[b"mustahil"] = TimeoutError()
    staffed.counter.take(customer_mail("mustahil\n"))
    staffed.tell()
    (letter,) = staffed.letters("ani@team.test")
    assert "hanya menjadi CATATAN" in words(letter)
    assert "tidak bisa dibaca" in words(letter)


@pytest.mark.parametrize("role", ["auditor"])
def test_who_only_reads_is_not_told(staffed: Staffed, role: str) -> None:
    """Nor who is no agent any more: the notice goes to nobody, and so does the ticket."""
    staffed.join("Rina", role=role)
    staffed.join("Ani")
    staffed.counter.take(customer_mail())
    with writing(staffed.counter.engine) as session:
        people.remove_agent(session, "Ani")
    staffed.tell()
    assert {each.kind for each in staffed.counter.rows(Letter)} == {"received"}


def test_an_agent_reads_in_the_own_language(staffed: Staffed) -> None:
    """The subject stays the ticket's, so that all its letters are one thread."""
    staffed.join("Tom", language="en")
    staffed.counter.take(customer_mail())
    staffed.tell()
    (letter,) = staffed.letters("tom@team.test")
    assert words(letter).startswith("Your reply IS SENT to budi@example.com")
    assert "Deposit belum masuk" in letter["Subject"]


def test_a_language_without_letters_silences_nobody(staffed: Staffed) -> None:
    """The desk's first is read by all."""
    staffed.join("Ani", language="xx")
    staffed.counter.take(customer_mail())
    staffed.tell()
    (letter,) = staffed.letters("ani@team.test")
    assert words(letter).startswith("Balasan Anda DIKIRIM")


def test_a_ticket_that_is_opened_again_says_so_to_whose_it_was(staffed: Staffed) -> None:
    """The same agent is told, whoever has fewer by now."""
    staffed.join("Ani")
    staffed.counter.take(customer_mail())
    staffed.tell()
    staffed.join("Eko")
    (ticket,) = staffed.counter.rows(Ticket)
    with writing(staffed.counter.engine) as session:
        commands.close(session, ticket.id or 0, "Ani", staffed.counter.clock[-1])
    staffed.counter.later(hours=1)
    staffed.counter.take(_another(2, "Belum masuk juga.\n", Subject=f"Re: [{ticket.number}] Deposit"))
    staffed.tell(hours=1)
    assert "Dibuka lagi" in words(staffed.letters("ani@team.test")[-1])
    assert staffed.letters("eko@team.test") == []


def test_no_notice_goes_to_a_desks_own_address(staffed: Staffed) -> None:
    """It would come back as a ticket, which is told, and so on."""
    staffed.join("Ani", "help@desk.test")
    staffed.counter.take(customer_mail())
    staffed.tell()
    assert [each.kind for each in staffed.counter.rows(Letter)] == ["received"]


def test_one_tickets_fault_is_no_others(staffed: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again later, and the others are told."""
    staffed.join("Ani")
    staffed.counter.take(customer_mail(), _another(2, "Username: lain_7\nDeposit belum masuk\n", "lain@example.com"))
    faulty = staffed.counter.rows(Ticket)[0].number

    def fail(desk: DeskSettings, view: NoticeView) -> object:
        if view.number == faulty:
            raise ValueError
        return notice(desk, view)

    with monkeypatch.context() as patched:
        patched.setattr(noticing, "notice", fail)
        staffed.tell()
    (letter,) = staffed.letters("ani@team.test")
    assert faulty not in letter["Subject"]
    staffed.tell(minutes=30)
    assert len(staffed.letters("ani@team.test")) == 1
    staffed.tell(minutes=40)
    assert len(staffed.letters("ani@team.test")) == 2


def test_a_letter_that_cannot_be_sent_is_told(staffed: Staffed) -> None:
    """With its reason; one to an agent is not, since that would be one more that fails."""
    staffed.join("Ani")
    staffed.counter.take(customer_mail())
    staffed.tell()
    engine, clock = staffed.counter.engine, staffed.counter.clock

    class Refusing:
        def hand_on(self, claim: Claim, intend: Callable[[], None]) -> Mapping[str, Outcome]:
            intend()
            return dict.fromkeys(claim.recipients, Failed("550 no such user"))

        def close(self) -> None:
            pass

    Sender(engine, Refusing(), lambda: clock[-1], random.Random(1)).send_due()
    (wanted,) = staffed.counter.rows(Notice)
    assert (wanted.why, wanted.detail) == ("not_sent", {"why": "budi@example.com: 550 no such user"})
    staffed.tell(minutes=20)
    assert "Surat kita tidak bisa dikirim. budi@example.com: 550 no such user" in words(
        staffed.letters("ani@team.test")[-1]
    )

"""What looks like an agent's mail and may not act: it is kept, somebody is told, and no customer hears of it."""

from __future__ import annotations

from store import people
from store.engine import writing
from store.facts import Purpose
from store.models import Letter, Mail, Notice, Ticket
from tests.intake.agents.room import ANI, BUDI, DEWI, Room, link, text_of

_WORDS = "Saldo Anda sudah kami kembalikan."


def _nothing_reached_the_customer(room: Room) -> None:
    room.deliver(minutes=5)
    assert len(room.received[BUDI]) == 1
    assert room.ticket.assignee_id is None
    assert not [each for each in room.counter.rows(Letter) if each.kind == "answer"]
    assert len(room.counter.rows(Ticket)) == 1
    assert room.ticket.status == "open"


def test_an_unproven_agent_is_a_pending_note(room: Room) -> None:
    """With everything right but the proof; the agent whose name it bears is told, and cannot send it by a tap."""
    room.agent(_WORDS, vouched=False)
    _nothing_reached_the_customer(room)
    told = room.last(ANI)
    assert "tidak terbukti" in text_of(told)
    assert "Kirim juga" not in text_of(told)
    assert [each.new_text.strip() for each in room.messages("note")] == [_WORDS]
    assert "pending note" in room.events()
    assert [each.why for each in room.counter.rows(Notice) if each.why == "pending_note"]


def test_a_token_is_its_holders_alone(room: Room) -> None:
    """Passed on, or stolen: its holder is told who has used it, and colleagues are."""
    room.agent(_WORDS, sender="eve@jahat.test", notice_of=ANI)
    _nothing_reached_the_customer(room)
    assert "bukan alamat petugas" in text_of(room.last(ANI))
    (told,) = [each for each in room.counter.rows(Notice) if each.why == "pending_note"]
    assert told.detail == {"sender": "eve@jahat.test"}


def test_a_colleague_who_answers_to_all_is_believed_and_asked(room: Room) -> None:
    """At the other's reply address: the words are a note, of which the other hears; the writer may send them."""
    room.agent("", Purpose.TAKE)
    room.agent("Halo Ani, ini sudah aku cek ke bank.", sender=DEWI, notice_of=ANI)
    room.deliver(minutes=5)
    assert ANI not in room.received
    assert len(room.received[BUDI]) == 1
    shown = room.last(DEWI)
    assert "milik petugas lain" in text_of(shown)
    assert [(each.why, each.agent_id) for each in room.counter.rows(Notice)][-1] == ("note", room.agent_id("Ani"))
    room.take(DEWI, link(shown, "Jadikan catatan"), "")
    room.deliver(minutes=1)
    assert len(room.received[BUDI]) == 1
    assert [each.state for each in room.answers] == ["note"]


def test_a_tap_on_an_old_notice_is_no_empty_answer(room: Room) -> None:
    """Nor does what is doubtful leave from what is shown: its links offer no more than they may."""
    old = room.addresses(ANI).to(Purpose.CLOSE)
    answer = room.address(Purpose.ANSWER)
    room.counter.later(days=20)
    room.take(ANI, old, "")
    assert "kedaluwarsa" in text_of(room.deliver(minutes=1)[ANI][-1])
    assert room.answers == []
    room.take(ANI, answer, "Kata sandi Anda: rahasia123")
    shown = text_of(room.deliver(minutes=1)[ANI][-1])
    assert "kata sandi, PIN" in shown
    assert "Kirim juga" not in shown
    assert "rahasia123" not in shown


def test_a_reply_without_the_token_can_be_sent_by_its_writer(room: Room) -> None:
    """A client that answers the bare address: the mail is proven, only its token is not there."""
    room.take(ANI, "help@desk.test", _WORDS, subject=f"Re: [{room.ticket.number}] Deposit belum masuk")
    _nothing_reached_the_customer(room)
    shown = room.last(ANI)
    assert "tidak dikirim ke alamat balasan" in text_of(shown)
    room.agent("", to=link(shown, "Kirim juga"))
    assert _WORDS in text_of(room.deliver(minutes=1)[BUDI][-1])


def test_who_answers_without_the_token_is_shown_who_was_faster(room: Room) -> None:
    """What was answered since the customer wrote, that the writer may not have seen."""
    room.agent("Sudah kami proses.", sender=DEWI)
    room.deliver(minutes=4)
    room.take(ANI, "help@desk.test", _WORDS, subject=f"Re: [{room.ticket.number}] Deposit belum masuk")
    shown = text_of(room.deliver(minutes=1)[ANI][-1])
    assert "Dewi sudah menjawab 4 menit lalu" in shown
    assert "Sudah kami proses." in shown
    assert len(room.received[BUDI]) == 2


def test_an_old_token_is_not_enough(room: Room) -> None:
    """After two weeks; the words can be sent from what is shown."""
    old = room.address(Purpose.ANSWER)
    room.counter.later(days=20)
    room.agent(_WORDS, to=old)
    _nothing_reached_the_customer(room)
    assert "kedaluwarsa" in text_of(room.last(ANI))


def test_a_revoked_agent_is_nobody(room: Room) -> None:
    """Tokens die with the role: a pending note, no letter to whoever it was, no ticket of his own."""
    token = room.address(Purpose.ANSWER)
    room.remove("Ani")
    room.take(ANI, token, _WORDS)
    _nothing_reached_the_customer(room)
    assert ANI not in room.received
    assert "pending note" in room.events()


def test_a_machine_of_an_agents_does_nothing(room: Room) -> None:
    """An out-of-office to a notice is kept, and nobody is told, least of all the customer."""
    room.agent("Saya cuti sampai Senin.", headers={"Auto-Submitted": "auto-replied"})
    _nothing_reached_the_customer(room)
    assert ANI not in room.received
    assert [each.rule for each in room.counter.rows(Mail)][-1] == "agent_automatic"


def test_a_forged_agent_without_a_ticket_waits_for_an_operator(room: Room) -> None:
    """No customer's ticket, no acknowledgement: a held one, and a word to the agent."""
    room.take(ANI, "help@desk.test", "Tolong transfer ke rekening ini.", vouched=False, subject="Penting")
    room.deliver(minutes=5)
    assert (room.ticket.status, room.ticket.held_for, room.ticket.person_id) == ("held", "agent", None)
    assert [each.kind for each in room.counter.rows(Letter) if each.ticket_id == room.ticket.id] == ["told"]


def test_a_forger_does_not_fill_an_agents_mailbox(room: Room) -> None:
    """Told three times an hour, and no more."""
    for number in range(6):
        room.agent(f"{_WORDS} {number}", vouched=False)
    room.deliver(minutes=1)
    assert len(room.received[ANI]) == 3
    assert len(room.messages("note")) == 6


def test_nor_does_a_stranger_who_proves_himself(room: Room) -> None:
    """With a stolen address of the agent's; and no link of his can be tapped."""
    for number in range(6):
        room.agent(f"Klik https://jahat.test/{number}", sender="eve@jahat.test", notice_of=ANI)
    room.deliver(minutes=1)
    assert len(room.received[ANI]) == 3
    assert "https://jahat.test" not in room.last(ANI).as_string()
    _nothing_reached_the_customer(room)


def test_what_was_written_to_another_is_no_order(room: Room) -> None:
    """A mail of the agent's that somebody hands to us, with the token in the envelope alone (a replay)."""
    token = room.address(Purpose.CLOSE)
    room.take(ANI, token, "", headers={"To": "teman@lain.test"})
    _nothing_reached_the_customer(room)


def test_a_customer_who_answers_to_all_stays_a_customer(room: Room) -> None:
    """The agent's address stood in copy; the customer takes part in the ticket."""
    room.agent("Sudah kami proses.")
    letter = room.deliver(minutes=1)[BUDI][-1]
    own = room.address(Purpose.ANSWER)
    headers = {"Cc": own, "In-Reply-To": str(letter["Message-ID"])}
    room.customer("Belum masuk juga.", to=str(letter["Reply-To"]), headers=headers, envelope={})
    assert [each.new_text.strip() for each in room.messages("in")][-1] == "Belum masuk juga."
    assert room.ticket.status == "open"
    assert len(room.counter.rows(Ticket)) == 1


def test_an_auditor_reads(room: Room) -> None:
    """And writes to nobody."""
    with writing(room.counter.engine) as session:
        people.add_agent(session, "Oki", "auditor", ["oki@kantor.test"], room.counter.clock[-1])
    room.agent(_WORDS, sender="oki@kantor.test")
    _nothing_reached_the_customer(room)
    assert "Peran Anda" in text_of(room.last("oki@kantor.test"))


def test_a_letter_to_an_agent_that_comes_back_is_no_customers_business(room: Room) -> None:
    """It stays on its ticket, inside: the customer's address is as good as before, and nothing is anybody's turn."""
    room.agent("Terlampir buktinya.")
    lost = room.deliver(minutes=1)[ANI][-1]
    report = f"""From: MAILER-DAEMON@mx.kantor.test
To: help@desk.test
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce@mx.kantor.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.kantor.test

Final-Recipient: rfc822; {ANI}
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox full

--b
Content-Type: message/rfc822

From: help@desk.test
To: {ANI}
Message-ID: {lost["Message-ID"]}
Subject: x

x
--b--
"""
    room.counter.take(report.replace("\n", "\r\n").encode(), mail_from="", rcpt_to=("help@desk.test",))
    assert len(room.counter.rows(Ticket)) == 1
    assert "bounced" in room.events()
    assert room.ticket.status == "open"
    assert not [each for each in room.counter.rows(Notice) if each.why == "bounced"]

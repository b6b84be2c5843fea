"""Tickets that agents open: internal ones, for a customer, and out of what they forward."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from store.facts import Purpose
from store.models import Finding, Letter, Notice, Participant, Person, Ticket
from tests.intake.agents.room import ANI, DEWI, Room, link, text_of

_SITI = "siti@example.org"
_FORWARD = (
    "tolong dibantu\n\n---------- Pesan terusan ---------\n"
    f"Dari: Siti Rahma <{_SITI}>\nDate: Sen, 23 Nov 2026\nSubject: WD belum cair\nTo: <ani@kantor.test>\n\n"
    "WD saya belum cair min. Username: siti_7\n"
)


def _customers(room: Room) -> list[str]:
    found = room.counter.rows(Participant)
    return [each.address for each in found if each.ticket_id == room.ticket.id and each.role == "requester"]


def _forward(room: Room, body: str = _FORWARD) -> None:
    room.take(ANI, "help@desk.test", body, subject="Fwd: WD belum cair")
    room.deliver(minutes=1)


def test_what_an_agent_writes_to_the_desk_is_an_internal_ticket(room: Room) -> None:
    """With no customer, no acknowledgement, and a word to the agent."""
    room.take(ANI, "help@desk.test", "Printer di lantai 2 rusak.", subject="Printer")
    told = room.deliver(minutes=1)[ANI][-1]
    assert room.ticket.number in text_of(told)
    assert (_customers(room), room.ticket.person_id, room.ticket.status) == ([], None, "open")
    assert [each.kind for each in room.counter.rows(Letter) if each.ticket_id == room.ticket.id] == ["told"]


def test_the_sender_of_a_forward_is_the_customer_when_the_agent_says_so(room: Room) -> None:
    """By a tap or by a word; what was read in the words stands on the ticket; then a reply goes to the customer."""
    _forward(room)
    proposal = room.last(ANI)
    assert f"Siti Rahma <{_SITI}>" in text_of(proposal)
    assert "periksa baik-baik" in text_of(proposal)
    assert _customers(room) == []
    assert room.ticket.category == "withdrawal_missing"
    room.take(ANI, str(proposal["Reply-To"]), "Ya", subject="Re: x")
    assert _customers(room) == [_SITI]
    assert [each.name for each in room.counter.rows(Person)][-1] == "Siti Rahma"
    confirmed = room.deliver(minutes=1)[ANI][-1]
    room.take(ANI, room.address(Purpose.ANSWER), "Kami cek ya Kak.")
    letter = room.deliver(minutes=1)[_SITI][-1]
    assert "Kami cek ya Kak." in text_of(letter)
    assert "kantor.test" not in letter.as_string()
    assert _SITI in text_of(confirmed)


def test_nobody_is_told_of_a_ticket_whose_customer_is_asked_for(room: Room) -> None:
    """For an hour, or until the agent has said who it is: a notice meanwhile could only speak of a note."""
    _forward(room)
    (told,) = [each for each in room.counter.rows(Notice) if each.ticket_id == room.ticket.id]
    assert (told.due_at - told.wanted_at).total_seconds() == 3600
    room.take(ANI, str(room.last(ANI)["Reply-To"]), "ya", subject="Re: x")
    (told,) = [each for each in room.counter.rows(Notice) if each.ticket_id == room.ticket.id]
    assert told.due_at <= room.counter.clock[-1]


def test_yes_is_yes_at_the_answer_address_too(room: Room) -> None:
    """And an answer before there is a customer is given back, with who may be meant."""
    _forward(room)
    room.take(ANI, room.address(Purpose.ANSWER), "Kami cek ya Kak.", subject="Re: x")
    back = text_of(room.deliver(minutes=1)[ANI][-1])
    assert f'Balas "ya" bila {_SITI} orangnya' in back
    assert "Kami cek ya Kak." in back
    assert _SITI not in room.received
    room.take(ANI, room.address(Purpose.ANSWER), "Ya.", subject="Re: x")
    assert _customers(room) == [_SITI]


def test_a_tap_confirms_once(room: Room) -> None:
    """The second says that there is a customer."""
    _forward(room)
    yes = link(room.last(ANI), "Ya, itu pelanggannya")
    for _twice in range(2):
        room.take(ANI, yes, "", subject="Re: x")
    assert _customers(room) == [_SITI]
    assert "sudah punya pelanggan" in text_of(room.deliver(minutes=1)[ANI][-1])


def test_another_address_is_taken_in_its_place(room: Room) -> None:
    """And neither yes nor an address is a question back."""
    _forward(room)
    to = str(room.last(ANI)["Reply-To"])
    room.take(ANI, to, "bukan, itu orang lain", subject="Re: x")
    assert _customers(room) == []
    assert 'Balas "ya" saja' in text_of(room.deliver(minutes=1)[ANI][-1])
    room.take(ANI, to, "budi.lain@example.com", subject="Re: x")
    assert _customers(room) == ["budi.lain@example.com"]


def test_an_attached_mail_is_told_to_be_surer(room: Room) -> None:
    """As message/rfc822."""
    room.take(ANI, "help@desk.test", mail=_attached("WD saya belum cair min."), subject="Fwd: WD belum cair")
    assert "dari surel yang Anda lampirkan" in text_of(room.deliver(minutes=1)[ANI][-1])


def _attached(words: str) -> EmailMessage:
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = f"Siti Rahma <{_SITI}>", ANI, "WD belum cair"
    inner.set_content(words)
    mail = EmailMessage()
    mail.set_content("please open")
    mail.add_attachment(inner)
    return mail


def test_an_attached_mail_is_read_as_a_forwarded_one_is(room: Room) -> None:
    """What it reports, in its language; its words stand in the notice, without its secrets."""
    words = "Min, WD saya 200rb ke BCA belum cair dari kemarin. Username: siti_7\npassword: Kucing#99x\n"
    room.take(ANI, "help@desk.test", mail=_attached(words), subject="Fwd: WD belum cair")
    room.deliver(minutes=1)
    assert (room.ticket.category, room.ticket.language) == ("withdrawal_missing", "id")
    found = [(each.field, each.raw, each.location) for each in room.counter.rows(Finding)]
    assert ("usernames", "siti_7", "attachment:0") in found
    room.take(ANI, str(room.last(ANI)["Reply-To"]), "ya", subject="Re: x")
    room.tell()
    told = [mail for mails in room.received.values() for mail in mails if mail["Auto-Submitted"] == "auto-generated"]
    (notice,) = [text_of(each) for each in told if room.ticket.number in each["Subject"]]
    assert "WD saya 200rb ke BCA belum cair" in notice
    assert "siti_7" in notice
    assert "Kucing#99x" not in notice
    assert "Ani, " in notice


def test_who_said_who_the_customer_is_may_reply_at_once(room: Room) -> None:
    """What confirms it says so, and is as good as its word."""
    _forward(room)
    room.take(ANI, str(room.last(ANI)["Reply-To"]), "ya", subject="Re: x")
    confirmed = room.deliver(minutes=1)[ANI][-1]
    assert "Balas surel ini untuk menulis kepadanya" in text_of(confirmed)
    room.take(ANI, str(confirmed["Reply-To"]), "Kami cek ya Kak.", subject="Re: x")
    assert "Kami cek ya Kak." in text_of(room.deliver(minutes=1)[_SITI][-1])


def test_a_forward_that_names_an_agent_or_ourselves_makes_nobody_a_customer(room: Room) -> None:
    """Whoever confirms it."""
    for address in (DEWI, "help@desk.test"):
        _forward(room, _FORWARD.replace(_SITI, address))
        room.take(ANI, str(room.last(ANI)["Reply-To"]), "ya", subject="Re: x")
        assert _customers(room) == []


def test_an_agent_opens_a_ticket_for_a_customer(room: Room) -> None:
    """By #pelanggan, with orders beside it; nothing is sent to the customer."""
    body = f"#pelanggan {_SITI}\n#prioritas tinggi\n\nMenelepon: WD belum cair. Username: siti_7"
    room.take(ANI, "help@desk.test", body, subject="Telepon")
    assert _customers(room) == [_SITI]
    assert room.ticket.priority == "high"
    room.deliver(minutes=1)
    assert _SITI not in room.received
    assert _SITI in text_of(room.last(ANI))


@pytest.mark.parametrize("body", ["#pelangan siti@example.org\n\nhalo", "#clsoe"])
def test_a_fault_opens_nothing(room: Room, body: str) -> None:
    """The agent is told, and gets the words back."""
    room.take(ANI, "help@desk.test", body, subject="x")
    assert len(room.counter.rows(Ticket)) == 1
    assert body.split("\n", maxsplit=1)[0] in text_of(room.deliver(minutes=1)[ANI][-1])

"""Answers that were given past us, out of the mailbox itself, are seen where its folder of sent mail is watched."""

from __future__ import annotations

import email
import email.policy
from typing import Any

from store.models import Blob, Event, Finding, Letter, Mail, Message, Ticket
from tests.intake.conftest import Counter, customer_mail

SENT: dict[str, Any] = {"door": "imap:box/Sent", "desk": "help", "rcpt_to": (), "mail_from": None, "sent": True}


def _answer(text: str = "Saldo sudah kami kembalikan, username ani_77.\n", **headers: str) -> bytes:
    told = {"From": "Help <help@desk.test>", "To": "Budi <budi@example.com>", "Message_ID": "<9@desk.test>"}
    return customer_mail(text, **(told | headers))


def test_an_answer_given_past_us_stands_in_its_ticket(counter: Counter) -> None:
    """It is the customer's turn then, and what the agent wrote is no report of the customer's."""
    counter.take(customer_mail())
    before = len(counter.rows(Finding))
    counter.take(_answer(In_Reply_To="<1@example.com>"), **SENT)
    (ticket,) = counter.rows(Ticket)
    assert ticket.status == "waiting"
    assert [(each.direction, each.sender) for each in counter.rows(Message)][-1] == ("out", "help@desk.test")
    assert [each.what for each in counter.rows(Event)][-2:] == ["status", "answered_outside"]
    assert counter.rows(Mail)[-1].rule == "outside"
    assert len(counter.rows(Finding)) == before
    assert len(counter.rows(Letter)) == 1  # the acknowledgement
    counter.take(customer_mail("Belum masuk juga.", Message_ID="<2@example.com>", In_Reply_To="<9@desk.test>"))
    assert [each.status for each in counter.rows(Ticket)] == ["open"]


def test_of_mail_about_no_ticket_nothing_is_kept(counter: Counter) -> None:
    """Somebody's private mail, say: the ledger remembers that it was seen, and not a word of it."""
    counter.take(customer_mail())
    files = len(counter.rows(Blob))
    counter.take(_answer("Makan siang?", To="Ani <ani@example.com>", In_Reply_To="<1@example.com>"), **SENT)
    assert [each.status for each in counter.rows(Ticket)] == ["open"]
    (mail,) = counter.rows(Mail)[1:]
    assert (mail.rule, mail.ticket_id, mail.raw_blob, mail.sender) == ("sent", None, None, None)
    assert len(counter.rows(Blob)) == files
    counter.take(_answer("Makan siang?", To="Ani <ani@example.com>", In_Reply_To="<1@example.com>"), **SENT)
    assert len(counter.rows(Mail)) == 2


def test_a_letter_of_ours_in_the_folder_is_no_answer(counter: Counter) -> None:
    """Gmail keeps what is sent through it, and Exchange gives it another Message-ID."""
    counter.take(customer_mail())
    letter = email.message_from_bytes(counter.rows(Letter)[0].content, policy=email.policy.default)
    counter.take(letter.as_bytes(), **SENT)
    del letter["Message-ID"], letter["Auto-Submitted"]
    letter["Message-ID"] = "<exchanged@outlook.test>"
    counter.take(letter.as_bytes(), **SENT)
    assert [each.rule for each in counter.rows(Mail)] == ["new", "own_letter", "own_letter"]
    assert [each.status for each in counter.rows(Ticket)] == ["open"]


def test_what_a_machine_sent_is_no_answer(counter: Counter) -> None:
    """The mailbox's own vacation responder answers in nobody's name."""
    counter.take(customer_mail())
    counter.take(_answer(In_Reply_To="<1@example.com>", Auto_Submitted="auto-replied"), **SENT)
    assert counter.rows(Mail)[-1].rule == "sent"
    assert [each.status for each in counter.rows(Ticket)] == ["open"]


def test_an_answer_to_what_is_held_moves_nothing(counter: Counter) -> None:
    """Whether it is a ticket at all is the operator's to say."""
    counter.take(customer_mail(), junk=True)
    counter.take(_answer(In_Reply_To="<1@example.com>"), **SENT)
    assert [each.status for each in counter.rows(Ticket)] == ["held"]
    assert [each.direction for each in counter.rows(Message)] == ["in", "out"]

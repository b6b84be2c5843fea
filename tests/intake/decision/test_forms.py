"""Contact forms: the form's mail counts as its visitor's, as far as the form's own mail is proven, and no further."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from intake.settings import FormSettings
from replies.settings import DeskSettings
from store.models import Finding, Letter, LetterRecipient, Mail, Message, PersonAddress, Ticket
from tests.intake.conftest import Counter, customer_mail, make_counter

PASSED = "mx.desk.test; dmarc=pass header.from=site.test"

BODY = "Nama: Budi Santoso\nAlamat email: budi@example.com\nUsername: budi_99\n\nDeposit saya belum masuk.\n"

BY_LABELS = FormSettings(address="form@site.test", requester="Alamat email", name="Nama")


@pytest.fixture
def counter(engine: Engine, tmp_path: Path) -> Counter:
    """A desk that answers nobody who does not authenticate."""
    desk = DeskSettings(name="help", addresses=["help@desk.test"], trusted_authserv_ids=["mx.desk.test"])
    return make_counter(engine, tmp_path, desk, forms=[FormSettings(address="kontak@site.test"), BY_LABELS])


def _by_form(sender: str = "form@site.test", result: str = PASSED, body: str = BODY, **more: str) -> bytes:
    told = {"From": sender, "Authentication_Results": result, "Auto_Submitted": "auto-generated"}
    return customer_mail(body, **(told | more))


def test_a_forms_mail_is_its_visitors(counter: Counter) -> None:
    """By the labels in it, though a machine sent it; he is told the number, and is not verified."""
    counter.take(_by_form(), mail_from="bounces@site.test", client=None)
    (ticket,), (message,), (mail,) = counter.rows(Ticket), counter.rows(Message)[:1], counter.rows(Mail)
    assert (message.sender, message.sender_name, message.identity) == ("budi@example.com", "Budi Santoso", "unverified")
    assert "by the form form@site.test" in message.identity_why
    assert mail.acknowledged == "yes"
    assert [each.address for each in counter.rows(LetterRecipient)] == ["budi@example.com"]
    assert [each.verified for each in counter.rows(PersonAddress)] == [False]
    assert "budi_99" in [each.value for each in counter.rows(Finding)]
    (letter,) = counter.rows(Letter)
    assert ticket.number.encode() in letter.content
    assert b"budi_99" not in letter.content
    assert b"Santoso" not in letter.content


def test_the_visitor_may_stand_in_reply_to(counter: Counter) -> None:
    """As most forms have it."""
    counter.take(_by_form("kontak@site.test", Reply_To="Ani <ani@example.com>"), client=None)
    assert [(each.sender, each.sender_name) for each in counter.rows(Message)[:1]] == [("ani@example.com", "Ani")]


@pytest.mark.parametrize(
    "result",
    ["mx.desk.test; dmarc=fail header.from=site.test", "mx.desk.test; none", "mx.evil.test; dmarc=pass"],
)
def test_a_forged_form_speaks_for_nobody(counter: Counter, result: str) -> None:
    """It is a ticket of the form's address, and nobody gets a letter."""
    counter.take(_by_form(result=result), client=None)
    (message,) = counter.rows(Message)
    assert message.sender == "form@site.test"
    assert counter.rows(Letter) == []


@pytest.mark.parametrize(
    "body",
    [
        "Nama: Budi\nPesan: halo\n",
        "Alamat email: bukan alamat\n",
        "Alamat email: a@b.test, c@d.test\n",
        "Alamat email: form@site.test\n",
    ],
)
def test_a_form_that_names_no_visitor_is_a_ticket_all_the_same(counter: Counter, body: str) -> None:
    """Nothing is lost, and nobody answered."""
    counter.take(_by_form(body=body), client=None)
    assert [each.sender for each in counter.rows(Message)] == ["form@site.test"]
    assert counter.rows(Letter) == []


def test_a_bounce_from_the_forms_address_is_no_visitor(counter: Counter) -> None:
    """Only what a person wrote into it is."""
    report = (
        b"From: form@site.test\r\nTo: help@desk.test\r\nMessage-ID: <b@site.test>\r\n"
        b"Authentication-Results: " + PASSED.encode() + b"\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\nAlamat email: budi@example.com\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; site.test\r\n\r\n"
        b"Final-Recipient: rfc822; x@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n"
    )
    counter.take(report, mail_from="", client=None)
    assert counter.rows(Letter) == []


def test_a_visitor_verifies_nobodys_ticket(counter: Counter) -> None:
    """Who types another's address, and a ticket number, is told nothing of the ticket."""
    counter.take(_by_form(), client=None)
    number = counter.rows(Ticket)[0].number
    counter.take(_by_form(Message_ID="<2@site.test>", Subject=f"[{number}] status?"), client=None)
    assert all(b"budi_99" not in each.content for each in counter.rows(Letter))


def test_a_form_of_another_desk_is_ordinary_mail(engine: Engine, tmp_path: Path) -> None:
    """Where it names its desk."""
    desk = DeskSettings(name="help", addresses=["help@desk.test"], trusted_authserv_ids=["mx.desk.test"])
    counter = make_counter(engine, tmp_path, desk, forms=[BY_LABELS.model_copy(update={"desk": "other"})])
    counter.take(_by_form(), client=None)
    assert [each.sender for each in counter.rows(Message)] == ["form@site.test"]

"""From a spooled mail to its rows, on both databases."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from intake import carrying
from replies.settings import DeskSettings
from store.engine import looking
from store.models import (
    Arrival,
    Attachment,
    Event,
    Finding,
    Letter,
    LetterRecipient,
    Mail,
    Message,
    Participant,
    Route,
    SealingKey,
    Ticket,
    TicketLink,
)
from tests.intake.conftest import NOON, Counter, customer_mail, make_counter


def _letters(counter: Counter) -> list[Any]:
    """The outbox, as mails."""
    return [email.message_from_bytes(each.content, policy=email.policy.default) for each in counter.rows(Letter)]


def test_a_mail_becomes_a_ticket_with_its_findings_and_one_acknowledgement(counter: Counter) -> None:
    """The main job: ticket, message, finding, event, participant, letter; and the spool is empty."""
    counter.take(customer_mail())
    (ticket,) = counter.rows(Ticket)
    (mail,) = counter.rows(Mail)
    (letter,) = counter.rows(Letter)
    said = {message.direction: message for message in counter.rows(Message)}
    assert (ticket.status, ticket.language, ticket.category) == ("open", "id", "deposit_missing")
    assert ticket.first_reply_due_at == NOON + timedelta(hours=4)
    assert (mail.state, mail.rule, mail.acknowledged, mail.ticket_id) == ("done", "new", "yes", ticket.id)
    assert said["in"].text.startswith("Username: budi_99")
    assert said["out"].letter_id == letter.id
    assert ticket.number in said["out"].text
    assert [finding.value for finding in counter.rows(Finding) if finding.field == "usernames"] == ["budi_99"]
    assert [each.address for each in counter.rows(Participant)] == ["budi@example.com"]
    assert [event.what for event in counter.rows(Event)] == ["opened", "acknowledged"]
    assert (letter.state, letter.envelope_from, letter.mail_id) == ("pending", "", mail.id)
    assert [each.address for each in counter.rows(LetterRecipient)] == ["budi@example.com"]
    assert counter.spool.waiting() == []


def test_the_acknowledgement_threads_and_can_be_answered(counter: Counter) -> None:
    """It answers the customer's mail, from the address it was written to, and names the ticket."""
    counter.take(customer_mail())
    (letter,) = _letters(counter)
    (ticket,) = counter.rows(Ticket)
    assert letter["In-Reply-To"] == "<1@example.com>"
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["To"] == "budi@example.com"
    assert "help@desk.test" in letter["From"]
    assert letter["Reply-To"].startswith("help+")
    assert letter["Subject"] == f"[{ticket.number}] Deposit belum masuk"


def test_an_answer_to_the_acknowledgement_joins(counter: Counter) -> None:
    """By its In-Reply-To alone, and by the reply address alone; a second acknowledgement is not sent."""
    counter.take(customer_mail())
    (letter,) = _letters(counter)
    by_reference = customer_mail("Terima kasih.", Message_ID="<2@example.com>", In_Reply_To=letter["Message-ID"])
    by_token = customer_mail("Sudah?", Message_ID="<3@example.com>", To=letter["Reply-To"])
    counter.take(by_reference)
    counter.take(by_token, rcpt_to=(letter["Reply-To"],))
    assert len(counter.rows(Ticket)) == 1
    assert [mail.rule for mail in counter.rows(Mail)] == ["new", "token", "token"]  # the Message-ID carries one too
    assert len(counter.rows(Letter)) == 1


def test_an_answer_brings_what_was_missing(counter: Counter) -> None:
    """The customer was asked for the transaction ID, and replies with nothing else."""
    counter.take(customer_mail("Username: budi_99\nDeposit belum masuk kemarin jam 10.15 WIB.\n"))
    assert counter.rows(Ticket)[0].missing == ["transaction_id"]
    counter.take(customer_mail("TRX-20261123-0042", Message_ID="<2@example.com>", In_Reply_To="<1@example.com>"))
    assert counter.rows(Ticket)[0].missing == []


def test_an_answer_that_overtakes_its_question_ends_in_the_same_ticket(counter: Counter) -> None:
    """The second mail refers to the first, and is taken first."""
    first = customer_mail()
    second = customer_mail("Tambahan.", Message_ID="<2@example.com>", References="<1@example.com>")
    counter.take(second)
    counter.take(first)
    assert len(counter.rows(Ticket)) == 1
    assert [mail.rule for mail in counter.rows(Mail)] == ["new", "overtaken"]


def test_two_answers_to_a_mail_we_never_had_are_one_ticket(counter: Counter) -> None:
    """Both refer to the same unknown msg-id."""
    counter.take(customer_mail(Message_ID="<2@example.com>", References="<0@example.com>"))
    counter.take(customer_mail("Lagi.", Message_ID="<3@example.com>", References="<0@example.com>"))
    assert [mail.rule for mail in counter.rows(Mail)] == ["new", "sibling"]


def test_a_stranger_who_refers_to_a_ticket_gets_one_of_his_own(counter: Counter) -> None:
    """It is linked, and nothing of the first ticket goes to him."""
    counter.take(customer_mail())
    (letter,) = _letters(counter)
    stolen = customer_mail("Saya mau tahu.", From="eve@evil.test", Message_ID="<2@evil.test>", To=letter["Reply-To"])
    counter.take(stolen, rcpt_to=(letter["Reply-To"],), mail_from="eve@evil.test")
    first, second = counter.rows(Ticket)
    (link,) = counter.rows(TicketLink)
    assert (link.ticket_id, link.other_id, link.why) == (second.id, first.id, "claims_to_answer")
    assert first.number not in counter.rows(Letter)[1].content.decode()


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
def test_a_repeated_mail_makes_no_second_ticket_and_no_second_acknowledgement(
    counter: Counter, *, together: bool
) -> None:
    """A client that lost its 250 sends again; only the route is written down."""
    mail = customer_mail()
    if together:
        counter.take(mail, mail)
    else:
        counter.take(mail)
        counter.take(mail)
    assert (len(counter.rows(Ticket)), len(counter.rows(Letter)), len(counter.rows(Mail))) == (1, 1, 1)
    assert len(counter.rows(Route)) == 2
    assert list((counter.folder / "blobs" / "tmp").iterdir()) == []


def test_a_mail_to_two_addresses_of_a_desk_is_one_ticket(engine: Engine, tmp_path: Path) -> None:
    """Even in two transactions; both routes are kept."""
    desk = DeskSettings(name="help", addresses=["help@desk.test", "bantuan@desk.test"], acknowledge="all")
    counter = make_counter(engine, tmp_path, desk)
    counter.take(customer_mail(), rcpt_to=("help@desk.test", "bantuan@desk.test"))
    counter.take(customer_mail(), rcpt_to=("bantuan@desk.test",))
    assert len(counter.rows(Ticket)) == 1
    assert sorted(route.recipient or "" for route in counter.rows(Route)) == [
        "bantuan@desk.test",
        "bantuan@desk.test",
        "help@desk.test",
    ]


def test_a_mail_to_two_desks_is_a_ticket_in_each(engine: Engine, tmp_path: Path) -> None:
    """With its own number, key, files and letter."""
    counter = make_counter(
        engine,
        tmp_path,
        DeskSettings(name="help", addresses=["help@desk.test"], prefix="HLP", acknowledge="all"),
        DeskSettings(name="pay", addresses=["pay@desk.test"], prefix="PAY", acknowledge="all"),
    )
    counter.take(customer_mail(), rcpt_to=("help@desk.test", "pay@desk.test"))
    assert sorted(ticket.number[:3] for ticket in counter.rows(Ticket)) == ["HLP", "PAY"]
    assert sorted(letter["From"].addresses[0].addr_spec for letter in _letters(counter)) == [
        "help@desk.test",
        "pay@desk.test",
    ]
    assert len({mail.raw_blob for mail in counter.rows(Mail)}) == 2


def test_the_same_message_id_with_other_content_is_another_mail(counter: Counter) -> None:
    """Both are kept; the second is flagged and, answering nothing, stands alone."""
    counter.take(customer_mail("Satu."))
    counter.take(customer_mail("Dua."))
    assert [mail.same_message_id for mail in counter.rows(Mail)] == [False, True]
    assert len(counter.rows(Ticket)) == 2


def test_history_is_closed_silent_and_has_no_clock(counter: Counter) -> None:
    """An imported mail was answered long ago."""
    counter.take(customer_mail(), history=True, received_at=NOON - timedelta(days=400))
    (ticket,) = counter.rows(Ticket)
    (mail,) = counter.rows(Mail)
    assert (ticket.status, ticket.first_reply_due_at, ticket.history) == ("closed", None, True)
    assert ticket.created_at == NOON - timedelta(days=400)
    assert mail.acknowledged == "history"
    assert counter.rows(Letter) == []


@pytest.mark.parametrize(
    ("headers", "mail_from"),
    [
        ({"Auto-Submitted": "auto-replied"}, "budi@example.com"),
        ({"Precedence": "bulk"}, "budi@example.com"),
        ({"List_Id": "<x.example.com>"}, "budi@example.com"),
        ({}, ""),
        ({"From": "help@desk.test"}, "help@desk.test"),
        ({"From": "mailer-daemon@example.com"}, "budi@example.com"),
    ],
    ids=["auto-replied", "bulk", "list", "null reverse-path", "our own address", "a role"],
)
def test_a_robot_gets_a_ticket_and_no_answer(counter: Counter, headers: dict[str, str], mail_from: str) -> None:
    """The mail is kept; the reason for the silence stands in the ledger."""
    counter.take(customer_mail(**headers), mail_from=mail_from)
    (mail,) = counter.rows(Mail)
    assert len(counter.rows(Ticket)) == 1
    assert counter.rows(Letter) == []
    assert mail.acknowledged not in {"", "yes"}


def test_acknowledgements_to_one_sender_are_rationed(counter: Counter) -> None:
    """Three an hour; the tickets are opened all the same, and the next hour has its own three."""
    for number in range(5):
        counter.take(customer_mail(f"Masalah {number}", Message_ID=f"<{number}@example.com>"))
    assert (len(counter.rows(Ticket)), len(counter.rows(Letter))) == (5, 3)
    counter.later(hours=1.1)
    counter.take(customer_mail("Masalah lagi", Message_ID="<9@example.com>"))
    assert len(counter.rows(Letter)) == 4


def test_findings_are_repeated_only_to_a_sender_who_authenticated(engine: Engine, tmp_path: Path) -> None:
    """The verdict of a trusted border counts, anybody else's does not."""
    desk = DeskSettings(
        name="help", addresses=["help@desk.test"], acknowledge="all", trusted_authserv_ids=["mx.desk.test"]
    )
    counter = make_counter(engine, tmp_path, desk)
    verdict = "{}; dmarc=pass header.from=example.com"
    counter.take(customer_mail(Authentication_Results=verdict.format("mx.desk.test")))
    counter.take(customer_mail(Authentication_Results=verdict.format("mx.evil.test"), Message_ID="<2@example.com>"))
    trusted, other = (letter.get_body(("plain",)).get_content() for letter in _letters(counter))
    assert "budi_99" in trusted
    assert "budi_99" not in other
    assert [message.identity for message in counter.rows(Message) if message.direction == "in"] == [
        "verified",
        "unverified",
    ]


def test_raw_mail_and_files_are_sealed_and_can_be_opened(counter: Counter) -> None:
    """No byte of the mail lies open in the blob folder; the desk's key brings it back."""
    raw = email.message_from_bytes(customer_mail(), policy=email.policy.default)
    raw.add_attachment(b"\x89PNG\r\n\x1a\n" + b"pixels" * 100, maintype="image", subtype="png", filename="bukti.png")
    content = raw.as_bytes(policy=email.policy.SMTP)
    counter.take(content)
    (mail,) = counter.rows(Mail)
    (attachment,) = counter.rows(Attachment)
    (sealing,) = counter.rows(SealingKey)
    sealed = b"".join(path.read_bytes() for path in (counter.folder / "blobs").rglob("*") if path.is_file())
    assert b"budi" not in sealed
    assert b"pixels" not in sealed
    key = counter.desks["help"].key.unwrap(sealing.wrapped)
    assert counter.blobs.read(mail.raw_blob or "", key) == content
    assert counter.blobs.read(attachment.blob, key).endswith(b"pixels")
    assert (attachment.name, attachment.type) == ("bukti.png", "image/png")


def test_shadow_holds_what_it_would_have_sent(counter: Counter) -> None:
    """Beside an old desk, nothing leaves this one."""
    counter.pipeline._shadow = True
    counter.take(customer_mail())
    (letter,) = counter.rows(Letter)
    assert (letter.state, letter.reason) == ("held", "shadow")


def test_one_mail_that_cannot_be_written_costs_the_others_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its savepoint is rolled back, the others are committed."""
    real = carrying.carry_out

    def fails_for_two(session: Any, decision: Any, work: Any) -> None:
        real(session, decision, work)
        if work.mail.message_id == "2@example.com":
            raise RuntimeError("planted")

    monkeypatch.setattr(carrying, "carry_out", fails_for_two)
    for number in range(1, 4):
        counter.hand_in(customer_mail(f"Mail {number}", Message_ID=f"<{number}@example.com>"))
    counter.worker.step()
    assert sorted(mail.message_id or "" for mail in counter.rows(Mail)) == ["1@example.com", "3@example.com"]
    with looking(counter.engine) as session:
        waiting = session.exec(select(Arrival).where(Arrival.state == "waiting")).one()
    assert (waiting.attempts, waiting.error) == (1, "RuntimeError while writing it")


def test_what_a_mailboxs_filter_took_for_junk_is_held_and_not_answered(counter: Counter) -> None:
    """An operator looks at it first; it is a ticket, so that nothing of it is lost."""
    counter.take(customer_mail(), door="imap:box/Junk", desk="help", rcpt_to=(), mail_from=None, junk=True)
    (ticket,) = counter.rows(Ticket)
    (mail,) = counter.rows(Mail)
    assert (ticket.status, mail.rule, mail.acknowledged) == ("held", "held", "held")
    assert counter.rows(Letter) == []

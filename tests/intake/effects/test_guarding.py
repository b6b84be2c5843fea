"""What the desk does of its own accord so that nobody misuses it, from the mail to the rows."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from intake.identity.examining import Examiner
from intake.identity.scanning import Scan
from replies.settings import DeskSettings
from store import alerts, brakes, participation, people, rows, tickets
from store.engine import looking, writing
from store.models import Brake, Event, Letter, Message, PersonAddress, Ticket, TicketLink
from store.states import Move
from tests.intake.conftest import Counter, customer_mail, make_counter


def _letters(counter: Counter) -> list[Any]:
    return [email.message_from_bytes(each.content, policy=email.policy.default) for each in counter.rows(Letter)]


def _events(counter: Counter, what: str) -> list[dict[str, Any]]:
    return [each.detail for each in counter.rows(Event) if each.what == what]


def _desk(**more: Any) -> DeskSettings:
    return DeskSettings(**({"name": "help", "addresses": ["help@desk.test"], "acknowledge": "all"} | more))


def _close(counter: Counter, ticket_id: int | None) -> None:
    with writing(counter.engine) as session:
        tickets.move(session, ticket_id or 0, Move.CLOSE, "ani", counter.clock[-1])


def test_a_number_in_the_subject_brings_a_participant_to_the_ticket(counter: Counter) -> None:
    """Everything else was lost on the way: token, references; a stranger who knows the number gets his own ticket."""
    counter.take(customer_mail())
    number = counter.rows(Ticket)[0].number
    counter.take(customer_mail("Sudah?", Message_ID="<2@example.com>", Subject=f"Tanya: {number.lower()}"))
    counter.take(customer_mail("Saya?", Message_ID="<3@evil.test>", Subject=number, From="eve@evil.test"))
    counter.take(customer_mail("Saya?", Message_ID="<4@example.com>", Subject=f"{number[:-1]}{9 - int(number[-1])}"))
    assert [mail.ticket_id for mail in counter.rows(Message) if mail.direction == "in"] == [1, 1, 2, 3]
    assert [(each.ticket_id, each.why) for each in counter.rows(TicketLink)] == [(2, "claims_to_answer")]


def test_a_word_of_thanks_leaves_a_closed_ticket_closed(counter: Counter) -> None:
    """It is filed; a question opens the ticket again, and after the window a new one that goes on."""
    counter.take(customer_mail())
    _close(counter, 1)
    answer = {"In_Reply_To": "<1@example.com>"}
    counter.take(customer_mail("Terima kasih kak", Message_ID="<2@example.com>", **answer))
    assert counter.rows(Ticket)[0].status == "closed"
    counter.take(customer_mail("Kok belum masuk?", Message_ID="<3@example.com>", **answer))
    assert counter.rows(Ticket)[0].status == "open"
    _close(counter, 1)
    counter.later(days=20)
    counter.take(customer_mail("Masih belum.", Message_ID="<4@example.com>", **answer))
    assert [each.status for each in counter.rows(Ticket)] == ["closed", "open"]
    assert [(each.other_id, each.why) for each in counter.rows(TicketLink)] == [(1, "continues")]


def test_somebody_in_copy_gets_nothing_and_may_do_nothing(counter: Counter) -> None:
    """Until an agent says so: then his answers join."""
    counter.take(customer_mail(Cc="Eve <eve@evil.test>"))
    (letter,) = _letters(counter)
    assert (letter["To"], letter["Cc"]) == ("budi@example.com", None)
    answer = {"From": "eve@evil.test", "In_Reply_To": "<1@example.com>"}
    counter.take(customer_mail("Saya juga.", Message_ID="<2@evil.test>", **answer))
    assert len(counter.rows(Ticket)) == 2
    with writing(counter.engine) as session:
        participation.admit(session, rows.one(session, Ticket, 1), "Eve@evil.test", "ani", counter.clock[-1])
    counter.take(customer_mail("Saya juga!", Message_ID="<3@evil.test>", **answer))
    assert [each.ticket_id for each in counter.rows(Message) if each.direction == "in"] == [1, 2, 1]


def test_who_is_not_acknowledged_is_told_to_agents(engine: Engine, tmp_path: Path) -> None:
    """The first answer has to carry the number."""
    counter = make_counter(engine, tmp_path, _desk(acknowledge="authenticated"))
    counter.take(customer_mail())
    assert counter.rows(Letter) == []
    assert _events(counter, "not acknowledged") == [{"why": "sender not authenticated"}]


def test_an_account_that_another_wrote_about_is_seen(counter: Counter) -> None:
    """Whoever came second; the agent is told where the first is."""
    counter.take(customer_mail())
    counter.take(customer_mail(From="eve@evil.test", Message_ID="<2@evil.test>"))
    first, second = counter.rows(Ticket)
    told = [each for each in counter.rows(Message) if each.direction == "in"]
    assert told[0].identity_why == "not examined, first mail"
    assert told[1].identity_why.endswith(f"budi_99 was used from another address ({first.number})")
    ((event,)) = _events(counter, "account elsewhere")
    assert (event["account"], event["ticket"], second.priority) == ("budi_99", first.number, "normal")


def test_a_request_to_change_contact_data_is_urgent(counter: Counter) -> None:
    """In a first mail, and in an answer."""
    counter.take(customer_mail("Username: budi_99\nTolong ganti nomor HP akun saya.\n"))
    counter.take(customer_mail(From="siti@example.com", Message_ID="<2@example.com>"))
    answer = {"From": "siti@example.com", "In_Reply_To": "<2@example.com>"}
    counter.take(customer_mail("Mohon ubah alamat email saya juga.", Message_ID="<3@example.com>", **answer))
    assert [each.priority for each in counter.rows(Ticket)] == ["high", "high"]


def _bounce(letter: Any, *, recipient: str = "budi@example.com", status: str = "5.1.1") -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.example.com\r\nTo: help@desk.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <{abs(hash((letter, recipient, status)))}@mx.example.com>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {letter}\r\nSubject: x\r\n\r\n--b--\r\n"
    ).encode()


def test_a_bounce_of_ours_is_told_and_the_second_marks_the_address(counter: Counter) -> None:
    """By the token in the letter's Message-ID; then nothing automatic is sent there."""
    counter.take(customer_mail())
    (letter,) = _letters(counter)
    with writing(counter.engine) as session:
        tickets.move(session, 1, Move.WE_ANSWERED, "ani", counter.clock[-1])
    counter.take(_bounce(letter["Message-ID"]), mail_from="")
    assert counter.rows(Ticket)[0].status == "open"
    (told,) = _events(counter, "bounced")
    assert (told["address"], told["permanent"], told["why"]) == ("budi@example.com", True, "5.1.1")
    counter.take(_bounce(letter["Message-ID"], status="5.2.1"), mail_from="")
    assert _events(counter, "address marked") == []  # the same letter cannot be lost twice
    counter.take(customer_mail("Username: budi_99\nYang lain juga.\n", Message_ID="<8@example.com>"))
    counter.take(_bounce(_letters(counter)[-1]["Message-ID"]), mail_from="")
    assert [each["address"] for each in _events(counter, "address marked")] == ["budi@example.com"]
    counter.take(customer_mail("Baru.", Message_ID="<9@example.com>"))
    assert len(counter.rows(Letter)) == 2
    assert len(counter.rows(Ticket)) == 3


def test_a_forged_bounce_does_nothing(counter: Counter) -> None:
    """Without our token it is a ticket like any other, and about nobody."""
    counter.take(customer_mail())
    (letter,) = _letters(counter)
    forged = letter["Message-ID"].replace("r.", "r.0", 1)[:-1] + ">"
    unwritten = letter["Message-ID"].replace(".1@", ".2@")
    for message_id in (forged, unwritten, "<1@example.com>", "<LKT-100019@desk.test>"):
        counter.take(_bounce(message_id), mail_from="")
    counter.take(_bounce(letter["Message-ID"], recipient="siti@example.com"), mail_from="")
    assert {each.hard_bounces for each in counter.rows(PersonAddress)} == {0}
    assert [each["permanent"] for each in _events(counter, "bounced")] == [False]


def test_a_loop_is_stopped_told_once_and_survives_a_restart(counter: Counter, tmp_path: Path) -> None:
    """A responder that marks nothing and refers to nothing answers at once; what it says is remembered for a week."""
    for round_ in range(12):
        told = {"Message_ID": f"<{round_}@example.com>", "Subject": f"s{round_}"}
        counter.take(customer_mail(f"Pesan nomor {round_} sudah masuk ke sistem kami.", **told))
        counter.later(seconds=20)
    assert len(counter.rows(Letter)) == 3
    with looking(counter.engine) as session:
        (alert,) = alerts.current(session)
        wanted = {"desk": 1, "sender": "budi@example.com", "now": counter.clock[-1]}
        assert session.connection().execute(brakes.HELD, wanted).first()
    assert "budi@example.com" in alert.sentence
    counter.later(hours=23)
    counter.take(customer_mail("Ada yang lain.", Message_ID="<20@example.com>", Subject="x"))
    assert len(counter.rows(Letter)) == 3
    counter.later(hours=2)
    with writing(counter.engine) as session:
        brakes.let_go(session, counter.clock[-1])
        assert alerts.current(session) == []
    counter.take(customer_mail("Sudah kembali.", Message_ID="<21@example.com>", Subject="y"))
    assert len(counter.rows(Letter)) == 4
    counter.take(
        customer_mail("Pesan nomor 99 sudah masuk ke sistem kami.", Message_ID="<22@example.com>", Subject="z")
    )
    assert len(counter.rows(Letter)) == 4
    counter.later(days=10)
    with writing(counter.engine) as session:
        assert alerts.current(session) == []
        brakes.let_go(session, counter.clock[-1])
    assert counter.rows(Brake) == []


def test_who_writes_from_another_address_each_time_is_answered_twice(counter: Counter) -> None:
    """A ticket system with an address for each ticket answers the letter to the one before; the third gets none."""
    counter.take(customer_mail())
    for number in range(2, 6):
        answered = counter.rows(Letter)[-1].message_id
        sender = {"From": f"case-{number}@system.test", "Message_ID": f"<{number}@system.test>"}
        counter.take(customer_mail(f"Kasus {number}", In_Reply_To=f"<{answered}>", **sender))
        counter.later(minutes=1)
    assert len(counter.rows(Ticket)) == 5
    assert [each.ticket_id for each in counter.rows(Letter)] == [1, 2]
    assert _events(counter, "not acknowledged")[0]["why"].startswith("it answers a letter to somebody else")


def test_the_breaker_holds_and_tells(engine: Engine, tmp_path: Path) -> None:
    """More new senders within an hour than the desk ever has: their tickets are open, the letters wait."""
    counter = make_counter(engine, tmp_path, _desk(acks_per_hour=5, acks_per_domain_hour=4))
    for number in range(9):
        sender = {"From": f"a{number}@e{number % 3}.test", "Message_ID": f"<{number}@e.test>"}
        counter.take(customer_mail(f"Nomor {number}", **sender))
    assert [each.state for each in counter.rows(Letter)] == ["pending"] * 5 + ["held"] * 4
    with looking(engine) as session:
        assert [each.key for each in alerts.current(session)] == ["breaker:help"]
    counter.later(hours=2)
    for number in range(5):
        sender = {"From": f"b{number}@big.test", "Message_ID": f"<b{number}@e.test>"}
        counter.take(customer_mail(f"Angka {number}", **sender))
    assert [each.state for each in counter.rows(Letter)][9:] == ["pending"] * 4
    assert len(counter.rows(Ticket)) == 14


class _Scanner:
    def __init__(self, scan: Scan) -> None:
        self._scan = scan

    def scan(self, content: bytes) -> Scan:
        return self._scan


@pytest.mark.parametrize(
    ("scan", "reason"),
    [
        (Scan(clean=False, found="Eicar"), "malware"),
        (Scan(clean=False, trouble="connection refused"), "unscanned"),
        (Scan(clean=True), ""),
    ],
)
def test_what_the_scanner_does_not_pass_is_held(engine: Engine, tmp_path: Path, scan: Scan, reason: str) -> None:
    """Its silence is no pass; the mail is a ticket all the same, and gets no letter."""
    counter = make_counter(engine, tmp_path, _desk(), examiner=Examiner(resolver=None, scanner=_Scanner(scan)))
    counter.take(customer_mail())
    (ticket,) = counter.rows(Ticket)
    assert (ticket.status, ticket.held_for) == ("held" if reason else "open", reason)
    assert (ticket.first_reply_due_at is None) == bool(reason)
    assert len(counter.rows(Letter)) == (0 if reason else 1)


def test_suspicious_mail_is_held_where_the_desk_says_so(engine: Engine, tmp_path: Path) -> None:
    """Else it is only marked."""
    counter = make_counter(engine, tmp_path, _desk(suspicious="hold"))
    counter.take(customer_mail(From='"budi@bank.test" <eve@evil.test>'))
    assert [(each.status, each.held_for) for each in counter.rows(Ticket)] == [("held", "forged")]


@pytest.mark.parametrize(
    ("field", "client", "status"),
    [
        (b"X-Spam-Flag: YES\r\nReceived: from x by mx.desk.test\r\n", "127.0.0.1", "held"),
        (b"X-Spam-Flag: NO\r\nReceived: from x by mx.desk.test\r\n", "127.0.0.1", "open"),
        (b"Received: from x by mx.desk.test\r\nX-Spam-Flag: YES\r\n", "127.0.0.1", "open"),
        (b"X-Spam-Flag: YES\r\nReceived: from x by mx.desk.test\r\n", "203.0.113.9", "open"),
    ],
)
def test_the_borders_spam_verdict_holds(engine: Engine, tmp_path: Path, field: bytes, client: str, status: str) -> None:
    """Only where the border wrote it, on its way through the border."""
    counter = make_counter(engine, tmp_path, _desk(spam_header="X-Spam-Flag: YES"))
    counter.take(field + customer_mail().replace(b"\n", b"\r\n"), client=client)
    assert counter.rows(Ticket)[0].status == status


def test_wrong_tokens_are_counted_and_then_not_looked_at(counter: Counter) -> None:
    """A guesser's twenty-first mail is not even checked; others' tokens are."""
    counter.take(customer_mail())
    (letter,) = _letters(counter)
    good = letter["Reply-To"]
    wrong = good.replace(good.partition("+")[2][:8], "zzzzzzzz")
    for number in range(20):
        counter.take(
            customer_mail(f"{number}", To=wrong, Message_ID=f"<w{number}@evil.test>", From="eve@evil.test"),
            client="203.0.113.9",
            rcpt_to=(wrong,),
        )
    assert counter.rows(Message)[-1].identity_why.endswith("a wrong reply token")
    told = {"To": good, "Subject": "s"}
    counter.take(customer_mail("a", Message_ID="<a@example.com>", **told), client="203.0.113.9", rcpt_to=(good,))
    counter.take(customer_mail("b", Message_ID="<b@example.com>", **told), client="203.0.113.10", rcpt_to=(good,))
    last = [each.ticket_id for each in counter.rows(Message)][-2:]
    assert last == [22, 1]


def test_a_new_address_at_a_reply_address_is_proposed(engine: Engine, tmp_path: Path) -> None:
    """The invited one's ticket says so; what was written stands in a ticket of its own until an agent decides."""
    desk = _desk(trusted_authserv_ids=["mx.desk.test"])
    counter = make_counter(engine, tmp_path, desk)
    counter.take(customer_mail())
    (letter,) = _letters(counter)
    vouched = b"Authentication-Results: mx.desk.test; dmarc=pass header.from=kantor.test\n"
    counter.take(
        vouched + customer_mail("Dari kantor.", From="budi@kantor.test", To=letter["Reply-To"], Message_ID="<2@k>"),
        rcpt_to=(letter["Reply-To"],),
        mail_from="budi@kantor.test",
    )
    assert len(counter.rows(Ticket)) == 2
    (event,) = [each for each in counter.rows(Event) if each.what == "address proposed"]
    assert (event.ticket_id, event.detail["address"]) == (1, "budi@kantor.test")


def test_an_agents_name_on_a_mail_is_a_claim(counter: Counter) -> None:
    """It says so, with what is missing."""
    with writing(counter.engine) as session:
        people.add_agent(session, "Ani", "agent", ["ani@desk.test"], counter.clock[-1])
    counter.take(customer_mail(From="Ani <ani@desk.test>"))
    told = counter.rows(Message)[0].identity_why
    assert "claims to be agent Ani: the sender is not proven" in told

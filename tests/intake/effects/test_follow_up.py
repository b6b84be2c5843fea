"""What follows from an answer, a question and a repeated report: what joins, and which letter is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from replies.settings import DeskSettings
from store import findings, numbers, rows
from store.engine import looking, writing
from store.models import Event, Finding, Letter, Message, Ticket, TicketLink
from tests.intake.conftest import Counter, customer_mail, make_counter

_INCOMPLETE = "Username: budi_99\nDeposit saya belum masuk kemarin jam 10.15 WIB lewat DANA.\n"
_WHOLE = _INCOMPLETE + "ID transaksi: TRX-20261123-0042\n"


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Counter:
    """A desk with a border server that vouches for senders."""
    settings = DeskSettings(
        name="help", addresses=["help@desk.test"], acknowledge="all", trusted_authserv_ids=["mx.desk.test"]
    )
    return make_counter(engine, tmp_path, settings)


def _mail(number: int, body: str, sender: str = "budi@example.com", *, proven: bool = True, **headers: str) -> bytes:
    domain = sender.rpartition("@")[2]
    told = {"From": sender, "Message_ID": f"<{number}@{domain}>"} | headers
    if proven:
        told["Authentication_Results"] = f"mx.desk.test; dmarc=pass header.from={domain}"
    return customer_mail(body, **told)


def _take(desk: Counter, *mails: bytes) -> None:
    for content in mails:
        desk.later(minutes=5)
        desk.take(content)


def _kinds(desk: Counter) -> list[str]:
    return [letter.kind for letter in desk.rows(Letter)]


def _last_words(desk: Counter) -> str:
    return [message.text for message in desk.rows(Message) if message.direction == "out"][-1]


def test_the_answer_that_completes_a_report_is_told_so_once(desk: Counter) -> None:
    """And nobody is asked twice."""
    _take(desk, _mail(1, _INCOMPLETE))
    assert desk.rows(Ticket)[0].missing == ["transaction_id"]
    assert "Di aplikasi DANA: Aktivitas" in _last_words(desk)
    _take(desk, _mail(2, "ID transaksi: TRX-20261123-0042", In_Reply_To="<1@example.com>"))
    assert (desk.rows(Ticket)[0].missing, _kinds(desk)) == ([], ["received", "complete"])
    assert "sudah lengkap" in _last_words(desk)
    _take(desk, _mail(3, "ID transaksi: TRX-20261123-0042", In_Reply_To="<1@example.com>"))
    assert _kinds(desk) == ["received", "complete"]


def test_the_same_report_again_joins_the_first_and_is_told_so(desk: Counter) -> None:
    """By its transaction, whatever the words."""
    _take(desk, _mail(1, _WHOLE), _mail(2, "min tolong depo saya TRX-20261123-0042 belum masuk", Subject="Tolong"))
    assert len(desk.rows(Ticket)) == 1
    assert _kinds(desk) == ["received", "duplicate"]


def test_another_transaction_is_another_report(desk: Counter) -> None:
    """Though nearly all words are the same."""
    _take(desk, _mail(1, _WHOLE), _mail(2, _WHOLE.replace("0042", "0077")))
    assert len(desk.rows(Ticket)) == 2


def test_who_has_not_authenticated_joins_nothing_by_its_words(desk: Counter) -> None:
    """He gets a ticket of his own, linked for the agent."""
    _take(desk, _mail(1, _WHOLE), _mail(2, _WHOLE, proven=False))
    assert len(desk.rows(Ticket)) == 2
    assert "same_report" in [link.why for link in desk.rows(TicketLink)]


def test_the_same_transaction_from_two_senders_is_linked_and_told(desk: Counter) -> None:
    """Both tickets stand; each tells of the other."""
    _take(desk, _mail(1, _WHOLE), _mail(2, _WHOLE, "siti@example.org"))
    assert [link.why for link in desk.rows(TicketLink)] == ["same_transaction"]
    told = [event.detail["why"] for event in desk.rows(Event) if event.what == "similar reports"]
    assert "2 reports in 5 minutes mention the same transaction" in told


def test_a_rush_of_one_topic_is_told(desk: Counter) -> None:
    """Four senders within twenty minutes."""
    for number in range(4):
        body = _WHOLE.replace("0042", f"{number:04}").replace("budi_99", f"user_{number}")
        _take(desk, _mail(number, body, f"user{number}@mail{number}.example"))
    told = [event.detail["why"] for event in desk.rows(Event) if event.what == "similar reports"]
    assert told == ["4 reports in 15 minutes mention deposit_missing DANA"]


def test_a_question_for_progress_is_answered_and_reaches_the_agent(desk: Counter) -> None:
    """By the ticket's number, or without it."""
    _take(desk, _mail(1, _WHOLE))
    number = desk.rows(Ticket)[0].number
    _take(desk, _mail(2, f"bagaimana progres {number}?", Subject="Tanya"))
    assert len(desk.rows(Ticket)) == 1
    assert _kinds(desk) == ["received", "status"]
    assert "Giliran: kami." in _last_words(desk)
    assert [message.direction for message in desk.rows(Message)] == ["in", "out", "in", "out"]


def test_a_mistyped_number_is_noticed(desk: Counter) -> None:
    """By its check digit; the sender's own newest ticket is told instead."""
    _take(desk, _mail(1, _WHOLE))
    number = desk.rows(Ticket)[0].number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert numbers.parse(wrong) is None
    _take(desk, _mail(2, f"bagaimana progres {wrong}?", Subject="Tanya"))
    assert "salah ketik" in _last_words(desk)
    assert number in _last_words(desk)


@pytest.mark.parametrize("proven", [True, False], ids=["a stranger who authenticates", "nobody vouches"])
def test_nobody_else_is_told_of_a_ticket(desk: Counter, *, proven: bool) -> None:
    """A question with somebody else's number is a new mail."""
    _take(desk, _mail(1, _WHOLE))
    number = desk.rows(Ticket)[0].number
    _take(desk, _mail(2, f"bagaimana progres {number}?", "eve@evil.test", proven=proven, Subject="Tanya"))
    assert len(desk.rows(Ticket)) == 2
    assert "status" not in _kinds(desk)
    assert number not in _last_words(desk)


def test_a_correction_replaces_what_was_found(desk: Counter) -> None:
    """The sender replies with the right version."""
    _take(desk, _mail(1, _WHOLE))
    _take(desk, _mail(2, "maaf, yang benar ID transaksi: TRX-20261123-0099", In_Reply_To="<1@example.com>"))
    found = {each.value: each.corrected for each in desk.rows(Finding) if each.field == "transaction_ids"}
    assert found == {"TRX-20261123-0042": True, "TRX-20261123-0099": False}


def test_a_correction_replaces_nothing_of_an_agents(desk: Counter) -> None:
    """Who has looked the matter up knows better than who wrote."""
    _take(desk, _mail(1, _WHOLE))
    with writing(desk.engine) as session:
        ticket_id = desk.rows(Ticket)[0].id or 0
        rows.add(session, Finding(ticket_id=ticket_id, field="transaction_ids", value="TRX-20261123-0043", by="Ani"))
    _take(desk, _mail(2, "maaf, yang benar ID transaksi: TRX-20261123-0099", In_Reply_To="<1@example.com>"))
    found = {each.value: (each.by, each.corrected) for each in desk.rows(Finding) if each.field == "transaction_ids"}
    assert found["TRX-20261123-0043"] == ("Ani", False)
    with looking(desk.engine) as session:
        standing = findings.standing(session, ticket_id)
    assert [each.value for each in standing if each.field == "transaction_ids"] == ["TRX-20261123-0043"]


def test_who_writes_english_is_answered_in_english(desk: Counter) -> None:
    """Asked, told that all is there, told how far it is, told that a report is here already."""
    report = "Hello, my deposit did not arrive.\nUsername: budi_99\nSent yesterday at 10.15 WIB by DANA.\n"
    _take(desk, _mail(1, report, Subject="Deposit missing"))
    assert "In DANA: Activity" in _last_words(desk)
    _take(desk, _mail(2, "The transaction ID is TRX-20261123-0042.", In_Reply_To="<1@example.com>"))
    assert "We now have everything" in _last_words(desk)
    _take(desk, _mail(3, "Any progress on my ticket?", In_Reply_To="<1@example.com>"))
    assert _kinds(desk) == ["received", "complete", "status"]
    words = " ".join(message.text for message in desk.rows(Message) if message.direction == "out")
    assert not [each for each in ("Halo", "laporan", "Terima kasih", "Anda") if each in words]
    assert _last_words(desk).rstrip().endswith("The support team")


def test_the_acknowledgement_tells_that_a_secret_was_hidden(desk: Counter) -> None:
    """And to change it."""
    _take(desk, _mail(1, _WHOLE + "password: Kucing#99\n"))
    assert "Segera ganti" in _last_words(desk)
    assert "Kucing" not in _last_words(desk)


def test_who_is_registering_is_never_asked_for_a_username(desk: Counter) -> None:
    """But for the phone or email, and invited to tell time and device."""
    _take(desk, _mail(1, "Saya mau daftar akun tapi kode OTP belum masuk.", Subject="Kode OTP pendaftaran"))
    assert desk.rows(Ticket)[0].missing == ["contact"]
    words = _last_words(desk)
    assert "Email atau nomor HP" in words
    assert "Anda belum perlu punya username" in words
    assert "kira-kira pukul berapa Anda mendaftar" in words
    assert "Jangan membuat akun kedua" in words

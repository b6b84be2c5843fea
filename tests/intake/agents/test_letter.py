"""What a notice says: all that an agent needs, and nothing that harms."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import html5lib
import pytest

from intake.cli.demonstration.drawing import screenshot
from parsing.pictures import tesseract
from store.engine import writing
from store.models import Attachment, Blob, Finding, Letter, Participant, Ticket
from tests.intake.agents.conftest import Staffed, words
from tests.intake.conftest import customer_mail
from tests.intake.test_seeing import mail_with_picture

reads = pytest.mark.skipif(tesseract.find() is None, reason="pictures are read with the ocr extra alone")


def _notice(staffed: Staffed, *mails: bytes, language: str = "id") -> EmailMessage:
    staffed.join("Ani", language=language)
    staffed.counter.take(*mails)
    staffed.tell()
    return staffed.letters("ani@team.test")[-1]


def test_the_first_lines_say_what_a_reply_does_and_until_when(staffed: Staffed) -> None:
    """A phone shows no more than these before it is opened."""
    told = words(_notice(staffed, customer_mail())).splitlines()
    assert told[0] == "Balasan Anda DIKIRIM ke budi@example.com."
    assert told[1] == "Untuk Anda · jawab sebelum 16.00 WIB · belum ada yang menjawab"


def test_links_of_strangers_are_no_links(staffed: Staffed) -> None:
    """They can still be read."""
    body = "Deposit belum masuk, buka https://jahat.example.com/x?y=1 atau www.jahat.net atau jahat.xyz ya\n"
    letter = _notice(staffed, customer_mail(body))
    for form in ("plain", "html"):
        told = words(letter, form)
        assert "hxxps://jahat[.]example[.]com/x?y=1" in told
        assert "www[.]jahat[.]net" in told
        assert "jahat[.]xyz" in told
        assert "jahat.example" not in told


def test_a_secret_is_not_told(staffed: Staffed) -> None:
    """Whoever reads the agent's mailbox does not learn it."""
    letter = _notice(staffed, customer_mail("Username: budi_99\nPassword saya: Rahasia123!\nTidak bisa login.\n"))
    assert b"Rahasia123" not in letter.as_bytes()
    assert "••••" in words(letter)


def test_html_of_strangers_stays_outside(staffed: Staffed) -> None:
    """Their words are words."""
    letter = _notice(staffed, customer_mail("<script>alert(1)</script><img src=x> & deposit belum masuk\n"))
    assert "<script>alert" not in words(letter, "html")
    assert "&lt;script&gt;" in words(letter, "html")


@reads
def test_a_screenshot_is_shown_and_read(staffed: Staffed) -> None:
    """Beside the HTML that shows it; what it says is evidence with its place, and a contradiction is told."""
    mail = mail_with_picture(
        "Deposit Rp500.000", "Ref TRX-20261123-0042", body="Username: budi_99\nDeposit Rp50.000 belum masuk\n"
    )
    letter = _notice(staffed, mail)
    (picture,) = [part for part in letter.walk() if part.get_content_type() == "image/jpeg"]
    assert f"cid:{picture['Content-ID'].strip('<>')}" in words(letter, "html")
    assert letter.get_content_type() == "multipart/alternative"
    assert "TRX-20261123-0042 (lampiran 1)" in words(letter)
    assert "budi_99 (teks)" in words(letter)


def test_a_sealed_picture_is_named_and_not_shown(staffed: Staffed) -> None:
    """Nor is its name a link."""
    staffed.join("Ani")
    staffed.counter.take(mail_with_picture("Riwayat", name="ktp.example.com"))
    with writing(staffed.counter.engine) as session:
        (file,) = staffed.counter.rows(Attachment)
        blob = session.get(Blob, file.blob)
        assert blob is not None
        blob.guard = "identity"
        session.add(blob)
    staffed.tell()
    (letter,) = staffed.letters("ani@team.test")
    assert [part for part in letter.walk() if part.get_content_maintype() == "image"] == []
    assert "Lampiran 1: ktp[.]example[.]com," in words(letter)
    assert "DISEGEL" in words(letter)


def test_pictures_have_a_ceiling(staffed: Staffed) -> None:
    """What there is no room for is named."""
    staffed.notices = staffed.notices.model_copy(update={"picture_kb": 20})
    mail = email.message_from_bytes(mail_with_picture("satu"), policy=email.policy.default)
    for number in range(5):
        mail.add_attachment(  # type: ignore[attr-defined]
            screenshot(f"Riwayat {number}", ["baris"] * 9), maintype="image", subtype="png", filename=f"b{number}.png"
        )
    letter = _notice(staffed, mail.as_bytes(policy=email.policy.SMTP))
    shown = [part for part in letter.walk() if part.get_content_maintype() == "image"]
    assert 0 < len(shown) < 6
    assert sum(len(part.get_payload(decode=True)) for part in shown) <= 20 * 1024  # type: ignore[arg-type]
    assert words(letter).count("[Lampiran ") == 6 - len(shown)


def test_what_is_missing_says_whether_it_was_asked_for(staffed: Staffed) -> None:
    """So that nobody asks twice."""
    told = words(_notice(staffed, customer_mail("Username: budi_99\nDeposit belum masuk.\n")))
    assert "ID transaksi: BELUM ADA, sudah diminta 12.00 WIB" in told


def test_the_sender_is_told_in_the_agents_language(staffed: Staffed) -> None:
    """What the desk keeps in English is put into words of the letter's."""
    told = words(_notice(staffed, customer_mail()))
    assert "Pengirim: BELUM terverifikasi (" in told
    assert "surel pertama" in told


def test_earlier_cases_are_told(staffed: Staffed) -> None:
    """Of the same customer, with what became of them."""
    first = customer_mail("Username: budi_99\nTidak bisa login\n", Subject="Login")
    second = customer_mail("Username: budi_99\nDeposit belum masuk\n", Message_ID="<2@example.com>")
    letter = _notice(staffed, first, second)
    earlier = staffed.counter.rows(Ticket)[0]
    assert f"Lainnya: {earlier.number}" in words(letter)


def test_every_deed_is_one_tap(staffed: Staffed) -> None:
    """The links lead to signed addresses, and keep the subject."""
    letter = _notice(staffed, customer_mail())
    (ticket,) = staffed.counter.rows(Ticket)
    told = words(letter)
    for verb in ("Tunggu pelanggan", "Tutup", "Catatan saja"):
        (line,) = [each for each in told.splitlines() if each.startswith(f"[{verb}] mailto:help%2B")]
        assert ticket.number in line
    assert "[Ambil]" not in told


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_html_is_valid_and_needs_no_picture(staffed: Staffed, language: str) -> None:
    """By a parser that finds fault with everything; nothing is fetched, and every picture says what it is."""
    letter = _notice(staffed, mail_with_picture("Riwayat", body="Deposit belum masuk\n"), language=language)
    page = words(letter, "html")
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page.strip())
    assert [
        each for each in tree.iter("img") if not each.get("alt") or not each.get("src", "").startswith("cid:")
    ] == []
    assert "http" not in page


def test_nothing_of_an_agent_reaches_the_customer(staffed: Staffed) -> None:
    """The customer's letter knows neither the agent's address nor that there is one."""
    _notice(staffed, customer_mail())
    (received,) = [each for each in staffed.counter.rows(Letter) if each.kind == "received"]
    assert b"ani@team.test" not in received.content
    assert {each.role for each in staffed.counter.rows(Participant) if each.address == "ani@team.test"} == {"agent"}
    assert staffed.counter.rows(Finding)


def test_who_has_had_no_letter_is_told(staffed: Staffed) -> None:
    """The answer is the first that the customer sees of us, and carries the number."""
    staffed.join("Ani")
    staffed.counter.take(b"From: x@evil.test\n" + customer_mail())
    staffed.tell()
    told = words(staffed.letters("ani@team.test")[-1])
    assert "! tanpa tanda terima: pengirim mencurigakan; jawaban Anda yang pertama membawa nomor tiket" in told
    staffed.counter.take(customer_mail(Message_ID="<2@example.com>", From="Siti <siti@example.org>"))
    staffed.tell()
    assert "tanpa tanda terima" not in words(staffed.letters("ani@team.test")[-1])


def test_whom_a_sender_looks_like_is_told_in_the_agents_language(staffed: Staffed) -> None:
    """In the line that says who wrote."""
    told = words(_notice(staffed, customer_mail(From="Budi <help@de5k.test>")))
    assert "(tidak diperiksa, surel pertama, alamatnya mirip help@desk.test tetapi BUKAN itu)" in told

"""A report from its first mail to its last letter: asked for, completed by a screenshot, asked about, repeated."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from intake.cli.demonstration.drawing import screenshot
from parsing.pictures import tesseract
from store.models import Finding, Letter, Mail, Ticket
from tests.scenes.post import Post, text_of, words

_SECRET = "Kucing#Hitam99"
_REPORT = (
    f"Halo min, deposit saya belum masuk.\nUsername: budi_99\npassword: {_SECRET}\n"
    "Waktu: 23 November 2026 pukul 22.10 WIB, lewat DANA.\n"
)


def _with_picture(text: str) -> EmailMessage:
    mail = words(text)
    picture = screenshot("Riwayat", ["ID Transaksi: TRX20261123004298", "Jumlah: Rp50.000"])
    mail.add_attachment(picture, maintype="image", subtype="png", filename="bukti.png")
    return mail


@pytest.mark.skipif(tesseract.find() is None, reason="pictures are read with the ocr extra alone")
def test_a_report_is_completed_by_a_screenshot_and_its_secret_stands_nowhere(post: Post, tmp_path: Path) -> None:
    """Asked for the transaction ID, told that all is there, how far it is, and that a second report has joined."""
    customer, desk = post.mailbox(), post.desk(tmp_path / "desk")
    desk.start()
    try:
        customer.write("help@desk.test", _REPORT, Subject="Deposit belum masuk")
        desk.until(lambda: len(customer.received()) == 1, "the acknowledgement")
        asked = customer.last()
        assert "ID transaksi" in text_of(asked)
        customer.reply(asked, _with_picture("Ini tangkapan layarnya."))
        desk.until(lambda: len(customer.received()) == 2, "the letter that all is there")
        (found,) = [each for each in desk.rows(Finding) if each.field == "transaction_ids"]
        assert (found.value, found.location) == ("TRX20261123004298", "attachment:0")
        customer.reply(customer.last(), "Min, bagaimana progresnya?")
        desk.until(lambda: len(customer.received()) == 3, "the answer to the question")
        again = customer.write("help@desk.test", _REPORT, Subject="Deposit belum masuk")
        desk.until(lambda: len(customer.received()) == 4, "the letter about the second report")
        assert [letter.kind for letter in desk.rows(Letter)] == ["received", "complete", "status", "duplicate"]
        assert [mail.rule for mail in desk.rows(Mail)][-1] == "duplicate"
        (ticket,) = desk.rows(Ticket)
        told = customer.last()
        assert f"Laporan ini sudah ada pada kami: tiket {ticket.number}" in text_of(told)
        assert "tidak perlu mengirim laporan yang sama lagi" in text_of(told)
        assert (told["Subject"], told["In-Reply-To"]) == (asked["Subject"], again)
        assert desk.stop() == 0
    finally:
        desk.end()
    assert not any(_SECRET.encode() in each for each in customer.contents())
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or _SECRET.encode() not in path.read_bytes(), path

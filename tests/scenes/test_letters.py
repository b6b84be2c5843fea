"""A report from its first mail to its last letter: asked for, completed by a screenshot, asked about, repeated."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from intake.cli.demonstration.drawing import screenshot
from parsing.pictures import tesseract
from store.models import Finding, Letter, Mail, Ticket
from tests.desk import Desk

_SECRET = "Kucing#Hitam99"
_REPORT = (
    f"Halo min, deposit saya belum masuk.\nUsername: budi_99\npassword: {_SECRET}\n"
    "Waktu: 23 November 2026 pukul 22.10 WIB, lewat DANA.\n"
)


def _mail(number: int, body: str, *, answers: str = "", picture: bytes = b"") -> bytes:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["Authentication-Results"] = "mx.desk.test; dmarc=pass header.from=example.com"
    mail["From"], mail["To"], mail["Subject"] = "Budi <budi@example.com>", "help@desk.test", "Deposit belum masuk"
    mail["Message-ID"], mail["Date"] = f"<{number}@example.com>", "Tue, 24 Nov 2026 11:58:00 +0700"
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content(body)
    if picture:
        mail.add_attachment(picture, maintype="image", subtype="png", filename="bukti.png")
    return mail.as_bytes()


def _letters(desk: Desk) -> list[EmailMessage]:
    paths = sorted((desk.folder / "letters").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]  # type: ignore[misc]


@pytest.mark.skipif(tesseract.find() is None, reason="pictures are read with the ocr extra alone")
def test_a_report_is_completed_by_a_screenshot_and_its_secret_stands_nowhere(tmp_path: Path) -> None:
    """Asked for the transaction ID, told that all is there, told how far it is; the second report joins."""
    settings = {"help": {"addresses": ["help@desk.test"], "trusted_authserv_ids": ["mx.desk.test"]}}
    desk = Desk(folder=tmp_path / "desk", desks=settings)
    desk.start()
    try:
        desk.send(_mail(1, _REPORT))
        desk.until(lambda: len(_letters(desk)) == 1, "the acknowledgement")
        (asked,) = _letters(desk)
        assert "ID transaksi" in asked.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        picture = screenshot("Riwayat", ["ID Transaksi: TRX20261123004298", "Jumlah: Rp50.000"])
        desk.send(_mail(2, "Ini tangkapan layarnya.", answers=asked["Message-ID"], picture=picture))
        desk.until(lambda: len(_letters(desk)) == 2, "the letter that all is there")
        assert [letter.kind for letter in desk.rows(Letter)] == ["received", "complete"]
        (found,) = [each for each in desk.rows(Finding) if each.field == "transaction_ids"]
        assert (found.value, found.location) == ("TRX20261123004298", "attachment:0")
        desk.send(_mail(3, "Min, bagaimana progresnya?", answers=asked["Message-ID"]))
        desk.until(lambda: len(_letters(desk)) == 3, "the answer to the question")
        desk.send(_mail(4, _REPORT))
        desk.until(lambda: len(desk.rows(Mail)) == 4, "the second report")
        assert [mail.rule for mail in desk.rows(Mail)][-1] == "duplicate"
        assert len(desk.rows(Ticket)) == 1
        assert desk.stop() == 0
    finally:
        desk.end()
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or _SECRET.encode() not in path.read_bytes(), path

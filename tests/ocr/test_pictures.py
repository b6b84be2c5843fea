"""How well screens are read: receipts and errors as phones show them, and pictures in which nobody wrote a word."""

from __future__ import annotations

import os
import resource
import statistics
import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from parsing.mail import Envelope, RawMail
from parsing.pictures import tesseract
from parsing.pictures.looking import Engine, look
from parsing.reading import Reading, read
from tests.ocr import screens

#: What the screens are held to.
REFERENCE_SHARE, AMOUNT_SHARE, TIME_SHARE = 0.9, 0.9, 0.85

SENT = "Tue, 24 Nov 2026 11:58:00 +0700"


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The engine, on one thread."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    found = tesseract.find()
    assert found is not None, "tesserocr and Debian's tesseract-ocr-ind are installed by tests/run.sh"
    assert not screens.fonts_missing()
    return tesseract.Tesseract(*found)


def mail_with(*pictures: bytes, body: str = "Bukti terlampir.", subject: str = "Bukti") -> bytes:
    """A report whose words say little."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Date"], mail["Subject"] = "budi@example.com", "help@desk.test", SENT, subject
    mail.set_content(body)
    for number, content in enumerate(pictures):
        subtype = "png" if content.startswith(b"\x89PNG") else "jpeg"
        mail.add_attachment(content, maintype="image", subtype=subtype, filename=f"screenshot{number}.{subtype}")
    return mail.as_bytes()


def reading(content: bytes, engine: Engine | None) -> Reading:
    """A mail, read with its pictures."""
    envelope = Envelope(door="test", received_at=datetime(2026, 11, 24, 5, tzinfo=UTC))
    return read(RawMail(content=content, envelope=envelope), look=lambda files, contents: look(files, contents, engine))


@pytest.mark.battery
def test_receipts_and_error_screens_are_read(engine: Engine) -> None:
    """Transaction ID, amount and time of 48 screens, by a mail whose words have none of them."""
    right = {"transaction ID": 0, "amount": 0, "time": 0}
    seconds, count = [], 0
    for screen in screens.screens():
        content = mail_with(screen.content)
        begun = time.perf_counter()
        report = reading(content, engine).report
        seconds.append(time.perf_counter() - begun)
        count += 1
        told = {
            "transaction ID": report.values("transaction_ids") == [screen.facts.reference],
            "amount": report.values("amounts") == [{"currency": "IDR", "value": screen.facts.amount}],
            "time": [_instant(each) for each in report.values("occurred_at")] == [screen.facts.when],
        }
        for name, holds in told.items():
            right[name] += holds
        if not all(told.values()):
            wrong = [name for name, holds in told.items() if not holds]
            print(f"  {screen.name}: {', '.join(wrong)}: {screen.facts} {report.findings}")
    print(", ".join(f"{name} {hits}/{count}" for name, hits in right.items()))
    print(f"median {statistics.median(seconds):.2f} s a picture, slowest {max(seconds):.2f} s", end=", ")
    print(f"memory at the most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    assert count >= 40
    assert right["transaction ID"] >= REFERENCE_SHARE * count
    assert right["amount"] >= AMOUNT_SHARE * count
    assert right["time"] >= TIME_SHARE * count


@pytest.mark.battery
def test_nothing_is_invented_where_nobody_wrote(engine: Engine) -> None:
    """20 pictures without a word give no finding."""
    for name, content in screens.wordless():
        found = reading(mail_with(content), engine)
        assert found.report.findings == (), name
        assert [picture.problem for picture in found.pictures] == [""], name


def _instant(value: object) -> datetime | None:
    iso = value["iso"] if isinstance(value, dict) else ""
    return datetime.fromisoformat(iso) if "T" in iso else None

"""How findings are searched for: corrections, denials, what is nobody's, where it stood."""

from __future__ import annotations

import pytest

from parsing.report import Finding
from tests.parsing.conftest import mail, reading


def _findings(field: str, text: str, **more: str) -> list[Finding]:
    return [found for found in reading(mail(text, **more)).report.findings if found.field == field]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ID transaksi TRX-20261123-0042, maaf yang benar TRX-20261123-0043", ["TRX-20261123-0043"]),
        ("ID transaksi bukan TRX-20261123-0042 tapi TRX-20261123-0043", ["TRX-20261123-0043"]),
        ("Transaction ID TX998123, not TX998124", ["TX998123"]),
        ("No. ref 4410220391.\nRalat: no ref 4410220397", ["4410220397"]),
        ("ID transaksi TRX-1001 dan TRX-1002", ["TRX-1001"]),
        ("Saya isi data yang benar. ID transaksi TRX-1001", ["TRX-1001"]),
    ],
)
def test_a_correction_wins_over_what_it_corrects(text: str, values: list[str]) -> None:
    """In the same mail, with or without a label of its own."""
    assert [found.value for found in _findings("transaction_ids", text)][:1] == values


def test_a_corrected_value_stays_as_an_alternative() -> None:
    """So that an agent sees what was said first."""
    (found,) = _findings("usernames", "Username saya budi88. Ralat: username saya budi_88")
    assert (found.value, found.alternatives) == ("budi_88", ("budi88",))


def test_a_correction_reaches_into_the_subject() -> None:
    """Which was written first."""
    (found,) = _findings("usernames", "Maaf, username yang benar: budi_88", subject="username budi88")
    assert found.value == "budi_88"


@pytest.mark.parametrize(
    "text",
    [
        "Nomor tiket 20261123004",
        "no rek BCA 1234567890",
        "[LKT-104231]",
        "kode error 50012",
        "virtual account 8808123456789",
    ],
)
def test_numbers_of_other_things_are_nobodys(text: str) -> None:
    """Neither references nor accounts nor phones."""
    report = reading(mail(text, subject="")).report
    assert [found for found in report.findings if found.field in ("transaction_ids", "usernames", "phones")] == []


def test_evidence_says_where_it_stood() -> None:
    """In the subject, in the body, in an HTML page without a plain twin, in an attachment's name."""
    found = reading(mail("Username: budi_99", subject="ID transaksi TRX-20261123-0042")).report.findings
    assert {(each.value, each.where) for each in found} == {("budi_99", "body"), ("TRX-20261123-0042", "subject")}
    page = b"From: a@example.com\r\nContent-Type: text/html\r\n\r\n<table><tr><td>Username</td><td>: budi_99</td></tr>"
    read = reading(page)
    (name,) = read.report.findings
    assert (name.where, read.mail.text[name.start : name.end]) == ("html", "budi_99")
    attached = (
        b"From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\n\r\nDeposit belum masuk\r\n--x\r\nContent-Type: image/png\r\n"
        b'Content-Disposition: attachment; filename="bukti_TRX20261123004.png"\r\n\r\nx\r\n--x--\r\n'
    )
    (reference,) = reading(attached).report.findings
    assert (reference.value, reference.where) == ("TRX20261123004", "attachment:0")

"""Where people write what they report: forms, tables, broken lines, subjects, file names; and what they take back."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from tests.parsing.conftest import DATE, mail, reading


def _page(html: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Date"] = "budi@example.com", "help@desk.test", DATE
    message.set_content(html, subtype="html")
    return message.as_bytes()


@pytest.mark.parametrize(
    "form",
    [
        "Username : budi_99\nID Transaksi : TRX-88123\nNominal : Rp 50.000\nKeterangan : deposit belum masuk",
        "username=budi_99\nid_transaksi=TRX-88123\nnominal=50000\nketerangan=deposit belum masuk",
        "Username\t: budi_99\nID Transaksi\t: TRX-88123\nNominal\t: Rp 50.000\nKeterangan\t: deposit belum masuk",
        "- Username: budi_99\n- ID Transaksi: TRX-88123\n- Nominal: Rp 50.000\n- deposit belum masuk",
        "USERNAME:\nbudi_99\n\nID TRANSAKSI:\nTRX-88123\n\nNOMINAL:\nRp 50.000\n\ndeposit belum masuk",
    ],
)
def test_a_form_is_read_however_it_is_written(form: str) -> None:
    """With colons, with equals signs, behind tabs, as a list, its values on lines of their own."""
    report = reading(mail(form)).report
    assert report.values("usernames") == ["budi_99"]
    assert report.values("transaction_ids") == ["TRX-88123"]
    assert report.values("amounts") == [{"currency": "IDR", "value": 50_000}]


def test_a_table_of_transactions_gives_each_row() -> None:
    """By the heading of its column."""
    rows = "".join(
        f"<tr><td>{day}</td><td>WD-10{day}</td><td>{day}/11/2026 10:{day}</td><td>Rp{day}.000</td></tr>"
        for day in (21, 22)
    )
    head = "<tr><th>No</th><th>ID Transaksi</th><th>Waktu</th><th>Jumlah</th></tr>"
    report = reading(_page(f"<p>Penarikan belum masuk, akun saya: budi_99</p><table>{head}{rows}</table>")).report
    assert report.values("usernames") == ["budi_99"]
    assert report.values("transaction_ids") == ["WD-1021", "WD-1022"]
    times = [value["iso"] for value in report.values("occurred_at") if isinstance(value, dict)]
    assert times == ["2026-11-21T10:21:00+07:00", "2026-11-22T10:22:00+07:00"]


def test_a_table_of_labels_is_a_form() -> None:
    """A label in one cell, its value beside it."""
    rows = "<tr><td>Username</td><td>budi_99</td></tr><tr><td>No. Referensi</td><td>8812 0099 1123</td></tr>"
    report = reading(_page(f"<p>Deposit belum masuk</p><table>{rows}</table>")).report
    assert report.values("usernames") == ["budi_99"]
    assert report.values("transaction_ids") == ["881200991123"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("deposit belum masuk, ID transaksi TRX-2026-\n88123", "TRX-2026-88123"),
        ("deposit belum masuk, no ref 8812 0099\n1123", "881200991123"),
        ("deposit belum masuk, nomor referensi:\n881200991123", "881200991123"),
    ],
)
def test_a_reference_may_be_broken_over_a_lines_end(text: str, found: str) -> None:
    """At its hyphen, between its groups, behind its label."""
    assert reading(mail(text)).report.values("transaction_ids") == [found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("penarikan belum cair, dengan ID WD-88120", ["WD-88120"]),
        ("transaksi dengan nomor TRN-AX-90021 belum masuk", ["TRN-AX-90021"]),
        ("depo belum masuk, kode TXJ-9011, TXJ-9012 sama TXJ-9017", ["TXJ-9011", "TXJ-9012", "TXJ-9017"]),
        ("rekening BNI dengan ID WD-88120, penarikan belum masuk", ["WD-88120"]),
        ("deposit belum masuk, kode promo HEMAT2026", []),
        ("deposit belum masuk, muncul kode error E-4410", []),
    ],
)
def test_what_is_called_a_number_is_a_reference_where_it_cannot_be_a_word(text: str, found: list[str]) -> None:
    """Alone, in lists; codes of errors and promotions are none."""
    assert reading(mail(text)).report.values("transaction_ids") == found


def test_a_reference_in_the_name_of_a_receipt_counts() -> None:
    """Where the words hold none; the name that a phone gave a picture is no reference."""
    message = EmailMessage()
    message["From"], message["To"], message["Date"] = "budi@example.com", "help@desk.test", DATE
    message.set_content("deposit belum masuk, bukti terlampir")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bukti_TRX-20261123-88123.pdf")
    message.add_attachment(b"x", maintype="image", subtype="jpeg", filename="IMG_20261123_221005.jpg")
    (found,) = [each for each in reading(message.as_bytes()).report.findings if each.field == "transaction_ids"]
    assert (found.value, found.where) == ("TRX-20261123-88123", "attachment:0")


def test_a_subject_is_searched_too() -> None:
    """People put the one thing that matters there."""
    report = reading(mail("mohon dicek", subject="Deposit belum masuk, username budi_99, ref TRX-88123")).report
    assert (report.values("usernames"), report.values("transaction_ids")) == (["budi_99"], ["TRX-88123"])


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Username budi_98. Maaf, username yang benar budi_99", "usernames", "budi_99"),
        ("Tadi saya tulis WD-7710, maaf salah, yang benar WD-7701. Belum cair", "transaction_ids", "WD-7701"),
        ("deposit 50rb belum masuk. Ralat: 75rb", "amounts", {"currency": "IDR", "value": 75_000}),
        ("bukan ID budi_98 tapi username budi_99", "usernames", "budi_99"),
        ("my username is joe_1, sorry, the correct one is joe_2", "usernames", "joe_2"),
    ],
)
def test_a_correction_wins(text: str, field: str, value: object) -> None:
    """Whatever was said first."""
    assert reading(mail(text)).report.values(field) == [value]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("deposit belum masuk, bukan lewat BCA", "channels"),
        ("deposit belum masuk, jatuh tempo 30 November 2026", "occurred_at"),
        ("deposit belum masuk, janjinya selesai tanggal 23", "occurred_at"),
        ("aplikasi error, kemarin masih lancar", "occurred_at"),
        ("aplikasi error, saya lapor kemarin jam 10.15", "occurred_at"),
    ],
)
def test_what_is_denied_due_or_was_still_well_does_not_count(text: str, field: str) -> None:
    """Nor when it was reported."""
    assert reading(mail(text)).report.values(field) == []


def test_a_night_that_goes_on_is_today() -> None:
    """Twenty past twelve last night, written at 02:40: it was this night."""
    content = mail("tadi malam jam 12 lewat 20 deposit belum masuk", date="Tue, 24 Nov 2026 02:40:00 +0700")
    (found,) = reading(content).report.values("occurred_at")
    assert isinstance(found, dict)
    assert found["iso"] == "2026-11-24T00:20:00+07:00"

"""Email addresses and phone numbers: whose they are, and what they are to the sender."""

from __future__ import annotations

import pytest

from tests.parsing.conftest import mail, reading


def _roles(text: str, field: str) -> list[tuple[object, str | None]]:
    return [(each.value, each.role) for each in reading(mail(text)).report.findings if each.field == field]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("email yang terdaftar: siti@example.com", [("siti@example.com", "registered")]),
        ("Saya mau daftar dengan siti@example.com", [("siti@example.com", "wanted")]),
        ("I want to sign up with joe@example.com but get no code", [("joe@example.com", "wanted")]),
        ("balas ke siti@example.com saja", [("siti@example.com", "contact")]),
        ("email lama: a.lama@example.com", [("a.lama@example.com", "old")]),
        ("email baru: siti@example.com", [("siti@example.com", "new")]),
        (
            "ganti email dari lama@example.com ke baru@example.com",
            [("lama@example.com", "old"), ("baru@example.com", "new")],
        ),
        (
            "Please change my email from joe@example.com to j.doe@example.com",
            [("joe@example.com", "old"), ("j.doe@example.com", "new")],
        ),
    ],
)
def test_an_address_has_the_role_that_its_words_give_it(text: str, roles: list[tuple[str, str]]) -> None:
    """Registered, wanted, old, new; a contact where nothing is said; and no word inside an address counts."""
    assert _roles(text, "emails") == roles


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("nomor terdaftar 0812-3456-7890", [("+6281234567890", "registered")]),
        ("mau daftar pakai nomor 081234567890", [("+6281234567890", "wanted")]),
        ("hubungi saya di +62 812 3456 7890", [("+6281234567890", "contact")]),
        ("nomor lama 081234567890, nomor baru 081300001111", [("+6281234567890", "old"), ("+6281300001111", "new")]),
        (
            "ganti nomor dari 081234567890 menjadi 0813 0000 1111",
            [("+6281234567890", "old"), ("+6281300001111", "new")],
        ),
        ("nomor yang dulu (0815-8888-1212) sudah hilang", [("+6281588881212", "old")]),
    ],
)
def test_a_number_has_the_role_that_its_words_give_it(text: str, roles: list[tuple[str, str]]) -> None:
    """In the form of E.164, however it was written."""
    assert _roles(text, "phones") == roles


@pytest.mark.parametrize(
    "text",
    [
        "saya ditelepon penipu dari 081234567890",
        "pelaku memakai email jahat@example.com",
        "CS di 021-5550-1234 tidak menjawab",
        "saya kirim ke nomor DANA 081234567890",
        "sudah menulis ke support@example.com",
        "someone from 0812 3456 7890 pretended to be you",
    ],
)
def test_what_belongs_to_others_is_no_contact(text: str) -> None:
    """Callers, support lines, recipients."""
    assert _roles(text, "emails") + _roles(text, "phones") == []


def test_a_malaysian_number_is_malaysian_in_a_malay_mail() -> None:
    """The same digits are another number in Indonesia."""
    text = "Nombor telefon saya 012-345 6789, kod tak sampai lagi, boleh tolong tak encik?"
    content = mail(text, date="Tue, 24 Nov 2026 12:58:00 +0800")
    assert reading(content).report.values("phones") == ["+60123456789"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Saya mendaftar kemarin jam 10.15, kode tidak datang", "2026-11-23T10:15:00+07:00"),
        ("I registered on 20 November and got no mail", "2026-11-20"),
    ],
)
def test_when_somebody_registered_is_told_apart_from_what_occurred(text: str, moment: str) -> None:
    """It says when to look in the logs, and is no time of a transaction."""
    report = reading(mail(text)).report
    (registered,) = report.values("registered_at")
    assert isinstance(registered, dict)
    assert registered["iso"] == moment
    assert moment not in [value["iso"] for value in report.values("occurred_at") if isinstance(value, dict)]

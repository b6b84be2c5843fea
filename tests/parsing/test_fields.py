"""Usernames, transaction IDs, what a report is about and what is missing in it."""

from __future__ import annotations

import pytest

from parsing.fields.declarations import FIELDS, words
from parsing.fields.lexicon import LEXICON
from parsing.fields.missing import NEEDS
from parsing.report import Category, ReportSettings
from tests.parsing.conftest import mail, reading


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Username: budi_99", ["budi_99"]),
        ("username saya budi_99, tolong", ["budi_99"]),
        ("User ID = Siti.88", ["Siti.88"]),
        ("ID akun saya: 10023344", ["10023344"]),
        ("user siti88 blm masuk", ["siti88"]),
        ("My username is alice_tan7.", ["alice_tan7"]),
        ("Username: @budi_99", ["budi_99"]),
        ("akun saya tidak bisa login", []),
        ("my account is locked", []),
        ("username dan password saya lupa", []),
        ("Username: budi_99\n\nUsername: budi_99", ["budi_99"]),
        ("> Username: orang_lain\n\nUsername: budi_99", ["budi_99"]),
        ("Email saya budi_99@example.com", []),
    ],
)
def test_usernames_follow_their_labels(text: str, names: list[str]) -> None:
    """Words of the sentence are no names, quoted ones are not the sender's."""
    assert reading(mail(text)).report.values("usernames") == names


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("ID transaksi: TRX-20261123-0042", ["TRX-20261123-0042"]),
        ("No. Ref 4410 2203 9 belum masuk", ["441022039"]),
        ("id transaksi #DP4410", ["DP4410"]),
        ("Transaction ID: TX_99812", ["TX_99812"]),
        ("invoice INV/2026/0042 sudah dibayar", ["INV/2026/0042"]),
        ("sudah bayar TRX2026112301 tadi", ["TRX2026112301"]),
        ("nomor HP saya 081234567890", []),
        ("transaksi tanggal 23-11-2026", []),
        ("transaction failed again", []),
    ],
)
def test_transaction_ids_follow_labels_or_have_a_shape(text: str, ids: list[str]) -> None:
    """Inner blanks are dropped; phones and dates are none."""
    assert reading(mail(text)).report.values("transaction_ids") == ids


def test_a_site_adds_its_own_labels() -> None:
    """In its settings."""
    settings = ReportSettings(labels={"usernames": ("kode anggota",)})
    assert reading(mail("Kode anggota: A-1234"), settings=settings).report.values("usernames") == ["A-1234"]


def test_a_signatures_labelled_line_counts_its_other_lines_do_not() -> None:
    """People put "Username: …" under their name."""
    text = "Deposit belum masuk.\n\n-- \nBudi\nUsername: budi_99\nDirektur sejak 2001\n"
    report = reading(mail(text)).report
    assert report.values("usernames") == ["budi_99"]
    assert report.values("occurred_at") == []


@pytest.mark.parametrize(
    ("subject", "text", "category"),
    [
        ("Deposit belum masuk", "", Category.DEPOSIT_MISSING),
        ("", "min wd sy blm masuk", Category.WITHDRAWAL_MISSING),
        ("", "I cannot log in to my account", Category.LOGIN),
        ("", "lupa kata sandi", Category.LOGIN),
        ("", "akun saya diretas, bukan saya yang transfer", Category.SUSPICIOUS_ACTIVITY),
        ("", "saat daftar kode OTP tidak masuk", Category.REGISTRATION_OTP),
        ("", "mau daftar tapi email sudah terdaftar", Category.REGISTRATION_ALREADY_USED),
        ("", "link aktivasi tidak bisa diklik", Category.ACTIVATION_LINK),
        ("", "akun saya dibekukan", Category.ACCOUNT_RESTRICTED),
        ("", "verifikasi KTP ditolak terus", Category.VERIFICATION_KYC),
        ("", "aplikasi error terus", Category.TECHNICAL),
        ("", "bagaimana perkembangan laporan saya?", Category.STATUS_ENQUIRY),
        ("Selamat pagi", "Terima kasih banyak", Category.OTHER),
    ],
)
def test_a_report_has_a_category(subject: str, text: str, category: Category) -> None:
    """In formal and chat spelling, in both languages."""
    assert reading(mail(text, subject)).report.category is category


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Deposit belum masuk", ("username", "transaction_id", "occurred_at")),
        ("Deposit belum masuk. Username: budi_99. ID transaksi: TRX-0042. Kemarin jam 10.15", ()),
        ("Tidak bisa login", ("username",)),
        ("Tidak bisa login, email terdaftar budi@example.com", ()),
        ("Saat daftar OTP tidak masuk", ("contact",)),
        ("Saat daftar OTP tidak masuk ke 081234567890", ()),
        ("Bagaimana status tiket LKT-104231?", ()),
        ("Bagaimana perkembangan laporan saya?", ("username",)),
        ("Terima kasih", ()),
    ],
)
def test_what_is_missing_follows_from_the_category(text: str, missing: tuple[str, ...]) -> None:
    """A username is never asked of someone who has none yet."""
    assert reading(mail(text)).report.missing == missing


def test_a_machines_mail_reports_nothing() -> None:
    """An out-of-office quotes our customers' words."""
    report = reading(mail("Username: budi_99, deposit belum masuk", more="Auto-Submitted: auto-replied\r\n")).report
    assert (report.findings, report.missing, report.category) == ((), (), Category.OTHER)


@pytest.mark.parametrize("language", sorted(LEXICON))
def test_every_language_has_all_the_words(language: str) -> None:
    """Names of all fields, questions for all that may be missing, subjects of all categories."""
    spoken = words(language)
    for field in FIELDS:
        assert spoken.field_name(field.word)
    for item in {item for needs in NEEDS.values() for item in needs}:
        assert spoken.field_name(item)
        assert spoken.question(item).endswith(".")
    for category in Category:
        assert spoken.category_subject(category)
    assert set(spoken.calendar) == set(words("id").calendar)


def test_further_languages_fall_back() -> None:
    """Malay, Javanese and Sundanese to Indonesian, others to English."""
    assert [words(code).language for code in ("id", "en", "ms", "jv", "mixed", "de", None)] == [
        "id",
        "en",
        "id",
        "id",
        "id",
        "en",
        "id",
    ]

"""What a report is about, in which language, and what mail reports nothing at all."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from parsing.fields import concepts, language
from parsing.fields.category import category
from parsing.fields.missing import NEEDS, names_ticket
from parsing.report import Category
from tests.parsing.conftest import mail, reading


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("depo 50rb dr td siang blm msk2 min", Category.DEPOSIT_MISSING),
        ("saya isi saldo lewat OVO, saldo tidak bertambah", Category.DEPOSIT_MISSING),
        ("my top up has not been credited", Category.DEPOSIT_MISSING),
        ("tambah nilai tak masuk, baki masih sama", Category.DEPOSIT_MISSING),
        ("kepotong dua kali pas depo, yang masuk cuma satu", Category.DEPOSIT_MISSING),
        ("wd saya pending terus", Category.WITHDRAWAL_MISSING),
        ("pencairan ke rekening belum saya terima", Category.WITHDRAWAL_MISSING),
        ("transfer ke bank belum sampai", Category.WITHDRAWAL_MISSING),
        ("gabisa login, sandi salah mulu", Category.LOGIN),
        ("akun saya terkunci", Category.LOGIN),
        ("akun sy dibekukan tanpa alasan", Category.ACCOUNT_RESTRICTED),
        ("akun kena suspend jadi tidak bisa wd", Category.ACCOUNT_RESTRICTED),
        ("ada penarikan yang tidak pernah saya lakukan", Category.SUSPICIOUS_ACTIVITY),
        ("saldo gw ilang sendiri", Category.SUSPICIOUS_ACTIVITY),
        ("somebody changed my email, it was not me", Category.SUSPICIOUS_ACTIVITY),
        ("aplikasi keluar sendiri tiap buka riwayat", Category.TECHNICAL),
        ("mau daftar, kode verifikasi ga dikirim2", Category.REGISTRATION_OTP),
        ("formulir pendaftaran gagal terus", Category.REGISTRATION_FORM),
        ("pas daftar muncul nomor sudah dipakai", Category.REGISTRATION_ALREADY_USED),
        ("link aktivasi sudah kedaluwarsa", Category.ACTIVATION_LINK),
        ("foto KTP saya ditolak terus", Category.VERIFICATION_KYC),
        ("tiket 55102 udah diproses belum ya", Category.STATUS_ENQUIRY),
        ("berapa minimal deposit dan jam operasionalnya?", Category.OTHER),
        ("terima kasih, saldo saya sudah masuk", Category.OTHER),
        ("", Category.OTHER),
    ],
)
def test_a_text_is_about_what_went_wrong(text: str, about: Category) -> None:
    """In formal words, in chat spelling, in three languages."""
    assert category("", text).category is about


@pytest.mark.parametrize(
    "text",
    [
        "Depo saya belum masuk. Oh iya, aplikasinya juga suka error dan lemot.",
        "Aplikasi error, lalu login gagal, dan deposit saya 50rb tidak masuk.",
        "My deposit is missing. Also the page is slow and I forgot my password once.",
    ],
)
def test_money_comes_first(text: str) -> None:
    """Of several problems in one mail."""
    assert category("", text).category is Category.DEPOSIT_MISSING


def test_a_category_says_why() -> None:
    """The rules that spoke for it are its evidence."""
    assert "deposit" in category("", "deposit belum masuk").why
    assert category("", "halo").why == ""


@pytest.mark.parametrize(
    "written",
    [
        "deposit belum masuk",
        "depo blm msk",
        "DEPOSIT BLM MASUKKK",
        "depositnya belum masuk-masuk",
        "depositt blm masuk2",
        "depost belom masuk",
    ],
)
def test_spelling_is_no_hindrance(written: str) -> None:
    """Short forms, stretched letters, doubled words, one slip of the finger."""
    assert category("", written).category is Category.DEPOSIT_MISSING


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Out of office", "I am on leave until 16 November 2026 and will reply when I return. Call +62 21 555 0100."),
        ("Promo", "Nikmati cashback Rp 50.000 untuk setiap deposit via OVO! Berhenti berlangganan di sini."),
        ("Undangan", "Kami mengundang Bapak/Ibu ke seminar pada 3 Desember 2026 pukul 09.00. Konfirmasi kehadiran."),
        ("Invoice 2026-114", "Terlampir invoice senilai Rp 2.000.000, jatuh tempo 30 November 2026 ke rekening BCA."),
        ("Your receipt", "Thanks for your purchase! Order number 88120, subtotal $20. Track your parcel here."),
    ],
)
def test_mail_that_reports_nothing_gives_nothing(subject: str, text: str) -> None:
    """Its dates, amounts and banks are nobody's trouble."""
    report = reading(mail(text, subject)).report
    assert (report.category, report.findings, report.missing) == (Category.OTHER, (), ())


def test_a_complaint_about_a_promotion_is_a_complaint() -> None:
    """One's own trouble is heard through the words of advertising."""
    text = "Saya ikut promo cashback, deposit saya 100rb via OVO belum masuk. Username: budi_99"
    report = reading(mail(text)).report
    assert report.category is Category.DEPOSIT_MISSING
    assert report.values("usernames") == ["budi_99"]


def test_where_nothing_went_wrong_no_transaction_is_at_issue() -> None:
    """A question names an amount as well."""
    report = reading(mail("Bagaimana cara deposit 50rb lewat BCA? Username: budi_99")).report
    assert report.values("amounts") == []
    assert report.values("usernames") == ["budi_99"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("tiket 55102", True),
        ("Re: [Tiket #458210] Deposit", True),
        ("laporan saya nomor LKT-100456", True),
        ("status tiket #MY-5521", True),
        ("laporan saya 50.000 kemarin", False),
        ("laporan tanggal 12", False),
        ("laporan saya", False),
    ],
)
def test_a_number_of_a_ticket_is_recognised(text: str, named: bool) -> None:
    """So that nobody who asks for its progress is asked who he is."""
    assert names_ticket(text, ()) is named


def test_each_category_has_its_needs() -> None:
    """None is forgotten, and none of who registers is asked for a username."""
    assert set(NEEDS) == set(Category)
    assert not [each for each in NEEDS if each.startswith(("registration", "activation")) and "username" in NEEDS[each]]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("depo gw blm msk gan", "id"),
        ("My deposit has not arrived yet", "en"),
        ("Akaun saya disekat, tolong semak nombor rujukan", "ms"),
        ("Hi team, I already transfer but saldo saya belum masuk, please help dicek ya", "mixed"),
        ("login error deposit pending", "id"),
        ('Muncul tulisan "your account has been limited, contact support" di layar saya', "id"),
        ("", "id"),
    ],
)
def test_the_language_is_that_of_the_everyday_words(text: str, spoken: str) -> None:
    """Loan words and quoted screens do not vote."""
    assert language.told(text, timedelta(hours=7)) == spoken


def test_a_clock_tells_neighbours_apart_only_where_words_do_not() -> None:
    """Bali writes Indonesian in the zone of Kuala Lumpur."""
    assert language.told("Deposit saya belum masuk, mohon dicek", timedelta(hours=8)) == "id"
    assert language.told("Boleh saya tahu status nombor tiket?", timedelta(hours=8)) == "ms"


@pytest.mark.parametrize("hostile", ["deposit belum masuk ", "x" * 50, "belum ", "a b ", "saya? ", "ممم", "tidakk"])
def test_no_text_is_hard_to_understand(hostile: str) -> None:
    """A hundred thousand characters, within 50 ms of processor time."""
    text = (hostile * (100_000 // len(hostile) + 1))[:100_000]
    spent = min(_spent(text) for _ in range(3))
    assert spent < 0.05, f"{hostile!r}: {spent:.3f} s"


def _spent(text: str) -> float:
    concepts.CONCEPTS.plain.cache_clear()
    start = time.process_time()
    category("", text)
    language.told(text, None)
    return time.process_time() - start


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Pengajuan verifikasi KTP saya pending 5 hari, bagaimana statusnya?", Category.VERIFICATION_KYC),
        ("app keeps signing me out", Category.LOGIN),
        ("someone is using my account, please block it", Category.SUSPICIOUS_ACTIVITY),
        ("gabisa daftar, otp gamasuk", Category.REGISTRATION_OTP),
        ("email gw udah kepake orang pas mau daftar", Category.REGISTRATION_ALREADY_USED),
        ("ngaku CS minta transfer 200rb, ternyata penipuan", Category.SUSPICIOUS_ACTIVITY),
    ],
)
def test_words_that_hang_together_are_understood(text: str, about: Category) -> None:
    """A denial glued to its word, an ending of everyday speech, an impostor whom money was sent."""
    assert category("", text).category is about


def test_a_bank_that_warns_reports_nothing() -> None:
    """Though it speaks of sign-ins, codes and strangers, as a customer would."""
    warned = (
        "New sign-in to your account from Chrome. If this was you, ignore this e-mail. If not, secure your account now."
    )
    assert category("", warned).silent
    assert category("", "Saya dapat sms jangan berikan kode otp anda, lalu saldo saya hilang 500rb").category is (
        Category.SUSPICIOUS_ACTIVITY
    )

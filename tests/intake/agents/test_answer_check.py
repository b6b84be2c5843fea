"""What an answer is held for, and what it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.agents.answer_check import Doubt, Draft, doubts, without_secrets
from parsing.mail import Attachment, AttachmentKind
from replies.enclosing import MAX_BYTES

_FILE = Attachment(
    name="bukti.png",
    type="image/png",
    declared_type="image/png",
    size=1000,
    sha256="0" * 64,
    inline=False,
    content_id=None,
    kind=AttachmentKind.SCREENSHOT,
)

HONEST = [
    "Sudah kami proses.",
    "Halo Kak Budi, depositnya sudah masuk ya.",
    "Baik, kami cek dulu.",
    "Ya, bisa.",
    "Terima kasih, laporannya kami teruskan ke bagian keuangan.",
    "Selamat pagi Bapak, mohon tunggu 1x24 jam.",
    "Lampiran yang Anda kirim sudah kami terima.",
    "Terima kasih atas lampiran Anda, gambarnya jelas.",
    "Mohon lampirkan tangkapan layar transaksinya.",
    "Tolong kirim ulang bukti transfernya.",
    "Kami tidak pernah meminta kata sandi, PIN, atau OTP Anda.",
    "Silakan ganti kata sandi Anda lewat menu Profil.",
    "Kode OTP hanya berlaku 5 menit.",
    "Silakan buka https://example.com/bantuan untuk caranya.",
    "Nomor tiket Anda LKT-104231, simpan ya.",
    "Saldo Anda Rp50.000 dan akan kembali dalam 3 hari kerja [Senin-Jumat].",
    "Hello Budi,\n\nyour deposit has arrived.\n\nKind regards",
    "We have received your attachment, thank you.",
    "Please send us a screenshot of the payment.",
    "Please reset your password from the login page.",
    "Thanks, we are looking into it.",
    "Which bank did you use?",
    "Halo?",
    "OK",
    "Langkahnya: 1) buka Profil 2) pilih Ubah Sandi 3) simpan.",
    "Kami sudah memeriksa transaksi itu dan hasilnya baik.",
]


@pytest.mark.parametrize("words", HONEST)
def test_an_honest_answer_is_not_held(words: str) -> None:
    """However short, and whatever it speaks of."""
    assert doubts(Draft(words=words)) == ()


@pytest.mark.parametrize(
    ("words", "doubt"),
    [
        ("", Doubt.EMPTY),
        ("  \n\n ", Doubt.EMPTY),
        ("Halo,", Doubt.GREETING),
        ("Halo kak budi", Doubt.GREETING),
        ("Selamat pagi Bapak Budi Santoso,\n\nSalam hormat,\nAni", Doubt.GREETING),
        ("Dear Mr Budi,\n\nBest regards,\nAni", Doubt.GREETING),
        ("Terima kasih", Doubt.GREETING),
        ("Halo {{ name }}, sudah selesai.", Doubt.PLACEHOLDER),
        ("Halo {nama}, sudah selesai.", Doubt.PLACEHOLDER),
        ("Halo [nama pelanggan], sudah selesai.", Doubt.PLACEHOLDER),
        ("Dear <name>, all is well.", Doubt.PLACEHOLDER),
        ("Nomor rekening: ________", Doubt.PLACEHOLDER),
        ("Dana sebesar Rp XXX sudah kami kirim.", Doubt.PLACEHOLDER),
        ("TODO tanya keuangan dulu", Doubt.PLACEHOLDER),
        ("Kata sandi baru Anda: rahasia123", Doubt.SECRET),
        ("PIN sementara Anda adalah 482913.", Doubt.SECRET),
        ("Your password is Xy12abZZ", Doubt.SECRET),
        ("Sandinya ••••••••", Doubt.SECRET),
        ("Terlampir bukti transfernya.", Doubt.NO_FILE),
        ("Buktinya sudah kami lampirkan ya Kak.", Doubt.NO_FILE),
        ("Please see the attached file.", Doubt.NO_FILE),
        ("I have attached the receipt.", Doubt.NO_FILE),
        ("Lihat lampiran untuk caranya.", Doubt.NO_FILE),
        ("Klik mailto:help@desk.test ya", Doubt.OUR_MARKS),
        ("Sudah. ani@kantor.test", Doubt.PRIVATE),
        ("Pengirim: terverifikasi (DMARC lulus), surel ke-3", Doubt.NOTICE),
        ("> Pengirim: terverifikasi (DMARC lulus), surel ke-3", Doubt.NOTICE),
    ],
)
def test_what_is_sent_by_mistake_is_held(words: str, doubt: Doubt) -> None:
    """Each for its own reason."""
    draft = Draft(
        words=words,
        private=["ani@kantor.test"],
        internal=frozenset({"Pengirim: terverifikasi (DMARC lulus), surel ke-3"}),
    )
    assert doubt in doubts(draft)


def test_a_file_is_enough() -> None:
    """It needs no words, and what is said to be attached is."""
    assert doubts(Draft(words="", files=[_FILE])) == ()
    assert doubts(Draft(words="Terlampir.", files=[_FILE])) == ()


def test_files_are_looked_at() -> None:
    """One that is dangerous, and ones that no mailbox takes."""
    assert doubts(Draft(words="ok", files=[replace(_FILE, kind=AttachmentKind.DANGEROUS)])) == (Doubt.DANGEROUS,)
    assert doubts(Draft(words="ok", files=[replace(_FILE, size=MAX_BYTES)] * 2)) == (Doubt.TOO_LARGE,)


def test_a_secret_is_hidden_and_nothing_else() -> None:
    """In what is kept and shown."""
    assert without_secrets("PIN Anda adalah 482913, ganti ya") == "PIN Anda adalah ••••••• ganti ya"
    assert without_secrets("Kata sandi Anda: rahasia123") == "Kata sandi Anda: ••••••••••"
    assert without_secrets("Silakan ganti kata sandi Anda.") == "Silakan ganti kata sandi Anda."

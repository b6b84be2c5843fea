"""What opens somebody's account is found in a text, and hidden wherever the text goes."""

from __future__ import annotations

import json
import time

import pytest

from parsing.fields import secrets
from parsing.reading import report_json, to_json
from tests.parsing.conftest import mail, reading

#: The texts; the secrets in them stand between ⟦ and ⟧.
TOLD = [
    "Password: ⟦kucing99⟧",
    "username: budi_99, password: ⟦Rahasia#1⟧. tolong dicek",
    "passwordnya ⟦Ferdi#2026!⟧ kok salah terus",
    "pw saya ⟦budi1990⟧ ga bisa",
    "kata sandi saya adalah ⟦mawarmerah⟧",
    "Kata sandi = ⟦mawarmerah⟧",
    "sandi lama ⟦abc12345⟧ sandi baru ⟦def67890⟧",
    "my password is ⟦correcthorse⟧ but it says wrong",
    "the password was changed to ⟦N3wPass!⟧ yesterday",
    "user/pass: budi88/⟦rahasia99⟧",
    "user/pass : budi88 / ⟦rahasia99⟧",
    "sudah coba password ⟦kucing12⟧, ⟦kucing13⟧ dan ⟦kucing14⟧ tetap gagal",
    "Username\nbudi_99\nPassword\n⟦Kucing#99⟧\n",
    "password saya “⟦kuda lari 7⟧” benar kan?",
    "kata laluan saya ⟦Harimau88⟧ tak diterima",
    "username:budi,password:⟦abc123x⟧,email:budi@example.com",
    "passwordnya ⟦Kucing#99⟧. Iya ⟦Kucing#99⟧ itu",
    "PIN saya ⟦123456⟧",
    "pin: ⟦9081⟧ ditolak",
    "pin lama ⟦112233⟧, pin baru ⟦445566⟧",
    "kode OTP ⟦482913⟧ salah",
    "OTP nya ⟦482 913⟧",
    "kode verifikasi yang saya terima ⟦4821⟧",
    "minta OTP, saya sempat kasih ⟦773120⟧. Sekarang takut",
    "⟦773120⟧ itu kode otp yang masuk",
    "kodenya ⟦556102⟧ katanya salah",
    "the verification code ⟦901233⟧ is refused",
    "TAC ⟦620114⟧ tak boleh",
    "Kartu debit ⟦5500 0000 0000 0004⟧ kepotong",
    "card ⟦4111-1111-1111-1111⟧ exp ⟦09/28⟧ cvv ⟦123⟧",
    "nomor kartu ⟦4111111111111111⟧ masa berlaku ⟦11/2027⟧, 3 angka belakang ⟦987⟧",
    "visa ⟦4012888888881881⟧ ⟦12/29⟧",
    "amex ⟦378282246310005⟧",
    "seed phrase: ⟦apple banana cherry dragon eagle forest garden hammer island jungle kettle lemon⟧",
    "api key: ⟦a8f5f167f44f4964e6c998dee827110c⟧",
    "kuncinya ⟦AKIAIOSFODNN7EXAMPLE⟧",
]

NOT_TOLD = [
    "password saya salah terus",
    "lupa password, tolong reset",
    "reset password budi_99 ya min",
    "password tidak bisa diganti",
    "password akun budi_99 saya lupa",
    "Password: lupa",
    "Password: ********",
    "password minimal 8 karakter",
    "sudah ganti password 3x tetap salah",
    "my password is wrong",
    "my password is not working",
    "password saya diblokir",
    "PIN saya lupa sejak tahun 2024",
    "salah pin 3 kali",
    "pin saya terblokir tanggal 12/08/2026",
    "kode OTP tidak masuk ke 081234567890",
    "OTP ke nomor 0813 2200 4455 tidak sampai",
    "kode OTP belum masuk, tiket 458210",
    "OTP tidak masuk, username 123456",
    "otp transaksi 150000 rupiah",
    "kode pos 601234 ditolak",
    "kode error 502100 muncul",
    "kode unik 372",
    "kode pembayaran ALF-7781-220",
    "VA number 8808 0812 3456 7890",
    "Transaction no: 0511 2200 4487 9911",
    "no ref 4111111111111111",
    "trx nya 2026110121480098765432",
    "No Rekening: 003512345678",
    "promo berlaku sampai 11/27",
    "password email budi@example.com hilang",
    "Pass by our shop at 10:30",
    "login: budi",
    "ID transaksi 9920 1106 1544 0021",
]


def _marked(text: str) -> tuple[str, list[str]]:
    pieces = [piece.split("⟧") for piece in text.split("⟦")]
    return text.replace("⟦", "").replace("⟧", ""), [piece[0] for piece in pieces[1:]]


@pytest.mark.parametrize("marked", TOLD)
def test_what_was_told_is_found_exactly(marked: str) -> None:
    """Every secret, and nothing beside it."""
    text, told = _marked(marked)
    assert [text[span.start : span.end] for span in secrets.find(text).spans] == told


@pytest.mark.parametrize("text", NOT_TOLD)
def test_speaking_of_a_secret_tells_none(text: str) -> None:
    """Complaints about passwords, codes that did not come, and numbers of other things."""
    assert secrets.find(text).spans == ()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Password: kucing99 PIN: 123456", ["password", "pin"]),
        ("card 4111 1111 1111 1111 exp 09/28 cvv 123, otp 998877", ["card", "expiry", "cvv", "otp"]),
    ],
)
def test_each_secret_has_its_kind(text: str, kinds: list[str]) -> None:
    """By which an agent is told what it was."""
    assert [span.kind for span in secrets.find(text).spans] == kinds


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("NIK saya 3578014505900001 sudah dipakai", "3578014505900001", "nik"),
        ("ktp 3271011203850002", "3271011203850002", "nik"),
        ("no paspor B1234567", "B1234567", "identity"),
        ("no IC 900101-01-1234", "900101-01-1234", "identity"),
        ("nomor 5171015708880003 itu milik saya", "5171015708880003", "nik"),
    ],
)
def test_the_numbers_of_identity_cards_are_hidden_and_no_secrets(text: str, number: str, kind: str) -> None:
    """They are nobody else's business; but a sender did not give them away by mistake."""
    found = secrets.find(text)
    assert found.spans == ()
    assert [(span.kind, text[span.start : span.end]) for span in found.identity] == [(kind, number)]


def test_hiding_keeps_the_length_and_everything_else() -> None:
    """Spans found before are true after."""
    text = "halo, password: kucing99, NIK 3578014505900001. Tks"
    assert secrets.concealed(text) == "halo, password: ••••••••, NIK ••••••••••••••••. Tks"


def test_a_secret_is_hidden_wherever_it_is_repeated() -> None:
    """The label stands only once."""
    assert "Kucing#99" not in secrets.concealed("password: Kucing#99\n\nSaya ulangi: Kucing#99, (Kucing#99)")


def test_a_second_look_finds_nothing() -> None:
    """What is hidden is not hidden again, nor taken for a password."""
    once = secrets.concealed("password: kucing99, pin 123456, kartu 4111 1111 1111 1111")
    assert secrets.concealed(once) == once
    assert secrets.find(once).spans == ()


@pytest.mark.parametrize(
    "hostile",
    [
        *("password ", "password:", "pin 1", "otp ", "otp 123456 ", "kode saya yang ", "password saya yang lama "),
        *(
            "user/pass:",
            "password a1, ",
            "seed phrase ",
            "apple ",
            "eyJaaaaaaaaaaaaaaaa",
            "-----BEGIN PRIVATE KEY-----",
        ),
        *("1 ", "1-", "x1/", "4111 1111 1111 1111 ", "exp 09/28 cvv 123 ", "nik ", "aaaaaaaaaa"),
    ],
)
def test_no_text_is_hard_to_search(hostile: str) -> None:
    """A hundred thousand characters of any label of ours: 50 ms of processor time, more on a busy machine."""
    text = (hostile * (100_000 // len(hostile) + 1))[:100_000]
    secrets.find(text[:1000])
    spent = min(_spent(text) for _ in range(3))
    assert spent < 0.2, f"{hostile!r}: {spent:.3f} s"


def _spent(text: str) -> float:
    start = time.process_time()
    secrets.find(text)
    return time.process_time() - start


def test_findings_are_plain_values() -> None:
    """They cross the border of a child process, and hold no secret themselves."""
    (span,) = secrets.find("password: kucing99").spans
    assert json.dumps([span.kind, span.start, span.end]) == '["password", 10, 18]'


def test_a_secret_stands_in_no_finding() -> None:
    """Neither as a value nor among the words that are shown as evidence."""
    found = reading(
        mail("username: budi_99 password: Kucing#99, depo TRX-20261105-00123 kode otp 482913", "PIN 654321")
    )
    told = json.dumps(report_json(found.report))
    assert found.report.values("usernames") == ["budi_99"]
    assert not [secret for secret in ("Kucing#99", "482913", "654321") if secret in told]


def test_parse_tells_the_secrets_and_where_they_stand() -> None:
    """Only the command that keeps nothing gives their words."""
    printed = to_json(reading(mail("password: kucing99", "PIN 654321")), "a.eml")
    assert printed["report"]["secrets"] == [
        {"kind": "pin", "where": "subject", "start": 4, "end": 10, "text": "654321"},
        {"kind": "password", "where": "body", "start": 10, "end": 18, "text": "kucing99"},
    ]


def test_what_stands_in_quoted_history_was_not_told_now() -> None:
    """It is hidden all the same by whoever stores the text."""
    found = reading(mail("belum bisa juga\n\n> password: kucing99\n"))
    assert found.report.secrets == ()
    assert "kucing99" not in secrets.concealed(found.mail.text)


def test_identity_numbers_are_reported_apart() -> None:
    """They are sensitive, and no reason to tell the sender to change something."""
    report = reading(mail("NIK 3578014505900001 sudah dipakai orang")).report
    assert report.secrets == ()
    assert [(each.kind, each.where, each.start, each.end) for each in report.identity_numbers] == [
        ("nik", "body", 4, 20)
    ]

"""What surrounds a trouble: devices, what was tried already, the message on the screen, the link to a recording."""

from __future__ import annotations

import time

import pytest

from parsing.fields import devices, errors, links, steps
from parsing.fields.source import Circumstances, Source
from parsing.report import ReportSettings
from tests.parsing.conftest import NOON, mail, reading

SOMEWHERE = Circumstances(sent_at=NOON, received_at=NOON, history=False, language="id", settings=ReportSettings())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pakai Samsung Galaxy A54, Android 14", ["Samsung Galaxy A54", "Android 14"]),
        ("hp redmi note 12 pro kok lemot", ["redmi note 12 pro"]),
        ("hp saya oppo a37 bg", ["oppo a37"]),
        ("iPhone XR iOS 17.4", ["iPhone XR", "iOS 17.4"]),
        ("Chrome 130 di Windows 11", ["Chrome 130", "Windows 11"]),
        ("sudah coba Edge dan Opera Mini", ["Edge", "Opera Mini"]),
        ("on my MacBook Air with Safari 17", ["MacBook Air", "Safari 17"]),
        ("aplikasi versi 4.12.0", ["aplikasi versi 4.12.0"]),
        ("pakai android", ["android"]),
        ("hp saya rusak", []),
        ("oppo 2 hari lalu dijual", ["oppo"]),
        ("username: oppo_lover88", []),
        ("email saya vivo.y20@example.com", []),
        ("you are brave and on the edge", []),
        ("versi android lama", []),
        ("dapat notif login dari perangkat Windows / Chrome di Medan", []),
        ("ada yang masuk ke akun saya pakai iPhone 13", []),
        ("A new sign-in from a Pixel 7 in another city", []),
    ],
)
def test_devices_are_found_in_the_senders_words(text: str, found: list[str]) -> None:
    """Models, systems, browsers, versions; not an intruder's, and no name that holds a brand."""
    assert reading(mail(text)).report.values("devices") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Saya sudah menghapus cache aplikasi, tetapi masih sama.", ["Saya sudah menghapus cache aplikasi"]),
        (
            "udah ganti wifi ke data, install ulang, restart hp",
            ["udah ganti wifi ke data", "install ulang", "restart hp"],
        ),
        ("I already contacted the bank and they said wait", ["I already contacted the bank and they said wait"]),
        ("Reinstalled twice. Cleared cookies.", ["Reinstalled twice", "Cleared cookies"]),
        ("Dah cuba guna Chrome pun sama", ["Dah cuba guna Chrome pun sama"]),
        ("udh tlp bri jg", ["udh tlp bri jg"]),
        ("sudah kirim bukti transfer ke cs", ["sudah kirim bukti transfer ke cs"]),
        ("tolong reset password saya", []),
        ("saya mau ganti nomor hp", []),
        ("saya disuruh kirim foto KTP", []),
        ("Please contact my bank", []),
        ("tidak bisa ganti password", []),
        ("saya sudah transfer 50rb", []),
        ("sudah menunggu 3 hari", []),
        ("setiap saya login keluar sendiri", []),
        ("ada yang mengaku CS minta OTP", []),
    ],
)
def test_steps_are_what_the_sender_has_done_about_it(text: str, found: list[str]) -> None:
    """Not what is asked for, wished, ordered or failed, nor the transaction itself, nor waiting."""
    assert reading(mail(text)).report.values("steps_tried") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('muncul pesan "Terjadi kesalahan (E-4012)" terus', ["Terjadi kesalahan (E-4012)"]),
        ("it says 'invalid credentials'", ["invalid credentials"]),
        ("keluar mesej “tamat tempoh”", ["tamat tempoh"]),
        ("Pesan error: server sibuk\nUsername: budi_99", ["server sibuk"]),
        ("error 502 di semua halaman", ["502"]),
        ('katanya nama "Budi"', ["Budi"]),
        ("tidak ada pesan apa-apa", []),
    ],
)
def test_the_exact_error_message_is_kept(text: str, found: list[str]) -> None:
    """What is quoted after its announcement; without quotes what follows the label, or the code."""
    assert reading(mail(text)).report.values("error_messages") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rekaman layar: https://drive.google.com/file/d/1AbC/view?usp=sharing.", ["https://drive.google.com/file/d/1AbC/view?usp=sharing"]),
        ("videonya di https://files.example.org/a.mp4", ["https://files.example.org/a.mp4"]),
        ("rekaman saya simpan di https://files.example.org/a.mp4", ["https://files.example.org/a.mp4"]),
        ("(https://youtu.be/abc123)", ["https://youtu.be/abc123"]),
        ("saya buka https://example.org/login lalu gagal", []),
    ],
)  # fmt: skip
def test_a_link_to_a_proof_is_kept(text: str, found: list[str]) -> None:
    """By the drive that it leads to, or because it is announced; other addresses are only no other finding."""
    assert reading(mail(text)).report.values("links") == found


def test_what_is_found_stands_where_it_says() -> None:
    """The evidence of each is the words at its span."""
    body = "Saya sudah install ulang. Muncul 'sesi berakhir'. Redmi Note 12. https://youtu.be/abc123\n"
    found = reading(mail(body)).report.findings
    assert {each.field for each in found} == {"steps_tried", "error_messages", "devices", "links"}
    assert all(body[each.start : each.end] == each.raw for each in found)


@pytest.mark.parametrize("finder", [devices.find, steps.find, errors.find, links.find])
@pytest.mark.parametrize(
    "hostile",
    [
        *("samsung ", "android ", "v1.", "redmi note 12 ", "login dari new ", "iphone "),
        *("sudah coba ", "sudah install ulang, ", "saya kirim ", "a, ", "coba hp lain "),
        *("muncul '", "error: ", "error 5", "pesan ", "https://", "https://a/", "bukti https://a.b/ ", "www."),
    ],
)
def test_no_text_is_hard_to_search(finder: object, hostile: str) -> None:
    """A hundred thousand characters, within 50 ms of processor time."""
    text = (hostile * (100_000 // len(hostile) + 1))[:100_000]
    source = Source.of("body", text, text)
    spent = min(_spent(finder, source) for _ in range(3))
    assert spent < 0.05, f"{hostile!r}: {spent:.3f} s"


def _spent(finder: object, source: Source) -> float:
    start = time.process_time()
    assert callable(finder)
    list(finder(source, SOMEWHERE))
    return time.process_time() - start

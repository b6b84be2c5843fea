"""Honest people whom a brake must not silence, however quick or busy they are; and the letters that they must get."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from intake.cli.demonstration.drawing import screenshot
from tests.intake.conftest import NOON
from tests.loops.machines import written
from tests.loops.world import Sending, World, make_desk

BUDI = "budi@peer.test"


@dataclass(frozen=True, kw_only=True)
class Said:
    """A mail of somebody's."""

    minute: float
    text: str
    answers: bool = False  #: it answers our last letter
    picture: bool = False


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What somebody writes, and the letters that he must get for it."""

    name: str
    mails: Sequence[Said]
    letters: Sequence[str]


def _form(number: int) -> str:
    transaction, hour = f"TRX-2026112{number % 10}-{7000 + number}", 10 + number
    return f"Username: budi_99\nID transaksi: {transaction}\nDeposit belum masuk jam {hour}.15 WIB lewat DANA.\n"


_VAGUE = (
    "Kode OTP tidak pernah sampai di HP saya",
    "Saya tidak bisa masuk ke akun, sandinya ditolak terus",
    "Aplikasi selalu berhenti sendiri waktu dibuka",
    "Tautan aktivasi yang dikirim sudah tidak berlaku",
    "Penarikan uang saya tertahan sejak pagi",
    "Nama saya salah tulis di profil, mohon dibetulkan",
    "Halaman bantuan kosong kalau dibuka dari laptop",
    "Bagaimana caranya menutup akun lama?",
    "Saya menerima telepon mencurigakan yang mengaku dari kantor kalian",
    "Verifikasi KTP saya gagal tiga kali berturut-turut",
)

SCENES = [
    Scene(
        name="quick: a screenshot within the minute, a correction, thanks; another report in the evening",
        mails=[
            Said(minute=0, text="Username: budi_99\nDeposit saya belum masuk kemarin jam 10.15 WIB lewat DANA.\n"),
            Said(minute=0.7, text="Ini ID transaksinya: TRX-20261123-0042", answers=True, picture=True),
            Said(minute=1.5, text="Maaf, yang benar ID transaksi: TRX-20261123-0043", answers=True),
            Said(minute=2, text="Terima kasih kak", answers=True),
            Said(minute=400, text=_form(1)),
        ],
        letters=["received", "complete", "received"],
    ),
    Scene(
        name="ten reports a day, on one form",
        mails=[Said(minute=25 * number, text=_form(number)) for number in range(10)],
        letters=["received"] * 10,
    ),
    Scene(
        name="ten reports a day, each right after our letter to the one before",
        mails=[Said(minute=61 * (number // 3) + number % 3, text=_form(number)) for number in range(10)],
        letters=["received"] * 10,
    ),
    Scene(
        name="ten reports a day, of a few words each",
        mails=[Said(minute=25 * number, text=f"TRX-20261124-{7000 + number} belum masuk") for number in range(10)],
        letters=["received"] * 10,
    ),
    Scene(
        name="ten different troubles a day, in no form, without a number",
        mails=[Said(minute=25 * number, text=text) for number, text in enumerate(_VAGUE)],
        letters=["received"] * 10,
    ),
    Scene(
        name="three prepared mails at once, every day",
        mails=[
            Said(minute=1440 * day + number, text=_VAGUE[(3 * day + number) % 10])
            for day in range(3)
            for number in range(3)
        ],
        letters=["received"] * 9,
    ),
    Scene(
        name="a family behind one address",
        mails=[
            Said(minute=0, text="Username: ayah_1\nDeposit belum masuk kemarin jam 10.15 WIB lewat DANA.\n"),
            Said(minute=2, text="Username: ibu_2\nDeposit ibu belum masuk tadi pagi jam 08.00 WIB lewat OVO.\n"),
            Said(minute=2.5, text="ID transaksi saya: TRX-20261124-5151", answers=True),
            Said(minute=4, text="Username: anak_3\nSaya tidak bisa login sejak semalam, kata sandi ditolak.\n"),
            Said(minute=5, text="Terima kasih ya", answers=True),
            Said(minute=70, text="Username: kakek_4\nPenarikan TRX-20261124-6161 belum sampai sejak jam 9.00.\n"),
        ],
        letters=["received", "received", "complete", "received", "received"],
    ),
    Scene(
        name="the same report on four days, and then another one",
        mails=[*(Said(minute=1500 * day, text=_form(1)) for day in range(4)), Said(minute=6100, text=_form(2))],
        letters=["received", "duplicate", "duplicate", "duplicate", "received"],
    ),
    Scene(
        name="asks three times how far it is, and reports something else",
        mails=[
            Said(minute=0, text=_form(1)),
            *(Said(minute=30 + 90 * number, text="Min, bagaimana progresnya?", answers=True) for number in range(3)),
            Said(minute=400, text=_form(2)),
        ],
        letters=["received", "status", "status", "status", "received"],
    ),
]


@pytest.mark.battery
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_honest_people_get_their_letters(scene: Scene, tmp_path: Path) -> None:
    """All of them, and nobody is told of a loop."""
    _run(scene, tmp_path)


@pytest.mark.parametrize("scene", SCENES[:3], ids=lambda scene: scene.name)
def test_quick_and_busy_people_get_their_letters(scene: Scene, tmp_path: Path) -> None:
    """A sample of the battery's."""
    _run(scene, tmp_path)


def _run(scene: Scene, folder: Path) -> None:
    world = World()
    desk = make_desk(world, folder)
    got: list[str] = []

    def box(mail: object, to: str) -> object:
        got.append(mail["Message-ID"])  # type: ignore[index]
        return iter(())

    world.machines[BUDI] = box  # type: ignore[assignment]
    for number, said in enumerate(scene.mails):
        world.at(
            NOON + timedelta(minutes=said.minute), lambda said=said, number=number: _send(world, said, number, got)
        )
    world.run(scene.mails[-1].minute / 1440 + 1)
    print(f"\n{scene.name}: {len(got)} letters")
    assert desk.kinds() == list(scene.letters)
    assert desk.loops() == []


def _send(world: World, said: Said, number: int, got: Sequence[str]) -> None:
    lines = [f"From: Budi <{BUDI}>", "To: help@desk.test", "Subject: Laporan", f"Message-ID: <m{number}@peer.test>"]
    if said.answers:
        lines += [f"In-Reply-To: {got[-1]}", f"References: {got[-1]}"]
    content = _with_picture(lines, said.text) if said.picture else written(lines, said.text)
    world.send(Sending(content=content, to="help@desk.test", mail_from=BUDI))


def _with_picture(lines: Sequence[str], text: str) -> bytes:
    shown = base64.encodebytes(screenshot("Riwayat", ["Jumlah: Rp50.000"])).decode()
    picture = "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
    parts = f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--b\r\n{picture}"
    parts += f"Content-Disposition: attachment; filename=bukti.png\r\n\r\n{shown}\r\n--b--\r\n"
    kind = 'Content-Type: multipart/mixed; boundary="b"'
    return "\r\n".join([*lines, "Date: Tue, 24 Nov 2026 12:05:00 +0700", "MIME-Version: 1.0", kind, "", parts]).encode()

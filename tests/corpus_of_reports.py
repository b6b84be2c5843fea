"""Reports for scenes, faults and figures: the same ones for the same seed, about 125 kB on average.

60 % carry a screenshot, 30 % answer an earlier one of the set by the same sender, in Indonesian and English.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

#: Bytes of a screenshot: with base64's third more, it makes the average what it is said to be.
PICTURE = 150_000

_HOME = timezone(timedelta(hours=7))
_START = datetime(2026, 11, 23, 9, 0, tzinfo=_HOME)
_SCREENSHOT_SHARE, _ANSWER_SHARE, _ENGLISH_SHARE = 0.6, 0.3, 0.35


@dataclass(frozen=True, kw_only=True)
class Report:
    """A mail of the set."""

    number: int
    sender: str
    message_id: str
    answers: str | None  #: the Message-ID that it answers
    content: bytes


def reports(
    count: int, *, to: str = "help@desk.test", seed: int = 1, picture: int = PICTURE, answers: bool = True
) -> Iterator[Report]:
    """So many reports, each with a sender of its own unless it answers another."""
    dice = random.Random(seed)
    first: list[Report] = []
    for number in range(count):
        earlier = dice.choice(first) if answers and first and dice.random() < _ANSWER_SHARE else None
        report = _report(dice, number, seed, to, earlier, picture)
        if earlier is None:
            first.append(report)
        yield report


def _report(dice: random.Random, number: int, seed: int, to: str, earlier: Report | None, picture: int) -> Report:
    sender = earlier.sender if earlier else f"customer{number}.{seed}@mail{number % 7}.example"
    message_id = f"report.{seed}.{number}@mail{number % 7}.example"
    at = _START + timedelta(minutes=number)
    english = dice.random() < _ENGLISH_SHARE
    words = (_ENGLISH if english else _INDONESIAN).format(
        user=f"user_{number}", trx=f"TRX-2026112{number % 3}-{number:04}", at=f"{at:%H.%M}", tail=_tail(dice)
    )
    boundary = f"b{seed}x{number}"
    headers = [
        f"From: Customer {number} <{sender}>",
        f"To: {to}",
        f"Subject: {'Re: ' if earlier else ''}{'Deposit not received' if english else 'Deposit belum masuk'} {number}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{message_id}>",
        *([f"In-Reply-To: <{earlier.message_id}>", f"References: <{earlier.message_id}>"] if earlier else []),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="{boundary}"',
    ]
    parts = [_part("text/plain; charset=utf-8", "8bit", words.encode())]
    if dice.random() < _SCREENSHOT_SHARE:
        image = b"\x89PNG\r\n\x1a\n" + dice.randbytes(picture)
        encoded = base64.encodebytes(image).replace(b"\n", b"\r\n")
        parts.append(_part(f'image/png; name="bukti{number}.png"', "base64", encoded))
    mark = f"--{boundary}\r\n".encode()
    content = "\r\n".join(headers).encode() + b"\r\n\r\n" + b"".join(mark + part for part in parts)
    return Report(
        number=number,
        sender=sender,
        message_id=message_id,
        answers=earlier.message_id if earlier else None,
        content=content + f"--{boundary}--\r\n".encode(),
    )


def _part(kind: str, encoding: str, body: bytes) -> bytes:
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body + b"\r\n"


def _tail(dice: random.Random) -> str:
    return "\r\n".join(" ".join(dice.choices(_WORDS, k=12)) + "." for _ in range(12))


_WORDS = (
    "saldo akun uang masuk belum bank aplikasi transfer tolong cek segera padahal sudah kemarin malam bukti".split()
)

_INDONESIAN = (
    "Halo min,\r\n\r\nDeposit saya belum masuk.\r\nUsername: {user}\r\nID transaksi: {trx}\r\n"
    "Waktu: 22 November 2026 pukul {at} WIB\r\n\r\n{tail}\r\n\r\nTerima kasih\r\n"
)
_ENGLISH = (
    "Hello,\r\n\r\nmy deposit has not arrived.\r\nUsername: {user}\r\nTransaction ID: {trx}\r\n"
    "Time: 22 November 2026 {at} WIB\r\n\r\n{tail}\r\n\r\nThank you\r\n"
)

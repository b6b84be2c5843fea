"""Replies that stand below what they answer, or between its paragraphs, as people write them in clients that let them.

Each client is its attribution and its tagline; what is answered, said and signed is crossed with them at random, the
same way each time.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

_COLUMNS = 72
_DAYS = "Sen Sel Rab Kam Jum Sab Min".split()
_MONTHS = "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split()
#: what a client sets above a quote; `long` and `short` are dates as it writes them
_ATTRIBUTIONS = {
    "gmail": "Pada {long} pukul {time} {name} <{address}> menulis:",
    "iphone": "Pada {short}, pukul {time}, {name} <{address}> menulis:",
    "thunderbird": "Pada {numbers} {time}, {name} menulis:",
    "k-9": "Pada {short} {time} WIB, {name} <{address}> menulis:",
    "mutt": "On {english} {time}, {name} wrote:",
    "roundcube": "Pada {iso} {time}, {name} menulis:",
    "evolution": "Pada {long}, {time} +0700, {name} menulis:",
    "claws": "On {english} {time} +0700\n{name} <{address}> wrote:",
    "zimbra": "Pada {numbers} {time}, {name} <{address}> menulis:",
    "horde": "Quoting {name} <{address}>:",
}
_TAGLINES = {"iphone": "Dikirim dari iPhone saya", "k-9": "Dikirim dari perangkat Android saya dengan K-9 Mail."}
_PARAGRAPHS = (
    "Halo Kak, laporan sudah kami terima dengan nomor LKT-104231.",
    "Mohon kirimkan username akun Anda dan nama bank yang dipakai.",
    "Kapan transfernya dilakukan? Sertakan jamnya.",
    "Jika memakai dompet digital, sertakan nomor yang terdaftar.",
    "Dana yang tertahan kembali paling lambat tiga hari kerja.",
    "Apakah aplikasi sudah diperbarui ke versi terakhir?",
)
_ANSWERS = (
    "username: sari_tani, bank BCA",
    "kemarin jam 10.15 WIB",
    "sudah, versi 3.2",
    "belum pernah pakai dompet digital",
    "oh begitu, saya tunggu ya\ntapi tolong dipercepat",
    "Ya benar.",
    "nomornya 0812-0000-1111\natas nama suami",
    "- sudah dicoba\n- tetap gagal",
)
_SIGNED = ("", "", "Salam,\nSari", "Terima kasih,\nBudi Hartono", "-- \nSari Wulandari\nToko Maju Jaya")
_NAMES = ("Bantuan Contoh", "Rina dari Contoh", "PT Contoh Digital Nusantara Layanan Pelanggan")

CLIENTS = tuple(_ATTRIBUTIONS)


@dataclass(frozen=True, kw_only=True)
class Below:
    """A reply, and how it is to be divided: lines without blank ones."""

    body: str
    said: list[str]
    signature: list[str]
    attribution: list[str]


def replies_below(client: str, count: int) -> Iterator[Below]:
    """So many of one client."""
    dice = random.Random(client)
    for number in range(count):
        letter = dice.sample(_PARAGRAPHS, dice.randint(2, 4))
        answers = dice.sample(_ANSWERS, dice.randint(2, len(letter)))
        between = number % 2 == 0
        quoted = [_quoted(paragraph) for paragraph in letter]
        if between:
            pieces = [piece for pair in zip(quoted, answers, strict=False) for piece in pair] + quoted[len(answers) :]
        else:
            pieces = ["\n>\n".join(quoted), *answers]
        attribution = _attribution(client, dice)
        signed = [dice.choice(_SIGNED)] if not between or len(answers) == len(quoted) else [""]
        tagline = [_TAGLINES.get(client, "")] if signed != [""] or not between else [""]
        yield Below(
            body="\n\n".join(
                piece for piece in ("\n".join((attribution, pieces[0])), *pieces[1:], *signed, *tagline) if piece
            ),
            said=_lines("\n".join(answers)),
            signature=_lines("\n".join((*signed, *tagline))),
            attribution=_lines(attribution),
        )


def _attribution(client: str, dice: random.Random) -> str:
    at = datetime(2026, dice.randint(1, 12), dice.randint(1, 28), dice.randint(0, 23), dice.randint(0, 59))  # noqa: DTZ001
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    line = _ATTRIBUTIONS[client].format(
        long=f"{day}, {at.day} {month} {at.year}",
        short=f"{at.day} {month} {at.year}",
        numbers=f"{at:%d/%m/%Y}",
        iso=f"{at:%Y-%m-%d}",
        english=f"{at:%a, %d %b %Y}",
        time=f"{at:%H.%M}" if client in ("gmail", "iphone", "thunderbird") else f"{at:%H:%M}",
        name=dice.choice(_NAMES),
        address="bantuan+k7f3q9zt2mxa@contoh.example",
    )
    return "\n".join(
        part for each in line.split("\n") for part in textwrap.wrap(each, _COLUMNS, break_on_hyphens=False)
    )


def _quoted(paragraph: str) -> str:
    return "\n".join(f"> {line}" for line in textwrap.wrap(paragraph, _COLUMNS - 20))


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]

"""The closed list of what an agent may order by mail: names, and the shape of what stands behind them.

A verb is declared once, here; reading (`commands.py`), help and the desk's execution follow from it. What a value
refers to (an agent, a ticket, a template) is the desk's to know: here stands only whether it has the right shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: The priorities of a ticket, with what agents call them.
PRIORITIES: Final = {
    "low": "low", "rendah": "low",
    "normal": "normal", "biasa": "normal", "sedang": "normal",
    "high": "high", "tinggi": "high",
    "urgent": "urgent", "darurat": "urgent", "mendesak": "urgent",
}  # fmt: skip


class Verb(StrEnum):
    """What can be ordered."""

    NOTE = "note"
    CLOSE = "close"
    OPEN = "open"
    WAIT = "wait"
    TAKE = "take"
    ASSIGN = "assign"
    TAG = "tag"
    PRIORITY = "priority"
    QUEUE = "queue"
    MERGE = "merge"
    SPLIT = "split"
    LINK = "link"
    SET = "set"
    CUSTOMER = "customer"
    INCIDENT = "incident"
    TEMPLATE = "template"
    ASK = "ask"
    SEND = "send"
    UNDO = "undo"
    DISCARD = "discard"
    WATCH = "watch"
    MUTE = "mute"
    RELEASE = "release"
    REFUSE = "refuse"
    FIND = "find"
    MINE = "mine"
    AWAY = "away"
    TRANSCRIPT = "transcript"
    HELP = "help"


_TICKET = re.compile(r"(?:[a-z][a-z0-9]{0,9}[- ]?)?\d{1,12}", re.IGNORECASE | re.ASCII)
_TAG = re.compile(r"[+-]?\w[\w-]{0,40}")
_PAIR = re.compile(r"(\w[\w ./-]{0,40}?)\s*[=:]\s*(\S.*)")
_FILE = re.compile(r"(\d{1,4})[.:,)]?\s+(\S.*)")
_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What stands behind a verb."""

    usage: str  #: as help shows it, "" for nothing
    optional: bool = False  #: nothing may stand there too
    free: bool = False  #: words of the agent's, in which "#" is a character like any other
    fits: Callable[[str], bool] = bool


def pair(value: str) -> tuple[str, str] | None:
    """The two sides of "FIELD=VALUE", or of "FIELD: VALUE"; None where it has not this shape."""
    match = _PAIR.fullmatch(value)
    return (match[1].strip(), match[2].strip()) if match else None


def file_and_reason(value: str) -> tuple[int, str] | None:
    """The number and the reason of "2 verifikasi KTP"; None where it has not this shape."""
    match = _FILE.fullmatch(value)
    return (int(match[1]), match[2].strip()) if match else None


def address_in(value: str) -> str | None:
    """The first address in a value, without what mail programs put around it; None where there is none."""
    match = _ADDRESS.search(value)
    return match[0].removeprefix("mailto:").strip("\"'.,;:") if match else None


def tags_in(value: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tags to put on, and those to take off."""
    words = value.replace(",", " ").split()
    off = tuple(word[1:] for word in words if word.startswith("-"))
    return tuple(word.removeprefix("+") for word in words if not word.startswith("-")), off


def ticket_in(value: str) -> str:
    """A ticket's number as it was meant: without "#" and brackets, the dash where it belongs."""
    plain = value.strip("#[] ").upper().replace(" ", "-")
    match = re.fullmatch(r"([A-Z][A-Z0-9]*?)(\d{5,12})", plain, re.ASCII)
    return f"{match[1]}-{match[2]}" if match else plain


def _is_ticket(value: str) -> bool:
    return _TICKET.fullmatch(value.strip("#[] ")) is not None


def _are_tags(value: str) -> bool:
    return all(_TAG.fullmatch(word) for word in value.replace(",", " ").split())


def _nothing(_value: str) -> bool:
    return False


NOTHING: Final = Shape(usage="", optional=True, fits=_nothing)
_TICKETS: Final = Shape(usage="LKT-104231", fits=_is_ticket)
_FREE: Final = Shape(usage="…", optional=True, free=True)

#: A verb's names, the canonical one first, and its shape; in the order of help.
VERBS: Final[dict[Verb, tuple[tuple[str, ...], Shape]]] = {
    Verb.CLOSE: (("close", "tutup", "selesai", "closed", "solved", "solve", "resolved", "resolve", "done"), NOTHING),
    Verb.NOTE: (("note", "catatan", "catat", "internal", "memo"), _FREE),
    Verb.WAIT: (("wait", "tunggu", "tunda", "snooze"), Shape(usage="customer | 1/12 | 3 hari", optional=True)),
    Verb.TAKE: (("take", "ambil", "claim"), NOTHING),
    Verb.ASSIGN: (("assign", "tugaskan", "serahkan"), Shape(usage="Ani")),
    Verb.ASK: (
        ("ask", "tanya", "tanyakan"),
        Shape(usage="finance@…", fits=lambda value: address_in(value) is not None),
    ),
    Verb.TEMPLATE: (("template", "templat"), Shape(usage="NAME [preview]")),
    Verb.SET: (("set", "atur", "isi", "ubah"), Shape(usage="FIELD=VALUE", fits=lambda value: pair(value) is not None)),
    Verb.TAG: (("tag", "label", "tanda"), Shape(usage="+refund -vip", fits=_are_tags)),
    Verb.PRIORITY: (
        ("priority", "prioritas"),
        Shape(usage="low | normal | high | urgent", fits=lambda value: value.lower() in PRIORITIES),
    ),
    Verb.QUEUE: (("queue", "antrean", "antrian"), Shape(usage="NAME")),
    Verb.MERGE: (("merge", "gabung", "gabungkan"), _TICKETS),
    Verb.SPLIT: (("split", "pisah", "pisahkan"), NOTHING),
    Verb.LINK: (("link", "kaitkan", "tautkan"), _TICKETS),
    Verb.CUSTOMER: (
        ("customer", "pelanggan"),
        Shape(usage="budi@…", fits=lambda value: address_in(value) is not None),
    ),
    Verb.INCIDENT: (("incident", "insiden", "gangguan"), Shape(usage="NAME | end", free=True)),
    Verb.OPEN: (
        ("open", "buka", "reopen"),
        Shape(usage="| 2 REASON", optional=True, fits=lambda value: file_and_reason(value) is not None),
    ),
    Verb.UNDO: (("undo", "batal", "batalkan", "cancel"), NOTHING),
    Verb.SEND: (("send", "kirim"), NOTHING),
    Verb.DISCARD: (("discard", "buang"), NOTHING),
    Verb.WATCH: (("watch", "pantau"), NOTHING),
    Verb.MUTE: (("mute", "senyapkan", "bisukan"), NOTHING),
    Verb.RELEASE: (("release", "lepas", "lepaskan"), NOTHING),
    Verb.REFUSE: (("refuse", "tolak"), Shape(usage="spam | forged | malware | abuse | not_ours")),
    Verb.FIND: (("find", "cari", "search"), Shape(usage="WORDS", free=True)),
    Verb.MINE: (("mine", "tiketku", "tiketsaya"), NOTHING),
    Verb.AWAY: (("away", "cuti", "libur"), Shape(usage="7/12 | 3 hari", optional=True)),
    Verb.TRANSCRIPT: (("transcript", "transkrip", "lapor"), NOTHING),
    Verb.HELP: (("help", "bantuan"), NOTHING),
}

#: Every name, and what it means.
NAMES: Final = {name: verb for verb, (names, _) in VERBS.items() for name in names}

"""Mails that no person has written, and mails of people that look like them: the data in tests/natures, as mails.

Each set is used twice: reading has to tell what they are, and the desk may acknowledge none of the automatic ones.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

_FOLDER = Path(__file__).with_name("natures")
_DATE = "Tue, 24 Nov 2026 11:58:00 +0700"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A mail of a set."""

    name: str  #: what it is
    language: str
    content: bytes
    mail_from: str | None = None  #: the envelope's, None where it does not matter


def out_of_office() -> list[Sample]:
    """Out-of-office mails of many makers and languages, most of them without any mark in the header."""
    return [
        _sample(f"{entry['maker']} {entry['language']}", entry, entry.get("marks", ()))
        for entry in _data("out_of_office")
    ]


def look_alikes() -> list[Sample]:
    """Mails of people about responders, bounces, leave and robots."""
    return [_sample(entry["subject"], entry, entry.get("more", ())) for entry in _data("human")]


def _data(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["mail"]
    return entries


def _sample(name: str, entry: dict[str, Any], more: list[str] | tuple[()]) -> Sample:
    headers = [
        f"From: {entry.get('from', 'Carla <carla@mail.example>')}",
        "To: help@desk.example",
        f"Subject: {entry['subject']}",
        f"Date: {_DATE}",
        f"Message-ID: <{crc32(entry['text'].encode())}@mail.example>",
        *more,
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    content = "\r\n".join([*headers, "", *entry["text"].strip("\n").split("\n"), ""])
    return Sample(name=name, language=entry.get("language", ""), content=content.encode())

"""Mails that no person has written, and mails of people that look like them: the data in tests/natures, as mails.

Each set is used twice: reading has to tell what they are, and the desk may acknowledge none of the automatic ones.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

from tests.corpus import golden

_FOLDER = Path(__file__).with_name("natures")
_PERSON = "From: Carla <carla@mail.example>"
_DATE = "Tue, 24 Nov 2026 11:58:00 +0700"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A mail of a set."""

    name: str  #: what it is
    language: str  #: "" where it has no words that matter
    nature: str  #: what reading has to call it
    content: bytes
    mail_from: str | None = None  #: the envelope's, None where it does not matter


def out_of_office() -> list[Sample]:
    """Out-of-office mails of many makers and languages, most of them without any mark in the header."""
    return [
        _sample(f"{entry['maker']} {entry['language']}", entry, [_PERSON, *entry.get("marks", ())], "auto_reply")
        for entry in _data("out_of_office")
    ]


def strangers() -> list[Sample]:
    """Out-of-office mails, receipts and notices of departure that nothing but their words tells."""
    return [_sample(_titled(entry), entry, [_PERSON], "auto_reply") for entry in _data("responders")]


def look_alikes() -> list[Sample]:
    """Mails of people about responders, bounces, leave, offices that are closed, and robots."""
    return [
        _sample(
            _titled(entry),
            entry,
            [f"From: {entry['from']}" if "from" in entry else _PERSON, *entry.get("more", ())],
            "human",
        )
        for entry in [*_data("human"), *_data("people")]
    ]


def marked() -> list[Sample]:
    """Mails of machines that mark themselves: lists, campaigns, notices, programs."""
    return [_sample(entry["kind"], entry, entry["headers"], entry["nature"]) for entry in _data("machines")]


def unanswerable() -> list[Sample]:
    """Every mail for which nobody must ever be sent an acknowledgement.

    All of the above that no person wrote, and the corpus's bounces, receipts, reactions, calendar answers, challenges
    and abuse reports.
    """
    return [*out_of_office(), *marked(), *_of_corpus()]


def _of_corpus() -> Iterator[Sample]:
    for mail in golden.mails():
        nature = mail.expected.get("nature", "human")
        if mail.name.startswith("claims/") and nature != "human":
            yield Sample(
                name=mail.name, language="", nature=nature, content=mail.content, mail_from=mail.envelope.mail_from
            )


def _data(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["mail"]
    return entries


def _titled(entry: dict[str, Any]) -> str:
    return f"{entry.get('language', '')} {entry['subject']}: {entry['text'][:50]}"


def _sample(name: str, entry: dict[str, Any], headers: list[str], nature: str) -> Sample:
    text = entry.get("text", entry["subject"]).strip("\n")
    lines = [
        *headers,
        "To: help@desk.example",
        f"Subject: {entry['subject']}",
        f"Date: {_DATE}",
        f"Message-ID: <{crc32(text.encode())}.{crc32(name.encode())}@mail.example>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        *text.split("\n"),
        "",
    ]
    language = entry.get("language", "")
    return Sample(name=name, language=language, nature=nature, content="\r\n".join(lines).encode())

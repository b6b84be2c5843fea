"""The corpus's mails, and how one is held against what is expected of it. README.md says how they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from parsing.mail import Envelope, RawMail
from parsing.reading import Reading, read

HERE = Path(__file__).parent
ROOMS = ("message", "body", "claims")

#: When the mails of the corpus arrive: 12.00 WIB on a Tuesday.
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Golden:
    """A mail, and what reading must make of it."""

    name: str
    content: bytes
    expected: dict[str, Any]
    envelope: Envelope

    def read(self, line_ends: str) -> Reading:
        """Read it with LF or CRLF line ends."""
        return read(RawMail(content=with_line_ends(self.content, line_ends), envelope=self.envelope))


def mails() -> list[Golden]:
    """All of them, by name."""
    return [_golden(path) for room in ROOMS for path in sorted((HERE / room).rglob("*.eml"))]


def with_line_ends(content: bytes, line_ends: str) -> bytes:
    """The same mail with LF or with CRLF; a CR that stands alone stays."""
    unix = content.replace(b"\r\n", b"\n")
    return unix if line_ends == "LF" else unix.replace(b"\n", b"\r\n")


def _golden(path: Path) -> Golden:
    expected = json.loads(path.with_suffix(".json").read_text())
    envelope = Envelope(door="corpus", received_at=NOON, **expected.pop("envelope", {}))
    return Golden(
        name=str(path.relative_to(HERE).with_suffix("")),
        content=path.read_bytes(),
        expected=expected,
        envelope=envelope,
    )


def differences(expected: Any, actual: Any, where: str = "") -> Iterator[str]:
    """Say where what was read is not what was expected, one line each."""
    match expected, actual:
        case dict(), dict():
            for key, value in expected.items():
                yield from differences(value, actual.get(key, "(missing)"), f"{where}.{key}" if where else key)
        case dict(), str():
            yield from (f"{where}: lacks {piece!r}" for piece in expected.get("has", ()) if piece not in actual)
            yield from (f"{where}: has {piece!r}" for piece in expected.get("lacks", ()) if piece in actual)
        case list(), list():
            yield from _list_differences(expected, actual, where)
        case str(), str() if expected.rstrip("\n") == actual.rstrip("\n"):
            return
        case _ if expected != actual:
            yield f"{where}: expected {expected!r}, got {actual!r}"


def _list_differences(expected: list[Any], actual: list[Any], where: str) -> Iterator[str]:
    if where == "problems":
        expected, actual = sorted(expected), sorted({problem["code"] for problem in actual})
    if len(expected) != len(actual):
        yield f"{where}: expected {len(expected)}, got {len(actual)}: {actual!r}"
    for index, (wanted, got) in enumerate(zip(expected, actual, strict=False)):
        yield from differences(wanted, got, f"{where}[{index}]")

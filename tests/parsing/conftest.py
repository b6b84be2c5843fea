"""Reads mails that tests write down in a few lines."""

from __future__ import annotations

from datetime import UTC, datetime

from parsing.mail import Envelope, RawMail
from parsing.reading import Reading, read
from parsing.report import ReportSettings

#: When the mails of these tests arrive: 12.00 WIB on a Tuesday.
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)

DATE = "Tue, 24 Nov 2026 11:58:00 +0700"


def reading(content: bytes, *, mail_from: str | None = None, settings: ReportSettings | None = None) -> Reading:
    """Read bytes."""
    envelope = Envelope(door="test", received_at=NOON, mail_from=mail_from)
    return read(RawMail(content=content, envelope=envelope), settings or ReportSettings())


def mail(body: str = "", subject: str = "", *, date: str = DATE, more: str = "") -> bytes:
    """A plain mail."""
    headers = f"From: Budi <budi@example.com>\r\nTo: help@desk.test\r\nSubject: {subject}\r\nDate: {date}\r\n{more}"
    return f"{headers}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}".encode()

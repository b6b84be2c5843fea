"""A client that smuggles: a mail with a false end, commands for a second mail behind it, in pieces of any size."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from intake.doors.smtp import SmtpDoor
from intake.settings import Limits, LmtpSettings, SmtpSettings
from intake.spool import Spool
from tests.servers import certificates

#: What has been used to smuggle a second mail past a server (CVE-2023-51764, -51765, -51766 and their kin): ends that
#: a more lenient server takes for the end of the first.
FALSE_ENDS: Final = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\r",
    b"\r.\n",
    b"\n.\r",
    b"\r\r\n.\r\n",
    b"\r\n\x00.\r\n",
    b"\r\n.\x00\r\n",
]

TRUE_END: Final = b"\r\n.\r\n"

FIRST: Final = b"From: a@example.com\r\nSubject: first\r\n\r\nbody"

#: Commands for a second mail.
SECOND: Final = b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<help@desk.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nd\r\n.\r\n"

#: The ways in. LMTP is spoken by a mail server of one's own, on this machine or a network that nobody else reaches,
#: and so without TLS.
WAYS: Final = ("smtp", "smtp, starttls", "smtp, tls", "lmtp", "lmtp, unix")


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Open doors into one spool."""

    smtp: SmtpDoor
    lmtp: SmtpDoor
    lmtp_unix: Path
    spool: Spool

    def subjects(self) -> list[bytes]:
        """Of the mails in the spool, what each calls itself; a mail that holds another one is told by its first."""
        contents = [self.spool.open(name).content for name in self.spool.waiting()]
        return sorted(content.partition(b"Subject: ")[2].partition(b"\r\n")[0] for content in contents)

    def senders(self) -> set[str]:
        """The reverse-paths of the mails in the spool."""
        return {self.spool.envelope(name)[0].mail_from or "" for name in self.spool.waiting()}


@contextmanager
def open_doors(folder: Path) -> Iterator[Doors]:
    """SMTP with STARTTLS and over TLS, LMTP over TCP and on a unix socket."""
    spool = Spool(folder / "spool", quota=1 << 30, on_fatal=lambda error: pytest.fail(str(error)))
    pair = certificates.make(folder)
    places = (
        SmtpSettings(listen="127.0.0.1:0", tls_listen="127.0.0.1:0", **pair),
        LmtpSettings(listen="127.0.0.1:0"),
        LmtpSettings(listen=f"unix:{folder / 'lmtp'}"),
    )
    doors = [
        SmtpDoor(
            settings,
            Limits(connections_per_client=500, connections=500),
            spool,
            knows=lambda address: address.endswith("@desk.test"),
            health=_Quiet(),
            on_mail=lambda name: None,
        )
        for settings in places
    ]
    for door in doors:
        door.start()
    try:
        yield Doors(smtp=doors[0], lmtp=doors[1], lmtp_unix=folder / "lmtp", spool=spool)
    finally:
        for door in doors:
            door.stop(1.0)


class _Quiet:
    def worked(self) -> None:
        """As DoorReport."""

    def failed(self, sentence: str) -> None:
        """As DoorReport."""


def attempt(doors: Doors, way: str, end: bytes, chunk: int, second: bytes = SECOND) -> bytes:
    """One conversation; gives all that the door said after DATA."""
    with connected(doors, way) as connection:
        greet = b"LHLO x" if way.startswith("lmtp") else b"EHLO x"
        for line in (greet, b"MAIL FROM:<a@example.com>", b"RCPT TO:<help@desk.test>", b"DATA"):
            say(connection, line)
        in_pieces(connection, FIRST + end + second + b"QUIT\r\n", chunk)
        return everything(connection)


@contextmanager
def connected(doors: Doors, way: str) -> Iterator[socket.socket]:
    """A greeted connection, through TLS where the way says so."""
    if way == "lmtp, unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(doors.lmtp_unix))
    else:
        port = {"smtp, tls": doors.smtp.tls_port, "lmtp": doors.lmtp.port}.get(way, doors.smtp.port)
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # each piece by itself
    connection.settimeout(60)
    if way == "smtp, tls":
        connection = trusting().wrap_socket(connection)
    assert connection.recv(500).startswith(b"220 ")
    if way == "smtp, starttls":
        say(connection, b"EHLO x")
        assert say(connection, b"STARTTLS").startswith(b"220")
        connection = trusting().wrap_socket(connection)
    with connection:
        yield connection


def in_pieces(connection: socket.socket, content: bytes, chunk: int) -> None:
    """Send in pieces; a door that hangs up meanwhile has said what it had to say."""
    with contextlib.suppress(OSError):
        for start in range(0, len(content), chunk):
            connection.sendall(content[start : start + chunk])


def say(connection: socket.socket, line: bytes) -> bytes:
    """A command and its reply."""
    connection.sendall(line + b"\r\n")
    told = connection.recv(4000)
    while not told.endswith(b"\r\n") or told.rsplit(b"\r\n", 2)[-2][3:4] == b"-":
        told += connection.recv(4000)
    return told


def everything(connection: socket.socket) -> bytes:
    """All that is said until the other side hangs up."""
    told = b""
    with contextlib.suppress(OSError):
        while portion := connection.recv(4000):
            told += portion
    return told


def trusting() -> ssl.SSLContext:
    """TLS with anybody."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context

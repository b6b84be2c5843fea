"""The LMTP door: one reply for each accepted recipient, whatever happens (RFC 2033)."""

from __future__ import annotations

import random
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from intake.doors.smtp import SmtpDoor
from intake.doors.smtp.transfer import Transfer
from intake.errors import DoorBlocked, SpoolFull
from intake.settings import Limits, LmtpSettings
from intake.spool import Spool
from tests.servers.common import until

MAIL = b"From: a@example.com\r\nMessage-ID: <%d@example.com>\r\nSubject: x\r\n\r\n.body\r\n"


class Report:
    """How the door says it does."""

    def worked(self) -> None:
        """As DoorReport."""

    def failed(self, sentence: str) -> None:
        """As DoorReport."""


class Client:
    """A mail server that hands mail over, and counts replies."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        self.connection = connection
        self._file = cast("BinaryIO", connection.makefile("rb"))
        self.greeting = self.reply()

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self.connection.close()

    def reply(self) -> str:
        """The next reply, its last line only."""
        while (line := self._file.readline())[3:4] == b"-":
            pass
        return line.decode().rstrip("\r\n")

    def say(self, *lines: str) -> list[str]:
        """Send commands together; the reply of each."""
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())
        return [self.reply() for _ in lines]

    def transact(self, number: int, recipients: list[str]) -> tuple[list[str], list[str]]:
        """A whole transaction: the replies to RCPT, and those after the dot."""
        told = self.say("MAIL FROM:<a@example.com>", *(f"RCPT TO:<{each}>" for each in recipients), "DATA")
        accepted = [each for each in told[1:-1] if each.startswith("250")]
        if not told[-1].startswith("354"):
            return told[1:-1], []
        self.connection.sendall((MAIL % number).replace(b"\r\n.", b"\r\n..") + b".\r\n")
        return told[1:-1], [self.reply() for _ in accepted]

    def unread(self) -> bytes:
        """What the door has said that nobody asked for."""
        self.connection.sendall(b"NOOP\r\n")
        return self.reply().encode()


@dataclass
class Open:
    """An open door."""

    door: SmtpDoor
    spool: Spool
    listen: str
    clients: list[Client] = field(default_factory=list)

    def client(self) -> Client:
        """A client that has said LHLO."""
        if self.listen.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(self.listen.removeprefix("unix:"))
        else:
            connection = socket.create_connection(("127.0.0.1", self.door.port))
        client = Client(connection)
        self.clients.append(client)
        assert client.say("LHLO mail.example")[0].startswith("250")
        return client


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Open]]:
    opened: list[Open] = []

    def make(listen: str = "127.0.0.1:0", group: str | None = None, **limits: Any) -> Open:
        spool = Spool(tmp_path / "spool", quota=1 << 30, on_fatal=lambda error: pytest.fail(str(error)))
        door = SmtpDoor(
            LmtpSettings(listen=listen, group=group),
            Limits(**limits),
            spool,
            knows=lambda address: address.endswith("@desk.test"),
            health=Report(),
            on_mail=lambda name: None,
        )
        door.start()
        opened.append(Open(door=door, spool=spool, listen=listen))
        return opened[-1]

    yield make
    for each in opened:
        for client in each.clients:
            client.close()
        each.door.stop(1.0)


def test_each_accepted_recipient_has_its_reply_one_named_twice_too(make: Callable[..., Open]) -> None:
    """In their order, and none for those that were refused."""
    opened = make()
    client = opened.client()
    asked = ["a@desk.test", "x@other.test", "b@desk.test", "a@desk.test"]
    rcpt, dot = client.transact(1, asked)
    assert [each[:3] for each in rcpt] == ["250", "550", "250", "250"]
    assert [each[:9] for each in dot] == ["250 2.6.0"] * 3
    (name,) = opened.spool.waiting()
    envelope, _, _ = opened.spool.envelope(name)
    assert envelope.door == "lmtp"
    assert envelope.rcpt_to == ("a@desk.test", "b@desk.test")
    assert opened.spool.open(name).content == MAIL % 1
    assert client.unread().startswith(b"250")


def test_a_thousand_transactions_on_one_connection_stay_in_step(make: Callable[..., Open]) -> None:
    """Any mixture of recipients, known, unknown and repeated; never a reply too many or too few."""
    opened, dice = make(max_recipients=60), random.Random(2)
    client = opened.client()
    for number in range(1_000):
        asked = [f"u{dice.randrange(9)}@{dice.choice(['desk', 'other'])}.test" for _ in range(dice.randint(1, 50))]
        rcpt, dot = client.transact(number, asked)
        good = sum(each.endswith("@desk.test") for each in asked)
        assert [each[:3] for each in rcpt] == ["250" if each.endswith("@desk.test") else "550" for each in asked]
        assert [each[:3] for each in dot] == ["250"] * good
        if not good:
            assert client.say("RSET")[0].startswith("250")
    assert client.unread().startswith(b"250")


def test_a_failure_has_as_many_replies_as_a_success(make: Callable[..., Open], monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them temporary, whatever failed; the next transaction is in step."""
    opened = make()
    client = opened.client()
    for error in (SpoolFull("planted"), RuntimeError("database is locked /secret")):

        def fails(self: Transfer, *args: Any, error: Exception = error) -> str:
            raise error

        with monkeypatch.context() as broken:
            broken.setattr(Transfer, "_commit", fails)
            _, dot = client.transact(1, ["a@desk.test"] * 3)
        assert [each[:2] for each in dot] == ["45"] * 3
        assert "secret" not in "".join(dot)
    assert [each[:3] for each in client.transact(2, ["a@desk.test", "b@desk.test"])[1]] == ["250", "250"]


def test_a_mail_that_is_too_large_is_refused_for_each_recipient(make: Callable[..., Open]) -> None:
    """With the code that makes the mail server give up."""
    client = make(max_mail_size=20).client()
    assert [each[:9] for each in client.transact(1, ["a@desk.test"] * 4)[1]] == ["552 5.3.4"] * 4


def test_smtps_greetings_are_not_understood(make: Callable[..., Open]) -> None:
    """A client that takes this for SMTP would count replies wrongly (RFC 2033, 4.1)."""
    client = make().client()
    assert client.greeting.endswith("LMTP loket")
    assert [each[:3] for each in client.say("HELO a", "EHLO a", "STARTTLS")] == ["500", "500", "500"]


def test_what_rfc_2033_requires_is_announced(make: Callable[..., Open]) -> None:
    """PIPELINING and ENHANCEDSTATUSCODES."""
    opened = make()
    with socket.create_connection(("127.0.0.1", opened.door.port)) as connection:
        connection.recv(500)
        connection.sendall(b"LHLO a\r\n")
        told = connection.recv(2_000)
    assert {b"PIPELINING", b"ENHANCEDSTATUSCODES", b"8BITMIME", b"SMTPUTF8"} <= {each[4:] for each in told.splitlines()}
    assert b"STARTTLS" not in told


def test_data_without_a_recipient_is_503(make: Callable[..., Open]) -> None:
    """And the conversation goes on (RFC 2033, 4.2)."""
    client = make().client()
    assert [each[:3] for each in client.say("MAIL FROM:<a@b.test>", "RCPT TO:<x@other.test>", "DATA")] == [
        "250",
        "550",
        "503",
    ]
    assert client.unread().startswith(b"250")


def test_a_unix_socket_is_for_its_group_and_leaves_nothing_behind(make: Callable[..., Open], tmp_path: Path) -> None:
    """One that a dead daemon left is cleared away, a living one's is not."""
    place = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(place))
    opened = make(f"unix:{place}")
    assert stat.S_IMODE(place.stat().st_mode) == 0o660
    assert len(opened.client().transact(1, ["a@desk.test"] * 2)[1]) == 2
    envelope, _, _ = opened.spool.envelope(opened.spool.waiting()[0])
    assert envelope.client is None
    with pytest.raises(DoorBlocked):
        make(f"unix:{place}")
    assert len(opened.client().transact(2, ["a@desk.test"])[1]) == 1  # and it goes on listening
    opened.door.stop(1.0)
    assert not place.exists()


def test_a_file_that_is_no_socket_is_not_removed(make: Callable[..., Open], tmp_path: Path) -> None:
    """Whatever it is, it is not ours."""
    place = tmp_path / "precious"
    place.write_text("x")
    with pytest.raises(DoorBlocked):
        make(f"unix:{place}")
    assert place.read_text() == "x"


def test_a_client_that_leaves_after_some_replies_has_its_mail_stored(make: Callable[..., Open]) -> None:
    """It comes again for the others, and the ledger knows the mail."""
    opened = make()
    client = opened.client()
    client.say("MAIL FROM:<a@example.com>", "RCPT TO:<a@desk.test>", "RCPT TO:<b@desk.test>", "DATA")
    client.connection.sendall(MAIL % 1 + b".\r\n")
    client.reply()
    client.connection.shutdown(socket.SHUT_RDWR)
    until(lambda: len(opened.spool.waiting()) == 1, "it is stored", seconds=5)
    assert list(opened.spool._tmp.iterdir()) == []

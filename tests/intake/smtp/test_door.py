"""The SMTP door over real sockets: what it accepts, what it refuses, and what it survives."""

from __future__ import annotations

import contextlib
import errno
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from intake.doors.smtp import SmtpDoor
from intake.doors.smtp.policy import Doorkeeper
from intake.errors import DoorBlocked
from intake.settings import Limits, SmtpSettings
from intake.spool import Incoming, Spool
from tests.servers import certificates
from tests.smuggling.wire import FALSE_ENDS

MAIL = b"From: a@example.com\r\nSubject: x\r\n\r\nbody\r\n"


@dataclass
class Report:
    """How the door says it does."""

    failures: list[str] = field(default_factory=list)
    successes: int = 0

    def worked(self) -> None:
        """As DoorReport."""
        self.successes += 1

    def failed(self, sentence: str) -> None:
        """As DoorReport."""
        self.failures.append(sentence)


@dataclass
class Open:
    """An open door, its spool and its report."""

    door: SmtpDoor
    spool: Spool
    report: Report

    def client(self) -> smtplib.SMTP:
        """A client that has said EHLO."""
        client = smtplib.SMTP("127.0.0.1", self.door.port, timeout=30)
        client.ehlo("client.example")
        return client

    def socket(self) -> socket.socket:
        """A client that has been greeted, and says what it likes."""
        connection = socket.create_connection(("127.0.0.1", self.door.port), timeout=30)
        assert connection.recv(500).startswith(b"220 ")
        return connection

    def contents(self) -> list[bytes]:
        """What is in the spool."""
        return [self.spool.open(name).content for name in self.spool.waiting()]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Open]]:
    """Opens doors; limits and settings may be told."""
    opened: list[Open] = []

    def make(settings: dict[str, Any] | None = None, **limits: Any) -> Open:
        spool = Spool(
            tmp_path / "spool", quota=limits.pop("quota", 1 << 30), on_fatal=lambda error: pytest.fail(str(error))
        )
        report = Report()
        door = SmtpDoor(
            SmtpSettings(**({"listen": "127.0.0.1:0"} | (settings or {}))),
            Limits(**limits),
            spool,
            knows=lambda address: address.endswith("@desk.test"),
            health=report,
            on_mail=lambda name: None,
        )
        door.start()
        opened.append(Open(door=door, spool=spool, report=report))
        return opened[-1]

    yield make
    for each in opened:
        each.door.stop(1.0)


@pytest.fixture
def certificate(tmp_path: Path) -> dict[str, Path]:
    """A certificate for 127.0.0.1, made for this test."""
    return certificates.make(tmp_path)


def _send(client: smtplib.SMTP, content: bytes = MAIL) -> tuple[int, bytes]:
    client.mail("a@example.com")
    client.rcpt("help@desk.test")
    return client.data(content)


def _code(reply: tuple[int, bytes]) -> str:
    """A reply's codes: "550 5.1.1"."""
    return f"{reply[0]} {reply[1].split()[0].decode()}"


def test_a_mail_is_in_the_spool_when_250_is_said(make: Callable[..., Open]) -> None:
    """Its bytes, and the envelope beside it; the reply names it."""
    here = make()
    with here.client() as client:
        reply = _send(client)
    (name,) = here.spool.waiting()
    envelope, size, _ = here.spool.envelope(name)
    assert _code(reply) == "250 2.6.0"
    assert name.encode() in reply[1]
    assert here.contents() == [MAIL]
    assert size == len(MAIL)
    assert (envelope.mail_from, envelope.rcpt_to) == ("a@example.com", ("help@desk.test",))
    assert (envelope.client, envelope.helo, envelope.tls) == ("127.0.0.1", "client.example", False)
    assert here.report.successes == 1


def test_ehlo_announces_what_is_served(make: Callable[..., Open]) -> None:
    """SIZE, 8BITMIME, SMTPUTF8, PIPELINING, ENHANCEDSTATUSCODES; no STARTTLS without a certificate; never AUTH."""
    with make(max_mail_size=12_345).client() as client:
        assert client.esmtp_features["size"] == "12345"
        assert {"8bitmime", "smtputf8", "pipelining", "enhancedstatuscodes"} <= set(client.esmtp_features)
        assert not {"starttls", "auth"} & set(client.esmtp_features)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("MAIL FROM:<a@example.com> SIZE=2000", "552 5.3.4"),
        ("MAIL FROM:<>", "250 2.1.0"),
        ("MAIL FROM:a b@example.com", "553 5.1.3"),
        ("MAIL FROM:<a@example.com> XYZ=1", "555 5.5.4"),
        ("MAIL FROM:<jö@example.com>", "553 5.6.7"),
        ("RCPT TO:<help@desk.test>", "503 5.5.1"),
        ("DATA", "503 5.5.1"),
        ("VRFY root", "252 2.5.2"),
        ("EXPN all", "502 5.5.1"),
        ("AUTH PLAIN AHgAeA==", "500 5.5.1"),
        ("NONSENSE", "500 5.5.1"),
        ("NOOP", "250 2.0.0"),
        ("X" * 3000, "500 5.5.2"),
        ("NOOP \x01", "500 5.5.2"),
        ("STARTTLS", "454 4.7.0"),
    ],
)
def test_commands_get_their_codes(make: Callable[..., Open], command: str, code: str) -> None:
    """RFC 5321 and RFC 3463; the conversation goes on."""
    here = make(max_mail_size=1000)
    with here.client() as client:
        client.command_encoding = "utf-8"
        assert _code(client.docmd(command)) == code
        assert _code(client.docmd("NOOP")) == "250 2.0.0"


def test_unknown_recipients_are_refused_at_rcpt(make: Callable[..., Open]) -> None:
    """A bounce later would hit a stranger; the others get their mail."""
    here = make()
    with here.client() as client:
        client.mail("a@example.com")
        assert _code(client.rcpt("nobody@elsewhere.test")) == "550 5.1.1"
        assert _code(client.rcpt("help@desk.test")) == "250 2.1.5"
        client.data(MAIL)
    assert here.spool.envelope(here.spool.waiting()[0])[0].rcpt_to == ("help@desk.test",)


def test_a_hundred_recipients_and_no_more(make: Callable[..., Open]) -> None:
    """452, so that the client sends the others with another mail."""
    with make(max_recipients=3).client() as client:
        client.mail("a@example.com")
        codes = [_code(client.rcpt(f"r{number}@desk.test")) for number in range(4)]
    assert codes == ["250 2.1.5"] * 3 + ["452 4.5.3"]


def test_a_mail_that_is_too_large_is_refused_at_its_end(make: Callable[..., Open]) -> None:
    """Nothing of it stays, and the next mail of the conversation is taken."""
    here = make(max_mail_size=2000)
    with here.client() as client:
        assert _code(_send(client, MAIL + b"x" * 70 + (b"y" * 70 + b"\r\n") * 100)) == "552 5.3.4"
        assert _code(_send(client)) == "250 2.6.0"
    assert here.contents() == [MAIL]


def test_no_room_is_later_not_never(make: Callable[..., Open]) -> None:
    """The spool's quota is used up: 452 at MAIL. It is an incident of its own, which the watch tells."""
    here = make(quota=10)
    with here.client() as client:
        assert _code(client.mail("a@example.com")) == "452 4.3.1"
    assert not here.report.failures


def test_what_cannot_be_stored_is_later(make: Callable[..., Open], monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is 452, another fault of the disk 451; no word of what it was."""
    here = make()
    for number, code in ((errno.ENOSPC, "452 4.3.1"), (errno.EROFS, "451 4.3.0")):
        failing = OSError(number, "secret words")
        monkeypatch.setattr("os.write", _raising(failing))
        with here.client() as client:
            reply = _send(client)
        monkeypatch.undo()
        assert _code(reply) == code
        assert b"secret" not in reply[1]
    assert here.contents() == []
    assert list((here.spool.path("x.mail").parents[1] / "tmp").iterdir()) == []


def _raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("place", ["handle_MAIL", "handle_RCPT"])
def test_a_fault_of_ours_is_451_without_its_words(
    make: Callable[..., Open], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Never 500, never the exception's text; the next conversation is as if nothing had been."""
    here = make()
    monkeypatch.setattr(Doorkeeper, place, _raising(RuntimeError("secret words")))
    with here.client() as client:
        replies = [client.mail("a@example.com"), client.rcpt("help@desk.test")]
    monkeypatch.undo()
    assert "451 4.3.0" in [_code(reply) for reply in replies]
    assert not any(b"secret" in reply[1] for reply in replies)
    with here.client() as client:
        assert _code(_send(client)) == "250 2.6.0"


def test_a_fault_while_the_mail_comes_is_451(make: Callable[..., Open], monkeypatch: pytest.MonkeyPatch) -> None:
    """In the reading of DATA, and in the commit."""
    here = make()
    for target in ("intake.doors.smtp.data.DataReader.feed", "intake.spool.Incoming.commit"):
        monkeypatch.setattr(target, _raising(RuntimeError("secret words")))
        with here.client() as client:
            reply = _send(client)
        monkeypatch.undo()
        assert _code(reply) == "451 4.3.0"
        assert b"secret" not in reply[1]
    assert here.contents() == []


@pytest.mark.parametrize("end", FALSE_ENDS, ids=repr)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_nothing_is_smuggled(make: Callable[..., Open], certificate: dict[str, Path], end: bytes, tls: bool) -> None:
    """Behind a false end stand commands for a second mail: they are not executed, and the connection ends."""
    here = make(dict(certificate) if tls else None)
    connection: socket.socket = here.socket()
    if tls:
        _say(connection, b"EHLO x")
        _say(connection, b"STARTTLS")
        connection = _trusting().wrap_socket(connection)
    with connection:
        for line in (b"EHLO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<help@desk.test>", b"DATA"):
            _say(connection, line)
        second = b"MAIL FROM:<evil@example.com>\r\nRCPT TO:<help@desk.test>\r\nDATA\r\nFrom: evil\r\n\r\nx\r\n.\r\n"
        connection.sendall(b"From: a\r\n\r\nbody" + end + second)
        told = _all_of(connection)
    assert told.startswith(b"550 5.6.11")
    assert b"250" not in told
    assert here.contents() == []


def test_commands_behind_a_clean_end_are_the_next_commands(make: Callable[..., Open]) -> None:
    """They are carried out after the mail is answered, and are no part of it."""
    here = make()
    with here.socket() as connection:
        for line in (b"EHLO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<help@desk.test>", b"DATA"):
            _say(connection, line)
        connection.sendall(MAIL + b".\r\nNOOP\r\nQUIT\r\n")
        told = _all_of(connection).split(b"\r\n")
    assert [line[:9] for line in told[:3]] == [b"250 2.6.0", b"250 2.0.0", b"221 2.0.0"]
    assert here.contents() == [MAIL]


def test_who_talks_before_the_greeting_is_sent_away(make: Callable[..., Open]) -> None:
    """A program that does not listen; a browser, for one. Whether the greeting was quicker or not, nothing is taken."""
    here = make()
    with socket.create_connection(("127.0.0.1", here.door.port), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: desk.test\r\n\r\nMAIL FROM:<a@example.com>\r\nQUIT\r\n")
        told = _all_of(connection)
    assert b"554 5.5.0" in told or told.count(b"500 5.5.1") >= 2
    assert here.contents() == []


def test_replies_to_commands_that_come_together_go_together(make: Callable[..., Open]) -> None:
    """In their order, a refusal among them (RFC 2920, 3.2); what stands last is answered at once."""
    here = make()
    with here.socket() as connection:
        connection.sendall(b"EHLO x\r\n")
        while not connection.recv(4096).endswith(b"250 ENHANCEDSTATUSCODES\r\n"):
            pass
        connection.sendall(
            b"MAIL FROM:<a@example.com>\r\nRCPT TO:<x@else.test>\r\nRCPT TO:<help@desk.test>\r\nDATA\r\n"
        )
        replies = connection.recv(4096).splitlines()
        assert [reply[:3] for reply in replies] == [b"250", b"550", b"250", b"354"]
        connection.sendall(b"Subject: x\r\n\r\ny\r\n.\r\nMAIL FROM:<a@example.com>\r\nQUIT\r\n")
        assert [reply[:3] for reply in _all_of(connection).splitlines()] == [b"250", b"250", b"221"]
    assert len(here.contents()) == 1


def test_pipelining_past_data_ends_the_conversation(make: Callable[..., Open]) -> None:
    """What was sent before 354 is neither mail nor command."""
    here = make()
    with here.socket() as connection:
        connection.sendall(
            b"EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<help@desk.test>\r\nDATA\r\nFrom: x\r\n\r\ny\r\n.\r\n"
        )
        told = _all_of(connection)
    assert b"554 5.5.0" in told
    assert b"354" not in told
    assert here.contents() == []


def test_starttls_forgets_what_was_said_before(make: Callable[..., Open], certificate: dict[str, Path]) -> None:
    """No sender set in the open survives, and nothing pipelined behind STARTTLS is executed (CVE-2011-0411)."""
    here = make(dict(certificate))
    with here.client() as client:
        client.mail("evil@example.com")
        client.starttls(context=_trusting())
        client.ehlo("client.example")
        assert "starttls" not in client.esmtp_features
        assert _code(client.rcpt("help@desk.test")) == "503 5.5.1"
        assert _code(_send(client)) == "250 2.6.0"
    assert here.spool.envelope(here.spool.waiting()[0])[0].tls
    with here.socket() as connection:
        _say(connection, b"EHLO x")
        connection.sendall(b"STARTTLS\r\nMAIL FROM:<evil@example.com>\r\n")
        assert b"554 5.5.0" in _all_of(connection)


def test_implicit_tls_and_tls_that_is_required(make: Callable[..., Open], certificate: dict[str, Path]) -> None:
    """A second place to listen; and MAIL only over TLS where the desk wants that."""
    here = make(certificate | {"tls_listen": "127.0.0.1:0", "require_tls": True})
    with smtplib.SMTP_SSL("127.0.0.1", here.door.tls_port, timeout=30, context=_trusting()) as client:
        client.ehlo("client.example")
        assert _code(_send(client)) == "250 2.6.0"
    with here.client() as client:
        assert _code(client.mail("a@example.com")) == "530 5.7.0"
    with pytest.raises(DoorBlocked):
        make({"tls_certificate": Path("/nowhere"), "tls_key": Path("/nowhere")})


def test_a_broken_handshake_harms_nobody(make: Callable[..., Open], certificate: dict[str, Path]) -> None:
    """Noise at the TLS port; the door goes on."""
    here = make(certificate | {"tls_listen": "127.0.0.1:0"})
    with socket.create_connection(("127.0.0.1", here.door.tls_port), timeout=30) as connection:
        connection.sendall(b"EHLO x\r\n" * 10)
        _all_of(connection)
    with here.client() as client:
        assert _code(_send(client)) == "250 2.6.0"


def test_connections_are_bounded_in_all_and_of_one_client(make: Callable[..., Open]) -> None:
    """421, and who goes makes room."""
    here = make(connections_per_client=2)
    kept = [here.socket(), here.socket()]
    with socket.create_connection(("127.0.0.1", here.door.port), timeout=30) as third:
        assert third.recv(500).startswith(b"421 4.7.0")
    kept.pop().close()
    _until(lambda: _greeted(here))
    for each in kept:
        each.close()


def _greeted(here: Open) -> bool:
    with socket.create_connection(("127.0.0.1", here.door.port), timeout=30) as connection:
        return connection.recv(500).startswith(b"220")


def test_too_many_errors_end_a_session(make: Callable[..., Open]) -> None:
    """A client that only guesses is sent away with 421."""
    here = make(max_errors=4)
    with here.socket() as connection:
        connection.sendall(b"EHLO x\r\n" + b"NONSENSE\r\n" * 10)
        told = _all_of(connection)
    assert told.count(b"500 5.5.1") == 4
    assert b"421 4.7.0" in told


def test_a_silent_client_is_sent_away(make: Callable[..., Open]) -> None:
    """With 421, after the time that settings say."""
    here = make(idle_timeout=0.3)
    with here.socket() as connection:
        assert b"421 4.4.2" in _all_of(connection)


def test_a_client_that_drips_is_sent_away_and_a_slow_honest_one_is_not(make: Callable[..., Open]) -> None:
    """The whole transaction has its time, however often a byte comes; bytes at the minimum rate buy more."""
    here = make(transaction_grace=1.0, minimum_rate=20_000, idle_timeout=60)
    with here.socket() as slow:
        for line in (b"EHLO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<help@desk.test>", b"DATA"):
            _say(slow, line)
        for _ in range(30):  # 60 kB in one and a half seconds
            slow.sendall(b"x" * 1998 + b"\r\n")
            time.sleep(0.05)
        slow.sendall(b".\r\n")
        assert slow.recv(500).startswith(b"250 ")
    with here.socket() as drip:
        told = b""
        with contextlib.suppress(OSError):
            for line in (b"EHLO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<help@desk.test>", b"DATA"):
                _say(drip, line)
            for _ in range(100):
                drip.sendall(b"x")
                time.sleep(0.05)
            told = _all_of(drip)
        assert b"250 2.6.0" not in told
    assert len(here.contents()) == 1


def test_a_client_that_goes_away_while_we_store_changes_nothing(
    make: Callable[..., Open], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mail is stored all the same, for its dot had arrived."""
    here, real, gate = make(), Incoming.commit, threading.Event()

    def slow(incoming: Incoming, envelope: Any) -> str:
        gate.wait(10)
        return real(incoming, envelope)

    monkeypatch.setattr(Incoming, "commit", slow)
    connection = here.socket()
    for line in (b"EHLO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<help@desk.test>", b"DATA"):
        _say(connection, line)
    connection.sendall(MAIL + b".\r\n")
    time.sleep(0.3)
    connection.close()
    time.sleep(0.3)
    gate.set()
    _until(lambda: here.contents() == [MAIL])
    _until(lambda: here.door.unthanked == 1)


def test_stopping_ends_idle_clients_and_lets_a_mail_arrive(make: Callable[..., Open]) -> None:
    """421 for who waits; who is in the middle of a mail gets its 250."""
    here = make()
    with here.socket() as idle, here.socket() as sending:
        for line in (b"EHLO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<help@desk.test>", b"DATA"):
            _say(sending, line)
        stopping = threading.Thread(target=here.door.stop, args=[20.0])
        stopping.start()
        assert b"421 4.3.2" in _all_of(idle)
        sending.sendall(MAIL + b".\r\n")
        assert b"250 2.6.0" in _all_of(sending)
        stopping.join()
    assert here.contents() == [MAIL]


def test_a_port_that_is_taken_is_told(make: Callable[..., Open]) -> None:
    """DoorBlocked, with the place."""
    here = make()
    with pytest.raises(DoorBlocked, match=str(here.door.port)):
        make({"listen": f"127.0.0.1:{here.door.port}"})


def test_big_mails_cost_no_memory_of_their_size(make: Callable[..., Open]) -> None:
    """What waits between socket and disk is bounded, and nothing of it is left behind."""
    here = make()
    with here.client() as client:
        _send(client, b"From: a\r\n\r\n" + (b"x" * 70 + b"\r\n") * 300_000)
    assert here.door._house.tallies.buffered == 0
    assert here.spool.envelope(here.spool.waiting()[0])[1] > 20_000_000


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _say(connection: socket.socket, line: bytes) -> bytes:
    connection.sendall(line + b"\r\n")
    return connection.recv(4000)


def _all_of(connection: socket.socket) -> bytes:
    """All that is said until the other side hangs up."""
    told = b""
    with contextlib.suppress(OSError):
        while portion := connection.recv(4000):
            told += portion
    return told


def _until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)

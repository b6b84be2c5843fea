"""Letters on their way: into a folder, and to real servers that take, refuse, delay and break off."""

from __future__ import annotations

import random
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from replies.folder import Folder, file_name
from replies.sender import Sender
from replies.settings import SmarthostSettings
from replies.smarthost import Smarthost, wire
from store import outbox, rows
from store.engine import looking, writing
from store.models import Desk, Event, Letter, LetterAttempt, LetterRecipient, Ticket
from tests.servers import certificates, common, sinks

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
CONTENT = b"Subject: x\r\n\r\n.a dot\r\nFrom the start\r\n"


@dataclass
class Office:
    """An outbox, a clock, and a sender to the server that a test wants."""

    engine: Engine
    ticket: int
    desk: int
    clock: list[datetime] = field(default_factory=lambda: [NOON])
    senders: list[Sender] = field(default_factory=list)

    def queue(self, *recipients: str, number: int = 1) -> int:
        """Put a letter into the outbox."""
        with writing(self.engine) as session:
            return outbox.queue(
                session,
                desk_id=self.desk,
                ticket_id=self.ticket,
                mail_id=None,
                kind="received",
                message_id=f"r.{number}@desk.test",
                envelope_from="",
                recipients=recipients or ("budi@example.com",),
                content=CONTENT,
                now=NOON,
            )

    def sender(self, transport: Any) -> Sender:
        """One that tells the time of our clock."""
        self.senders.append(Sender(self.engine, transport, now=lambda: self.clock[-1], rng=random.Random(1)))
        return self.senders[-1]

    def rows(self, model: type[Any]) -> list[Any]:
        """All rows of a table."""
        with looking(self.engine) as session:
            return list(session.exec(select(model).order_by(col(model.id))).all())


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    """With one ticket, to which all letters belong."""
    with writing(engine) as session:
        desk = rows.add(session, Desk(name="help", wrapped_key=b"k"))
        ticket = Ticket(
            desk_id=desk,
            number="LKT-104231",
            status="open",
            subject="x",
            category="other",
            language="id",
            created_at=NOON,
            updated_at=NOON,
        )
        made = Office(engine=engine, desk=desk, ticket=rows.add(session, ticket))
    yield made
    for sender in made.senders:
        sender.close()


def to(port: int, **more: Any) -> Smarthost:
    """A way to a server on this machine."""
    return Smarthost(SmarthostSettings(**({"host": "127.0.0.1", "port": port, "tls": "none", "timeout": 10} | more)))


def test_a_letter_reaches_the_smarthost_as_it_was_composed(office: Office, smarthost: sinks.Sink) -> None:
    """Byte for byte, from the null reverse-path; and the outbox knows it."""
    office.queue()
    assert office.sender(to(smarthost.port)).send_due() == 1
    (received,) = smarthost.received
    assert (received.mail_from, received.rcpt_to, received.content) == ("<>", ("budi@example.com",), CONTENT)
    (letter,), (attempt,) = office.rows(Letter), office.rows(LetterAttempt)
    assert letter.state == "sent"
    assert attempt.intent_at is not None
    assert attempt.ended_at is not None


def test_the_intent_is_committed_before_the_final_dot(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server looks into the store when the dot comes: the intent is there, the outcome is not."""
    seen: list[tuple[bool, bool, str]] = []
    real = sinks.Sink.handle_DATA

    async def look(sink: sinks.Sink, server: Any, session: Any, envelope: Any) -> str:
        (attempt,), (letter,) = office.rows(LetterAttempt), office.rows(Letter)
        seen.append((attempt.intent_at is not None, attempt.ended_at is not None, letter.state))
        return await real(sink, server, session, envelope)

    monkeypatch.setattr(sinks.Sink, "handle_DATA", look)
    with sinks.running() as sink:
        office.queue()
        office.sender(to(sink.port)).send_due()
    assert seen == [(True, False, "pending")]


def test_each_recipient_has_its_own_fate(office: Office, smarthost: sinks.Sink) -> None:
    """One sent, one refused for good, one later; the refusal stands on the ticket with its reason."""
    smarthost.answers = {"gone@example.com": "550 5.1.1 no such user", "full@example.com": "452 4.2.2 mailbox full"}
    office.queue("budi@example.com", "gone@example.com", "full@example.com")
    sender = office.sender(to(smarthost.port))
    sender.send_due()
    states = {each.address: each.state for each in office.rows(LetterRecipient)}
    assert states == {"budi@example.com": "sent", "gone@example.com": "failed", "full@example.com": "pending"}
    (event,) = office.rows(Event)
    assert event.what == "letter_failed"
    assert "no such user" in str(event.detail)
    smarthost.answers = {}
    office.clock.append(NOON + timedelta(hours=1))
    sender.send_due()
    assert [received.rcpt_to for received in smarthost.received] == [("budi@example.com",), ("full@example.com",)]


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ("451 4.3.0 try again", "pending"),
        ("550 5.4.5 Daily user sending limit exceeded", "pending"),
        ("550 5.7.1 rejected as spam", "failed"),
        ("552 5.3.4 too big", "failed"),
    ],
)
def test_a_refusal_after_the_dot_is_later_or_never(
    office: Office, smarthost: sinks.Sink, reply: str, state: str
) -> None:
    """4xx and providers' quotas are later, other 5xx never."""
    smarthost.after_dot = [reply]
    office.queue()
    office.sender(to(smarthost.port)).send_due()
    (letter,) = office.rows(Letter)
    assert letter.state == state
    assert (letter.due_at > NOON) == (state == "pending")


def test_pauses_grow_until_five_days_are_over(office: Office, smarthost: sinks.Sink) -> None:
    """With jitter; then the letter has failed, with the server's words."""
    smarthost.after_dot = ["451 4.3.0 not now"] * 1000
    office.queue()
    sender, tries = office.sender(to(smarthost.port)), []
    while office.rows(Letter)[0].state == "pending":
        office.clock.append(max(office.rows(Letter)[0].due_at, office.clock[-1]))
        tries.append(office.clock[-1])
        sender.send_due()
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses[0] < timedelta(minutes=15)
    assert max(pauses) > timedelta(hours=1)
    assert tries[-1] - NOON >= timedelta(days=5)
    assert 10 < len(tries) < 200
    assert "not now" in office.rows(Letter)[0].reason


def test_a_server_that_is_not_there_costs_no_letter_an_attempt(office: Office) -> None:
    """All of them wait, and none for longer than the server is away."""
    for number in range(3):
        office.queue(number=number)
    sender = office.sender(to(common.free_port()))
    sender.send_due()
    sender.send_due()
    assert {letter.state for letter in office.rows(Letter)} == {"pending"}
    assert {letter.attempts for letter in office.rows(Letter)} == {0}


def test_a_connection_is_kept_and_renewed(
    office: Office, smarthost: sinks.Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One greeting for many letters; a kept connection that has died is replaced without a letter noticing."""
    transport = to(smarthost.port)
    connections: list[Any] = []
    real = socket.create_connection

    def count(*arguments: Any, **more: Any) -> Any:
        connections.append(real(*arguments, **more))
        return connections[-1]

    monkeypatch.setattr(socket, "create_connection", count)
    for number in range(5):
        office.queue(number=number)
    sender = office.sender(transport)
    sender.send_due()
    assert len(connections) == 1
    assert transport._smtp is not None
    transport._smtp.sock.close()  # type: ignore[union-attr]
    office.queue(number=9)
    sender.send_due()
    assert len(smarthost.received) == 6
    sender.close()


class Scripted:
    """A server that says what a test tells it, and hangs up where it is told."""

    def __init__(self, *, hang_up_at: str, banner: bytes = b"220 hi\r\n") -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.hang_up_at = hang_up_at
        self.heard: list[bytes] = []
        self._banner = banner
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        connection.sendall(self._banner)
        file = connection.makefile("rb")
        in_data = False
        with file:
            while line := file.readline():
                self.heard.append(line)
                word = "." if in_data and line == b".\r\n" else "" if in_data else line.split()[0].decode().upper()
                if word == self.hang_up_at:
                    return
                if word == "DATA":
                    in_data = True
                    connection.sendall(b"354 go\r\n")
                elif word:
                    in_data = False
                    connection.sendall(b"250-x\r\n250 SIZE 1000\r\n" if word == "EHLO" else b"250 ok\r\n")

    def close(self) -> None:
        """Serve nobody any more."""
        self._listener.shutdown(socket.SHUT_RDWR)  # or accept() would wait on
        self._listener.close()
        self._thread.join(timeout=5)


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    """Makes such servers."""
    made: list[Scripted] = []

    def make(**more: Any) -> Scripted:
        made.append(Scripted(**more))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("point", ["MAIL", "RCPT", "DATA"])
def test_a_connection_lost_before_the_dot_is_harmless(
    office: Office, scripted: Callable[..., Scripted], point: str
) -> None:
    """The letter waits; no intent is left open."""
    office.queue()
    office.sender(to(scripted(hang_up_at=point).port)).send_due()
    (letter,) = office.rows(Letter)
    assert letter.state == "pending"
    assert not [attempt for attempt in office.rows(LetterAttempt) if attempt.intent_at and not attempt.ended_at]


def test_a_connection_lost_after_the_dot_is_counted(office: Office, scripted: Callable[..., Scripted]) -> None:
    """Nobody can know whether it arrived: the intent stays without an end, and the letter is sent again later."""
    office.queue()
    office.sender(to(scripted(hang_up_at=".").port)).send_due()
    (letter,), (attempt,) = office.rows(Letter), office.rows(LetterAttempt)
    assert letter.state == "pending"
    assert letter.due_at > NOON
    assert attempt.intent_at is not None
    assert attempt.ended_at is None


def test_nothing_is_said_in_the_open_where_tls_is_wanted(office: Office, scripted: Callable[..., Scripted]) -> None:
    """A server that offers no STARTTLS hears neither password nor letter."""
    server = scripted(hang_up_at="never")
    office.queue()
    office.sender(to(server.port, tls="starttls", username="u", password="hunter2")).send_due()
    assert not [line for line in server.heard if line.startswith((b"AUTH", b"MAIL"))]
    assert office.rows(Letter)[0].state == "pending"


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # the library does not see that its socket is TLS
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_login_goes_over_tls(office: Office, tmp_path: Path, tls: str) -> None:
    """With a certificate that the configured authority vouches for; with another one nothing is said at all."""
    paths, logins = certificates.make(tmp_path), list[tuple[bytes, bytes]]()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(paths["tls_certificate"], paths["tls_key"])

    def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, told: LoginPassword) -> AuthResult:
        logins.append((told.login, told.password))
        return AuthResult(success=True)

    sink, port = sinks.Sink(), common.free_port()
    more: dict[str, Any] = {"authenticator": login, "auth_required": True, "ready_timeout": 30}
    if tls == "starttls":
        controller = Controller(sink, "127.0.0.1", port, tls_context=context, require_starttls=True, **more)
    else:
        controller = Controller(sink, "127.0.0.1", port, ssl_context=context, auth_require_tls=False, **more)
    controller.start()
    account = {"tls": tls, "username": "u", "password": "hunter2"}
    try:
        office.queue()
        office.sender(to(port, **account)).send_due()
        assert (sink.received, logins) == ([], [])
        office.clock.append(NOON + timedelta(hours=1))
        office.sender(to(port, **account, ca_file=paths["tls_certificate"])).send_due()
        office.senders[-1].close()
    finally:
        controller.stop()
    assert logins == [(b"u", b"hunter2")]
    assert len(sink.received) == 1


def test_a_server_that_fails_to_greet_is_down(office: Office, scripted: Callable[..., Scripted]) -> None:
    """421 at the door: letters wait."""
    office.queue()
    office.sender(to(scripted(hang_up_at="EHLO", banner=b"421 closing\r\n").port)).send_due()
    assert office.rows(Letter)[0].state == "pending"


def test_postfix_smtp_sink_takes_our_letters(office: Office) -> None:
    """Another implementation than ours at the other end, with all it checks."""
    for number in range(30):
        office.queue(number=number)
    with sinks.smtp_sink() as port:
        sender = office.sender(to(port))
        while sender.send_due():
            pass
        sender.close()
    assert {letter.state for letter in office.rows(Letter)} == {"sent"}


def test_a_folder_takes_letters_whole_and_once(office: Office, tmp_path: Path) -> None:
    """A repeat overwrites what it repeats; no half file is ever seen under the letter's name."""
    office.queue()
    folder = Folder(tmp_path / "letters")
    sender = office.sender(folder)
    sender.send_due()
    (path,) = (tmp_path / "letters").iterdir()
    assert path.read_bytes() == CONTENT
    assert path.name == file_name("r.1@desk.test")
    assert path.stat().st_mode & 0o077 == 0
    with writing(office.engine) as session:
        letter = session.exec(select(Letter)).one()
        letter.state, letter.lease_until = "pending", None
        session.add(letter)
        recipient = session.exec(select(LetterRecipient)).one()
        recipient.state = "pending"
        session.add(recipient)
    sender.send_due()
    assert len(list((tmp_path / "letters").iterdir())) == 1


def test_a_folder_that_cannot_be_written_makes_letters_wait(office: Office, tmp_path: Path) -> None:
    """And none has failed for it."""
    (tmp_path / "letters").write_text("in the way")
    office.queue()
    office.sender(Folder(tmp_path / "letters")).send_due()
    assert office.rows(Letter)[0].state == "pending"


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        (b"a\r\n", b"a\r\n"),
        (b"a", b"a\r\n"),
        (b".a\r\n..b\r\n", b"..a\r\n...b\r\n"),
        (b"a\nb\rc\r\n", b"a\r\nb\r\nc\r\n"),
        (b"a\r\n.\r\nMAIL FROM:<x>\r\n", b"a\r\n..\r\nMAIL FROM:<x>\r\n"),
        (b"a\n.\nb", b"a\r\n..\r\nb\r\n"),
        (b"a\r\n\0.\r\n", b"a\r\n..\r\n"),
        (b"a\r\0\n.\0\r\nb", b"a\r\n..\r\nb\r\n"),
    ],
)
def test_nothing_in_a_letter_can_end_it(content: bytes, sent: bytes) -> None:
    """Dots at line starts are doubled, and only CR LF ends a line."""
    assert wire(content) == sent


def test_what_stands_behind_the_go_ahead_for_tls_is_not_believed(office: Office, tmp_path: Path) -> None:
    """Replies that somebody in the middle put there, to be taken for the server's: the login is not told to them."""
    paths = certificates.make(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(paths["tls_certificate"], paths["tls_key"])
    heard: list[bytes] = []

    def lie(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"220 desk\r\n")
            connection.recv(500)
            connection.sendall(b"250-desk\r\n250 STARTTLS\r\n")
            connection.recv(500)
            connection.sendall(
                b"220 go on\r\n250-desk\r\n250 AUTH PLAIN LOGIN\r\n235 welcome\r\n250 yes\r\n354 tell\r\n"
            )
            with context.wrap_socket(connection, server_side=True) as secure:
                while line := secure.recv(500):
                    heard.append(line)
                    secure.sendall(b"250 desk, which knows no login\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lie, args=[listener])
        thread.start()
        account = {"tls": "starttls", "username": "u", "password": "hunter2"}
        office.queue()
        office.sender(to(listener.getsockname()[1], **account, ca_file=paths["tls_certificate"])).send_due()
        thread.join(30)
    assert [line[:4] for line in heard] == [b"ehlo"]
    assert office.rows(Letter)[0].state == "pending"

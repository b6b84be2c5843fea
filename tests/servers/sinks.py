"""A smarthost that takes everything and remembers it, with what it was told to say to whom."""

from __future__ import annotations

import email
import email.policy
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import common


@dataclass(frozen=True, kw_only=True)
class Received:
    """A mail that arrived at the sink."""

    mail_from: str
    rcpt_to: tuple[str, ...]
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        """The mail, read."""
        return email.message_from_bytes(self.content, policy=email.policy.default)  # type: ignore[return-value]


@dataclass
class Sink:
    """What arrived, in order; and what to answer instead of 250."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)  #: recipient → reply to its RCPT
    after_dot: list[str] = field(default_factory=list)  #: replies to the next dots, the first first
    arrived: threading.Event = field(default_factory=threading.Event)

    async def handle_RCPT(  # noqa: N802  # aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """As told, else accepted."""
        reply = self.answers.get(address)
        if reply is None:
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # likewise
        """Remember, and answer as told."""
        content = envelope.original_content or b""
        reply = self.after_dot.pop(0) if self.after_dot else "250 2.0.0 OK"
        if reply.startswith("2"):
            self.received.append(
                Received(mail_from=envelope.mail_from or "", rcpt_to=tuple(envelope.rcpt_tos), content=content)
            )
            self.arrived.set()
        return reply


@contextmanager
def running(port: int = 0) -> Iterator[Sink]:
    """Start a sink, and end it."""
    sink = Sink(port=port or common.free_port())
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, ready_timeout=30)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


@contextmanager
def running_tls(pair: Mapping[str, Path]) -> Iterator[int]:
    """A sink over TLS from the first byte; gives its port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair["tls_certificate"], pair["tls_key"])
    port = common.free_port()
    controller = Controller(Sink(port=port), hostname="127.0.0.1", port=port, ready_timeout=30, ssl_context=context)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def smtp_sink(*options: str) -> Iterator[int]:
    """Postfix's smtp-sink(1) with options of its own: faster than ours, and able to fail on purpose; gives its port."""
    port = common.free_port()
    as_user = ["-u", "postfix"] if os.geteuid() == 0 else []  # it refuses to stay root
    program = common.program("smtp-sink", "postfix")
    process = subprocess.Popen([program, *as_user, *options, f"127.0.0.1:{port}", "1000"])
    try:
        common.until(lambda: common.answers(port), "smtp-sink starts")
        yield port
    finally:
        common.end(process)

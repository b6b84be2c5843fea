"""Five hundred hostile bodies by the sender to a server that takes anything for a line's end: five hundred mails."""

from __future__ import annotations

import email
import email.policy
import itertools
import random
import re
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from parsing.mail import Address
from replies.compose import Heading, compose
from replies.letters import Letter
from replies.sender import Sender
from replies.settings import SmarthostSettings
from replies.smarthost import Smarthost
from store import outbox, rows
from store.engine import looking, open_store, writing
from store.migrate import upgrade
from store.models import Desk, LetterRecipient
from tests.servers import lenient

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)

MANY, FEW = 500, 40

#: What may be taken for a line's end.
_BREAKS = ("\r\n", "\n", "\r", "\r\r\n", "\n\r", "\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1e")

#: And what hides a dot, or stands beside it.
_DOTS = (".", "..", "\0.", ".\0", " .", ". ", "\u202e.", "\u2024", "\uff0e", ".\t", "\ufeff.")

_SECOND = "MAIL FROM:<evil@x.example>{0}RCPT TO:<evil@x.example>{0}DATA{0}Subject: smuggled{0}{0}x{0}.{0}"


def bodies(count: int) -> list[str]:
    """Every break around every dot, with commands for a second mail behind it; always the same ones."""
    made = [
        f"Halo{first}{dot}{last}{_SECOND.format(last)}{'é' * 900}{first}{dot}"
        for first, dot, last in itertools.product(_BREAKS, _DOTS, _BREAKS)
    ]
    random.Random(7).shuffle(made)
    odd = ["", ".", ".\r\n", "\r\n.\r\n", "." * 2000, "\r" * 2000, "\udc80\r\n.\r\n", "From x\r\n" * 50]
    return [*odd, *made][:count]


def _composed(number: int, body: str) -> bytes:
    """A letter of ours with these words."""
    heading = Heading(
        from_=Address(name="Bantuan", address="help@desk.test"),
        to="budi@example.com",
        reply_to=None,
        message_id=f"r.{number}@desk.test",
        date=NOW,
    )
    return compose(Letter(subject="[LKT-104231] Deposit", text=body, html=f"<pre>{body}</pre>"), heading, ())


def _raw(number: int, body: str) -> bytes:
    """The same bytes as they are: what no letter of ours holds, and what must be harmless all the same."""
    head = f"From: help@desk.test\r\nTo: budi@example.com\r\nMessage-ID: <r.{number}@desk.test>\r\n\r\n"
    return head.encode() + body.encode("utf-8" if number % 4 else "utf-16-le", "surrogatepass")


@pytest.mark.parametrize(
    "count", [pytest.param(FEW, id="sample"), pytest.param(MANY, id="all", marks=pytest.mark.battery)]
)
def test_each_body_is_one_mail(tmp_path: Path, count: int) -> None:
    """Neither more nor fewer; all of them from us, and the composed ones word for word."""
    texts = bodies(count)
    contents = [(_composed if number % 2 else _raw)(number, body) for number, body in enumerate(texts)]
    with lenient.running() as server:
        sent = _send(tmp_path, contents, server.port)
    print(f"bodies: {count} sent, {len(server.mails)} arrived, {len(server.commands)} commands")
    assert sent == ["sent"] * count
    assert len(server.mails) == count
    assert {each.lower().partition(b" size")[0] for each in server.senders} == {b"mail from:<help@desk.test>"}
    for number in range(1, count, 2):
        assert _words(b"\r\n".join(server.mails[number])) == _clean(texts[number])


@pytest.mark.parametrize("end", ["\n.\n", "\r.\r", "\r\r\n.\r\r\n", "\r\n\0.\r\n", "\n.\r\n"])
def test_the_server_would_take_more(end: str) -> None:
    """The control: sent as they are, the same bodies are two mails."""
    with lenient.running() as server, socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"MAIL FROM:<help@desk.test>\r\nRCPT TO:<budi@example.com>\r\nDATA\r\n")
        connection.sendall(f"Halo{end}{_SECOND.format(end.rpartition('.')[2])}QUIT\r\n".encode())
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    assert len(server.mails) == 2


def _send(folder: Path, contents: list[bytes], port: int) -> list[str]:
    """Through the outbox and the sender; what became of each."""
    engine = open_store(f"sqlite:///{folder / 'loket.db'}")
    upgrade(engine)
    with writing(engine) as session:
        desk = rows.add(session, Desk(name="help", wrapped_key=b"k"))
        for number, content in enumerate(contents):
            outbox.queue(
                session,
                desk_id=desk,
                ticket_id=None,
                mail_id=None,
                kind="received",
                message_id=f"r.{number}@desk.test",
                envelope_from="help@desk.test",
                recipients=["budi@example.com"],
                content=content,
                now=NOW + timedelta(seconds=number),
            )
    smarthost = Smarthost(SmarthostSettings(host="127.0.0.1", port=port, tls="none", timeout=20))
    sender = Sender(engine, smarthost, now=lambda: NOW + timedelta(hours=1), rng=random.Random(1))
    while sender.send_due():
        pass
    sender.close()
    with looking(engine) as session:
        states = list(session.exec(select(LetterRecipient.state).order_by(col(LetterRecipient.id))).all())
    engine.dispose()
    return states


def _words(content: bytes) -> list[str]:
    part = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").strip("\n").split("\n")


def _clean(text: str) -> list[str]:
    """What a letter keeps of its words: no controls, and one kind of line end."""
    lines = re.sub("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", "\n", text)
    return re.sub("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]", "", lines).strip("\n").split("\n")

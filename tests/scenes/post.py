"""Everybody's mail in a scene: mailboxes, what clients write from them, and a desk that the border brings it to."""

from __future__ import annotations

import email
import email.policy
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import localtime, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.desk import Desk
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

MX = "mx.desk.test"


@dataclass
class Mailbox:
    """Somebody's mailbox, and the client that writes from it."""

    address: str
    post: Post
    serial: int = 0

    def contents(self) -> list[bytes]:
        """What has come, byte by byte, in order."""
        return self.post.imap.mails(self.address)

    def received(self) -> list[EmailMessage]:
        """What has come."""
        return [email.message_from_bytes(each, policy=email.policy.default) for each in self.contents()]  # type: ignore[misc]

    def last(self) -> EmailMessage:
        """The newest of it."""
        return self.received()[-1]

    def write(self, to: str, mail: EmailMessage | str, **headers: str) -> str:
        """Send a mail, which the border vouches for; returns its Message-ID."""
        self.serial += 1
        own_id = f"<{self.serial}.{self.address}>"
        mail = words(mail) if isinstance(mail, str) else mail
        mail["From"], mail["To"], mail["Message-ID"], mail["Date"] = self.address, to, own_id, localtime()
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        verdict = f"Authentication-Results: {MX}; dmarc=pass header.from=mail.test\r\n".encode()
        with smtplib.SMTP("127.0.0.1", self.post.server.port, timeout=60) as client:
            client.sendmail(self.address, [parseaddr(to)[1]], verdict + mail.as_bytes(policy=email.policy.SMTP))
        return own_id

    def reply(self, letter: EmailMessage, mail: EmailMessage | str, **headers: str) -> str:
        """Answer a letter as every client does."""
        told = {"Subject": f"Re: {letter['Subject']}", "In_Reply_To": str(letter["Message-ID"])}
        return self.write(str(letter["Reply-To"]), mail, **told | headers)


@dataclass
class Post:
    """The servers, and the port at which the desk is expected."""

    server: Postfix
    imap: Dovecot
    port: int
    boxes: list[Mailbox] = field(default_factory=list)

    def mailbox(self) -> Mailbox:
        """A mailbox that nobody used before."""
        self.boxes.append(Mailbox(address=self.imap.new_user(), post=self))
        return self.boxes[-1]

    def desk(
        self, folder: Path, *, replies: Mapping[str, Any] | None = None, more: Mapping[str, Any] | None = None
    ) -> Desk:
        """A desk behind the border, impatient, since a test waits for it."""
        smarthost = {"host": "127.0.0.1", "port": self.server.port, "tls": "none"}
        desk = {"addresses": ["help@desk.test"], "trusted_authserv_ids": [MX], "authserv_received_above": 1}
        return Desk(
            folder=folder,
            port=self.port,
            desks={"help": desk},
            replies={"deliver": "smtp", "smtp": smarthost, "answer_hold_seconds": 1} | dict(replies or {}),
            more={"notices": {"wait_seconds": 0, "look_seconds": 0.5}} | dict(more or {}),
        )


def words(text: str) -> EmailMessage:
    """A mail of words alone."""
    mail = EmailMessage()
    mail.set_content(text)
    return mail


def text_of(mail: EmailMessage) -> str:
    """A letter's words."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link(mail: EmailMessage, name: str) -> str:
    """The address behind one of a letter's links, as a tap on a phone opens it."""
    lines = text_of(mail).splitlines()
    for place, line in enumerate(lines):
        if line.startswith(f"[{name}] mailto:"):
            return unquote(line.partition("mailto:")[2].partition("?")[0])
        if line.rstrip(":") == name:
            return unquote(lines[place + 1].removeprefix("mailto:").partition("?")[0])
    raise AssertionError((name, text_of(mail)))

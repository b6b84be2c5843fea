"""Machines that answer mail, each in the manner of its maker; none of them is polite enough to stop by itself."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage

from tests.loops.world import Answer, Sending

#: What our own reading knows for a responder's words, and what it does not.
KNOWN = "Terima kasih atas email Anda. Saya sedang cuti sampai 30 November dan akan membalas setelah kembali ke kantor."
UNKNOWN = "Hai! Surat ini kubaca nanti, sekalian pulang dari laut. Kalau ikan kenyang baru aku duduk di depan layar."
SYSTEM = (
    "Permohonan #{number} telah dibuat dan diteruskan ke tim terkait. Simpan nomor ini untuk keperluan penelusuran. "
    "Tim terkait bekerja sesuai urutan permohonan."
)

_serial = itertools.count(1)


@dataclass
class Responder:
    """Answers every mail, after a while, by words of its own."""

    address: str
    words: Sequence[str] = (UNKNOWN,)  #: in turn; {number} is a running number
    after: timedelta = timedelta(seconds=20)
    subject: str = "Re: {subject}"
    threads: bool = True  #: it says which mail it answers
    to_reply_to: bool = True  #: it answers to where the mail wants it
    more: Sequence[str] = ()  #: further header fields
    quotes: bool = False  #: it repeats the mail, without a mark
    sender: Callable[[int], str] | None = None  #: whom it writes as, by its number; else its address
    answered: int = field(default=0, init=False)

    def __call__(self, mail: EmailMessage, to: str) -> Answer:
        """The answer to a mail."""
        self.answered += 1
        number = next(_serial)
        address = self.sender(number) if self.sender else self.address
        back = mail["Reply-To"] if self.to_reply_to and mail["Reply-To"] else mail["From"]
        text = self.words[self.answered % len(self.words)].format(number=40_000 + number)
        if self.quotes:
            text += "\r\n\r\n" + _said(mail)
        lines = [
            f"From: {address}",
            f"To: {back.addresses[0].addr_spec}",
            f"Subject: {self.subject.format(subject=mail['Subject'], number=number)}",
            f"Message-ID: <{number}@{address.rpartition('@')[2]}>",
            *([f"In-Reply-To: {mail['Message-ID']}", f"References: {mail['Message-ID']}"] if self.threads else []),
            *self.more,
        ]
        content = written(lines, text)
        yield (
            self.after,
            Sending(content=content, to=back.addresses[0].addr_spec, mail_from=address),
        )


def talker(address: str, *, threads: bool) -> Responder:
    """A machine that never says the same twice."""
    chance = random.Random(7)  # words, no secrets
    syllables = [a + b for a in "bdgjklmnprst" for b in "aiueo"]
    said = [" ".join("".join(chance.choices(syllables, k=chance.randint(1, 3))) for _ in range(25)) for _ in range(500)]
    return Responder(address=address, words=said, threads=threads, subject="Re: {subject}" if threads else "{number}")


@dataclass
class Bouncer:
    """A mail server that cannot deliver, and says so to the From, as only broken ones do."""

    address: str
    report: bool  #: as a report (RFC 3464) that returns the mail; else in words of its own, as a new mail

    def __call__(self, mail: EmailMessage, to: str) -> Answer:
        """The bounce of a mail."""
        number, back = next(_serial), mail["From"].addresses[0].addr_spec
        head = [f"From: {self.address}", f"To: {back}", f"Message-ID: <{number}@mx.peer.test>"]
        if not self.report:
            text = f"Kotak {to} sudah tidak dipakai orang. Surat nomor {number} kami buang."
            yield (
                timedelta(seconds=5),
                Sending(content=written([*head, f"Subject: Surat {number}"], text), to=back, mail_from="mx@peer.test"),
            )
            return
        parts = (
            ("text/plain", "It could not be delivered."),
            (
                "message/delivery-status",
                f"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: 5.1.1\r\n",
            ),
            ("message/rfc822", f"Message-ID: {mail['Message-ID']}\r\nSubject: x\r\n\r\nx"),
        )
        body = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts) + "--b--\r\n"
        kind = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"'
        lines = [*head, "Subject: Undelivered Mail Returned to Sender", "MIME-Version: 1.0", kind, "", body]
        yield timedelta(seconds=5), Sending(content="\r\n".join(lines).encode(), to=back)


@dataclass
class List:
    """A mailing list."""

    address: str
    members: Sequence[str]
    marks: bool = True
    munges: bool = False  #: it writes as itself

    def __call__(self, mail: EmailMessage, to: str) -> Answer:
        """The mail to every member."""
        kept = [(name, value) for name, value in mail.raw_items() if name.lower() not in ("from", "sender", "reply-to")]  # type: ignore[attr-defined]
        sender = self.address if self.munges else str(mail["From"])
        lines = [f"From: {sender}", *([f"List-Id: <{self.address.replace('@', '.')}>"] if self.marks else [])]
        lines += [f"{name}: {value}" for name, value in kept]
        content = "\r\n".join(lines).encode() + b"\r\n\r\n" + mail.as_bytes().partition(b"\n\n")[2]
        for member in self.members:
            yield timedelta(seconds=1), Sending(content=content, to=member, mail_from=f"bounces@{to}")


@dataclass
class Forwarder:
    """An address that leads on to another, the mail as it was."""

    target: str

    def __call__(self, mail: EmailMessage, to: str) -> Answer:
        """The mail."""
        yield timedelta(seconds=1), Sending(content=mail.as_bytes(), to=self.target, mail_from=to)


def written(lines: Sequence[str], text: str) -> bytes:
    """A mail of plain text."""
    head = [
        *lines,
        "Date: Tue, 24 Nov 2026 12:05:00 +0700",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
    ]
    return "\r\n".join([*head, "Content-Transfer-Encoding: 8bit", "", text, ""]).encode()


def _said(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def reminding(address: str, to: str, words: str, days: int) -> Iterator[tuple[timedelta, Sending]]:
    """What a machine sends of its own accord, once a day."""
    for day in range(1, days):
        number = next(_serial)
        lines = [f"From: {address}", f"To: {to}", f"Subject: Pengingat {number}", f"Message-ID: <{number}@{address}>"]
        yield (
            timedelta(days=day, minutes=7 * day),
            Sending(content=written(lines, words.format(number=number)), to=to, mail_from=address),
        )

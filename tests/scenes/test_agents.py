"""An agent at the own mailbox, with real servers all the way: from the customer's mail to the same agent told again."""

from __future__ import annotations

import email
import email.policy
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape
from pathlib import Path

import pytest

from intake.cli.demonstration.drawing import screenshot
from replies import tokens
from store.models import Letter, Mail, Ticket
from tests.desk import Desk
from tests.servers import common, postfix
from tests.servers.dovecot import Dovecot

_MX = "mx.desk.test"
_REPORT = (
    "Halo min,\n\nDeposit saya belum masuk.\nUsername: budi_99\nID transaksi: TRX-20261123-0042\nWaktu: 22.10 WIB\n"
)


@pytest.fixture
def border(imap_server: Dovecot) -> Iterator[tuple[postfix.Postfix, int]]:
    """A Postfix between the desk and the world, and the port that it expects the desk at."""
    port = common.free_port()
    routes = {"desk.test": f"smtp:[127.0.0.1]:{port}", "mail.test": f"lmtp:inet:127.0.0.1:{imap_server.lmtp_port}"}
    with postfix.running(routes) as server:
        yield server, port


@dataclass
class _Mailbox:
    """Somebody's mailbox, and the client that writes from it."""

    address: str
    server: postfix.Postfix
    imap: Dovecot
    serial: int = 0

    def received(self) -> list[EmailMessage]:
        """What has come."""
        contents = self.imap.mails(self.address)
        return [email.message_from_bytes(each, policy=email.policy.default) for each in contents]  # type: ignore[misc]

    def write(self, to: str, mail: EmailMessage, **headers: str) -> str:
        """Send a mail, which the border vouches for; returns its Message-ID."""
        self.serial += 1
        own_id = f"<{self.serial}.{self.address}>"
        mail["From"], mail["To"], mail["Message-ID"] = self.address, to, own_id
        mail["Date"] = "Tue, 24 Nov 2026 12:00:00 +0700"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        verdict = f"Authentication-Results: {_MX}; dmarc=pass header.from=mail.test\r\n".encode()
        with smtplib.SMTP("127.0.0.1", self.server.port, timeout=60) as client:
            client.sendmail(self.address, [to], verdict + mail.as_bytes(policy=email.policy.SMTP))
        return own_id


def _words(text: str) -> EmailMessage:
    mail = EmailMessage()
    mail.set_content(text)
    return mail


def _reply_of_a_phone(notice: EmailMessage, picture: bytes) -> EmailMessage:
    """As Gmail's app writes it: orders on top, a picture within, the whole notice quoted below."""
    quoted = notice.get_body(("plain",))
    assert quoted is not None
    said = str(quoted.get_content()).splitlines()
    wrote = f"Pada Sel, 24 Nov 2026 pukul 12.00 Bantuan <{notice['From'].addresses[0].addr_spec}> menulis:"
    mail = EmailMessage()
    words = ["#tutup", "", "Halo Kak, depositnya sudah masuk, lihat gambar ini ya.", ""]
    mail.set_content("\n".join([*words, "[image: bukti.png]", "", wrote, *(f"> {line}" for line in said)]))
    page = (
        "".join(f'<div dir="auto">{line or "<br>"}</div>' for line in words)
        + '<div dir="auto"><img src="cid:ii_1" alt="bukti.png"></div><br><div class="gmail_quote"><div dir="ltr" '
        f'class="gmail_attr">{escape(wrote)}<br></div><blockquote class="gmail_quote">'
        + "".join(f"<div>{line}</div>" for line in said)
        + "</blockquote></div>"
    )
    mail.add_alternative(page, subtype="html")
    html_part = mail.get_payload(1)
    html_part.add_related(picture, maintype="image", subtype="png", cid="<ii_1>", filename="bukti.png")
    return mail


def test_a_case_from_the_first_mail_to_the_last(
    border: tuple[postfix.Postfix, int], imap_server: Dovecot, tmp_path: Path
) -> None:
    """One agent's notice, a reply with a picture and #tutup, a threaded answer without a word of what is inside."""
    server, port = border
    customer = _Mailbox(imap_server.new_user(), server, imap_server)
    agent = _Mailbox(imap_server.new_user(), server, imap_server)
    other = _Mailbox(imap_server.new_user(), server, imap_server)
    smarthost = {"host": "127.0.0.1", "port": server.port, "tls": "none"}
    desk = Desk(
        folder=tmp_path / "desk",
        port=port,
        desks={"help": {"addresses": ["help@desk.test"], "trusted_authserv_ids": [_MX], "authserv_received_above": 1}},
        replies={"deliver": "smtp", "smtp": smarthost, "answer_hold_seconds": 2},
        more={"notices": {"wait_seconds": 1}},
    )
    desk.start()
    try:
        assert desk.command("agent", "add", "Ani", agent.address).returncode == 0
        assert desk.command("agent", "add", "Dewi", other.address).returncode == 0
        asked = customer.write("help@desk.test", _words(_REPORT), Subject="Deposit belum masuk")
        desk.until(lambda: agent.received() or other.received(), "an agent is told")
        if other.received():
            agent, other = other, agent
        assert not other.received()
        (notice,) = agent.received()
        picture = screenshot("Riwayat", ["Ref TRX-20261123-0042"])
        reply = _reply_of_a_phone(notice, picture)
        subject = f"Re: {notice['Subject']}"
        agent.write(str(notice["Reply-To"]), reply, Subject=subject, In_Reply_To=str(notice["Message-ID"]))
        desk.until(lambda: len(customer.received()) == 2, "the answer is in the customer's mailbox")
        answer = customer.received()[-1]
        assert answer["In-Reply-To"] == asked
        assert asked in str(answer["References"]).split()
        assert answer["Subject"] == notice["Subject"]
        body = str(answer.get_body(("plain",)).get_content())  # type: ignore[union-attr]
        assert "depositnya sudah masuk" in body
        assert [part.get_content() for part in answer.walk() if part.get_content_type() == "image/png"] == [picture]
        _check_bytes(imap_server.mails(customer.address)[-1], agent.address, notice, body)
        (ticket,) = desk.rows(Ticket)
        assert ticket.status == "closed"
        to = str(answer["Reply-To"])
        customer.write(to, _words("Makasih kak, sudah masuk."), Subject=subject, In_Reply_To=str(answer["Message-ID"]))
        desk.until(lambda: len(desk.rows(Mail)) == 3, "the thanks are taken")
        assert desk.rows(Ticket)[0].status == "closed"
        again = _words("Kak, kok hilang lagi saldonya?")
        customer.write(to, again, Subject=subject, In_Reply_To=str(answer["Message-ID"]))
        desk.until(lambda: desk.rows(Ticket)[0].status == "open", "it is open again")
        desk.until(lambda: len(agent.received()) >= 2, "the same agent is told")
        assert "hilang lagi saldonya" in str(agent.received()[-1].get_body(("plain",)).get_content())  # type: ignore[union-attr]
        assert not other.received()
        assert [each.kind for each in desk.rows(Letter)].count("answer") == 1
        assert len(customer.received()) == 2
        assert desk.stop() == 0
    finally:
        desk.end()


def _check_bytes(content: bytes, agents_address: str, notice: EmailMessage, body: str) -> None:
    """Nothing of what is inside stands in what the customer got, in any encoding that it comes in."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    words = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    seen = content.decode("latin-1") + "\n".join(words)
    for inside in (agents_address, agents_address.partition("@")[0], "Ani", "Dewi", "#tutup", "DIKIRIM", "catatan"):
        assert inside not in seen, inside
    own = tokens.find([str(notice["Reply-To"]), str(notice["Message-ID"])])
    assert own
    assert not [token for token in own if token in seen.lower()]
    for line in str(notice.get_body(("plain",)).get_content()).splitlines():  # type: ignore[union-attr]
        assert len(line) < 25 or line.strip() not in body, line

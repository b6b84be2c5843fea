"""The whole counter, as customers and operators meet it: real servers all the way."""

from __future__ import annotations

import email
import email.policy
import json
import subprocess
from email.message import EmailMessage
from pathlib import Path

import pytest

from intake.cli.demonstration.drawing import screenshot
from store.models import Letter, Mail, Ticket
from tests.desk import Desk
from tests.scenes.post import Post
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres

_REPORT = """Halo min,

Deposit saya belum masuk.
Username: budi_99
ID transaksi: TRX-20261123-0042
Waktu: 23 November 2026 pukul 22.10 WIB
"""


def _desk(folder: Path, post: Post, **more: object) -> Desk:
    smarthost = {"host": "127.0.0.1", "port": post.server.port, "tls": "none"}
    return Desk(folder=folder, port=post.port, replies={"deliver": "smtp", "smtp": smarthost}, **more)  # type: ignore[arg-type]


def _swaks(server: Postfix, sender: str, recipient: str, *more: str) -> None:
    """Send a mail as a customer's mail server does."""
    command = ["swaks", "--server", f"127.0.0.1:{server.port}", "--from", sender, "--to", recipient, "--silent", "2"]
    subprocess.run([*command, *more], check=True, capture_output=True, timeout=60)


def _letter(imap_server: Dovecot, user: str) -> EmailMessage:
    """The newest mail in a customer's mailbox."""
    content = imap_server.mails(user)[-1]
    return email.message_from_bytes(content, policy=email.policy.default)  # type: ignore[return-value]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_mail_with_a_screenshot_becomes_a_ticket_and_is_acknowledged(
    post: Post,
    imap_server: Dovecot,
    postgresql: Postgres,
    tmp_path: Path,
    database: str,
) -> None:
    """By swaks through Postfix; the acknowledgement arrives in the customer's mailbox; his answer joins."""
    user, picture = imap_server.new_user(), tmp_path / "bukti.png"
    picture.write_bytes(screenshot("Riwayat", ["Ref TRX-20261123-0042"]))
    with postgresql.database() as url:
        desk = _desk(tmp_path / "desk", post, url=url if database == "postgresql" else None)
        desk.start()
        try:
            attached = ["--attach-type", "image/png", "--attach-name", "bukti.png", "--attach", f"@{picture}"]
            subject = ["--header", "Subject: Deposit belum masuk"]
            _swaks(post.server, user, "help@desk.test", *subject, "--body", _REPORT, *attached)
            desk.until(lambda: imap_server.mails(user), "the acknowledgement is in the mailbox")
            letter = _letter(imap_server, user)
            (ticket,) = desk.rows(Ticket)
            assert letter["Subject"] == f"[{ticket.number}] Deposit belum masuk"
            assert letter["Auto-Submitted"] == "auto-replied"
            assert letter["Return-Path"] in (None, "<>")
            shown = json.loads(desk.command("ticket", "show", ticket.number, "--json").stdout)
            assert [each["value"] for each in shown["fields"]["usernames"]] == ["budi_99"]
            found = [(each["value"], each["where"]) for each in shown["fields"]["transaction_ids"]]
            assert found == [("TRX-20261123-0042", "body"), ("TRX-20261123-0042", "attachment:0")]
            assert shown["fields"]["occurred_at"][0]["value"]["iso"] == "2026-11-23T22:10:00+07:00"
            (file,) = shown["messages"][0]["attachments"]
            assert (file["name"], file["kind"], file["size"]) == ("bukti.png", "screenshot", picture.stat().st_size)
            reply = ["--header", f"In-Reply-To: {letter['Message-ID']}", "--header", "Subject: Re: Deposit"]
            _swaks(post.server, user, str(letter["Reply-To"]), *reply, "--body", "Sudah ada kabar?")
            desk.until(lambda: len(desk.rows(Mail)) == 2, "the answer is taken")
            assert {mail.ticket_id for mail in desk.rows(Mail)} == {ticket.id}
            assert len(desk.rows(Letter)) == 1
            assert desk.stop() == 0
        finally:
            desk.end()


def test_a_polled_mailbox_is_a_door(post: Post, imap_server: Dovecot, tmp_path: Path) -> None:
    """The desk's address is a mailbox somewhere; nothing but IMAP and a smarthost is needed."""
    customer, box = imap_server.new_user(), imap_server.new_user()
    account = {"name": "box", "desk": "help", "host": "127.0.0.1", "port": imap_server.port, "tls": "none"}
    account |= {"username": box, "password": PASSWORD, "poll_seconds": 0.5}
    desk = _desk(tmp_path / "desk", post, desks={"help": {"addresses": [box]}}, imap=[account])
    desk.start()
    try:
        desk.until(lambda: b"box: last worked 2" in desk.command("status").stdout, "the mailbox has been looked at")
        _swaks(
            post.server,
            customer,
            box,
            "--header",
            "Subject: Help",
            "--body",
            "My username is alice_7. I cannot log in.",
        )
        desk.until(lambda: imap_server.mails(customer), "the acknowledgement is in the mailbox")
        letter = _letter(imap_server, customer)
        assert "We have your report" in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        with imap_server.login(box) as client:
            assert b"\\Seen" in client.fetch("1", "(FLAGS)")[1][0]  # type: ignore[operator]
        assert desk.stop() == 0
    finally:
        desk.end()


def test_mail_goes_on_while_the_database_is_away(tmp_path: Path, postgresql: Postgres) -> None:
    """The door keeps saying 250; when the database is back, every mail becomes a ticket."""
    with postgresql.database() as url:
        desk = Desk(folder=tmp_path / "desk", url=url)
        name = url.rpartition("/")[2]
        desk.start()
        try:
            desk.send(b"Message-ID: <1@example.com>\r\nFrom: a@example.com\r\n\r\nsatu\r\n")
            desk.until(lambda: len(desk.rows(Mail)) == 1, "the first mail")
            postgresql.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            postgresql.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            for number in range(2, 6):
                desk.send(f"Message-ID: <{number}@example.com>\r\nFrom: a@example.com\r\n\r\nx\r\n".encode())
            assert len(list((desk.folder / "spool" / "new").iterdir())) == 4
            postgresql.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            desk.until(lambda: len(desk.rows(Mail)) == 5, "all mails")
            assert desk.stop() == 0
        finally:
            desk.end()


def test_what_deliver_leaves_is_worked_on_by_the_daemon(tmp_path: Path) -> None:
    """The pipe needs no daemon; the next one that runs finds the mail. SIGHUP reads the configuration anew."""
    desk = Desk(folder=tmp_path / "desk")
    mail = b"Message-ID: <1@example.com>\nFrom: a@example.com\nTo: help@desk.test\n\nUsername: budi_99\n"
    assert desk.command("deliver", "--to", "help@desk.test", stdin=mail).returncode == 0
    desk.start()
    try:
        desk.until(lambda: len(desk.rows(Mail)) == 1, "the mail is taken")
        desk.until(lambda: list((desk.folder / "letters").glob("*.eml")), "the acknowledgement is written")
        assert desk.process is not None
        desk.config.write_text(desk.config.read_text().replace("help@desk.test", "bantuan@desk.test"))
        desk.process.send_signal(1)
        desk.until(lambda: (desk.folder / "log").read_text().count("loket runs") == 2, "it runs anew")
        desk.send(mail.replace(b"<1@", b"<2@"), "a@example.com", "bantuan@desk.test")
        assert desk.stop() == 0
    finally:
        desk.end()
    log = (desk.folder / "log").read_text()
    assert "budi_99" not in log
    assert "a@example.com" not in log

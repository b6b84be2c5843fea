"""Bytes to parts, words and claims."""

from __future__ import annotations

import email.policy
import hashlib
from email.message import EmailMessage

import pytest

from parsing.mail import AttachmentKind, Nature
from parsing.message.ingest import ingest_key
from tests.parsing.conftest import mail, reading

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 50


def _both(content: bytes) -> list[bytes]:
    """The same mail with CRLF and with LF."""
    clean = content.replace(b"\r\n", b"\n")
    return [clean.replace(b"\n", b"\r\n"), clean]


def _with_files() -> bytes:
    built = EmailMessage(policy=email.policy.SMTP)
    built["From"], built["Subject"] = "Budi <budi@example.com>", "Bukti terlampir"
    built.set_content("Halo, ini buktinya.\n")
    built.add_alternative("<p>Halo, ini <b>buktinya</b>. <img src='cid:inline1'></p>", subtype="html")
    built.add_attachment(PNG, maintype="image", subtype="png", filename="bukti é.png")
    built.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="octet-stream", filename="a/../struk.pdf")
    built.add_attachment(b"MZ\x90\x00", maintype="application", subtype="octet-stream", filename="run.exe")
    return built.as_bytes()


@pytest.mark.parametrize("line_ends", [0, 1], ids=["CRLF", "LF"])
def test_text_and_files_come_apart(line_ends: int) -> None:
    """The plain text is the words, the HTML is kept beside it, each file has its true type, name, digest and bytes."""
    read = reading(_both(_with_files())[line_ends])
    parsed = read.mail
    assert parsed.text == "Halo, ini buktinya.\n"
    assert parsed.html is not None
    assert [(file.name, file.type, file.kind) for file in parsed.attachments] == [
        ("bukti é.png", "image/png", AttachmentKind.SCREENSHOT),
        ("struk.pdf", "application/pdf", AttachmentKind.DOCUMENT),
        ("run.exe", parsed.attachments[2].type, AttachmentKind.DANGEROUS),
    ]
    assert read.contents[0] == PNG
    assert parsed.attachments[0].sha256 == hashlib.sha256(PNG).hexdigest()
    assert parsed.attachments[0].size == len(PNG)


def test_html_alone_is_read_as_a_person_sees_it() -> None:
    """Without what is hidden; entities are characters."""
    html = "<style>p{}</style><p>Halo&nbsp;min,</p><p>Username: budi_99<br>Terima&amp;kasih</p><script>x()</script>"
    built = mail(html).replace(b"text/plain", b"text/html")
    read = reading(built)
    assert "Username: budi_99" in read.mail.text
    assert "x()" not in read.mail.text
    assert "p{}" not in read.mail.text
    assert read.report.values("usernames") == ["budi_99"]


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("=?utf-8?B?RGVwb3NpdCBiZWx1bSBtYXN1ayDinIU=?=", "Deposit belum masuk ✅"),
        ("=?iso-8859-1?Q?caf=E9?=", "café"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("Deposit\r\n belum masuk", "Deposit belum masuk"),
        ("=?unknown-charset?Q?x?=", "x"),
        ("=?utf-8?B?broken", "=?utf-8?B?broken"),
    ],
)
def test_subjects_are_decoded(header: str, subject: str) -> None:
    """RFC 2047, and what people make of it."""
    assert reading(mail(subject=header)).mail.subject == subject


@pytest.mark.parametrize(
    ("headers", "mail_from", "nature"),
    [
        ("", None, Nature.HUMAN),
        ("Auto-Submitted: auto-replied\r\n", None, Nature.AUTO_REPLY),
        ("Auto-Submitted: no\r\n", None, Nature.HUMAN),
        ("Precedence: bulk\r\n", None, Nature.BULK),
        ("List-Id: <list.example.com>\r\n", None, Nature.BULK),
        ("X-Autoreply: yes\r\n", None, Nature.AUTO_REPLY),
        ("", "", Nature.HUMAN),
    ],
)
def test_the_nature_of_a_mail_is_told_by_its_headers(headers: str, mail_from: str | None, nature: Nature) -> None:
    """RFC 3834; with the evidence beside it. What a null reverse-path means is the desk's decision."""
    parsed = reading(mail("x", more=headers), mail_from=mail_from).mail
    if mail_from == "":
        assert parsed.nature in {Nature.HUMAN, Nature.BOUNCE, Nature.AUTO_REPLY}
        return
    assert parsed.nature is nature
    assert bool(parsed.nature_why) == (nature is not Nature.HUMAN)


def test_a_bounce_says_who_could_not_be_reached() -> None:
    """RFC 3464."""
    report = (
        b"From: mailer-daemon@example.com\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        b"Final-Recipient: rfc822; siti@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822-headers\r\n\r\nMessage-ID: <ours@desk.test>\r\n\r\n--b--\r\n"
    )
    parsed = reading(report, mail_from="").mail
    assert parsed.nature is Nature.BOUNCE
    assert parsed.bounce is not None
    (failed,) = parsed.bounce.recipients
    assert (failed.address, failed.status, failed.permanent) == ("siti@example.net", "5.1.1", True)
    assert parsed.bounce.original_message_id == "ours@desk.test"


@pytest.mark.parametrize(
    ("line", "suspicious"),
    [
        ("From: Budi <budi@example.com>\r\n", False),
        ("From: budi@example.com, eve@evil.test\r\n", True),
        ("From: Budi <budi@example.com>\r\nFrom: Eve <eve@evil.test>\r\n", True),
        ("", True),
        ('From: "budi@example.com" <eve@evil.test>\r\n', True),
        ("From: <>\r\n", True),
    ],
)
def test_exactly_one_sender_or_suspicion(line: str, suspicious: bool) -> None:
    """One From with one mailbox, and no name that is another address."""
    content = mail("x").replace(b"From: Budi <budi@example.com>\r\n", line.encode())
    assert reading(content).mail.identity.suspicious == suspicious


def test_quotes_and_signature_are_told_from_new_words() -> None:
    """Every line stands in exactly one of the three."""
    text = "Sudah saya kirim.\n\nPada Sel, 24 Nov 2026 pukul 10.00 Desk <help@desk.test> menulis:\n> Kirim ID\n> Anda\n"
    parsed = reading(mail(text)).mail
    assert parsed.new_text.strip() == "Sudah saya kirim."
    assert "> Kirim ID" in parsed.quoted
    assert sorted((parsed.new_text + "\n" + parsed.quoted + "\n" + parsed.signature).split()) == sorted(text.split())


def test_the_ingest_key_is_the_mails_own() -> None:
    """Line ends, trailing blank lines and trace headers do not matter; everything else does."""
    first = mail("Satu.\r\n", more="Message-ID: <1@example.com>\r\n")
    same = [
        first.replace(b"\r\n", b"\n"),
        first + b"\r\n\r\n",
        b"Received: from mx by us\r\nDelivered-To: help@desk.test\r\n" + first,
    ]
    other = [first.replace(b"Satu", b"Dua"), first.replace(b"<1@", b"<2@"), first.replace(b"11:58", b"11:59")]
    assert {ingest_key(content) for content in same} == {ingest_key(first)}
    assert len({ingest_key(content) for content in [first, *other]}) == 4


def test_references_are_msg_ids() -> None:
    """Without angle brackets, oldest first; empty ones are none."""
    parsed = reading(
        mail("x", more="References: <a@b> <c@d>\r\n <e@f>\r\nIn-Reply-To: <e@f>\r\nMessage-ID: <>\r\n")
    ).mail
    assert parsed.references == ("a@b", "c@d", "e@f")
    assert parsed.in_reply_to == ("e@f",)
    assert parsed.message_id is None


def test_authentication_results_are_taken_apart() -> None:
    """RFC 8601; who says so, by which method, with which result. Whether it is believed is the desk's."""
    line = "Authentication-Results: MX.desk.test; spf=pass smtp.mailfrom=x.test; dkim=fail header.d=x.test\r\n"
    results = reading(mail("x", more=line)).mail.authentication
    assert [(each.authserv_id, each.method, each.result) for each in results] == [
        ("mx.desk.test", "spf", "pass"),
        ("mx.desk.test", "dkim", "fail"),
    ]


def test_no_nul_and_no_surrogate_reaches_the_store() -> None:
    """PostgreSQL takes neither."""
    content = (
        mail("a")
        .replace(b"\r\n\r\na", b"\r\n\r\na\x00b\xed\xa0\x80c")
        .replace(b"Subject: ", b"Subject: =?utf-8?q?=00x?=")
    )
    parsed = reading(content).mail
    for text in (parsed.text, parsed.new_text, parsed.subject):
        assert "\x00" not in text
        text.encode()

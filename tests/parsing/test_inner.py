"""Whose mail a forwarded one is, in the manner of the clients that people forward with."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from parsing.body.inner import inner_sender
from parsing.mail import Envelope, RawMail
from parsing.reading import read

_BUDI, _SITI = "budi@example.com", "siti.rahma@example.org"


def _read(text: str, subject: str = "Fwd: Deposit belum masuk", page: str | None = None) -> tuple[str, str] | None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ani <ani@kantor.test>", "help@desk.test", subject
    mail["Date"] = "Tue, 24 Nov 2026 12:00:00 +0700"
    mail.set_content(text)
    if page is not None:
        mail.add_alternative(page, subtype="html")
    envelope = Envelope(door="test", received_at=datetime(2026, 11, 24, 5, 0, tzinfo=UTC))
    found = inner_sender(read(RawMail(content=mail.as_bytes(), envelope=envelope)).mail)
    return (found.name, found.address) if found else None


MANNERS = {
    "Gmail, en": f"---------- Forwarded message ---------\nFrom: Budi Santoso <{_BUDI}>\nDate: Mon, Nov 23, 2026 at 10:15 PM\n"
    "Subject: Deposit\nTo: <ani@kantor.test>\n\n\nDeposit belum masuk min",
    "Gmail, id": f"tolong dibantu\n\n---------- Pesan terusan ---------\nDari: Budi Santoso <{_BUDI}>\n"
    "Date: Sen, 23 Nov 2026 pukul 22.15\nSubject: Deposit\nTo: <ani@kantor.test>\n\nDeposit belum masuk",
    "Gmail, starred": f"---------- Forwarded message ---------\nFrom: *Budi Santoso* <{_BUDI}>\nDate: Mon, Nov 23, 2026\n"
    "Subject: Deposit\nTo: <ani@kantor.test>\n\nhalo",
    "Outlook, en": f"FYI\n\n________________________________\nFrom: Budi Santoso <{_BUDI}>\nSent: Monday, November 23, 2026 10:15 PM\n"
    "To: Ani <ani@kantor.test>\nSubject: Deposit\n\nDeposit belum masuk",
    "Outlook, id": f"\n\nDari: Budi Santoso <{_BUDI}>\nDikirim: Senin, 23 November 2026 22.15\nKepada: Ani <ani@kantor.test>\n"
    "Subjek: Deposit\n\nDeposit belum masuk",
    "Outlook, bold": f"*From:* Budi Santoso <{_BUDI}>\n*Sent:* Monday, November 23, 2026 10:15 PM\n*To:* Ani\n*Subject:* Deposit\n\nhalo",
    "Outlook, old": f"-----Original Message-----\nFrom: Budi Santoso [mailto:{_BUDI}]\nSent: Monday, November 23, 2026\n"
    "To: Ani\nSubject: Deposit\n\nDeposit belum masuk",
    "Apple Mail, en": f"\n\nBegin forwarded message:\n\nFrom: Budi Santoso <{_BUDI}>\nSubject: Deposit\nDate: 23 November 2026 22.15\n"
    "To: ani@kantor.test\n\nDeposit belum masuk",
    "Apple Mail, id": f"\nAwal pesan yang diteruskan:\n\nDari: Budi Santoso <{_BUDI}>\nPerihal: Deposit\nTanggal: 23 November 2026\n"
    "Kepada: ani@kantor.test\n\nDeposit belum masuk",
    "Apple Mail, quoted": f"> Begin forwarded message:\n> \n> From: Budi Santoso <{_BUDI}>\n> Subject: Deposit\n> Date: 23 November 2026\n"
    "> To: ani@kantor.test\n> \n> halo",
    "Yahoo, en": f"   ----- Forwarded Message ----- From: Budi Santoso <{_BUDI}>\n"
    "To: ani@kantor.test\nSent: Monday\nSubject: Deposit\n\nhalo",
    "Yahoo, id": f"----- Pesan yang Diteruskan -----\nDari: Budi Santoso <{_BUDI}>\nKepada: ani@kantor.test\nTerkirim: Senin\n"
    "Subjek: Deposit\n\nhalo",
    "Thunderbird": f"-------- Forwarded Message --------\nSubject: \tDeposit\nDate: \tMon, 23 Nov 2026 22:15:00 +0700\n"
    f"From: \tBudi Santoso <{_BUDI}>\nTo: \tani@kantor.test\n\nhalo",
    "Thunderbird, id": f"-------- Pesan Terusan --------\nSubjek: \tDeposit\nTanggal: \tMon, 23 Nov 2026\nDari: \tBudi Santoso <{_BUDI}>\n"
    "Kepada: \tani@kantor.test\n\nhalo",
    "Samsung": f"-------- Pesan terusan --------\nDari: Budi Santoso <{_BUDI}> \nTanggal: 23/11/26 22.15 (GMT+07:00) \n"
    "Kepada: ani@kantor.test \nSubjek: Deposit \n\nhalo",
    "K-9": f"-------- Original Message --------\nFrom: Budi Santoso <{_BUDI}>\nSent: November 23, 2026\nTo: ani@kantor.test\n"
    "Subject: Deposit\n\nhalo",
    "mutt": f"----- Forwarded message from Budi Santoso <{_BUDI}> -----\n\nDate: Mon, 23 Nov 2026 22:15:00 +0700\n"
    f"From: Budi Santoso <{_BUDI}>\nTo: ani@kantor.test\nSubject: Deposit\n\nhalo\n\n----- End forwarded message -----",
    "mutt, short": f"----- Forwarded message from Budi Santoso <{_BUDI}> -----\n\nDeposit belum masuk\n\n----- End forwarded message -----",
    "Zoho": f"============ Forwarded message ============\nFrom: Budi Santoso <{_BUDI}>\nTo: <ani@kantor.test>\nDate: Mon, 23 Nov 2026\n"
    "Subject: Deposit\n============ Forwarded message ============\n\nhalo",
    "Proton": f"------- Forwarded Message -------\nFrom: Budi Santoso <{_BUDI}>\nDate: On Monday, November 23rd, 2026\nSubject: Deposit\n"
    "To: ani@kantor.test\n\nhalo",
    "Lotus": f"----- Forwarded by Ani/Kantor on 24/11/2026 -----\n\nFrom: Budi Santoso <{_BUDI}>\nTo: ani@kantor.test\nDate: 23/11/2026\n"
    "Subject: Deposit\n\nhalo",
    "German": f"---------- Weitergeleitete Nachricht ---------\nVon: Budi Santoso <{_BUDI}>\nDatum: Mo., 23. Nov. 2026\n"
    "Betreff: Deposit\nAn: <ani@kantor.test>\n\nhalo",
    "a name on a line of its own": f"---------- Forwarded message ---------\nFrom: Budi Santoso\n<{_BUDI}>\nDate: Mon\nSubject: Deposit\n\nhalo",
}


@pytest.mark.parametrize("text", MANNERS.values(), ids=MANNERS)
def test_the_sender_is_found_in_every_manner(text: str) -> None:
    """With the name, and never the agent who forwards."""
    assert _read(text) == ("Budi Santoso", _BUDI)


def test_the_first_of_several_is_the_one_that_was_forwarded() -> None:
    """What the customer answered stands below."""
    text = MANNERS["Gmail, en"] + f"\n\nOn Sun, Siti <{_SITI}> wrote:\n> halo"
    assert _read(text) == ("Budi Santoso", _BUDI)


def test_an_attached_mail_is_trusted_more() -> None:
    """What the words say otherwise does not count."""
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Subject"] = f"Siti <{_SITI}>", "ani@kantor.test", "Akun diblokir"
    inner.set_content("Akun saya diblokir")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ani@kantor.test", "help@desk.test", "Fwd: Akun"
    mail.set_content(MANNERS["Gmail, en"])
    mail.add_attachment(inner)
    envelope = Envelope(door="test", received_at=datetime(2026, 11, 24, 5, 0, tzinfo=UTC))
    found = inner_sender(read(RawMail(content=mail.as_bytes(), envelope=envelope)).mail)
    assert found is not None
    assert (found.name, found.address, found.attached) == ("Siti", _SITI, True)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Printer rusak, hubungi budi@example.com ya.", "Printer"),
        (f"Baik.\n\nOn Mon, Nov 23, 2026, Budi <{_BUDI}> wrote:\n> halo", "Re: Deposit"),
        (f"Baik.\n\nFrom: Budi <{_BUDI}>\nSent: Monday\nTo: Ani\nSubject: Deposit\n\nhalo", "Re: Deposit"),
        ("---------- Forwarded message ---------\nFrom: Budi tanpa alamat\nDate: x\n\nhalo", "Fwd: x"),
        ("", "Fwd:"),
    ],
)
def test_what_hands_nothing_on_names_nobody(text: str, subject: str) -> None:
    """An answer is no forward, and an address in the words is not a sender."""
    assert _read(text, subject) is None

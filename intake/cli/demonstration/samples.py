"""The demo's reports: two with a screenshot, one without proof of its sender, and one that no person wrote."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from intake.cli.demonstration.drawing import screenshot

#: Who vouches for the demo's senders: in real life the mail server in front of the desk does (RFC 8601).
AUTHSERV_ID = "border.contoh.test"

DESK = "bantuan@contoh.test"

_MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)


def deposit(now: datetime) -> EmailMessage:
    """Indonesian: a deposit that did not arrive, with everything that an agent needs."""
    day = now - timedelta(days=1)
    number = f"TRX-{day:%Y%m%d}-0042"
    mail = _mail("Budi Santoso <budi@example.com>", "Deposit belum masuk", now, verified=True)
    mail.set_content(
        "Halo min,\n\n"
        "Deposit saya belum masuk padahal saldo di bank sudah terpotong.\n\n"
        "Username: budi_99\n"
        f"ID transaksi: {number}\n"
        f"Waktu: {day.day} {_MONTHS[day.month - 1]} {day.year} pukul 22.10 WIB\n\n"
        "Saya sudah coba keluar dan masuk lagi, hasilnya sama. Bukti terlampir.\n\n"
        "Terima kasih,\nBudi\n"
    )
    picture = screenshot(
        "Riwayat transaksi",
        [
            "Transfer berhasil",
            f"Ref {number}",
            f"{day:%d-%m-%Y} 22:10 WIB",
            "Jumlah Rp50.000",
            "!Saldo belum bertambah",
        ],
    )
    mail.add_attachment(picture, maintype="image", subtype="png", filename="Screenshot_bukti.png")
    return mail


def login(now: datetime) -> EmailMessage:
    """English: somebody who cannot sign in, with a screenshot of the error."""
    mail = _mail("Alice Tan <alice@example.org>", "Cannot log in", now, verified=True)
    mail.set_content(
        "Hello,\n\nI cannot log in to my account since this morning 08:15 WIB. The app says my account is locked.\n\n"
        "My username is alice_tan7. I reinstalled the app already.\n\nThank you\nAlice\n"
    )
    picture = screenshot("Sign in", ["Username: alice_tan7", "!Error 403: account locked", "Try again later"])
    mail.add_attachment(picture, maintype="image", subtype="png", filename="error.png")
    return mail


def withdrawal(now: datetime) -> EmailMessage:
    """Indonesian, in chat spelling: the transaction ID is missing, and nobody vouches for the sender."""
    mail = _mail("Siti <siti@example.net>", "wd blm masuk", now, verified=False)
    mail.set_content("min tolong, wd saya dari kemarin jam 10 mlm blm masuk2. user siti88\n")
    return mail


def out_of_office(now: datetime) -> EmailMessage:
    """A machine's mail: kept, and never answered."""
    mail = _mail("Hotel Reservations <office@example.com>", "Out of office", now, verified=True)
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content("I am out of the office until Monday.\n")
    return mail


def answer(letter: EmailMessage, now: datetime) -> EmailMessage:
    """Budi answers his acknowledgement."""
    mail = _mail("Budi Santoso <budi@example.com>", f"Re: {letter['Subject']}", now, verified=True)
    mail.replace_header("To", letter["Reply-To"])
    mail["In-Reply-To"] = letter["Message-ID"]
    mail.set_content("Halo, apakah sudah ada kabar? Terima kasih.\n")
    return mail


def _mail(sender: str, subject: str, now: datetime, *, verified: bool) -> EmailMessage:
    mail = EmailMessage(policy=policy.SMTP)
    domain = sender.rpartition("@")[2].rstrip(">")
    if verified:
        mail["Authentication-Results"] = f"{AUTHSERV_ID}; dmarc=pass header.from={domain}"
    mail["From"] = sender
    mail["To"] = DESK
    mail["Subject"] = subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain=domain)
    return mail

"""An agent at the own mailbox, with real servers all the way: from the customer's mail to the same agent told again."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from html import escape
from pathlib import Path

from intake.cli.demonstration.drawing import screenshot
from replies import tokens
from store.models import Letter, Mail, Ticket
from tests.scenes.post import Post, text_of

_REPORT = (
    "Halo min,\n\nDeposit saya belum masuk.\nUsername: budi_99\nID transaksi: TRX-20261123-0042\nWaktu: 22.10 WIB\n"
)


def _reply_of_a_phone(notice: EmailMessage, picture: bytes) -> EmailMessage:
    """As Gmail's app writes it: orders on top, a picture within, the whole notice quoted below."""
    said = text_of(notice).splitlines()
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


def test_a_case_from_the_first_mail_to_the_last(post: Post, tmp_path: Path) -> None:
    """One agent's notice, a reply with a picture and #tutup, a threaded answer without a word of what is inside."""
    customer, agent, other = post.mailbox(), post.mailbox(), post.mailbox()
    desk = post.desk(tmp_path / "desk")
    desk.start()
    try:
        assert desk.command("agent", "add", "Ani", agent.address).returncode == 0
        assert desk.command("agent", "add", "Dewi", other.address).returncode == 0
        asked = customer.write("help@desk.test", _REPORT, Subject="Deposit belum masuk")
        desk.until(lambda: agent.received() or other.received(), "an agent is told")
        if other.received():
            agent, other = other, agent
        assert not other.received()
        (notice,) = agent.received()
        picture = screenshot("Riwayat", ["Ref TRX-20261123-0042"])
        agent.reply(notice, _reply_of_a_phone(notice, picture))
        desk.until(lambda: len(customer.received()) == 2, "the answer is in the customer's mailbox")
        answer = customer.last()
        assert answer["In-Reply-To"] == asked
        assert asked in str(answer["References"]).split()
        assert answer["Subject"] == notice["Subject"]
        body = text_of(answer)
        assert "depositnya sudah masuk" in body
        assert [part.get_content() for part in answer.walk() if part.get_content_type() == "image/png"] == [picture]
        _check_bytes(customer.contents()[-1], agent.address, notice, body)
        (ticket,) = desk.rows(Ticket)
        assert ticket.status == "closed"
        customer.reply(answer, "Makasih kak, sudah masuk.")
        desk.until(lambda: len(desk.rows(Mail)) == 3, "the thanks are taken")
        assert desk.rows(Ticket)[0].status == "closed"
        customer.reply(answer, "Kak, kok hilang lagi saldonya?")
        desk.until(lambda: desk.rows(Ticket)[0].status == "open", "it is open again")
        desk.until(lambda: len(agent.received()) >= 2, "the same agent is told")
        assert "hilang lagi saldonya" in text_of(agent.last())
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
    for line in text_of(notice).splitlines():
        assert len(line) < 25 or line.strip() not in body, line

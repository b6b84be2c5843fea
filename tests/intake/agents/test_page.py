"""An agent's own words as the HTML lays them out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from intake.agents.page import own_page
from intake.agents.writing import for_customer
from parsing.mail import Envelope, ParsedMail, RawMail
from parsing.reading import read

_ENVELOPE = Envelope(door="test", received_at=datetime(2026, 11, 24, 5, 0, tzinfo=UTC))
_NOTICE = (
    '<div>Balasan Anda DIKIRIM ke budi@example.com.</div><img src="cid:p1.0@lkt-104231"><div>Username: budi_99</div>'
)
_GMAIL = (
    '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">Pada Sel, 24 Nov 2026, Bantuan menulis:<br></div>'
    f'<blockquote class="gmail_quote">{_NOTICE}</blockquote></div>'
)
_OUTLOOK = (
    '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal">'
    f"<b>From:</b> Bantuan<br><b>Sent:</b> Tuesday<br><b>To:</b> Ani<br><b>Subject:</b> x</p></div></div>{_NOTICE}"
)
_LOGO = '<p class="MsoNormal"><img width="120" height="40" src="cid:image001.png@01DC"></p>'
_SIGNED = f'<p class="MsoNormal">Best regards,</p><p class="MsoNormal"><b>Ani Wijaya</b></p>{_LOGO}'


def _mail(page: str, text: str = "", pictures: Sequence[str] = ()) -> ParsedMail:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ani@kantor.test", "help@desk.test", "Re: [LKT-104231] Deposit"
    if text:
        mail.set_content(text)
        mail.add_alternative(page, subtype="html")
    else:
        mail.set_content(page, subtype="html")
    for name in pictures:
        mail.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename=name)
    return read(RawMail(content=mail.as_bytes(), envelope=_ENVELOPE)).mail


def _words(page: str) -> str:
    found = own_page(_mail(page))
    assert found
    return found.words


@pytest.mark.parametrize("history", [_GMAIL, _OUTLOOK])
def test_lists_tables_links_and_bold_are_kept_and_nothing_that_is_quoted(history: str) -> None:
    """As words, with signs that a reader of the plain text understands too."""
    page = (
        "<div>Mohon <b>dua hal</b>:</div><ol><li>Buka <strong>Riwayat</strong></li>"
        '<li>Kirim <a href="https://contoh.test/x?y=1">di sini</a></li></ol>'
        "<table><tr><td>Bank</td><td><b>Status</b></td></tr><tr><td>BCA</td><td>aman</td></tr></table>"
    )
    assert _words(page + history) == (
        "Mohon *dua hal*:\n\n1. Buka *Riwayat*\n2. Kirim di sini (https://contoh.test/x?y=1)\n\nBank\t*Status*\nBCA\taman"
    )


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<p>Ada <b>tiga</b><b> hal</b> ya, mohon dibaca.</p>", "Ada *tiga* *hal* ya, mohon dibaca."),
        ("<b>Semua tebal.</b><br>Tidak.", "Semua tebal.\nTidak."),  # somebody's type
        ('<b style="font-weight:normal">Dari Google Docs</b>', "Dari Google Docs"),
        ("<p>per<b>tama</b> sekali ini penting</p>", "pertama sekali ini penting"),
        ("<p>Tekan <b>*888#</b> di ponsel Anda ya kak.</p>", "Tekan *888# di ponsel Anda ya kak."),
        (
            "<p><b>Judul<br>dua</b></p><p>Lalu isinya panjang sekali ya kak.</p>",
            "*Judul*\n*dua*\n\nLalu isinya panjang sekali ya kak.",
        ),
        (
            "<p>tidak ditutup <b>sama</p><p>sekali, tetapi isinya panjang</p>",
            "tidak ditutup sama\n\nsekali, tetapi isinya panjang",
        ),
        ('<p>Hai<img src="https://track.test/p.gif" width="1"> kak<script>x</script><style>b{}</style></p>', "Hai kak"),
        ("<p>\ue000\ue001\ue002aneh</p>", "aneh"),
    ],
)
def test_only_words_and_their_weight_pass(page: str, words: str) -> None:
    """Whatever stands in the HTML."""
    assert _words(page) == words


def test_pictures_of_the_notice_and_logos_are_foreign() -> None:
    """Those among the words, and a wide one below the name, are the agent's own."""
    own = '<p class="MsoNormal">Lihat ini:<img width="90" src="cid:own@x"></p>'
    wide = _SIGNED.replace('width="120"', 'width="640"').replace("image001", "image009")
    found = own_page(_mail(own + _SIGNED + _OUTLOOK))
    assert found
    assert found.foreign == {"image001.png@01DC", "p1.0@lkt-104231"}
    found = own_page(_mail(own + wide + _OUTLOOK))
    assert found
    assert found.foreign == {"p1.0@lkt-104231"}
    assert own_page(_mail("", "tanpa HTML")) is None or not own_page(_mail("", "tanpa HTML")).foreign  # type: ignore[union-attr]


def _written(page: str, text: str, pictures: Sequence[str] = ()) -> str:
    mail = _mail(page, text, pictures)
    return for_customer(mail, (), ["ani@kantor.test"], own_page(mail))


def test_the_text_says_what_the_words_are_and_the_html_how_they_lie() -> None:
    """Lines that a program broke are whole again; where both do not say the same, the text is believed."""
    page = "<div>Halo Kak, ini kalimat yang <b>panjang</b> sekali.</div><ol><li>Satu</li></ol>"
    text = "Halo Kak, ini kalimat yang\n*panjang* sekali.\n\n   1. Satu\n"
    assert _written(page, text) == "Halo Kak, ini kalimat yang *panjang* sekali.\n\n1. Satu"
    assert _written(page.replace("sekali", "benar"), text) == text.strip("\n")
    ordered = _written(f"<div>#tutup</div>{page}", f"#tutup\n\n{text}")
    assert ordered == "Halo Kak, ini kalimat yang *panjang* sekali.\n\n1. Satu"


@pytest.mark.parametrize(
    "text",
    ["Ini ya.\n\n[image: bukti.png]\n", "Ini ya.\n\n[cid:image001.png@01DC]\n", "Ini ya.\n\n<bukti.png>\n"],
)
def test_what_programs_write_for_a_picture_does_not_leave(text: str) -> None:
    """The picture itself goes with the answer."""
    assert _written("<p>Ini ya.</p><img src='cid:x'>", text, ["bukti.png"]) == "Ini ya."


def test_a_phones_tagline_alone_is_nothing() -> None:
    """A picture goes without words; nothing at all is held as empty."""
    assert (
        _written('<div><img src="cid:x"></div><div>Dikirim dari iPhone saya</div>', "\n\nDikirim dari iPhone saya\n")
        == ""
    )

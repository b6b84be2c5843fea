"""Replies to a notice, in the manner of the clients that agents write with: what each does to lines that were typed.

Written anew from how these programs compose; the words are nobody's.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

#: What a notice says, and every reply quotes: it holds an order, which must not count.
NOTICE: Final = ("Balasan Anda DIKIRIM ke budi@example.com", "#tutup", "Username: budi_99 (teks)")

_AUTO: Final = ' dir="auto"'
_YAHOOS: Final = ' dir="ltr" data-setdir="false"'

_DESK: Final = "help+answer.0123456789abcdefghjkmnpqrstvwxyz@desk.test"


@dataclass(frozen=True, kw_only=True)
class Language:
    """How clients speak in it."""

    code: str
    wrote: str  #: an attribution
    sent_from: str  #: a phone's last line
    labels: tuple[str, str, str, str]  #: from, sent, to, subject
    original: str


ID: Final = Language(
    code="id",
    wrote="Pada Sel, 24 Nov 2026 pukul 12.00 Bantuan <help@desk.test> menulis:",
    sent_from="Dikirim dari iPhone saya",
    labels=("Dari", "Dikirim", "Kepada", "Subjek"),
    original="Pesan asli",
)
EN: Final = Language(
    code="en",
    wrote="On Tue, Nov 24, 2026 at 12:00 PM Support <help@desk.test> wrote:",
    sent_from="Sent from my iPhone",
    labels=("From", "Sent", "To", "Subject"),
    original="Original message",
)

Write = Callable[[Sequence[str], Language], bytes]


def mail(text: str | None, page: str | None = None, *, flowed: bool = False, line_end: str = "\r\n") -> bytes:
    """A mail of an agent's with these words, as text, as HTML, or both."""
    made = EmailMessage()
    made["From"] = "Ani <ani@kantor.test>"
    made["To"] = _DESK
    made["Subject"] = "Re: [LKT-104231] Deposit belum masuk"
    made["Message-ID"] = "<x@kantor.test>"
    made["Date"] = "Tue, 24 Nov 2026 12:05:00 +0700"
    if text is not None:
        made.set_content(text, cte="8bit" if text.isascii() else "base64")
        if flowed:
            made.set_param("format", "flowed")
    if page is not None and text is not None:
        made.add_alternative(page, subtype="html", cte="quoted-printable")
    elif page is not None:
        made.set_content(page, subtype="html", cte="quoted-printable")
    return made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", line_end.encode())


def _quoted(language: Language) -> str:
    return "\n".join([language.wrote, *(f"> {line}" for line in NOTICE)])


def _header(language: Language, *, bold: bool) -> list[str]:
    values = ("Bantuan <help@desk.test>", "24 November 2026 12:00", "Ani <ani@kantor.test>", "[LKT-104231] Deposit")
    mark = "b" if bold else "span"
    return [
        f"<{mark}>{label}:</{mark}> {html.escape(value)}" for label, value in zip(language.labels, values, strict=True)
    ]


def _blocks(lines: Sequence[str], tag: str, empty: str = "<br>", attributes: str = "") -> str:
    return "".join(f"<{tag}{attributes}>{html.escape(line) or empty}</{tag}>" for line in lines)


def _notice(tag: str = "div") -> str:
    return _blocks(NOTICE, tag)


def outlook(lines: Sequence[str], language: Language) -> bytes:
    """The desktop program: a paragraph a line, blank ones of a hard space, a drawn line above the header."""
    spaced = "\n\n".join(line for line in lines if line)
    head = "\n".join(f"{label}: x" for label in language.labels)
    paragraphs = "".join(
        f'<p class="MsoNormal">{html.escape(line) or "<o:p>&nbsp;</o:p>"}<o:p></o:p></p>' for line in lines
    )
    page = (
        f'<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang="EN-US"><div class="WordSection1">{paragraphs}'
        '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal">'
        f"{'<br>'.join(_header(language, bold=True))}<o:p></o:p></p></div>{_notice('p')}</div></body></html>"
    )
    return mail(f"{spaced}\n\n{head}\n\n" + "\n".join(NOTICE), page)


def outlook_web(lines: Sequence[str], language: Language) -> bytes:
    """The program in the browser and on phones: HTML alone, a mark where history begins."""
    style = ' class="elementToProof" style="font-family: Aptos, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);"'
    page = (
        f'<html><body dir="ltr">{_blocks(lines, "div", attributes=style)}'
        '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
        f'<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">{"<br>".join(_header(language, bold=True))}</font></div>'
        f"{_notice()}</body></html>"
    )
    return mail(None, page)


def gmail(lines: Sequence[str], language: Language) -> bytes:
    """Gmail in the browser."""
    rest = _blocks(lines[1:], "div")
    page = (
        f'<div dir="ltr">{html.escape(lines[0])}{rest}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{html.escape(language.wrote)}<br></div>'
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">'
        f"{_notice()}</blockquote></div>"
    )
    return mail("\n".join([*lines, "", _quoted(language)]), page)


def gmail_app(lines: Sequence[str], language: Language) -> bytes:
    """Gmail on a phone."""
    page = (
        f'{_blocks(lines, "div", attributes=_AUTO)}<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f'{html.escape(language.wrote)}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{_notice()}'
        "</blockquote></div>"
    )
    return mail("\n".join([*lines, "", _quoted(language)]), page)


def apple_mail(lines: Sequence[str], language: Language) -> bytes:
    """Apple Mail on a Mac."""
    rest = _blocks(lines[1:], "div")
    page = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: '
        f'break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">{html.escape(lines[0])}{rest}'
        f'<div><br><blockquote type="cite"><div>{html.escape(language.wrote)}</div><br class="Apple-interchange-newline">'
        f"<div>{_notice()}</div></blockquote></div><br></body></html>"
    )
    return mail("\n".join([*lines, "", _quoted(language)]), page, flowed=True)


def iphone(lines: Sequence[str], language: Language) -> bytes:
    """Mail on an iPhone: its tagline stands above what it quotes."""
    page = (
        f'<html><head></head><body dir="auto"><div dir="ltr">{_blocks(lines, "div")}</div><div dir="ltr"><br></div>'
        f'<div id="AppleMailSignature" dir="ltr">{language.sent_from}</div><div dir="ltr"><br><blockquote type="cite">'
        f'{html.escape(language.wrote)}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{_notice()}</div>'
        "</blockquote></body></html>"
    )
    return mail("\n".join([*lines, "", language.sent_from, "", _quoted(language)]), page)


def yahoo(lines: Sequence[str], language: Language) -> bytes:
    """Yahoo in the browser."""
    page = (
        '<html><head></head><body><div class="ydp1a2byahoo-style-wrap" style="font-family:Helvetica Neue;font-size:13px;">'
        f"{_blocks(lines, 'div', attributes=_YAHOOS)}</div>"
        '<div id="ydp3cyahoo_quoted_1" class="yahoo_quoted"><div style="font-family:Helvetica;color:#26282a;">'
        f"<div>{html.escape(language.wrote)}</div><div><br></div>{_notice()}</div></div></body></html>"
    )
    return mail("\n".join([*lines, "", _quoted(language)]), page)


def thunderbird(lines: Sequence[str], language: Language) -> bytes:
    """Thunderbird, in HTML, with a signature of the agent's."""
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>'
        f'{_blocks(lines, "p")}<div class="moz-cite-prefix">{html.escape(language.wrote)}<br></div>'
        f'<blockquote type="cite" cite="mid:r.x.1@desk.test">{_notice("p")}</blockquote>'
        '<div class="moz-signature">-- <br>Ani</div></body></html>'
    )
    return mail("\n".join([*lines, "", _quoted(language), "", "-- ", "Ani"]), page)


def samsung(lines: Sequence[str], language: Language) -> bytes:
    """Samsung's program: HTML alone, the original below a frame of dashes."""
    head = "".join(f"<div>{line}</div>" for line in _header(language, bold=False))
    page = (
        f'<html><head></head><body>{_blocks(lines, "div", attributes=_AUTO)}<div dir="auto"><br></div>'
        '<div id="composer_signature" dir="auto"><div style="font-size:85%;color:#575757" dir="auto">Galaxy</div></div>'
        f'<div dir="auto"><br></div><div align="left" dir="auto"><div>-------- {language.original} --------</div>{head}'
        f"</div>{_notice()}</body></html>"
    )
    return mail(None, page)


def k9(lines: Sequence[str], language: Language) -> bytes:
    """K-9 Mail: plain text, a signature above the quote."""
    return mail("\n".join([*lines, "", "-- ", "K-9", "", _quoted(language)]))


def mutt(lines: Sequence[str], language: Language) -> bytes:
    """mutt: plain text, flowed, bare line feeds, the signature last."""
    return mail("\n".join([*lines, "", _quoted(language), "", "-- ", "Ani"]), flowed=True, line_end="\n")


CLIENTS: Final[dict[str, Write]] = {
    "Outlook": outlook,
    "Outlook on the web": outlook_web,
    "Gmail": gmail,
    "Gmail app": gmail_app,
    "Apple Mail": apple_mail,
    "iPhone": iphone,
    "Yahoo": yahoo,
    "Thunderbird": thunderbird,
    "Samsung": samsung,
    "K-9": k9,
    "mutt": mutt,
}

"""Replies as mail clients write them in Indonesian, made by the dozen: the words, the quote and the signature are known.

Each client is a function that takes what is said, what is signed and what is answered, and sets it as the client does:
its attribution, its way of quoting, its tagline. Words and letters are our own.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from html import escape

_HOME = timezone(timedelta(hours=7))
_DAYS = "Senin Selasa Rabu Kamis Jumat Sabtu Minggu".split()
_SHORT_DAYS = "Sen Sel Rab Kam Jum Sab Min".split()
_MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
_SHORT_MONTHS = "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split()
_ENGLISH_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_ENGLISH_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

#: What customers answer. Some of it looks like a quote's beginning, and is none.
_SAID = [
    "Ini nomor transaksinya min: TRX-90117-2026",
    "Halo min,\n\nSudah saya cek, saldo masih nol.\nMohon dibantu ya",
    "Username: sari_tani\nWaktu: 10/11/2026 10.15 WIB\nJumlah: Rp150.000",
    "Dari: BCA 1234567\nKe: DANA 08120000000\nTanggal: 10 November 2026\nJumlah: 50.000",
    "belum masuk juga kak, padahal kemarin bilangnya 1x24 jam",
    "Saya transfer pada 10 November 2026 pukul 10.00 WIB, datanya:\n- BCA\n- Rp75.000\n- atas nama sendiri",
    "ok",
    "Sudah saya kirim ke admin@contoh.example tanggal 9/11/2026, ini isinya:\nsaldo belum masuk",
    "Pagi,\nkode OTP tidak pernah sampai. Apa nomor saya salah?\n\nNomor yang terdaftar 0812-0000-1111.",
    "Terima kasih balasannya. Tapi saldo saya masih belum kembali, tolong dicek lagi.",
    "Please check again, the deposit is still missing.\nTransaction: DP-2026-8871",
    "1. HP Samsung A14\n2. Aplikasi versi 3.2\n3. Sejak kemarin malam",
    "Baik, saya tunggu. Terima kasih.",
    "Assalamualaikum\nmaaf baru balas\nmaksudnya ID transaksi yang mana ya? yang di aplikasi atau di struk bank?",
    "Saya sudah menulis: tidak bisa masuk\nJadi mohon direset saja akunnya",
    'Tadi saya dapat email ini:\n"Akun anda dibekukan"\n\nBenar dari kalian?',
]
_SIGNED = [
    "",
    "",
    "",
    "Salam,\nSari",
    "Terima kasih,\nBudi Hartono",
    "--\nSari Wulandari\nToko Maju Jaya\n0812 0000 1111",
    "Hormat saya,\n\nAgus Salim\nManajer Operasional | PT Sumber Rejeki\nJl. Kenanga No. 4, Malang\nTelp. 0341 000000",
    "Wassalam,\nUstadz Hamid",
]
_LETTERS = [
    "Halo,\n\nLaporan Anda sudah kami terima. Nomor tiket: LKT-104231\n\nSatu hal lagi: ID transaksi. Cukup balas surel ini.\n\nTim Bantuan Contoh",
    "Halo Kak,\n\nMohon kirimkan:\n1. Username\n2. Waktu kejadian\n\nKami tidak pernah meminta kata sandi, PIN, atau OTP.\n\nSalam hangat,\nRina",
    "Dana sudah kami proses.\nMohon dicek kembali saldonya, dan balas surel ini bila belum masuk.",
]
_NAMES = [
    "Bantuan Contoh",
    "Tim CS",
    "Rina dari Contoh",
    "Customer Care",
    "PT Contoh Digital Nusantara Layanan Pelanggan",
]
_ADDRESSES = ["bantuan@contoh.example", "bantuan+k7f3q9zt2mxa@contoh.example", "cs@layanan.contoh.example"]


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What was said, and to what."""

    said: str
    signed: str  #: "" where the writer does not sign
    letter: str  #: the desk's letter
    at: datetime  #: when that was written
    name: str  #: of who wrote it
    address: str


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply as a client sends it, and how it is to be divided: lines without blank ones."""

    client: str
    type: str  #: text/plain or text/html
    body: str
    new: list[str]
    signature: list[str]


def replies(client: str, count: int = 40) -> Iterator[Reply]:
    """So many replies of one client: the same ones each time."""
    dice = random.Random(client)
    for number in range(count):
        answered = Answered(
            said=_SAID[number % len(_SAID)],
            signed=dice.choice(_SIGNED),
            letter=dice.choice(_LETTERS),
            at=datetime(
                2026, dice.randint(1, 12), dice.randint(1, 28), dice.randint(0, 23), dice.randint(0, 59), tzinfo=_HOME
            ),
            name=dice.choice(_NAMES),
            address=dice.choice(_ADDRESSES),
        )
        yield CLIENTS[client](replace(answered), dice)


def _reply(client: str, kind: str, body: str, answered: Answered, tagline: str = "") -> Reply:
    signature = [line for line in f"{answered.signed}\n{tagline}".split("\n") if line.strip()]
    return Reply(
        client=client,
        type=kind,
        body=body,
        new=[line for line in answered.said.split("\n") if line],
        signature=signature,
    )


def _own(answered: Answered, tagline: str = "") -> str:
    return "\n\n".join(piece for piece in (answered.said, answered.signed, tagline) if piece)


def _marked(letter: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in letter.split("\n"))


def _wrapped(line: str, width: int = 76) -> str:
    return "\n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False))


def _divs(text: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))


def _breaks(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))


def _word(text: str) -> str:
    """As Word sets mail: a paragraph a line."""
    return "".join(
        f"<p class=MsoNormal>{escape(line) or '<o:p>&nbsp;</o:p>'}<o:p></o:p></p>\n" for line in text.split("\n")
    )


# --- dates, as clients write them


def _gmail_date(at: datetime) -> str:
    return f"{_SHORT_DAYS[at.weekday()]}, {at.day} {_SHORT_MONTHS[at.month - 1]} {at.year}"


def _long_date(at: datetime) -> str:
    return f"{_DAYS[at.weekday()]}, {at.day} {_MONTHS[at.month - 1]} {at.year}"


def _english_date(at: datetime) -> str:
    return f"{_ENGLISH_DAYS[at.weekday()]}, {_ENGLISH_MONTHS[at.month - 1]} {at.day}, {at.year}"


# --- the clients


def _gmail(answered: Answered, dice: random.Random) -> Reply:
    at = answered.at
    attribution = dice.choice(
        [
            f"Pada {_gmail_date(at)} pukul {at:%H.%M} {answered.name} <{answered.address}> menulis:",
            f"Pada tanggal {_gmail_date(at)} pukul {at:%H.%M} {answered.name} <{answered.address}> menulis:",
            f"On {_english_date(at)} at {at:%I:%M %p} {answered.name} <{answered.address}> wrote:",
        ]
    )
    if dice.random() < 0.5:
        body = f"{_own(answered)}\n\n{_wrapped(attribution)}\n\n{_marked(answered.letter)}\n"
        return _reply("gmail", "text/plain", body, answered)
    quote = f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex"><div dir="ltr">{_divs(answered.letter)}</div></blockquote>'
    signed = (
        f'<div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">{_divs(answered.signed)}</div>'
        if answered.signed
        else ""
    )
    body = (
        f'<div dir="ltr">{_divs(answered.said)}<div><br></div>{signed}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{escape(attribution)}<br></div>{quote}</div>'
    )
    return _reply("gmail", "text/html", body, answered)


def _gmail_app(answered: Answered, dice: random.Random) -> Reply:
    at = answered.at
    attribution = f"Pada {_gmail_date(at)} {at:%H.%M}, {answered.name} <{answered.address}> menulis:"
    if dice.random() < 0.5:
        return _reply(
            "gmail app",
            "text/plain",
            f"{_own(answered)}\n\n{_wrapped(attribution)}\n\n{_marked(answered.letter)}\n",
            answered,
        )
    body = (
        f'<div dir="auto">{_divs(_own(answered))}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{escape(attribution)}<br></div>'
        f'<blockquote class="gmail_quote">{_divs(answered.letter)}</blockquote></div>'
    )
    return _reply("gmail app", "text/html", body, answered)


def _outlook_header(answered: Answered, dice: random.Random) -> list[tuple[str, str]]:
    at = answered.at
    sender, to = f"{answered.name} <{answered.address}>", "Sari <sari@pelanggan.example>"
    labels = dice.choice(
        [
            ("Dari", "Dikirim", "Kepada", "Subjek"),
            ("Dari", "Terkirim", "Ke", "Perihal"),
            ("From", "Sent", "To", "Subject"),
        ]
    )
    when = f"{_long_date(at)} {at:%H.%M}"
    return list(zip(labels, (sender, when, to, "[LKT-104231] Deposit belum masuk"), strict=True))


def _outlook_desktop(answered: Answered, dice: random.Random) -> Reply:
    header = _outlook_header(answered, dice)
    if dice.random() < 0.5:
        lines = "\n".join(f"{label}: {value}" for label, value in header)
        rule = dice.choice(
            ["", "-----Pesan Asli-----\n", "-----Original Message-----\n", "________________________________\n"]
        )
        return _reply(
            "outlook desktop", "text/plain", f"{_own(answered)}\n\n{rule}{lines}\n\n{answered.letter}\n", answered
        )
    lines = "<br>".join(f"<b>{label}:</b> {escape(value)}" for label, value in header)
    border = dice.choice(["#E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm", "#B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in"])
    body = (
        f'<div class=WordSection1>{_word(_own(answered))}<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style="border:none;border-top:solid {border}">'
        f"<p class=MsoNormal>{lines}<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>{_word(answered.letter)}</div>"
    )
    return _reply("outlook desktop", "text/html", body, answered)


def _outlook_web(answered: Answered, dice: random.Random) -> Reply:
    header = _outlook_header(answered, dice)
    if dice.random() < 0.5:
        lines = "\n".join(f"{label}: {value}" for label, value in header)
        return _reply(
            "outlook web",
            "text/plain",
            f"{_own(answered)}\n________________________________\n{lines}\n\n{answered.letter}\n",
            answered,
        )
    lines = "<br>".join(f"<b>{label}:</b> {escape(value)}" for label, value in header)
    signed = f'<div id="Signature">{_divs(answered.signed)}</div>' if answered.signed else ""
    body = (
        f'<div class="elementToProof">{_breaks(answered.said)}</div>{signed}<div id="appendonsend"></div><hr style="display:inline-block;width:98%">'
        f'<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">{lines}</font><div>&nbsp;</div></div><div>{_divs(answered.letter)}</div>'
    )
    return _reply("outlook web", "text/html", body, answered)


def _outlook_mobile(answered: Answered, dice: random.Random) -> Reply:
    tagline = dice.choice(["Dapatkan Outlook untuk Android", "Dapatkan Outlook untuk iOS", "Get Outlook for Android"])
    header = _outlook_header(answered, dice)
    if dice.random() < 0.5:
        lines = "\n".join(f"{label}: {value}" for label, value in header)
        shown = f"{tagline}<https://aka.ms/AAb9ysg>"
        body = f"{_own(answered, shown)}\n________________________________\n{lines}\n\n{answered.letter}\n"
        return _reply("outlook mobile", "text/plain", body, answered, shown)
    lines = "<br>".join(f"<b>{label}:</b> {escape(value)}" for label, value in header)
    words, _, device = tagline.rpartition(" ")
    body = (
        f'<div dir="auto">{_divs(_own(answered))}</div><div id="ms-outlook-mobile-signature" dir="auto"><div><br></div>{words} '
        f'<a href="https://aka.ms/AAb9ysg">{device}</a></div><div id="mail-editor-reference-message-container"><hr><div id="divRplyFwdMsg">{lines}</div>'
        f"{_divs(answered.letter)}</div>"
    )
    return _reply("outlook mobile", "text/html", body, answered, f"{tagline} (https://aka.ms/AAb9ysg)")


def _apple(answered: Answered, dice: random.Random) -> Reply:
    at = answered.at
    tagline = dice.choice(["Dikirim dari iPhone saya", "Sent from my iPhone", "Dikirim dari iPad saya", ""])
    month = _SHORT_MONTHS[at.month - 1]
    attribution = dice.choice(
        [
            f"Pada {at.day} {month} {at.year}, pukul {at:%H.%M}, {answered.name} <{answered.address}> menulis:",
            f"Pada {at.day} {month} {at.year}, pukul {at:%H.%M}, {answered.name} menulis:",
            f"On {at.day} {_ENGLISH_MONTHS[at.month - 1]} {at.year}, at {at:%H.%M}, {answered.name} <{answered.address}> wrote:",
        ]
    )
    if dice.random() < 0.5:
        body = f"{_own(answered, tagline)}\n\n> {attribution}\n> \n{_marked(answered.letter)}\n"
        return _reply("apple mail", "text/plain", body, answered, tagline)
    shown = f'<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">{tagline}</div>' if tagline else ""
    body = (
        f'<div dir="ltr">{_divs(_own(answered))}</div>{shown}<div dir="ltr"><br><blockquote type="cite">{escape(attribution)}<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">{_divs(answered.letter)}</div></blockquote>'
    )
    return _reply("apple mail", "text/html", body, answered, tagline)


def _yahoo(answered: Answered, dice: random.Random) -> Reply:
    at = answered.at
    tagline = dice.choice(
        [
            "Dikirim dari Yahoo Mail di Android",
            "Dikirim dari Yahoo Mail untuk iPhone",
            "Sent from Yahoo Mail on Android",
            "",
        ]
    )
    attribution = f"Pada {_long_date(at)} {at:%H.%M.%S} WIB, {answered.name} <{answered.address}> menulis:"
    if dice.random() < 0.5:
        quote = dice.choice([f"{attribution}  \n \n{answered.letter}", f"    {attribution}  \n \n {answered.letter}"])
        return _reply("yahoo", "text/plain", f"{_own(answered, tagline)} \n \n  {quote}\n", answered, tagline)
    shown = (
        f'<div id="ymail_android_signature"><a href="https://mail.onelink.me/107872968">{tagline}</a></div>'
        if tagline
        else ""
    )
    body = (
        f'<div>{_divs(_own(answered))}</div><br>{shown}<div id="yahoo_quoted_5521" class="yahoo_quoted"><div style="font-size:13px">'
        f"<div>{escape(attribution)}</div><div><br></div><div>{_divs(answered.letter)}</div></div></div>"
    )
    return _reply(
        "yahoo", "text/html", body, answered, f"{tagline} (https://mail.onelink.me/107872968)" if tagline else ""
    )


def _thunderbird(answered: Answered, dice: random.Random) -> Reply:
    at = answered.at
    attribution = dice.choice(
        [
            f"Pada {at:%d/%m/%Y} {at:%H.%M}, {answered.name} menulis:",
            f"Pada tanggal {at:%d/%m/%y} {at:%H:%M}, {answered.name} menulis:",
            f"On {at:%d/%m/%Y} {at:%H:%M}, {answered.name} wrote:",
        ]
    )
    if dice.random() < 0.5:
        below = f"{attribution}\n{_marked(answered.letter)}\n\n{_own(answered)}\n"
        above = f"{_own(answered)}\n\n{attribution}\n{_marked(answered.letter)}\n"
        return _reply("thunderbird", "text/plain", dice.choice([below, above]), answered)
    signed = f'<div class="moz-signature">{_breaks(answered.signed)}</div>' if answered.signed else ""
    quote = f'<div class="moz-cite-prefix">{escape(attribution)}<br></div><blockquote type="cite" cite="mid:x@contoh.example">{_breaks(answered.letter)}</blockquote>'
    own = f"<p>{_breaks(answered.said)}</p>"
    return _reply("thunderbird", "text/html", dice.choice([f"{own}{signed}{quote}", f"{quote}{own}{signed}"]), answered)


def _samsung(answered: Answered, dice: random.Random) -> Reply:
    at = answered.at
    tagline = dice.choice(
        ["Dikirim dari Galaxy saya", "Dikirim dari ponsel cerdas Samsung Galaxy saya.", "Sent from my Galaxy", ""]
    )
    rule = dice.choice(["-------- Pesan asli --------", "-------- Original message --------"])
    header = [
        f"Dari: {answered.name} <{answered.address}>",
        f"Tanggal: {at:%d/%m/%y} {at:%H.%M} (GMT+07:00)",
        "Kepada: sari@pelanggan.example",
        "Subjek: [LKT-104231] Deposit belum masuk",
    ]
    if dice.random() < 0.5:
        lines = "\n".join(header)
        return _reply(
            "samsung",
            "text/plain",
            f"{_own(answered, tagline)}\n\n{rule}\n{lines}\n\n{answered.letter}\n",
            answered,
            tagline,
        )
    shown = (
        f'<div id="composer_signature" dir="auto"><div style="font-size:12px">{tagline}</div></div>' if tagline else ""
    )
    body = (
        f'<div dir="auto">{_divs(_own(answered))}</div><div dir="auto"><br></div>{shown}<div dir="auto"><br></div><div style="font-size:100%"><div>{rule}</div>'
        f"{_divs(chr(10).join(header))}<div><br></div></div>{_divs(answered.letter)}"
    )
    return _reply("samsung", "text/html", body, answered, tagline)


def _xiaomi(answered: Answered, dice: random.Random) -> Reply:
    at = answered.at
    tagline = dice.choice(["Dikirim dari Redmi saya", "Dikirim dari ponsel Xiaomi saya", ""])
    attribution = dice.choice(
        [
            f"Pada {at.day} {_SHORT_MONTHS[at.month - 1]} {at.year} {at:%H.%M}, {answered.name} <{answered.address}> menulis:",
            f"{answered.name} <{answered.address}> pada {at.year}-{at:%m-%d %H:%M} menulis:",
        ]
    )
    if dice.random() < 0.5:
        return _reply(
            "xiaomi",
            "text/plain",
            f"{_own(answered, tagline)}\n\n{attribution}\n\n{_marked(answered.letter)}\n",
            answered,
            tagline,
        )
    body = (
        f'<div>{_divs(_own(answered, tagline))}</div><div class="elided-text">{escape(attribution)}<br>'
        f'<blockquote class="quote" style="border-left:1px #ccc solid">{_divs(answered.letter)}</blockquote></div>'
    )
    return _reply("xiaomi", "text/html", body, answered, tagline)


def _k9(answered: Answered, dice: random.Random) -> Reply:
    at = answered.at
    tagline = dice.choice(["Dikirim dari perangkat Android saya dengan K-9 Mail.", ""])
    attribution = f"Pada {at.day} {_MONTHS[at.month - 1]} {at.year} {at:%H.%M.%S} WIB, {answered.name} <{answered.address}> menulis:"
    if dice.random() < 0.5:
        own = "\n".join(piece for piece in (_own(answered), tagline and f"-- \n{tagline}") if piece)
        reply = _reply(
            "k-9", "text/plain", f"{_wrapped(attribution)}\n{_marked(answered.letter)}\n\n{own}\n", answered, tagline
        )
        return replace(reply, signature=_k9_signature(answered, tagline))
    body = (
        f'<div dir="auto">{_divs(_own(answered, tagline))}<br></div><br><br><div class="gmail_quote"><div dir="auto">{escape(attribution)}</div>'
        f'<blockquote class="gmail_quote">{_divs(answered.letter)}</blockquote></div>'
    )
    return _reply("k-9", "text/html", body, answered, tagline)


def _k9_signature(answered: Answered, tagline: str) -> list[str]:
    lines = [line for line in answered.signed.split("\n") if line.strip()]
    return [*lines, "--", tagline] if tagline else lines


def _zoho(answered: Answered, dice: random.Random) -> Reply:
    at = answered.at
    rfc = f"{_ENGLISH_DAYS[at.weekday()]}, {at:%d} {_ENGLISH_MONTHS[at.month - 1]} {at.year} {at:%H:%M:%S} +0700"
    who = f"{answered.name} <{answered.address}>"
    attribution = dice.choice(
        [
            f"---- Pada {rfc} {who} menulis ----",
            f"---- Aktif {rfc} {who} menulis ----",
            f"---- On {rfc} {who} wrote ---",
        ]
    )
    tagline = dice.choice(["Dikirim menggunakan Zoho Mail", ""])
    if dice.random() < 0.5:
        return _reply(
            "zoho",
            "text/plain",
            f"{_own(answered, tagline)}\n\n\n{attribution}\n\n{answered.letter}\n",
            answered,
            tagline,
        )
    body = (
        f'<div>{_divs(_own(answered, tagline))}</div><div><br></div><div class="zmail_extra" style=\'\'><div id="Zm-_Id_-Sgn1">{escape(attribution)}<br></div>'
        f'<div><br></div><blockquote id="blockquote_zmail" style="margin:0">{_divs(answered.letter)}</blockquote></div>'
    )
    return _reply("zoho", "text/html", body, answered, tagline)


def _proton(answered: Answered, dice: random.Random) -> Reply:
    at = answered.at
    tagline = dice.choice(
        [
            "Dikirim dengan surel aman Proton Mail.",
            "Sent with Proton Mail secure email.",
            "Dikirim dari Proton Mail untuk Android.",
            "",
        ]
    )
    attribution = dice.choice(
        [
            f"Pada {_long_date(at)} pukul {at:%H.%M}, {answered.name} <{answered.address}> menulis:",
            f"On {at:%A}, {_ENGLISH_MONTHS[at.month - 1]} {at.day}th, {at.year} at {at:%H:%M}, {answered.name} <{answered.address}> wrote:",
        ]
    )
    if dice.random() < 0.5:
        rule = dice.choice(["", "------- Original Message -------\n", "------- Pesan Asli -------\n"])
        return _reply(
            "proton",
            "text/plain",
            f"{_own(answered, tagline)}\n\n{rule}{attribution}\n\n{_marked(answered.letter)}\n",
            answered,
            tagline,
        )
    shown = f'<div class="protonmail_signature_block">{_divs(answered.signed)}{_divs(tagline)}</div>'
    body = (
        f'<div style="font-family:Arial">{_divs(answered.said)}</div><div><br></div>{shown}<div><br></div><div class="protonmail_quote">'
        f'{escape(attribution)}<br><br><blockquote class="protonmail_quote" type="cite">{_divs(answered.letter)}</blockquote></div>'
    )
    return _reply("proton", "text/html", body, answered, tagline)


def _lotus(answered: Answered, dice: random.Random) -> Reply:
    at = answered.at
    header = [
        f"Dari: {answered.name} <{answered.address}>",
        "Kepada: sari@pelanggan.example",
        f"Tanggal: {at:%d/%m/%Y} {at:%H.%M}",
        "Perihal: [LKT-104231] Deposit belum masuk",
    ]
    first = dice.choice(
        [
            f'-----"{answered.name}" <{answered.address}> wrote: -----',
            f"-----{answered.name}/JKT/CONTOH menulis: -----",
            "",
        ]
    )
    lines = "\n".join(line.replace(": ", ":\t") if not first else line for line in header)
    if dice.random() < 0.5:
        return _reply("lotus", "text/plain", f"{_own(answered)}\n\n{first}\n{lines}\n\n{answered.letter}\n", answered)
    rows = "".join(
        f"<tr><td>{escape(line.split(':')[0])}:</td><td>{escape(line.partition(': ')[2])}</td></tr>" for line in header
    )
    body = f"<font size=2>{_breaks(_own(answered))}</font><br><br><div>{escape(first)}</div><table>{rows}</table><br>{_breaks(answered.letter)}"
    return _reply("lotus", "text/html", body, answered)


CLIENTS: dict[str, Callable[[Answered, random.Random], Reply]] = {
    "gmail": _gmail,
    "gmail app": _gmail_app,
    "outlook desktop": _outlook_desktop,
    "outlook web": _outlook_web,
    "outlook mobile": _outlook_mobile,
    "apple mail": _apple,
    "yahoo": _yahoo,
    "thunderbird": _thunderbird,
    "samsung": _samsung,
    "xiaomi": _xiaomi,
    "k-9": _k9,
    "zoho": _zoho,
    "proton": _proton,
    "lotus": _lotus,
}

"""Mails of agents, each with what was meant by it: the orders, what is wrong, and the words for the customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.commands.clients import CLIENTS, EN, ID, Language, mail

Meant = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One mail."""

    name: str
    content: bytes
    orders: Meant = ()  #: verb and value
    faults: tuple[str, ...] = ()  #: why each line is none
    text: str = ""  #: what is left, with single spaces
    stray: int = 0  #: orders that stand too low


@dataclass(frozen=True, kw_only=True)
class _Scenario:
    lines: Sequence[str]
    orders: Meant = ()
    text: str = ""
    faults: tuple[str, ...] = ()
    stray: int = 0


#: What an agent types, in each language.
_SCENARIOS = {
    ID: (
        _Scenario(
            lines=("#tutup", "", "Sudah kami kembalikan, terima kasih atas kesabaran Anda."),
            orders=(("close", ""),),
            text="Sudah kami kembalikan, terima kasih atas kesabaran Anda.",
        ),
        _Scenario(
            lines=("#ambil", "#prioritas tinggi", "#label +refund -vip", "", "Kami cek dulu ke bagian keuangan."),
            orders=(("take", ""), ("priority", "tinggi"), ("tag", "+refund -vip")),
            text="Kami cek dulu ke bagian keuangan.",
        ),
        _Scenario(lines=("#tunggu 3 hari", "#tugaskan Dewi"), orders=(("wait", "3 hari"), ("assign", "Dewi"))),
        _Scenario(lines=("#cuti 7/12",), orders=(("away", "7/12"),)),
        _Scenario(
            lines=("#atur username=budi_99", "#catatan pelanggan sudah ditelepon"),
            orders=(("set", "username=budi_99"), ("note", "pelanggan sudah ditelepon")),
        ),
        _Scenario(
            lines=("Halo Kak, laporan #1042 sudah selesai.", "#tutup", "Terima kasih atas laporannya ya."),
            text="Halo Kak, laporan #1042 sudah selesai. #tutup Terima kasih atas laporannya ya.",
            stray=1,
        ),
        _Scenario(lines=("#tutpu", "", "Sudah beres semuanya."), faults=("unknown",), text="Sudah beres semuanya."),
    ),
    EN: (
        _Scenario(
            lines=("#close", "", "We have sent your money back, please look again."),
            orders=(("close", ""),),
            text="We have sent your money back, please look again.",
        ),
        _Scenario(
            lines=("#take", "#priority high", "#tag refund", "", "We are asking our finance department first."),
            orders=(("take", ""), ("priority", "high"), ("tag", "refund")),
            text="We are asking our finance department first.",
        ),
        _Scenario(lines=("#wait 3 days", "#assign Dewi"), orders=(("wait", "3 days"), ("assign", "Dewi"))),
        _Scenario(
            lines=("#set username=budi_99", "#note the customer was called"),
            orders=(("set", "username=budi_99"), ("note", "the customer was called")),
        ),
        _Scenario(
            lines=("Hello, your report #1042 is done.", "#close", "Thank you for telling us about it."),
            text="Hello, your report #1042 is done. #close Thank you for telling us about it.",
            stray=1,
        ),
        _Scenario(lines=("#closse", "", "All is well again."), faults=("unknown",), text="All is well again."),
    ),
}


def of_clients() -> Iterator[Variant]:
    """Every scenario in every client, in both languages."""
    for client, write in CLIENTS.items():
        for language, scenarios in _SCENARIOS.items():
            for number, each in enumerate(scenarios):
                yield Variant(
                    name=f"{client}, {language.code}, {number}",
                    content=write(each.lines, language),
                    orders=each.orders,
                    faults=each.faults,
                    text=each.text,
                    stray=each.stray,
                )


_CLOSE: Meant = (("close", ""),)

#: What mail programs, phones and people do to one line that was meant as `#close`.
MANGLED = {
    "as it is": "#close",
    "Indonesian": "#tutup",
    "another name": "#selesai",
    "solved": "#solved",
    "resolved": "#resolved",
    "done": "#done",
    "a capital that nobody typed": "#Close",
    "capitals": "#TUTUP",
    "a blank behind the sign": "# close",
    "a hard space behind the sign": "#\u00a0close",
    "a narrow hard space": "#\u202fclose",
    "a hard space at the end": "#close\u00a0",
    "hard spaces before it": "\u00a0\u00a0#close",
    "a zero-width space within": "#\u200bclose",
    "a zero-width space before": "\u200b#close",
    "a joiner": "#cl\u200dose",
    "a byte order mark": "\ufeff#close",
    "a mark from right to left": "\u200f#close",
    "a mark from left to right at the end": "#close\u200e",
    "isolates": "\u2068#close\u2069",
    "a soft hyphen": "#clo\u00adse",
    "a full-width sign": "\uff03close",
    "full-width letters": "\uff03\uff43\uff4c\uff4f\uff53\uff45",
    "a small sign": "\ufe5fclose",
    "a sharp of music": "\u266fclose",
    "a keycap": "#\ufe0f\u20e3close",
    "bold": "*#close*",
    "bold in Markdown": "**#close**",
    "underlined": "_#close_",
    "a backslash": "\\#close",
    "code": "`#close`",
    "straight quotes": '"#close"',
    "curly quotes": "\u201c#close\u201d",
    "single curly quotes": "\u2018#close\u2019",
    "angle quotes": "\u00ab#close\u00bb",
    "a full stop": "#close.",
    "an exclamation mark": "#close!",
    "a comma": "#close,",
    "a semicolon": "#close;",
    "an ellipsis": "#close\u2026",
    "a colon": "#close:",
    "a blank and a full stop": "#close .",
    "a bullet": "\u2022 #close",
    "a dash": "- #close",
    "a long dash": "\u2013 #close",
    "an asterisk": "* #close",
    "a blank before": "   #close",
    "a tab before": "\t#close",
    "blank lines before": "\n\n\n#close",
    "please": "#close please",
    "thanks": "#close, thanks!",
    "tolong": "#tutup ya kak, tolong",
    "the ticket": "#tutup tiket ini",
}


def mangled() -> Iterator[Variant]:
    """Each in plain text, in Gmail's HTML, and in HTML that stands alone, with words below."""
    words = "Sudah kami kembalikan ke rekening Anda."
    for kind, line in MANGLED.items():
        lines = [*line.split("\n"), "", words]
        yield Variant(name=f"{kind}, plain", content=mail("\n".join(lines)), orders=_CLOSE, text=words)
        for client in ("Gmail", "Outlook on the web"):
            content = CLIENTS[client]([each for each in lines if each or lines.index(each)] or lines, ID)
            yield Variant(name=f"{kind}, {client}", content=content, orders=_CLOSE, text=words)


#: A line's values, as they come.
_VALUES: dict[str, Meant] = {
    "#assign @Dewi": (("assign", "@Dewi"),),
    "#assign: Dewi": (("assign", "Dewi"),),
    "#tugaskan \u201cDewi\u201d": (("assign", "Dewi"),),
    "#assign dewi@kantor.test<mailto:dewi@kantor.test>": (("assign", "dewi@kantor.test"),),
    "#customer budi@example.com (mailto:budi@example.com)": (("customer", "budi@example.com"),),
    "#pelanggan Budi <budi@example.com>": (("customer", "Budi <budi@example.com>"),),
    "#wait": (("wait", ""),),
    "#tunggu pelanggan.": (("wait", "pelanggan"),),
    "#snooze 1/12": (("wait", "1/12"),),
    "#merge LKT-104231": (("merge", "LKT-104231"),),
    "#gabung #LKT-104231": (("merge", "#LKT-104231"),),
    "#merge [LKT-104231]": (("merge", "[LKT-104231]"),),
    "#kaitkan lkt104231": (("link", "lkt104231"),),
    "#tag +refund, \u2013vip": (("tag", "+refund, -vip"),),
    "#label refund": (("tag", "refund"),),
    "#set username = budi_99": (("set", "username = budi_99"),),
    "#set ID transaksi: TRX-1": (("set", "ID transaksi: TRX-1"),),
    "#set\u00a0username=budi_99": (("set", "username=budi_99"),),
    "#ubah waktu=kemarin 22.10": (("set", "waktu=kemarin 22.10"),),
    "#open": (("open", ""),),
    "#buka 2 verifikasi KTP": (("open", "2 verifikasi KTP"),),
    "#priority: urgent": (("priority", "urgent"),),
    "#antrean keuangan": (("queue", "keuangan"),),
    "#note": (("note", ""),),
    "#internal lihat #tutup nanti saja": (("note", "lihat #tutup nanti saja"),),
    "#find budi_99 DANA": (("find", "budi_99 DANA"),),
    "#mine": (("mine", ""),),
    "#bantuan": (("help", ""),),
    "#batal": (("undo", ""),),
    "#split": (("split", ""),),
    "#watch": (("watch", ""),),
    "#mute": (("mute", ""),),
    "#close #take": (("close", ""), ("take", "")),
    "#tag refund #priority high": (("tag", "refund"), ("priority", "high")),
    "#Ambil.\n#Tutup.": (("take", ""), ("close", "")),
}


def values() -> Iterator[Variant]:
    """Each in plain text, and in a phone's HTML in the other language."""
    for line, orders in _VALUES.items():
        yield Variant(name=f"value {line!r}, plain", content=mail(line), orders=orders)
        content = CLIENTS["Samsung"](line.split("\n"), EN)
        yield Variant(name=f"value {line!r}, Samsung", content=content, orders=orders)


#: Lines that look like orders and are none, or none that can be carried out: nothing of such a mail is.
_FAULTS = {
    "#clsoe": ("unknown",),
    "#tutupp semuanya": ("unknown",),
    "#terimakasih kak": ("unknown",),
    "#closeall": ("unknown",),
    "#close2": ("unknown",),
    "#assign": ("missing",),
    "#set": ("missing",),
    "#merge": ("missing",),
    "#merge semua": ("unfit",),
    "#set username": ("unfit",),
    "#priority penting sekali": ("unfit",),
    "#open 2": ("unfit",),
    "#close tiket yang kemarin": ("unfit",),
    "#customer budi": ("unfit",),
    "#take\n#clsoe": ("unknown",),
    "\n".join(["#take"] * 25): ("too_many",),
}

#: Words, whatever signs stand in them.
_WORDS = {
    "#1042 sudah selesai, terima kasih.": 0,
    "Sudah selesai, lihat #1042 atau #tutup saja.": 0,
    "#": 0,
    "## Judul saja": 0,
    "Tiket # 12 sudah kami lihat.": 0,
    "Warnanya #ff0000 dan #00ff00.": 0,
    "Sudah kami cek.\n\n#close": 1,
    "Halo Kak,\n#tutup\n#ambil\nterima kasih atas laporannya.": 2,
    "Nomor 1 ya.\n- #tutup": 1,
}


def none_of_them() -> Iterator[Variant]:
    """Faults and words."""
    for line, faults in _FAULTS.items():
        orders = (("take", ""),) * (20 if faults == ("too_many",) else line.count("#take\n"))
        stray = line.count("#take") - 20 if faults == ("too_many",) else 0
        yield Variant(name=f"fault {line[:30]!r}", content=mail(line), faults=faults, orders=orders, stray=stray)
    for line, stray in _WORDS.items():
        text = " ".join(line.split())
        yield Variant(name=f"words {line[:30]!r}", content=mail(line), text=text, stray=stray)
    quoted = "> #tutup\n> #ambil\n\nBaik, kami cek dulu ke keuangan."
    yield Variant(name="quoted on top", content=mail(quoted), text="Baik, kami cek dulu ke keuangan.")
    signed = "Baik, kami cek dulu ke keuangan.\n\n-- \n#tutup\nAni"
    yield Variant(name="in the signature", content=mail(signed), text="Baik, kami cek dulu ke keuangan.")


def all_of_them() -> list[Variant]:
    """Every variant, each once."""
    return [*of_clients(), *mangled(), *values(), *none_of_them()]


__all__ = ["MANGLED", "Language", "Variant", "all_of_them"]

"""Draws receipts and error screens as phones show them, and pictures without a word.

Five layouts of banks and wallets in the manner of their apps, light and dark, on four widths of screens; names, numbers
and amounts fall from dice, the same ones every time.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIB = timezone(timedelta(hours=7))
_FONTS = {
    "roboto": "/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-{}.ttf",
    "liberation": "/usr/share/fonts/truetype/liberation/LiberationSans-{}.ttf",
    "dejavu": "/usr/share/fonts/truetype/dejavu/DejaVuSans{}.ttf",
}
_MONTHS = "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split()
_WHOLE_MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
_NAMES = "BUDI SANTOSO|SITI AMINAH|RINA WULANDARI|AGUS PRATAMA|DEWI LESTARI|HENDRA GUNAWAN".split("|")
_LIGHT = {
    "sheet": "#ffffff",
    "ink": "#1c2430",
    "soft": "#6b7683",
    "line": "#e3e7ec",
    "bar": "#0a5fb4",
    "on_bar": "#ffffff",
}
_DARK = {
    "sheet": "#12161c",
    "ink": "#e9edf2",
    "soft": "#9aa5b3",
    "line": "#2b333f",
    "bar": "#1b2a41",
    "on_bar": "#dfe8f5",
}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a receipt says, and reading has to find."""

    reference: str
    amount: int | None  #: rupiah
    when: datetime


@dataclass
class Pen:
    """Draws on a screen from the top, in proportions of its width."""

    width: int
    dark: bool
    font: str
    height: int = 0
    y: int = 0
    image: Image.Image = field(init=False)
    colours: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with an empty screen."""
        self.height = self.height or int(self.width * 2.1)
        self.colours = _DARK if self.dark else _LIGHT
        self.image = Image.new("RGB", (self.width, self.height), self.colours["sheet"])
        self.draw = ImageDraw.Draw(self.image)
        self.margin = self.width // 18
        self.y = self.width // 8
        self._status_bar()

    def face(self, size: float = 1.0, *, bold: bool = False) -> ImageFont.FreeTypeFont:
        """A font; size 1 is a body text, a thirtieth of the width."""
        pattern = _FONTS[self.font]
        style = ("-Bold" if bold else "") if self.font == "dejavu" else ("Bold" if bold else "Regular")
        return ImageFont.truetype(pattern.format(style), int(self.width / 29 * size))

    def _status_bar(self) -> None:
        small = self.face(0.75)
        self.draw.text((self.margin, self.width // 60), "9:41", fill=self.colours["soft"], font=small)
        self.draw.text(
            (self.width - 3 * self.margin, self.width // 60), "4G 87%", fill=self.colours["soft"], font=small
        )

    def bar(self, title: str) -> None:
        """The coloured bar at the top."""
        tall = self.width // 7
        self.draw.rectangle((0, self.y, self.width, self.y + tall), fill=self.colours["bar"])
        self.draw.text(
            (self.margin, self.y + tall // 3), title, fill=self.colours["on_bar"], font=self.face(1.2, bold=True)
        )
        self.y += tall + self.margin

    def tick(self) -> None:
        """The round sign of success."""
        middle, radius = self.width // 2, self.width // 12
        self.draw.ellipse((middle - radius, self.y, middle + radius, self.y + 2 * radius), fill="#27a55b")
        half, low = radius // 2, self.y + int(1.4 * radius)
        stroke = (middle - half, self.y + radius, middle - 5, low, middle + half, self.y + half)
        self.draw.line(stroke, fill="white", width=max(3, self.width // 130))
        self.y += 2 * radius + self.margin

    def centred(self, words: str, size: float = 1.0, *, bold: bool = False, soft: bool = False) -> None:
        """A line in the middle."""
        face = self.face(size, bold=bold)
        left = (self.width - self.draw.textlength(words, font=face)) // 2
        self.draw.text((left, self.y), words, fill=self.colours["soft" if soft else "ink"], font=face)
        self.y += int(face.size * 1.7)

    def pair(self, label: str, value: str, *, bold: bool = False) -> None:
        """Label on the left, value on the right."""
        self.draw.text((self.margin, self.y), label, fill=self.colours["soft"], font=self.face())
        face = self.face(bold=bold)
        left = self.width - self.margin - self.draw.textlength(value, font=face)
        self.draw.text((left, self.y), value, fill=self.colours["ink"], font=face)
        self.y += int(face.size * 2.1)

    def stacked(self, label: str, value: str) -> None:
        """The label above its value."""
        self.draw.text((self.margin, self.y), label, fill=self.colours["soft"], font=self.face(0.85))
        self.y += int(self.face().size * 1.3)
        self.draw.text((self.margin, self.y), value, fill=self.colours["ink"], font=self.face(1.05))
        self.y += int(self.face().size * 2.3)

    def column(self, label: str, value: str) -> None:
        """Label, colon and value, as on a printed slip."""
        face = self.face(0.95)
        self.draw.text((self.margin, self.y), label, fill=self.colours["ink"], font=face)
        self.draw.text((int(self.width * 0.36), self.y), f": {value}", fill=self.colours["ink"], font=face)
        self.y += int(face.size * 1.8)

    def line(self) -> None:
        """A thin line across."""
        self.draw.line((self.margin, self.y, self.width - self.margin, self.y), fill=self.colours["line"], width=2)
        self.y += self.margin // 2

    def button(self, words: str) -> None:
        """A button at the bottom."""
        tall, top = self.width // 9, self.height - self.width // 5
        self.draw.rounded_rectangle(
            (self.margin, top, self.width - self.margin, top + tall), tall // 4, fill=self.colours["bar"]
        )
        face = self.face(1.0, bold=True)
        left = (self.width - self.draw.textlength(words, font=face)) // 2
        self.draw.text((left, top + tall // 3), words, fill=self.colours["on_bar"], font=face)


def rupiah(amount: int, sign: str = "Rp") -> str:
    """As apps write it."""
    return f"{sign}{amount:,}".replace(",", ".")


def transfer(pen: Pen, facts: Facts, dice: random.Random) -> None:
    """A bank's transfer: label left, value right."""
    pen.bar("m-Transfer")
    pen.tick()
    pen.centred("Transfer Berhasil", 1.3, bold=True)
    pen.line()
    pen.pair("Tanggal", f"{facts.when.day} {_MONTHS[facts.when.month - 1]} {facts.when.year} {facts.when:%H:%M:%S} WIB")
    pen.pair("No. Referensi", facts.reference)
    pen.pair("Rekening Tujuan", str(dice.randrange(10**9, 10**10)))
    pen.pair("Nama Penerima", dice.choice(_NAMES))
    pen.pair("Jumlah", rupiah(facts.amount or 0, "Rp "), bold=True)
    pen.pair("Keterangan", "Top up")
    pen.button("Selesai")


def wallet(pen: Pen, facts: Facts, dice: random.Random) -> None:
    """A wallet's payment: the amount large in the middle, the rest below."""
    pen.centred("DANA", 1.4, bold=True)
    pen.centred("Pembayaran Berhasil!", 1.1, bold=True)
    pen.centred(rupiah(facts.amount or 0), 2.0, bold=True)
    pen.centred(f"{facts.when.day} {_MONTHS[facts.when.month - 1]} {facts.when.year} • {facts.when:%H:%M}", soft=True)
    pen.line()
    pen.pair("Metode Pembayaran", "Saldo DANA")
    pen.pair("ID Transaksi", facts.reference)
    pen.pair("Status", "Sukses")
    pen.line()
    pen.pair("Total Bayar", rupiah(facts.amount or 0), bold=True)
    pen.button("Bagikan")
    del dice


def details(pen: Pen, facts: Facts, dice: random.Random) -> None:
    """A bank's details: the labels above their values."""
    pen.bar("Detail Transaksi")
    pen.stacked("Nominal", rupiah(facts.amount or 0, "Rp ") + ",00")
    day = f"{facts.when.day} {_WHOLE_MONTHS[facts.when.month - 1]} {facts.when.year}"
    pen.stacked("Tanggal dan Waktu", f"{day}, {facts.when:%H.%M} WIB")
    pen.stacked("Nomor Referensi", facts.reference)
    pen.stacked("Penerima", f"{dice.choice(_NAMES)} - {dice.randrange(10**9, 10**10)}")
    pen.stacked("Jenis Transaksi", "Transfer BI-FAST")
    pen.button("Kembali ke Beranda")


def slip(pen: Pen, facts: Facts, dice: random.Random) -> None:
    """A machine's slip: a column of labels with colons."""
    pen.centred("BANK MANDIRI", 1.2, bold=True)
    pen.centred("BUKTI TRANSAKSI", 1.0)
    pen.line()
    pen.column("TANGGAL", f"{facts.when:%d/%m/%Y}")
    pen.column("WAKTU", f"{facts.when:%H:%M:%S} WIB")
    pen.column("NO. REF", facts.reference)
    pen.column("DARI", dice.choice(_NAMES))
    pen.column("JUMLAH", rupiah(facts.amount or 0, "RP "))
    pen.column("BIAYA ADMIN", "RP 0")
    pen.column("STATUS", "BERHASIL")


def order(pen: Pen, facts: Facts, dice: random.Random) -> None:
    """A wallet's order: what was bought, what it cost, the number at the end."""
    pen.bar("Rincian Pesanan")
    pen.centred("Top Up Berhasil", 1.2, bold=True)
    pen.pair("Harga", rupiah(facts.amount or 0))
    pen.pair("Biaya Layanan", "Rp0")
    pen.pair("Total Pembayaran", rupiah(facts.amount or 0), bold=True)
    pen.line()
    pen.pair("Dibayar dengan", dice.choice(["GoPay", "OVO", "ShopeePay"]))
    pen.pair("Waktu Transaksi", f"{facts.when:%d-%m-%Y %H:%M}")
    pen.pair("No. Pesanan", facts.reference)
    pen.button("Butuh Bantuan?")


def error(pen: Pen, facts: Facts, dice: random.Random) -> None:
    """An app's screen of something that went wrong."""
    pen.bar(dice.choice(["Isi Saldo", "Deposit", "Top Up"]))
    pen.y += pen.width // 5
    pen.centred("Transaksi Gagal", 1.4, bold=True)
    pen.centred("Terjadi kesalahan pada sistem.", 1.0, soft=True)
    pen.centred("Silakan coba beberapa saat lagi.", 1.0, soft=True)
    pen.y += pen.margin
    pen.pair("ID Transaksi", facts.reference)
    pen.pair("Nominal", rupiah(facts.amount or 0))
    pen.pair("Waktu", f"{facts.when.day} {_MONTHS[facts.when.month - 1]} {facts.when.year} {facts.when:%H:%M} WIB")
    pen.button("Coba Lagi")


LAYOUTS: tuple[Callable[[Pen, Facts, random.Random], None], ...] = (transfer, wallet, details, slip, order, error)


@dataclass(frozen=True, kw_only=True)
class Screen:
    """A picture, and what it says."""

    name: str
    facts: Facts
    content: bytes


def screens(seed: int = 7) -> Iterator[Screen]:
    """48 screens: every layout on every width, light and dark; PNG, JPEG at quality 60, and JPEG turned by EXIF."""
    dice = random.Random(seed)
    saves = (_png, _jpeg, _turned)
    widths = (720, 1080, 1170, 1440)
    for number, (layout, width, dark) in enumerate(
        (layout, width, dark) for layout in LAYOUTS for width in widths for dark in (False, True)
    ):
        facts = _facts(dice)
        pen = Pen(width=width, dark=dark, font=list(_FONTS)[number % 3])
        layout(pen, facts, dice)
        save = saves[number % len(saves)]
        name = f"{layout.__name__} {width} {'dark' if dark else 'light'} {save.__name__.strip('_')} {pen.font}"
        yield Screen(name=name, facts=facts, content=save(pen.image))


def _facts(dice: random.Random) -> Facts:
    when = datetime(2026, 11, 1, tzinfo=WIB) + timedelta(minutes=dice.randrange(22 * 24 * 60))
    shapes = (
        f"TRX{when:%Y%m%d}{dice.randrange(10**6):06}",
        f"{when:%Y%m%d}{dice.randrange(10**10):010}",
        f"DP-{dice.randrange(10**8):08}",
        f"{dice.randrange(10**12):012}",
        f"INV/{when:%Y%m%d}/{dice.randrange(10**7):07}",
    )
    thousands = dice.choice((10, 25, 50, 75, 100, 150, 250, 1250))
    return Facts(reference=dice.choice(shapes), amount=thousands * 1000, when=when)


def _png(image: Image.Image) -> bytes:
    return _saved(image, "PNG")


def _jpeg(image: Image.Image) -> bytes:
    return _saved(image, "JPEG", quality=60)


def _turned(image: Image.Image) -> bytes:
    """Lying on its side, with the mark that says so (EXIF orientation 6: turn it clockwise to see it)."""
    marks = Image.Exif()
    marks[0x0112] = 6
    return _saved(image.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=60, exif=marks)


def _saved(image: Image.Image, form: str, **more: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **more)
    return file.getvalue()


def wordless(seed: int = 11) -> Iterator[tuple[str, bytes]]:
    """20 pictures without a word: skies, stripes, noise, circles, checks."""
    dice = random.Random(seed)
    for number in range(20):
        kind = _WORDLESS[number % len(_WORDLESS)]
        yield f"{kind.__name__.strip('_')} {number}", _jpeg(kind(dice, Image.new("RGB", (1080, 1920), "white")))


def _sky(dice: random.Random, image: Image.Image) -> Image.Image:
    grey = Image.linear_gradient("L").resize(image.size)
    sun = dice.randrange(200, 800)
    image = Image.merge("RGB", (grey, grey, Image.new("L", image.size, 220)))
    ImageDraw.Draw(image).ellipse((sun, sun, sun + 200, sun + 200), fill="#ffe9a8")
    return image


def _stripes(dice: random.Random, image: Image.Image) -> Image.Image:
    draw, step = ImageDraw.Draw(image), dice.randrange(20, 90)
    for place in range(-2000, 3000, step):
        draw.line((place, 0, place + dice.randrange(900), image.height), fill=_colour(dice), width=step // 3)
    return image


def _noise(dice: random.Random, image: Image.Image) -> Image.Image:
    dots = Image.frombytes("RGB", (270, 480), dice.randbytes(270 * 480 * 3))
    return dots.resize(image.size).filter(ImageFilter.GaussianBlur(dice.randrange(1, 12)))


def _circles(dice: random.Random, image: Image.Image) -> Image.Image:
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        left, top, size = dice.randrange(1000), dice.randrange(1800), dice.randrange(10, 300)
        draw.ellipse((left, top, left + size, top + size), fill=_colour(dice), outline=_colour(dice), width=6)
    return image


def _checks(dice: random.Random, image: Image.Image) -> Image.Image:
    draw, step = ImageDraw.Draw(image), dice.randrange(40, 160)
    for left in range(0, image.width, step):
        for top in range(0, image.height, step):
            if (left // step + top // step) % 2:
                draw.rectangle((left, top, left + step, top + step), fill=_colour(dice))
    return image


_WORDLESS = (_sky, _stripes, _noise, _circles, _checks)


def _colour(dice: random.Random) -> str:
    return f"#{dice.randrange(1 << 24):06x}"


def fonts_missing() -> list[str]:
    """The fonts that are not there; tests/run.sh installs them."""
    paths = [pattern.format("" if name == "dejavu" else "Regular") for name, pattern in _FONTS.items()]
    return [path for path in paths if not Path(path).exists()]

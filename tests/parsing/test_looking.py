"""Pictures: opened safely, arranged, compared, shown, and weighed against words."""

from __future__ import annotations

import base64
import contextlib
import io
import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from PIL import Image, ImageDraw

from parsing.mail import Envelope, RawMail
from parsing.pictures import likeness, thumbnails
from parsing.pictures.layout import arrange
from parsing.pictures.limits import MAX_PICTURES, MAX_PIXELS
from parsing.pictures.looking import look
from parsing.pictures.opening import PictureUnreadable, opened
from parsing.pictures.picture import Box, Picture, Word
from parsing.reading import Reading, read
from parsing.report import Finding, Standing


def _saved(image: Image.Image, form: str = "PNG", **more: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **more)
    return file.getvalue()


def _screen(width: int = 720, height: int = 1440) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width // 2, height // 4), fill="black")
    return image


def _word(text: str, *box: int) -> Word:
    left, top, right, bottom = box
    return Word(text=text, box=(left, top, right, bottom), confidence=0.9)


class _Reads:
    """An engine that has read these words."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        self.seconds: list[float] = []

    def words(self, picture: Image.Image, seconds: float, /) -> list[Word] | None:
        """A line a row, a blank an ordinary one, two blanks a wide gap."""
        self.seconds.append(seconds)
        found = []
        for row, line in enumerate(self.lines):
            left = 10
            for word in line.split(" "):
                if word:
                    found.append(_word(word, left, 200 + 40 * row, left + 10 * len(word), 220 + 40 * row))
                left += 10 * len(word) + (8 if word else 100)
        return found


class _Slow:
    def words(self, picture: Image.Image, seconds: float, /) -> list[Word] | None:
        return None


def _reading(body: str, *lines: str, engine: object = None, pictures: Sequence[bytes] = ()) -> Reading:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Date"] = "budi@example.com", "Deposit", "Tue, 24 Nov 2026 11:58:00 +0700"
    mail.set_content(body)
    for content in pictures or (_saved(_screen()),):
        mail.add_attachment(content, maintype="image", subtype="png", filename="a.png")
    raw = RawMail(
        content=mail.as_bytes(), envelope=Envelope(door="test", received_at=datetime(2026, 11, 24, 5, tzinfo=UTC))
    )
    return read(raw, look=lambda files, contents: look(files, contents, engine or _Reads(*lines)))  # type: ignore[arg-type]


def _of(found: Reading, field: str) -> list[Finding]:
    return [each for each in found.report.findings if each.field == field]


def test_a_small_file_does_not_become_a_large_picture() -> None:
    """The size that a header claims is looked at before a pixel is decoded."""
    header = struct.pack(">IIBBBBB", MAX_PIXELS, 2, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    bomb += struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    with pytest.raises(PictureUnreadable, match="too_large"):
        opened(bomb)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"GIF89a", _saved(_screen(), "JPEG")[:200]],
    ids=["empty", "no header", "PostScript", "no frame", "cut"],
)
def test_what_is_no_picture_has_a_reason(content: bytes) -> None:
    """Never an error of a decoder's."""
    with pytest.raises(PictureUnreadable, match="unreadable"):
        opened(content)


def test_every_cut_and_every_flipped_byte_has_a_reason_or_is_a_picture() -> None:
    """Of a JPEG, 200 places each."""
    whole = _saved(_screen(160, 160), "JPEG")
    for place in range(0, len(whole), max(1, len(whole) // 200)):
        for content in (whole[:place], whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]):
            with contextlib.suppress(PictureUnreadable):
                opened(content)


def test_a_picture_is_seen_upright() -> None:
    """As its camera held it; and what is transparent is white."""
    marks = Image.Exif()
    marks[0x0112] = 6
    turned = opened(_saved(_screen().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=marks))
    assert turned.size == (720, 1440)
    assert turned.getpixel((50, 50)) < (60, 60, 60)
    assert opened(_saved(Image.new("RGBA", (200, 200), (0, 0, 0, 0)))).getpixel((9, 9)) == (255, 255, 255)


#: Two squares on white, 120 by 160, encoded by libheif's heif-enc.
_HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5w"
    "aXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAABKgAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEA"
    "AAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEA"
    "AQArQgEBA3AAAAMAkAAAAwAAAwAeoDyAoWW6kkprm4EBAwIAAAMAAgAAAwACECIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAHgAAACg"
    "AAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAAEybWRhdAAAASYoAa9YrDOcpj884gCJ0GSNw0g3YlBzqnGPrc2g"
    "rqRjylHMLb//hpfRFqV7p4u9sVVbDMH4ApXG3PoROmOGVkM8zLYZKVjtOdfnVyYCc6SvtlhsiLx8Cxf3DtqbUWyeOX1dxZQJRlPdEa9L"
    "XTzV8dDotQx4YQQz9S7oKoxZttRNiAACsAARf5MJVuOlVTwVwn8d+8c4kQ4/7RLU68ZO6/UvEAWz7BgFuHO/6lJCNVYdHO/zsNPIIYAP"
    "NKT/UGlVqzZ0qcKEJEqND3useH059S7+ETh0f+OSEUlW5KRquVHe1bT0RldJUbfFxaAiwLS3sU30GoLaaQzw1LPSiVLOjlcYPr4o/WgF"
    "dr6f9hVZ8iLwSmGqmGgUHrVcKv+MnIKLbF0lhYFdEdA="
)


def test_iphones_pictures_are_opened() -> None:
    """HEIC, by its own decoder; and what is not one has a reason."""
    picture = opened(_HEIC)
    assert picture.size == (120, 160)
    red, blue = picture.getpixel((30, 30)), picture.getpixel((80, 120))
    assert (red[0] > 180, red[2] < 60) == (True, True)  # type: ignore[index]
    assert (blue[0] < 60, blue[2] > 180) == (True, True)  # type: ignore[index]
    with pytest.raises(PictureUnreadable):
        opened(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64)


def test_what_is_shown_tells_nothing_of_its_place() -> None:
    """Neither EXIF nor its GPS, nor comments; and it is a phone's width at most."""
    marks = Image.Exif()
    marks[0x010F] = "Kamera Rahasia"
    marks.get_ifd(0x8825)[2] = (6.0, 10.0, 30.0)
    original = _saved(_screen(2000, 3000), "JPEG", exif=marks, comment=b"dari rumah")
    picture = opened(original)
    for copy in (thumbnails.large(picture), thumbnails.small(picture)):
        shown = Image.open(io.BytesIO(copy))
        assert not shown.getexif()
        assert b"Rahasia" not in copy
        assert b"dari rumah" not in copy
        assert shown.width <= 1080


def test_the_same_picture_is_known_when_it_was_sent_on() -> None:
    """Smaller and saved again; another picture, or a plain one, is not it."""
    image = Image.radial_gradient("L").resize((600, 900)).convert("RGB")
    ImageDraw.Draw(image).rectangle((50, 100, 300, 500), fill="black")
    again = opened(_saved(image.resize((300, 450)), "JPEG", quality=50))
    assert likeness.alike(likeness.likeness(image), likeness.likeness(again))
    assert not likeness.alike(
        likeness.likeness(image), likeness.likeness(image.transpose(Image.Transpose.FLIP_TOP_BOTTOM))
    )
    assert likeness.likeness(Image.new("RGB", (500, 500), "white")) == ""


def test_label_and_value_far_apart_are_one_line_and_a_colon() -> None:
    """Each word keeps its place; a label above its value gets a colon too; a cut number is one again."""
    words = [
        _word("No.", 10, 100, 40, 120),
        _word("Referensi", 48, 100, 130, 120),
        _word("TRX2026", 400, 101, 480, 121),
        _word("1108", 487, 101, 530, 121),
        _word("Nominal", 10, 150, 90, 170),
        _word("50.000", 10, 180, 80, 200),
    ]
    text, places = arrange(words)
    assert text == "No. Referensi: TRX20261108\nNominal:\n50.000\n"
    picture = Picture(number=0, text=text, places=places)
    start = text.index("TRX")
    assert picture.box(start, start + 11) == (400, 101, 530, 121)
    assert [text[first:last] for first, last, _box in places][2] == "TRX2026"


def test_a_picture_fills_what_the_words_lack() -> None:
    """With its number and the box in which it stands."""
    found = _reading("Deposit saya belum masuk.", "ID Transaksi    TRX20261123004298", "Jumlah    Rp50.000")
    (reference,) = _of(found, "transaction_ids")
    assert (reference.value, reference.where, reference.standing) == (
        "TRX20261123004298",
        "attachment:0",
        Standing.FILLS,
    )
    box: Box = reference.box or (0, 0, 0, 0)
    assert box[1] == 200
    assert found.report.values("transaction_ids") == ["TRX20261123004298"]
    assert "transaction_id" not in found.report.missing


def test_a_picture_confirms_or_contradicts_the_words() -> None:
    """Both are kept for the agent; the words stay the values."""
    said = "Deposit belum masuk. ID transaksi: TRX-20261123-0042, sebesar Rp75.000."
    found = _reading(said, "ID Transaksi    TRX-20261123-OO42", "Jumlah    Rp50.000")
    assert [(each.value, each.standing) for each in _of(found, "amounts")] == [
        ({"currency": "IDR", "value": 75000}, None),
        ({"currency": "IDR", "value": 50000}, Standing.CONTRADICTS),
    ]
    assert [each.standing for each in _of(found, "transaction_ids")] == [None, Standing.CONFIRMS]
    assert found.report.values("amounts") == [{"currency": "IDR", "value": 75000}]


def test_a_secret_in_a_picture_is_told_of_and_stands_in_no_finding() -> None:
    """As one in words."""
    found = _reading("Tolong.", "Username    budi_99", "Password: Kucing#99")
    assert [(each.kind, each.where) for each in found.report.secrets] == [("password", "attachment:0")]
    assert "Kucing" not in repr(found.report)


def test_a_receipts_fee_is_not_its_amount() -> None:
    """Where a total stands, it is."""
    found = _reading("Tolong.", "Harga    Rp50.000", "Biaya admin    Rp2.500", "Total bayar    Rp52.500")
    assert found.report.values("amounts") == [{"currency": "IDR", "value": 52500}]


def test_few_pictures_of_a_mail_are_looked_at_and_they_share_the_time() -> None:
    """Somebody who sends an album is read by a person."""
    engine = _Reads()
    found = _reading("Bukti.", engine=engine, pictures=[_saved(_screen())] * 6)
    assert [picture.number for picture in found.pictures] == list(range(MAX_PICTURES))
    assert sum(engine.seconds) <= 8


def test_a_picture_that_takes_too_long_is_shown_and_says_so() -> None:
    """The rest of the mail is read all the same."""
    found = _reading("Username: budi_99", engine=_Slow())
    assert [picture.problem for picture in found.pictures] == ["slow"]
    assert found.pictures[0].large
    assert found.report.values("usernames") == ["budi_99"]

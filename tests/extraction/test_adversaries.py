"""Texts written to make patterns slow cost no more than their length: 100 kB against every finder, 50 ms of CPU."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

import pytest

from parsing.fields import category, corrections, enquiry, language, masks, missing, secrets
from parsing.fields.declarations import FIELDS
from parsing.fields.search import FieldDeclaration, Finder, search
from parsing.fields.source import Circumstances, Source
from parsing.report import ReportSettings

SIZE = 100_000
LIMIT = 0.050  #: seconds of CPU
TRIES = 3  #: of which the best counts: other processes run on this machine, too

#: What is repeated until the text is full: near misses of labels, numbers, addresses, times, corrections.
PIECES = [
    "1", "0", "9 ", "12.", "1,", "1.000.", "08-", "0812 ", "+62 ", "(", "((0", "a", "A", "aA1", "_", "-", "- ", ".",
    ":", " ", "\t", "\n", "\t\n", " \n:", "|", "a|", "a\t1\n", "a\tb\n1\t2\n", "@", "a@", "a.", "a@a.", "a.b-",
    "www.", "http://", "user ", "username ", "username : ", "username saya ", "username\n", "akun saya ", "id ",
    "id id ", "no ref ", "no. ", "no.ref.no.", "kode transaksi ", "transaksi : ", "ref\n", "TRX", "TRX-", "TRX1-",
    "TRX-1 ", "WD/", "A1-", "AB-1", "20260101", "1234 ", "1234\n", "jam ", "jam 1", "jam 1 ", "jam 10.", "jam 10.10 ",
    "jam setengah ", "pukul:", "tgl ", "tgl 1", "tgl 1/", "1/1/", "1-1-1-", "1 jan ", "jan 1 ", "senin ", "kemarin ",
    "tadi ", "tadi malam ", "malam tadi ", "sampai ", "sampai jam 1 ", "dari jam 1.10 sampai ", "2 hari yang lalu ",
    "UTC+", "rp", "rp ", "rp 1", "rp1.", "50rb ", "1jt1rb", "dua ", "dua puluh ", "seratus ribu ", "nominal ",
    "total : ", "bca ", "dana ", "pakai dana ", "bank ", "touch n ", "bukan ", "bukan 1 ", "bukan 1 tapi ",
    "yang benar ", "yang benar : ", "ralat ", "harusnya ", "tiket ", "tiket no ", "rekening bca ", "rek 1-1-",
    "[LKT-", "[#1", "dan ", "a dan ", "1 dan 2 dan ", "“", "'", '"', "«(", "é", "🙏",
    "ganti email dari ", "ganti email dari a ke ", "nomor A1-B2, ", "kode A1-", "A1-", "@a ", "rp 1 + 1 = ", "1.000 + ",
    "username yang saya pakai ", "gamasuk ", "gakblm", "voucher ", "minggu kemarin ", "sudah saya hapus ",
    "coba hp lain ", "foto sudah saya unggah ", "sama saja ", "otp 1", "pin saya ", "sandi saya adalah ", "4111 1111 ",
    "Yth. ", "tiket #1-",
    "ID transaksi: TRX-1 dan TRX-2 dan ", "Username: a1 dan b2 dan ", "0812-3456-7890 ", "x@example.com ",
]  # fmt: skip

CIRCUMSTANCES = Circumstances(
    sent_at=datetime(2026, 11, 5, 12, tzinfo=UTC),
    received_at=datetime(2026, 11, 5, 12, tzinfo=UTC),
    history=False,
    language="id",
    settings=ReportSettings(),
)


def _text(piece: str) -> str:
    return (piece * (SIZE // len(piece) + 1))[:SIZE]


def _finders() -> Iterator[tuple[FieldDeclaration, Finder]]:
    for field in FIELDS:
        for finder in (*field.finders, *field.shapes):
            yield field, finder


#: What reads a text beside the finders.
OTHERS: Mapping[str, Callable[[str], object]] = {
    "corrections": lambda text: list(corrections.denied(Source.of("body", text, text))),
    "masks": lambda text: list(masks.spans(Source.of("body", text, text))),
    "secrets": secrets.find,
    "category": lambda text: category.category("", text),
    "language": lambda text: language.told(text, None),
    "tickets": lambda text: missing.names_ticket(text, ()),
    "enquiry": lambda text: enquiry.asks_for_status("", text),
}


def _cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU, the best of some tries."""
    best = 1.0
    for _ in range(TRIES):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
        if best < LIMIT:
            break
    return best


def _works(text: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """All that a text is read by; a finder's words are looked up anew each time."""
    for field, finder in _finders():
        yield (
            f"{field.name}: {finder.__name__}",
            lambda find=finder: list(find(Source.of("body", text, text), CIRCUMSTANCES)),
        )  # type: ignore[misc]
    for name, read in OTHERS.items():
        yield name, lambda read=read: read(text)  # type: ignore[misc]


@pytest.mark.battery
def test_no_text_makes_a_finder_slow() -> None:
    """Each piece, repeated, against each finder, and against all that reads a text beside them."""
    slowest = (0.0, "", "")
    for piece in PIECES:
        for name, work in _works(_text(piece)):
            cost = _cpu(work)
            slowest = max(slowest, (cost, name, piece))
            assert cost < LIMIT, (name, piece, cost)
    cost, name, piece = slowest
    print(f"\n{len(PIECES)} texts of {SIZE} characters; the slowest: {name} on {piece!r}, {cost * 1000:.1f} ms")


@pytest.mark.parametrize("piece", ["1 ", "username : ", "no ref 1-", "jam 1.1", "rp 1.", "bukan 1 tapi ", "a.b@"])
def test_a_sample_of_such_texts_is_searched_in_no_time(piece: str) -> None:
    """The whole search, on a machine that is busy with others: ten times the limit."""
    started = time.process_time()
    search(FIELDS, [Source.of("body", _text(piece), _text(piece))], CIRCUMSTANCES)
    assert time.process_time() - started < 10 * LIMIT

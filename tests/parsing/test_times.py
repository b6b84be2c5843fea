"""When it happened, read against the time of writing: noon in Jakarta, on Tuesday, 24 November 2026."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsing.mail import Envelope, RawMail
from parsing.reading import read
from tests.parsing.conftest import NOON, mail, reading

TIMES = [
    ("23 November 2026 pukul 22.10 WIB", "2026-11-23T22:10:00+07:00", "minute"),
    ("kemarin jam 10 malam", "2026-11-23T22:00:00+07:00", "hour"),
    ("kmrn jm 10.10 mlm", "2026-11-23T22:10:00+07:00", "minute"),
    ("tadi malam jam 12 lewat 10", "2026-11-24T00:10:00+07:00", "minute"),
    ("tadi malam jam 10", "2026-11-23T22:00:00+07:00", "hour"),
    ("semalam", "2026-11-23", "part_of_day"),
    ("tadi pagi", "2026-11-24", "part_of_day"),
    ("tadi pagi jam 8.15", "2026-11-24T08:15:00+07:00", "minute"),
    ("jam setengah 9 pagi", "2026-11-24T08:30:00+07:00", "minute"),
    ("jam 21.40", "2026-11-23T21:40:00+07:00", "minute"),
    ("pukul 10.00", "2026-11-24T10:00:00+07:00", "minute"),
    ("jam 10 WITA", "2026-11-24T10:00:00+08:00", "hour"),
    ("10:15 WIT", "2026-11-24T10:15:00+09:00", "minute"),
    ("hari Sabtu kemarin", "2026-11-21", "day"),
    ("kemarin", "2026-11-23", "day"),
    ("2 hari yang lalu", "2026-11-22", "day"),
    ("tgl 28", "2026-10-28", "day"),
    ("tanggal 20/11", "2026-11-20", "day"),
    ("01/12", "2025-12-01", "day"),
    ("20-11-2026 14:05", "2026-11-20T14:05:00+07:00", "minute"),
    ("2026-11-20 14:05", "2026-11-20T14:05:00+07:00", "minute"),
    ("20.11.2026", "2026-11-20", "day"),
    ("3 okt 2026 jam 1 siang", "2026-10-03T13:00:00+07:00", "hour"),
    ("sejak 3/10 malam", "2026-10-03", "part_of_day"),
    ("30 menit yang lalu", "2026-11-24T11:00:00+07:00", "hour"),
    ("since yesterday 5 pm", "2026-11-23T17:00:00+07:00", "hour"),
    ("this morning at 8:15am", "2026-11-24T08:15:00+07:00", "minute"),
    ("on November 20, 2026 at 9:05 pm", "2026-11-20T21:05:00+07:00", "minute"),
    ("20 November", "2026-11-20", "day"),
    ("last night", "2026-11-23", "part_of_day"),
    ("two days ago", "2026-11-22", "day"),
    ("last Friday", "2026-11-20", "day"),
]


def test_an_offset_of_zero_is_the_providers() -> None:
    """Exchange and Yahoo write no other: the sender's day and hour are the desk's; a zone that is written counts."""
    for words, iso in (
        ("kemarin jam 10 malam", "2026-11-23T22:00:00+07:00"),
        ("22.10 UTC", "2026-11-23T22:10:00+00:00"),
    ):
        content = mail(date="Tue, 24 Nov 2026 05:00:00 +0000") + f"Deposit saya {words} belum masuk.".encode()
        (found,) = [each.value for each in reading(content).report.findings if each.field == "occurred_at"]
        assert isinstance(found, dict)
        assert found["iso"] == iso


@pytest.mark.parametrize(("words", "iso", "precision"), TIMES, ids=[words for words, *_ in TIMES])
def test_a_time_is_read_with_its_precision(words: str, iso: str, precision: str) -> None:
    """And its exact words are the evidence."""
    text = f"Saya transfer {words}, belum masuk."
    read = reading(mail(text))
    (found,) = [finding for finding in read.report.findings if finding.field == "occurred_at"]
    assert isinstance(found.value, dict)
    assert (found.value["iso"], found.value["precision"]) == (iso, precision)
    assert read.mail.text[found.start : found.end] == found.raw


@pytest.mark.parametrize(
    "text",
    [
        "Sudah 3 hari belum masuk.",
        "Diproses 2x24 jam.",
        "Saldo 50.000 belum masuk.",
        "sampai hari ini belum masuk",
        "Versi aplikasi 5.12 error.",
        "Jam kerja Anda kapan?",
        "Nomor saya 0812-3456-7890.",
        "99/99/2026 dan 31/02/2026",
        "jam 99",
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    """Durations, ends, amounts, versions, impossible dates."""
    assert reading(mail(text)).report.values("occurred_at") == []


def test_a_day_here_and_a_time_there_are_one_moment() -> None:
    """As in a form."""
    (found,) = reading(mail("Tanggal: 20 November 2026\nUsername: budi_99\nJam: 14.05 WIB\n")).report.values(
        "occurred_at"
    )
    assert isinstance(found, dict)
    assert found["iso"] == "2026-11-20T14:05:00+07:00"


def test_the_offset_of_the_mail_counts_where_no_zone_is_written() -> None:
    """A customer in Makassar, whose clock says so."""
    (found,) = reading(mail("jam 10.15", date="Tue, 24 Nov 2026 12:58:00 +0800")).report.values("occurred_at")
    assert isinstance(found, dict)
    assert found["iso"] == "2026-11-24T10:15:00+08:00"


@pytest.mark.parametrize("date", ["Thu, 1 Jan 1970 00:00:00 +0000", "Tue, 24 Nov 2099 11:58:00 +0700", "yesterday", ""])
def test_an_absurd_date_gives_way_to_the_arrival(date: str) -> None:
    """A phone with a wrong clock does not make it 1970."""
    (found,) = reading(mail("kemarin jam 10.15", date=date)).report.values("occurred_at")
    assert isinstance(found, dict)
    assert found["iso"] == "2026-11-23T10:15:00+07:00"


def test_in_malay_semalam_is_yesterday() -> None:
    """Not last night."""
    text = "Saya tak dapat login akaun saya sejak semalam, nombor telefon saya sudah tukar. Boleh tolong encik?"
    (found,) = reading(mail(text, date="Tue, 24 Nov 2026 12:58:00 +0800")).report.values("occurred_at")
    assert isinstance(found, dict)
    assert (found["iso"], found["precision"]) == ("2026-11-23", "day")


@given(st.text(alphabet="0123456789.:/- jampukltgsiowbde\n", max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    """Whatever stands there, times or not."""
    reading(mail(text))


def test_a_clock_that_is_ahead_loses_no_reported_time() -> None:
    """A Date a week after the arrival: the day that is written stays, and what is relative is told by the arrival."""
    ahead = "Tue, 1 Dec 2026 12:00:00 +0700"
    (told,) = reading(mail("1 Desember 2026 jam 10.15", date=ahead)).report.values("occurred_at")
    (relative,) = reading(mail("tadi jam 10.15", date=ahead)).report.values("occurred_at")
    assert isinstance(told, dict)
    assert isinstance(relative, dict)
    assert (told["iso"], relative["iso"]) == ("2026-12-01T10:15:00+07:00", "2026-11-24T10:15:00+07:00")
    assert "date_absurd" in [problem.code for problem in reading(mail("", date=ahead)).mail.problems]


def test_where_nobody_knows_when_a_mail_arrived_its_date_counts() -> None:
    """Read from a file by a machine whose clock is behind."""
    content = mail("kemarin jam 10.15", date="Tue, 1 Dec 2026 12:00:00 +0700")
    raw = RawMail(content=content, envelope=Envelope(door="parse", received_at=NOON, history=True))
    (found,) = read(raw).report.values("occurred_at")
    assert isinstance(found, dict)
    assert found["iso"] == "2026-11-30T10:15:00+07:00"

"""Which findings are repeated, and how they are written."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from parsing.report import Finding
from replies import findings, language

JAKARTA = ZoneInfo("Asia/Jakarta")


class Words:
    def field_name(self, item: str, /) -> str:
        return item

    def question(self, item: str, /) -> str:
        return item


def told(field: str, *values: Any) -> str | None:
    """What a letter says of these values of a field, in Indonesian."""
    listed = [
        Finding(field=field, value=value, raw="r", where="body", start=0, end=1, rule="t", confidence=1.0)
        for value in values
    ]
    lines = findings.told(listed, Words(), language.load("id"), JAKARTA)
    return lines[0][1] if lines else None


@pytest.mark.parametrize("value", ["budi_99", "a", "andi.99", "budi.santoso", "x-y_z", "USER1234", "b" * 32])
def test_a_username_is_repeated(value: str) -> None:
    """In the shape that platforms give them."""
    assert told("usernames", value) == value


@pytest.mark.parametrize(
    "value",
    [
        "budi.com",
        "www.budi",
        "hadiah.online",
        "a@b",
        "a/b",
        "a:b",
        "-a",
        "a.",
        "b" * 33,
        "budi santoso",
        "bud\u0456",
        7,
        {},
    ],
)
def test_what_could_be_a_link_or_a_sentence_is_not(value: Any) -> None:
    """Mail clients make links of host names."""
    assert told("usernames", value) is None


@pytest.mark.parametrize("value", ["TRX-20261123-0042", "DP123456", "2026112300012345", "INV/2026/0042"])
def test_a_transaction_id_is_repeated(value: str) -> None:
    """It has a digit, and no blank or dot."""
    assert told("transaction_ids", value) == value


@pytest.mark.parametrize("value", ["klik-di-sini", "evil.com/1", "123", "1" * 49, "AB 12", "12\n34", ["1234"]])
def test_other_shapes_are_not(value: Any) -> None:
    """Words in the place of a number are words."""
    assert told("transaction_ids", value) is None


@pytest.mark.parametrize(
    ("iso", "precision", "words"),
    [
        ("2026-11-23T22:10:00+07:00", "minute", "Senin, 23 November 2026, 22.10 WIB"),
        ("2026-11-23T22:10:00+08:00", "minute", "Senin, 23 November 2026, 22.10 WITA"),
        ("2026-11-23T22:10:00+09:00", "minute", "Senin, 23 November 2026, 22.10 WIT"),
        ("2026-11-23T22:10:00+05:30", "minute", "Senin, 23 November 2026, 22.10 UTC+5:30"),
        ("2026-11-23T22:10:00-03:00", "minute", "Senin, 23 November 2026, 22.10 UTC-3"),
        ("2026-11-23T22:00:00+07:00", "hour", "Senin, 23 November 2026, sekitar pukul 22.00 WIB"),
        ("2026-11-23T20:00:00+07:00", "part_of_day", "Senin, 23 November 2026"),
        ("2026-11-23", "day", "Senin, 23 November 2026"),
    ],
)
def test_a_time_is_told_as_exactly_as_it_is_known(iso: str, precision: str, words: str) -> None:
    """In the offset that its teller used."""
    assert told("occurred_at", {"iso": iso, "precision": precision, "text": "?"}) == words


@pytest.mark.parametrize(
    ("currency", "value", "words"),
    [
        ("IDR", "50000", "Rp50.000"),
        ("IDR", 1250000, "Rp1.250.000"),
        ("USD", "12.50", "USD 12,50"),
        ("IDR", "0.5", "Rp0,50"),
    ],
)
def test_an_amount_is_written_as_in_the_country(currency: str, value: Any, words: str) -> None:
    """Dots between thousands."""
    assert told("amounts", {"currency": currency, "value": value}) == words


@pytest.mark.parametrize(
    ("currency", "value"), [("IDR", "NaN"), ("IDR", "1e99"), ("IDR", "-1"), ("evil", "1"), ("IDR", "satu"), ("", "")]
)
def test_no_amount_is_made_of_what_is_none(currency: str, value: str) -> None:
    """Damage stays out of letters."""
    assert told("amounts", {"currency": currency, "value": value}) is None


def test_several_values_are_listed_once_each_and_not_without_end() -> None:
    """Three show that we have understood."""
    assert told("usernames", "a1", "b2", "a1", "c3", "d4") == "a1, b2, c3"

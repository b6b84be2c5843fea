"""Values and days as agents type them."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone

import pytest

from parsing.fields.by_hand import field_named, value_of
from parsing.fields.deadlines import deadline
from parsing.report import ReportSettings
from parsing.site import Site

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=7)))  # a Tuesday


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("username", "usernames"),
        ("ID transaksi", "transaction_ids"),
        ("transaction_ids", "transaction_ids"),
        ("Waktu", "occurred_at"),
        ("jumlah", "amounts"),
        ("HP", "phones"),
        ("bank", "channels"),
        ("warna", None),
        ("", None),
    ],
)
def test_a_field_is_known_by_any_of_its_names(name: str, field: str | None) -> None:
    """As in JSON, as in letters, as customers write it."""
    assert field_named(name, Site()) == field


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("usernames", "budi_99", "budi_99"),
        ("transaction_ids", "TRX-20261123-0042", "TRX-20261123-0042"),
        ("amounts", "50rb", {"currency": "IDR", "value": 50000}),
        ("phones", "0812-3456-7890", "+6281234567890"),
        ("emails", "bukan alamat", None),
        ("occurred_at", "entah", None),
        ("devices", "Samsung A52", "Samsung A52"),
        ("usernames", "  ", None),
        ("devices", "x" * 500, None),
    ],
)
def test_what_is_set_has_the_shape_of_what_is_found(field: str, text: str, value: object) -> None:
    """And what has not that shape is none."""
    assert value_of(field, text, ReportSettings(), NOW) == value


def test_a_time_is_told_in_the_agents_zone() -> None:
    """Yesterday is the day before the agent's today."""
    said = value_of("occurred_at", "kemarin 22.10", ReportSettings(), NOW)
    assert (said["iso"], said["precision"]) == ("2026-11-23T22:10:00+07:00", "minute")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3 hari", "2026-11-27T12:00"),
        ("2 jam lagi", "2026-11-24T14:00"),
        ("besok", "2026-11-25T08:00"),
        ("Besok, 09.00", "2026-11-25T09:00"),
        ("senin", "2026-11-30T08:00"),
        ("selasa", "2026-12-01T08:00"),
        ("sampai 1/12", "2026-12-01T08:00"),
        ("2026-12-01 10:15", "2026-12-01T10:15"),
        ("1 Des", "2026-12-01T08:00"),
        ("1 January", "2027-01-01T08:00"),
        ("jam 15.00", "2026-11-24T15:00"),
        ("next week", "2026-12-01T08:00"),
    ],
)
def test_a_day_to_wait_for_is_understood(text: str, told: str) -> None:
    """In either language; without a time it begins when the desk opens."""
    found = deadline(text, NOW, time(8))
    assert found is not None
    assert found.isoformat(timespec="minutes") == f"{told}+07:00"


@pytest.mark.parametrize(
    "text", ["", "31/2", "kemarin", "11.00", "1/1/2030", "entah kapan", "0 hari", "99/99", "25.70"]
)
def test_what_names_no_day_ahead_is_none(text: str) -> None:
    """Past, impossible, too far, or no day at all."""
    assert deadline(text, NOW, time(8)) is None

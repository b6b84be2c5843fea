"""Sums of money, and the banks, wallets and methods by which they went."""

from __future__ import annotations

import pytest

from tests.parsing.conftest import mail, reading

ABOUT = " belum masuk ke saldo saya"  #: a report, so that sums are at issue


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("deposit 50rb", [("IDR", 50_000)]),
        ("deposit 50.000", [("IDR", 50_000)]),
        ("deposit Rp50k", [("IDR", 50_000)]),
        ("deposit Rp 50.000,-", [("IDR", 50_000)]),
        ("deposit IDR 50,000", [("IDR", 50_000)]),
        ("deposit IDR 200.000,00", [("IDR", 200_000)]),
        ("deposit Rp2.750.000", [("IDR", 2_750_000)]),
        ("deposit 1,5 juta", [("IDR", 1_500_000)]),
        ("deposit 1jt500rb", [("IDR", 1_500_000)]),
        ("deposit dua ratus lima puluh ribu", [("IDR", 250_000)]),
        ("deposit seratus rebu rupiah", [("IDR", 100_000)]),
        ("deposit RM30", [("MYR", 30)]),
        ("deposit $25.50", [("USD", 25.5)]),
        ("deposit 3x masing-masing 50rb", [("IDR", 50_000)]),
        ("deposit 50.000 + 117 = 50.117", [("IDR", 50_117)]),
        ("pembelian voucher 1.000.000", [("IDR", 1_000_000)]),
    ],
)
def test_a_sum_is_read_as_a_person_would(text: str, sums: list[tuple[str, float]]) -> None:
    """In digits of either style, with short units, in words; each once, the total for its parts."""
    found = reading(mail(text + ABOUT)).report.values("amounts")
    assert [(value["currency"], value["value"]) for value in found if isinstance(value, dict)] == sums


@pytest.mark.parametrize(
    "text",
    [
        "deposit minimal Rp 20.000",
        "bonus hingga 500rb",
        "biaya admin Rp 2.500",
        "dapat voucher Rp 50.000",
        "cashback 10rb",
        "up to Rp 100,000",
        "kode unik 117",
    ],
)
def test_limits_fees_and_promises_are_no_sums(text: str) -> None:
    """Nobody paid them."""
    assert reading(mail(f"{text}, deposit saya belum masuk")).report.values("amounts") == []


def test_the_closing_unit_belongs_to_the_sum() -> None:
    """What is quoted as evidence reaches to its end: "ribu", "juta", ",-"."""
    for written in ("75 ribu", "1,25 juta", "Rp 75.000,-"):
        (found,) = [
            each for each in reading(mail(f"deposit {written}{ABOUT}")).report.findings if each.field == "amounts"
        ]
        assert found.raw == written


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("transfer lewat BCA mobile", ["BCA"]),
        ("transfer dari Livin ke dana", ["Mandiri", "DANA"]),
        ("bayar pakai QRIS dari OVO", ["QRIS", "OVO"]),
        ("bayar ke VA BNI", ["Virtual Account", "BNI"]),
        ("bayar ke va yg di aplikasi", ["Virtual Account"]),
        ("setor tunai lewat ATM BRI", ["ATM", "BRI"]),
        ("transfer lewat jago", ["Jago"]),
        ("top up with Touch 'n Go", ["Touch 'n Go"]),
        ("bayar pakai pulsa Telkomsel", ["Telkomsel"]),
    ],
)
def test_channels_have_one_name_however_they_are_called(text: str, names: list[str]) -> None:
    """By their apps, in small letters, beside each other."""
    assert reading(mail(f"deposit 50rb {text}{ABOUT}")).report.values("channels") == names


@pytest.mark.parametrize(
    "text",
    [
        "penarikan dana saya",
        "dana belum cair",
        "saya mandiri dan jago berhitung",
        "saya memakai kartu Telkomsel",
        "sinyal Telkomsel hilang",
        "kartu ATM saya hilang",
        "bukan lewat BCA",
    ],
)
def test_words_that_only_look_like_channels_are_none(text: str) -> None:
    """Money is "dana"; who carries the message has not carried the money."""
    assert reading(mail(f"{text}, deposit belum masuk")).report.values("channels") == []

"""Ticket numbers."""

from __future__ import annotations

import pytest

from store import numbers


def test_a_number_ends_in_its_check_digit() -> None:
    """The serial 10423 gets Damm's digit 1, so the number reads back."""
    assert numbers.number("LKT", 10423) == "LKT-104231"
    assert numbers.parse("lkt-104231") == "LKT-104231"


@pytest.mark.parametrize("position", range(6))
@pytest.mark.parametrize("digit", "0123456789")
def test_every_single_wrong_digit_is_noticed(position: int, digit: str) -> None:
    """A number with one digit changed is no number."""
    right = "104231"
    wrong = right[:position] + digit + right[position + 1 :]
    assert (numbers.parse(f"LKT-{wrong}") is None) == (wrong != right)


@pytest.mark.parametrize("position", range(5))
def test_every_swap_of_neighbours_is_noticed(position: int) -> None:
    """A number with two neighbouring digits swapped is no number."""
    digits = list("104231")
    digits[position], digits[position + 1] = digits[position + 1], digits[position]
    assert numbers.parse("LKT-" + "".join(digits)) is None


@pytest.mark.parametrize(
    "text", ["", "LKT", "LKT-", "LKT-12", "104231", "LKT-104231x", "LKT–104231", "LKT-１０４２３１"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    """Only a prefix, a plain hyphen and ASCII digits make a number."""
    assert numbers.parse(text) is None

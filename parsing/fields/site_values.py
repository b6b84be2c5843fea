"""What a site may ask of a value of its own fields: a check, and a form. Named in the configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date


def _digits(value: str) -> str:
    return "".join(character for character in value if character.isdecimal())


def _luhn(value: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    digits = [int(character) for character in _digits(value)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return bool(digits) and (sum(digits[-1::-2]) + doubled) % 10 == 0


def _mod_97(value: str) -> bool:
    """ISO 13616 (IBAN), ISO 11649 (RF references): the first four characters moved to the end, letters as numbers."""
    plain = "".join(character for character in value if character.isalnum()).upper()
    if not (plain.isascii() and len(plain) > 4):  # noqa: PLR2004 - two letters, two check digits, and something
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


def _iso_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


#: Whether a value, in its form, is one.
VALIDATORS: Mapping[str, Callable[[str], bool]] = {
    "any": bool,
    "luhn": _luhn,
    "mod97": _mod_97,
    "date": _iso_date,
}

#: The form in which a value is kept.
NORMALISERS: Mapping[str, Callable[[str], str]] = {
    "as_written": lambda value: value.strip(),
    "upper": lambda value: value.strip().upper(),
    "lower": lambda value: value.strip().lower(),
    "digits": _digits,
    "no_blanks": lambda value: "".join(value.split()),
}

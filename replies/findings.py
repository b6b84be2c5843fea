"""Typed findings as a letter may repeat them.

A finding is the sender's own words in a strict shape. The shape is checked here once more, and narrowly, because these
are the only words of a sender's that automatic mail ever holds: what does not fit is left out. No shape allows a blank,
so no sentence can be smuggled, nor anything that mail clients turn into a link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Final, Protocol

from parsing.report import Finding, Value
from replies.language import Language


class Words(Protocol):
    """What a letter needs to know of the fields, in one language: see parsing/fields/declarations.py."""

    def field_name(self, item: str, /) -> str:
        """How people call this item: "ID transaksi"."""

    def question(self, item: str, /) -> str:
        """How to find and send this item, in a sentence or two."""


#: More values of one field than this help nobody to see whether we understood.
MAX_VALUES: Final = 3

_USERNAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,30}[A-Za-z0-9_])?")
_TRANSACTION_ID = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9](?:[A-Za-z0-9_/-]{2,46}[A-Za-z0-9])")

#: A dot before letters alone is how a host name ends, and six letters is where the common endings do (.online):
#: mail clients make a link of "hadiah.online", so it is not repeated; "budi.santoso" and "andi.99" are.
_LIKE_A_HOST = re.compile(r"www\.|.*\.[A-Za-z]{2,6}")

_Show = Callable[[Value, Language, tzinfo], str | None]


def told(findings: Iterable[Finding], words: Words, language: Language, zone: tzinfo) -> tuple[tuple[str, str], ...]:
    """Findings as pairs of a field's name and its values, in the order of SHAPES; what has no safe shape stays out."""
    listed = [finding for finding in findings if finding.counts]
    lines = []
    for field, (item, show) in SHAPES.items():
        values = (show(finding.value, language, zone) for finding in listed if finding.field == field)
        shown = list(dict.fromkeys(value for value in values if value))[:MAX_VALUES]
        if shown:
            lines.append((words.field_name(item), ", ".join(shown)))
    return tuple(lines)


def shown(field: str, value: Value, language: Language, zone: tzinfo) -> str | None:
    """A value for an agent's eyes; None for one that has no shape here."""
    _item, show = SHAPES.get(field, ("", None))
    return show(value, language, zone) if show else _occurred_at(value, language, zone)


def _username(value: Value, _language: Language, _zone: tzinfo) -> str | None:
    if isinstance(value, str) and _USERNAME.fullmatch(value) and not _LIKE_A_HOST.fullmatch(value):
        return value
    return None


def _transaction_id(value: Value, _language: Language, _zone: tzinfo) -> str | None:
    return value if isinstance(value, str) and _TRANSACTION_ID.fullmatch(value) else None


def _occurred_at(value: Value, language: Language, zone: tzinfo) -> str | None:
    if not isinstance(value, Mapping):
        return None
    try:
        iso, precision = str(value["iso"]), str(value.get("precision", "minute"))
        when = datetime.fromisoformat(iso)
        if when.tzinfo is None:
            return language.day(date.fromisoformat(iso[:10]))
        return language.instant(when, zone, precision)
    except (KeyError, ValueError, OverflowError):
        return None


def _amount(value: Value, language: Language, _zone: tzinfo) -> str | None:
    if not isinstance(value, Mapping):
        return None
    currency = str(value.get("currency", ""))
    try:
        number = Decimal(str(value.get("value", "")))
    except InvalidOperation:
        return None
    if not re.fullmatch(r"[A-Z]{3}", currency) or not number.is_finite() or not 0 <= number < 10**15:
        return None
    digits = f"{number:,.2f}".removesuffix(".00").translate({ord(","): language.thousands, ord("."): language.decimal})
    return f"Rp{digits}" if currency == "IDR" else f"{currency} {digits}"


#: Which fields are repeated: field of the finding → the item whose name stands before it, and its shape.
SHAPES: Final[Mapping[str, tuple[str, _Show]]] = {
    "usernames": ("username", _username),
    "transaction_ids": ("transaction_id", _transaction_id),
    "amounts": ("amount", _amount),
    "occurred_at": ("occurred_at", _occurred_at),
}

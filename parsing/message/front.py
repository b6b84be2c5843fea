"""The thin port to mail-parser: addresses, date and defects of a header block.

The library is given a small mail made of those fields alone, capped and with encoded words in UTF-8. So it never sees
a body, nothing in it can be quadratic, and charsets that it does not know do not cost a name.
"""

from __future__ import annotations

import email.utils
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import mailparser

from parsing.mail import Address, Problem
from parsing.message.encoded_words import as_utf8_words, one_line, text_of
from parsing.message.headers import HeaderBlock
from parsing.message.limits import MAX_ADDRESSES, MAX_HEADER

_LISTS = ("from", "to", "cc", "reply-to")
_ZONES = {
    "WIB": "+0700",
    "WITA": "+0800",
    "WIT": "+0900",
    "SGT": "+0800",
    "MYT": "+0800",
    "CET": "+0100",
    "CEST": "+0200",
}
_ZONE_WORD = re.compile(r"\b(WIB|WITA|WIT|SGT|MYT|CES?T)\b")
_ANGLE = re.compile(r"<?([^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+)>?")
_MAX_OFFSET = timedelta(hours=24)  #: what datetime can hold


@dataclass(frozen=True, kw_only=True, slots=True)
class Front:
    """What stands in front of a mail for people."""

    from_: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    date: datetime | None
    defects: tuple[str, ...]  #: what was odd about the From field, in mail-parser's words
    problems: tuple[Problem, ...]


def read_front(headers: HeaderBlock, charset: str | None = None) -> Front:
    """Read the address fields and the date of a mail; charset is the body's, for raw bytes in the header."""
    problems: list[Problem] = []
    small = _small_mail(headers, charset, problems)
    try:
        parsed = mailparser.parse_from_bytes(small)
        found = {name: _addresses(getattr(parsed, name.replace("-", "_").replace("from", "from_"))) for name in _LISTS}
        defects = list(parsed.address_header_defects)
        date = _own_offset(parsed.date, parsed.timezone)
    except Exception as error:  # noqa: BLE001 - the library answers odd bytes with any exception; the mail is read without it
        problems.append(Problem(code="front_unreadable", detail=type(error).__name__))
        found, defects, date = dict.fromkeys(_LISTS, ()), [], None
    if not found["from"]:
        found["from"] = _best_guess(defects, headers)
    return Front(
        from_=found["from"],
        to=found["to"],
        cc=found["cc"],
        reply_to=found["reply-to"],
        date=date or _lenient_date(headers, problems),
        defects=tuple(str(defect.get("reason")) for defect in defects if defect.get("header") == "from"),
        problems=tuple(problems),
    )


def _small_mail(headers: HeaderBlock, charset: str | None, problems: list[Problem]) -> bytes:
    """The fields that mail-parser reads, repeated address fields joined into one."""
    lines = []
    for name in _LISTS:
        values = headers.all(name)[: 1 if name == "from" else None]
        if values:
            value = as_utf8_words(b", ".join(values)[:MAX_HEADER], charset)
            if value.count(b"@") > MAX_ADDRESSES:
                problems.append(Problem(code="too_many_addresses", detail=f"only {MAX_ADDRESSES} were read"))
                value = b",".join(value.split(b",", MAX_ADDRESSES)[:MAX_ADDRESSES])
            lines.append(b"%b: %b\r\n" % (name.encode("ascii"), value.replace(b"\r", b" ").replace(b"\n", b" ")))
    date = headers.first("date")
    if date:
        lines.append(b"date: %b\r\n" % date.replace(b"\r", b" ").replace(b"\n", b" "))
    return b"".join(lines) + b"\r\n"


def _addresses(pairs: Any) -> tuple[Address, ...]:
    return tuple(_address(str(name), str(address)) for name, address in pairs or () if address)


def _address(name: str, address: str) -> Address:
    local, at, domain = address.rpartition("@")
    return Address(name=one_line(name), address=one_line(f"{local}{at}{domain.lower()}" if at else address))


def _best_guess(defects: list[Any], headers: HeaderBlock) -> tuple[Address, ...]:
    """For showing only, where the From field is broken: identity is suspicious then in any case."""
    for defect in defects:
        candidates = defect.get("candidates") or ()
        if defect.get("header") == "from" and candidates:
            return (_address(str(candidates[0]["display_name"]), str(candidates[0]["address"])),)
    value = text_of(headers.first("from"))
    match = _ANGLE.search(value)
    return (_address(value[: match.start()].strip(" \"'<"), match[1]),) if match else ()


def _own_offset(value: datetime | None, offset: Any) -> datetime | None:
    """mail-parser gives UTC and the offset apart: put them together again."""
    if value is None:
        return None
    instant = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    try:
        shift = timedelta(hours=float(offset or 0))
        return instant.astimezone(timezone(shift)) if abs(shift) < _MAX_OFFSET else instant
    except (ValueError, OverflowError):
        return instant


def _lenient_date(headers: HeaderBlock, problems: list[Problem]) -> datetime | None:
    """Dates that mail-parser refuses: other zone names, other words for the weekday."""
    value = text_of(headers.first("date"))
    if not value:
        return None
    problems.append(Problem(code="date_odd"))
    spelled = _ZONE_WORD.sub(lambda match: _ZONES[match[1]], value[:200])
    head, comma, rest = spelled.partition(",")
    try:
        found = email.utils.parsedate_to_datetime(rest if comma and head.isalpha() else spelled)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

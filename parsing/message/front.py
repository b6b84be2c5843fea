"""The thin port to mail-parser: addresses and their defects of a header block; the date by our own reading.

The library is given the address fields alone, capped and with encoded words in UTF-8. So it never sees a body, nothing
in it can be quadratic, and charsets that it does not know do not cost a name. Its reader of address fields is called,
not its reader of mails: that one would take the few fields for a mail with everything that one has, at twice the cost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.policy import compat32
from typing import Any

from mailparser.utils import get_addresses

from parsing.mail import Address, Problem
from parsing.message.dates import read_date
from parsing.message.encoded_words import as_utf8_words, decode_words, one_line, text_of
from parsing.message.headers import HeaderBlock
from parsing.message.limits import MAX_ADDRESSES, MAX_HEADER

_FIRST_MAIL = 1982  #: the year of RFC 822; clocks that were never set say 1970 or 1980
_AHEAD = timedelta(days=2)  #: a wrong zone makes a day; beyond two the sender's clock says nothing
_LISTS = ("from", "to", "cc", "reply-to")
_ANGLE = re.compile(r"<?([^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+)>?")
_NAME = rb"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*"
_LABEL = rb"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = rb"[A-Za-z0-9_+-]{1,30}(?:\.[A-Za-z0-9_+-]{1,30})?@%b(?:\.%b){1,3}" % (_LABEL, _LABEL)
#: What most fields are: one mailbox that no two programs read differently. Such a one needs no library.
_PLAIN = re.compile(rb"(?:(?:\"(%b)\"|(%b)) )?<(%b)>|(%b)" % (_NAME, _NAME, _MAILBOX, _MAILBOX))
_ANY = re.compile(r"[^\s<>()\[\],;:\"'@]{1,64}@[^\s<>()\[\],;:\"'@]{1,255}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Front:
    """What stands in front of a mail for people."""

    from_: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    date: datetime | None  #: when it was written, as far as that can be believed
    stated: datetime | None  #: what the Date field says, absurd or not
    defects: tuple[str, ...]  #: what was odd about the From field, in mail-parser's words
    problems: tuple[Problem, ...]


def read_front(headers: HeaderBlock, charset: str | None, received_at: datetime) -> Front:
    """Read the address fields and the date of a mail; charset is the body's, for raw bytes in the header.

    A date that cannot be, seen from when the mail arrived, is none: then the time of arrival counts.
    """
    problems: list[Problem] = []
    fields = _fields(headers, charset, problems)
    defects: dict[str, list[Any]] = {name: [] for name in _LISTS}
    stated = _stated(headers, problems)
    try:
        found = {name: _addresses(name, fields.get(name), defects[name]) for name in _LISTS}
    except Exception as error:  # noqa: BLE001 - the library answers odd bytes with any exception; the mail is read without it
        problems.append(Problem(code="front_unreadable", detail=type(error).__name__))
        found, defects = dict.fromkeys(_LISTS, ()), {name: [] for name in _LISTS}
    if not found["from"]:
        found["from"] = _best_guess(defects["from"], headers)
    for name in _LISTS[1:]:
        found[name] = found[name] or _any(headers, name)
    return Front(
        from_=found["from"],
        to=found["to"],
        cc=found["cc"],
        reply_to=found["reply-to"],
        date=_believed(stated, received_at, problems),
        stated=stated,
        defects=tuple(str(defect.get("reason")) for defect in defects["from"]),
        problems=tuple(problems),
    )


def _fields(headers: HeaderBlock, charset: str | None, problems: list[Problem]) -> dict[str, bytes]:
    """The fields that mail-parser reads, repeated address fields joined into one."""
    fields = {}
    for name in _LISTS:
        values = headers.all(name)[: 1 if name == "from" else None]
        if values:
            value = as_utf8_words(b", ".join(values)[:MAX_HEADER], charset)
            if value.count(b"@") > MAX_ADDRESSES:
                problems.append(Problem(code="too_many_addresses", detail=f"only {MAX_ADDRESSES} were read"))
                value = b",".join(value.split(b",", MAX_ADDRESSES)[:MAX_ADDRESSES])
            fields[name] = value.replace(b"\r", b" ").replace(b"\n", b" ").lstrip(b" \t")
    return fields


def _addresses(name: str, value: bytes | None, defects: list[Any]) -> tuple[Address, ...]:
    """The addresses of a field, as mail-parser reads them; what it finds odd goes to `defects`."""
    if value is None:
        return ()
    plain = _PLAIN.fullmatch(value)
    if plain:
        quoted, unquoted, enclosed, bare = (group and group.decode("ascii") for group in plain.groups())
        return (_address(quoted or unquoted or "", enclosed or bare or ""),)
    field = compat32.header_fetch_parse(name, value.decode("ascii", "surrogateescape"))  # as a mail's own field comes
    pairs = get_addresses(field, defects=defects, decode_names=True)
    return tuple(_address("" if shown == address else shown, address) for shown, address in pairs if address)


def _address(name: str, address: str) -> Address:
    local, at, domain = address.rpartition("@")
    return Address(
        name=one_line(decode_words(name)), address=one_line(f"{local}{at}{domain.lower()}" if at else address)
    )


def _best_guess(defects: list[Any], headers: HeaderBlock) -> tuple[Address, ...]:
    """For showing only, where the From field is broken: identity is suspicious then in any case."""
    for defect in defects:
        candidates = defect.get("candidates") or ()
        if candidates:
            return (_address(str(candidates[0]["display_name"]), str(candidates[0]["address"])),)
    value = text_of(headers.first("from"))
    match = _ANGLE.search(value)
    return (_address(value[: match.start()].strip(" \"'<"), match[1]),) if match else ()


def _any(headers: HeaderBlock, name: str) -> tuple[Address, ...]:
    """The addresses in fields that break every rule: whom a mail went to is not lost for a missing bracket."""
    values = headers.all(name)
    if not any(b"@" in value for value in values):
        return ()
    text = text_of(b", ".join(values)[:MAX_HEADER])
    return tuple(_address("", match[0]) for _, match in zip(range(MAX_ADDRESSES), _ANY.finditer(text), strict=False))


def _stated(headers: HeaderBlock, problems: list[Problem]) -> datetime | None:
    value = text_of(headers.first("date"))
    date = read_date(value)
    if value and date is None:
        problems.append(Problem(code="date_odd"))
    return date


def _believed(date: datetime | None, received_at: datetime, problems: list[Problem]) -> datetime | None:
    if date and not (date.year >= _FIRST_MAIL and date <= received_at + _AHEAD):
        problems.append(Problem(code="date_absurd"))
        return None
    return date

"""Status codes (RFC 3463) and addresses, wherever relays write them, and whether a reporter has given up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.claims.phrases import Kind, find

MAX_REASON = 500  #: code points; what stands beyond it is a log, not a reason

_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_DSN_CODE = re.compile(r"#([245])\.(\d{1,3})\.(\d{1,3})")  # qmail: (#5.1.1)
#: in a report's own fields an address is what its sender wrote, the mistyped domain that made it fail included
_TYPED_ADDRESS = re.compile(r"[^\s<>();:\"|]{1,128}@[^\s<>();:\",|]{1,255}")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"|（）【】「」《》：；，、。]{1,128}@[\w.\-]{1,255}")
_LEADING = re.compile(r"^(?:mailto:|smtp[=:]|rfc822[;=])+", re.IGNORECASE)
#: what quotes an address without being part of it
_AROUND = "'`.*_-=!?{}“”‘’"


def code_in(text: str) -> str:
    """The first enhanced status code in a text, "" where none stands."""
    match = _DSN_CODE.search(text)
    if match:
        return ".".join(match.groups())
    match = _CODE.search(text)
    return match[1] if match else ""


def more_telling(status: str, diagnostic: str) -> str:
    """The diagnostic's code, where the status says only "some failure" (x.0.0) and the diagnostic says which."""
    told = code_in(diagnostic)
    vague = not status or status.endswith(".0.0")
    return told if told and vague and (not status or told[0] == status[0]) else status


def addresses_in(text: str) -> Iterator[str]:
    """The addresses in a line, as they may be written to."""
    if "@" in text:
        yield from (address for match in _ADDRESS.finditer(text) if (address := cleaned(match[0])))


def address_of(value: str) -> str:
    """The address in a report's field, however odd its domain; "" where none stands."""
    match = _TYPED_ADDRESS.search(value)
    return cleaned(match[0]) if match else ""


def cleaned(address: str) -> str:
    """An address without the signs that surround it; "" if it is none."""
    local, _, domain = _LEADING.sub("", address).strip(_AROUND).rpartition("@")
    return f"{local}@{domain}" if local.strip("@") and domain.strip(".") and "@" not in local else ""


def one_line(text: str) -> str:
    """A reason as it is kept: one line, of a bounded length."""
    return " ".join(text.split())[:MAX_REASON].strip()


def is_delay(folded: str) -> bool:
    """Whether a report's folded words say that the reporter goes on trying."""
    return bool(find(Kind.BOUNCE_DELAYED, folded)) and not find(Kind.BOUNCE_GIVEN_UP, folded)

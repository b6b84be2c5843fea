"""The identifiers by which a mail points at others (RFC 5322, 3.6.4)."""

from __future__ import annotations

import re

from parsing.message.headers import HeaderBlock

_MESSAGE_ID = re.compile(rb"<([^<>\s]{1,998})>")
_BARE = re.compile(rb"[^<>\s,;]{1,998}")
_MAX_REFERENCES = 200  #: the newest of a thread that went on for years; older ones say nothing more


def message_id(headers: HeaderBlock) -> str | None:
    """The mail's own identifier without angle brackets, None where there is none."""
    found = _identifiers(headers.first("message-id") or b"")
    return found[0] if found else None


def in_reply_to(headers: HeaderBlock) -> tuple[str, ...]:
    """The identifiers that In-Reply-To names; old mailers wrote prose there, which is left out."""
    return _bracketed(b" ".join(headers.all("in-reply-to")))


def references(headers: HeaderBlock) -> tuple[str, ...]:
    """The identifiers that References names, oldest first."""
    return _bracketed(b" ".join(headers.all("references")))


def _bracketed(value: bytes) -> tuple[str, ...]:
    names = (_ascii(name) for name in _MESSAGE_ID.findall(value))
    return tuple(dict.fromkeys(names))[-_MAX_REFERENCES:]


def _identifiers(value: bytes) -> list[str]:
    found = _MESSAGE_ID.findall(value) or _BARE.findall(value)
    return [_ascii(name) for name in found]


def _ascii(name: bytes) -> str:
    return name.decode("utf-8", "replace")

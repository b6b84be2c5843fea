"""One mail out of a folder: whole, a mebibyte at a time; or, where it is too large, its header and its text.

What of a too large mail is given is a mail again: its own header, but for the fields that tell its shape, and its first
text part. So the customer's words become a ticket, though the files stay in the mailbox.
"""

from __future__ import annotations

import imaplib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.doors.imap_connection import PART

#: A header block is shorter, and what is longer is no header (reliability: 256 KiB).
HEADER_BYTES = 256 << 10

#: Of the text of a mail that is too large: what is longer is no report that somebody wrote.
TEXT_BYTES = 1 << 20

#: Header fields that tell a mail's shape: it gets another one.
_SHAPE = re.compile(rb"(?im)^(?:content-[^:\r\n]*|mime-version)[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n|\Z)")

#: Levels of parts within parts that are looked into for the text.
_DEPTH = 10

#: Asks for items of one mail; None where it is gone.
Ask = Callable[[list[str]], Mapping[bytes, Any] | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A mail from the server."""

    content: bytes
    whole: bool  #: False where it was too large
    size: int  #: of the whole, in bytes, as far as the server tells the truth
    mark: str  #: size and time of arrival as the server tells them: by it a reused UID is noticed


def fetch(ask: Ask, limit: int) -> Fetched | None:
    """A mail, or what is taken of one of more than `limit` bytes; None where it is gone. It stays unseen."""
    parts: list[bytes] = []
    size, told, mark = 0, 0, ""
    while size < limit:
        asked = min(PART, limit - size)
        answer = ask(["RFC822.SIZE", "INTERNALDATE", f"BODY.PEEK[]<{size}.{asked}>"])
        if answer is None:
            return None
        part, told, mark = _part(answer, size), int(answer.get(b"RFC822.SIZE") or 0), mark or mark_of(answer)
        if told > limit and len(part) == asked:
            return _beginning(ask, told, mark, limit)
        if not part:
            break
        parts.append(part)
        size += len(part)
        # A short part need not be the last one, and a size need not be true: only both together end a mail.
        if len(part) < asked and size == told:
            break
    if not parts:
        return None  # a mail without a byte is none, or a server's fault: the next look asks again
    more = size >= limit and size != told and _part(ask([f"BODY.PEEK[]<{size}.1>"]) or {}, size)
    if more or size > limit:
        return _beginning(ask, max(told, size), mark, limit)
    return Fetched(content=b"".join(parts), whole=True, size=size, mark=mark)


def mark_of(answer: Mapping[bytes, Any]) -> str:
    """Size and time of arrival, as one word."""
    arrived = answer.get(b"INTERNALDATE")
    shown = arrived.isoformat() if isinstance(arrived, datetime) else "-"
    return f"{int(answer.get(b'RFC822.SIZE') or 0)} {shown}"


def _beginning(ask: Ask, size: int, mark: str, limit: int) -> Fetched | None:
    most = min(limit, TEXT_BYTES)
    try:
        content = _header_and_text(ask, most)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:  # a server that cannot tell a mail's structure can still give its first bytes
        content = _item(ask, "BODY.PEEK[]", most)
    return Fetched(content=content, whole=False, size=size, mark=mark) if content else None


def _header_and_text(ask: Ask, most: int) -> bytes:
    answer = ask(["BODYSTRUCTURE"]) or {}
    found = sorted(_texts(answer.get(b"BODYSTRUCTURE"), "", 0), key=lambda text: text[0] != b"PLAIN")
    header = _item(ask, "BODY.PEEK[HEADER]", HEADER_BYTES)
    if not found or not header:
        return _item(ask, "BODY.PEEK[]", most)
    place = found[0][1]
    shape, text = _item(ask, f"BODY.PEEK[{place}.MIME]", HEADER_BYTES), _item(ask, f"BODY.PEEK[{place}]", most)
    own = _SHAPE.sub(b"", header).rstrip(b"\r\n")
    return b"\r\n".join([own, b"MIME-Version: 1.0", shape.strip(b"\r\n"), b"", text])


def _texts(structure: Any, place: str, depth: int) -> Iterator[tuple[bytes, str]]:
    """The text parts with their subtype and where they stand (RFC 3501, 6.4.5), in order; nested mails are files."""
    if not isinstance(structure, tuple) or not structure or depth > _DEPTH:
        return
    if isinstance(structure[0], list):
        for number, part in enumerate(structure[0], 1):
            yield from _texts(part, f"{place}.{number}" if place else str(number), depth + 1)
    elif place and _word(structure, 0) == b"TEXT" and _word(structure, 1) in (b"PLAIN", b"HTML"):
        yield _word(structure, 1), place


def _word(structure: tuple[Any, ...], index: int) -> bytes:
    value = structure[index] if len(structure) > index else b""
    return value.upper() if isinstance(value, bytes) else b""


def _item(ask: Ask, name: str, limit: int) -> bytes:
    answer = ask([f"{name}<0.{limit}>"]) or {}
    wanted = name.replace(".PEEK", "").encode()
    return bytes(answer.get(wanted + b"<0>") or answer.get(wanted) or b"")[:limit]


def _part(answer: Mapping[bytes, Any], offset: int) -> bytes:
    found = answer.get(b"BODY[]<%d>" % offset)
    if found is None and offset == 0:
        found = answer.get(b"BODY[]")  # the server knows no parts, and gives the whole
    return bytes(found or b"")

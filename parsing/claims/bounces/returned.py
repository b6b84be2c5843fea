"""Where a bounce's own words end and the returned message begins, and that message's identifier."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.message.headers import HeaderBlock, split
from parsing.message.mime import Part

MAX_LINES, MAX_LINE, MAX_TEXT = 600, 500, 64 * 1024  #: a report's own words are a page or two; logs follow them
_ORIGINAL_TYPES = (
    "message/rfc822",
    "text/rfc822-headers",
    "text/rfc822",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
)
#: fields that nobody writes in prose: a line that begins so is the first of a message
_HEADER = re.compile(
    r"^[>|\s]{0,12}(?:return-path:|received: ?(?:from|by|\(|$)|mime-version:|content-type: ?(?:message|text)/rfc822|x-originating-ip:)",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(
    r"^[\s*#=|>.-]{0,80}(?:original message|returned ma?il|returned message|message header|start of returned|message text|unsent message|old message:|"
    r"below this line|this is a copy of|this is the original|included is a copy|a copy of the original|copy of (?:your|the) message|the header of the|the header and|"
    r"your message reads|the first \d+ lines|original-nachricht|ursprüngliche nachricht|mensaje original|message d'origine|-- the message|undelivered message|"
    r"a summary of the undelivered|original headers|the original message|below (?:is|are) the|following (?:is|are) the)\b.{0,120}$",
    re.IGNORECASE,
)
#: such a line has to look like a divider, or to say that something follows
_DIVIDES = re.compile(r"^[\s>|]{0,12}[-=*#]{2,}|follow|below|:\s*$|copy of|[-=*]{3,}\s*$", re.IGNORECASE)
_MESSAGE_ID = re.compile(
    r"^[>|\s]{0,12}(?:original-|x-original-)?message-id:\s*(?:\n[>|\s]{0,12})?<?([^\s<>]{1,900})>?",
    re.IGNORECASE | re.MULTILINE,
)
_IN_WORDS = re.compile(r"message[- ]id(?:entifier)?\b[^\n<]{0,40}<([^\s<>@]{1,400}@[^\s<>]{1,400})>", re.IGNORECASE)
_OWN_FIELDS = (
    "x-original-message-id",
    "original-message-id",
    "x-ms-exchange-parent-message-id",
    "in-reply-to",
    "references",
)
_BRACKETED = re.compile(rb"<([^<>\s]{1,998})>")


def own_words(text: str) -> list[str]:
    """The lines that the reporter wrote: those before the returned message, each of a bounded length."""
    lines = [line[:MAX_LINE] for line in text[:MAX_TEXT].split("\n")[:MAX_LINES]]
    return lines[: _beginning(lines)]


def _beginning(lines: list[str]) -> int:
    for index, line in enumerate(lines):
        if _HEADER.match(line) or (index and _ANNOUNCED.match(line) and _DIVIDES.search(line)):
            return index
    return len(lines)


def original_message_id(parts: list[tuple[Part, bytes]], headers: HeaderBlock, text: str, report: str) -> str | None:
    """The returned message's identifier: from that message, from the report's fields, from its words, from the header.

    Parts come with their decoded bytes; `report` is the machine-readable half as text.
    """
    return next(_identifiers(parts, headers, text, report), None)


def _identifiers(parts: list[tuple[Part, bytes]], headers: HeaderBlock, text: str, report: str) -> Iterator[str]:
    for part, content in parts:
        if part.type in _ORIGINAL_TYPES:
            value = split(content.lstrip()).first("message-id") or b""
            identifier = value.decode("utf-8", "replace").strip().strip("<>")
            if identifier:
                yield identifier
    for source in (text[:MAX_TEXT], report[:MAX_TEXT]):
        match = _MESSAGE_ID.search(source) or _IN_WORDS.search(source)
        if match:
            yield match[1]
    for name in _OWN_FIELDS:
        yield from (found.decode("utf-8", "replace") for found in _BRACKETED.findall(headers.first(name) or b"")[-1:])

"""A header block: from bytes to named fields, without ever looking at the body.

RFC 5322, 2.2. Values stay raw bytes here; who needs text decodes the one field that is needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from parsing.mail import Problem
from parsing.message.limits import MAX_HEADER, MAX_HEADER_BLOCK, MAX_HEADERS

_BOM = b"\xef\xbb\xbf"
#: possessive, so that a line without a colon costs one pass and no more
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:((?:[^\n]*+)(?:\n[ \t][^\n]*+)*+)\n?")
#: mbox's separator, quoted or not, is no field; some stores leave it on top or in the midst
_MBOX_LINE = re.compile(rb">?From [^\n]*+\n")
#: a line that is no field, in front of one that every mail has: a relay's or a sender's accident within the block
_ODD_LINE = re.compile(
    rb"(?![ \t]*\r?\n)[^\n]{1,998}\n(?=(received|from|to|cc|subject|date|message-id|mime-version|content-type|content-transfer-encoding|reply-to"
    rb"|return-path|delivered-to|content-disposition|content-id|sender|in-reply-to|references)[ \t]*+:)",
    re.IGNORECASE,
)
#: a parameter on a line of its own that lost the white space before it, where the header goes on or ends behind it
_PARAMETER = re.compile(
    rb"[a-z][a-z0-9*_-]{0,30}[ \t]*=[^\n]{0,998}\n(?=[ \t]*\r?\n|[!-9;-~]{1,60}[ \t]*:|[a-z][a-z0-9*_-]{0,30}[ \t]*=)",
    re.IGNORECASE,
)
_WITH_PARAMETERS = ("content-type", "content-disposition")
_MAY_REPEAT = (b"received", b"delivered-to")
_BLANK_LINES = re.compile(rb"(?:[ \t]*+\r?\n)*+")
_END_OF_BLOCK = re.compile(rb"\r?\n")
_FOLD = re.compile(rb"[ \t]*(?:\r?\n)+[ \t]+")
_BARE_CR = re.compile(rb"\r(?!\n)")


class HeaderField(NamedTuple):
    """One field as it stood. A tuple, since a mail has dozens of them, and each of its parts has some."""

    name: str  #: in lower case
    raw: bytes  #: all after the colon, folds included, the last line end not


@dataclass(frozen=True, kw_only=True)
class HeaderBlock:
    """The fields of a mail or of a part, in their order."""

    fields: tuple[HeaderField, ...]
    body_start: int  #: offset of the body's first byte in the content that was split
    problems: tuple[Problem, ...]
    bare_cr: bool  #: a CR without LF stands inside: some programs take it for a line end

    @cached_property
    def _by_name(self) -> dict[str, list[bytes]]:
        index: dict[str, list[bytes]] = {}
        for field in self.fields:
            index.setdefault(field.name, []).append(field.raw)
        return index

    def all(self, name: str) -> list[bytes]:
        """The unfolded values of every field called so (lower case), each cut at MAX_HEADER bytes."""
        return [unfold(raw) for raw in self._by_name.get(name, ())]

    def first(self, name: str) -> bytes | None:
        """The unfolded value of the topmost field called so, None where there is none."""
        raws = self._by_name.get(name)
        return unfold(raws[0]) if raws else None

    def count(self, name: str) -> int:
        """How many fields are called so."""
        return len(self._by_name.get(name, ()))

    def text(self, name: str) -> str:
        """The topmost field called so as ASCII in lower case, "" where there is none: for tokens, not for words."""
        return (self.first(name) or b"").decode("ascii", "replace").strip().lower()


def readable(content: bytes) -> tuple[bytes, tuple[Problem, ...]]:
    """A mail as the walk can read it: as it is, but for two accidents of storing that change every byte or line end.

    One that was saved as UTF-16, and one whose only line ends are CR.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16").encode(), (Problem(code="stored_as_utf16"),)
        except UnicodeError:
            return content, ()
    if b"\n" not in content and content.count(b"\r", 0, MAX_HEADER_BLOCK) > 1:
        return content.replace(b"\r", b"\n"), (Problem(code="bare_cr"),)
    return content, ()


def unfold(raw: bytes) -> bytes:
    """Undo the folding of RFC 5322, 2.2.3, and cut at MAX_HEADER bytes."""
    value = raw[:MAX_HEADER]
    if b"\n" in value:
        value = _FOLD.sub(b" ", value)
    return value.strip(b" \t\r\n")


def split(content: bytes, start: int = 0, end: int | None = None) -> HeaderBlock:
    """Find the header block in content[start:end].

    A byte order mark, blank lines and mbox separators before it are passed over. The block ends at the first blank
    line; or, where a sender forgot it, at the first line that cannot be a field, which then is the body's first.
    """
    end = len(content) if end is None else end
    position = _beginning(content, start, end)
    limit = min(end, position + MAX_HEADER_BLOCK)
    fields: list[HeaderField] = []
    problems: list[Problem] = []
    position = _read_fields(content, position, limit, fields, problems)
    if (position >= limit and limit < end) or len(fields) >= MAX_HEADERS:
        problems.append(Problem(code="header_block_too_large"))
        position = _after_blank_line(content, position, end)
    elif position < end:
        blank = _END_OF_BLOCK.match(content, position, end)
        position = blank.end() if blank else position
        if not blank:
            problems.append(Problem(code="header_separator_missing"))
    if any(len(field.raw) > MAX_HEADER for field in fields):
        problems.append(Problem(code="header_too_long", detail=f"only {MAX_HEADER} bytes of it were read"))
    bare_cr = any(_BARE_CR.search(field.raw) for field in fields if b"\r" in field.raw)
    return HeaderBlock(fields=tuple(fields), body_start=position, problems=tuple(problems), bare_cr=bare_cr)


def _beginning(content: bytes, start: int, end: int) -> int:
    whole = start == 0
    if content.startswith(_BOM, start, end):
        start += len(_BOM)
    if whole:  # only a whole mail may begin with blank lines; in a part they end an empty header block
        blank = _BLANK_LINES.match(content, start, end)
        after = blank.end() if blank else start
        if _FIELD.match(content, after, min(end, after + MAX_HEADER)) or _MBOX_LINE.match(content, after, end):
            return after
    return start


def _read_fields(content: bytes, position: int, limit: int, fields: list[HeaderField], problems: list[Problem]) -> int:
    """Append the fields from position on; give the offset of the first line that is none."""
    seen: set[bytes] = set()
    while position < limit and len(fields) < MAX_HEADERS:
        match = _FIELD.match(content, position, limit)
        if match:
            name, raw = match.groups()
            seen.add(name := name.lower())
            fields.append(HeaderField(name=name.decode("ascii"), raw=raw.removesuffix(b"\r")))
        elif match := _parameter(content, position, limit, fields):
            fields[-1] = HeaderField(name=fields[-1].name, raw=fields[-1].raw + b"\n " + match[0].rstrip(b"\r\n"))
            problems.append(Problem(code="header_line_odd"))
        else:
            match = _MBOX_LINE.match(content, position, limit) or _odd_line(content, position, limit, seen)
            if not match:
                break
            if match.re is _ODD_LINE:
                problems.append(Problem(code="header_line_odd"))
        position = match.end()
    return position


def _parameter(content: bytes, position: int, limit: int, fields: list[HeaderField]) -> re.Match[bytes] | None:
    """A line that belongs to the field above it, which ends with a semicolon and waits for a parameter."""
    if fields and fields[-1].name in _WITH_PARAMETERS and fields[-1].raw.rstrip().endswith(b";"):
        return _PARAMETER.match(content, position, limit)
    return None


def _odd_line(content: bytes, position: int, limit: int, seen: set[bytes]) -> re.Match[bytes] | None:
    """A line that is passed over because the block goes on behind it, with a field that it did not have yet."""
    match = _ODD_LINE.match(content, position, limit)
    if not match:
        return None
    following = match[1].lower()
    return match if following not in seen or following in _MAY_REPEAT else None


def _after_blank_line(content: bytes, position: int, end: int) -> int:
    places = [
        found + len(mark)
        for mark in (b"\n\n", b"\n\r\n")
        if (found := content.find(mark, max(position - 1, 0), end)) >= 0
    ]
    return min(places, default=end)

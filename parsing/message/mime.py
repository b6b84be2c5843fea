"""The parts of a mail: where each leaf begins and ends in the raw bytes.

RFC 2046. The walk is our own: it keeps offsets instead of copies, looks at each byte once a level (and levels are
few), and keeps what other walks lose or merge: forwarded mails, delivery reports, unnamed pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsing.mail import Problem
from parsing.message.headers import HeaderBlock, split
from parsing.message.limits import MAX_BOUNDARY, MAX_NESTING, MAX_PARTS
from parsing.message.parameters import Parameterised, parse

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
#: a delimiter line that is followed by a part's own header: what a missing or wrong boundary parameter most likely was
_LIKELY_DELIMITER = re.compile(rb"(?:\A|\n)--([^\s][^\r\n]{0,200}?)[ \t]*\r?\n(?=Content-)", re.IGNORECASE)
_LIKELY_WITHIN = 64 * 1024  #: bytes in which such a line is looked for


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A leaf: its header's say, and where its body stands in the raw mail."""

    type: str  #: "text/plain" … in lower case
    parameters: dict[str, str]  #: of Content-Type
    disposition: Parameterised
    encoding: str  #: the transfer encoding as declared
    headers: HeaderBlock
    start: int
    end: int
    alternative: int | None = None  #: the number of the multipart/alternative that it stands in
    related: bool = False  #: it stands in a multipart/related
    whole: bool = False  #: kept undivided although it is a multipart: a limit was reached or no boundary was found

    @property
    def name(self) -> str:
        """The file name that it declares, decoded, "" where none; not yet safe."""
        return self.disposition.parameters.get("filename") or self.parameters.get("name") or ""

    @property
    def content_id(self) -> str | None:
        """Content-ID without angle brackets."""
        value = (self.headers.first("content-id") or b"").decode("ascii", "replace").strip().strip("<>")
        return value or None


@dataclass(frozen=True, kw_only=True, slots=True)
class Structure:
    """All leaves of a mail in their order."""

    parts: tuple[Part, ...]
    type: str  #: the mail's own media type
    parameters: dict[str, str]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """A part still to be looked at."""

    headers: HeaderBlock
    start: int
    end: int
    depth: int = 0
    alternative: int | None = None
    related: bool = False
    default: str = "text/plain"


@dataclass(kw_only=True, slots=True)
class _Walk:
    """What one walk gathers."""

    content: bytes
    parts: list[Part] = field(default_factory=list)
    problems: dict[str, Problem] = field(default_factory=dict)
    alternatives: int = 0

    def note(self, code: str) -> None:
        self.problems.setdefault(code, Problem(code=code))


def walk(content: bytes, headers: HeaderBlock) -> Structure:
    """Divide a mail into its leaf parts; headers are those of the mail itself."""
    walking = _Walk(content=content)
    stack = [_Place(headers=headers, start=headers.body_start, end=len(content))]
    while stack:
        place = stack.pop()
        stack.extend(reversed(_look_at(walking, place)))
    kind = parse(headers.first("content-type"))
    if headers.count("content-type") > 1 or headers.count("content-transfer-encoding") > 1:
        walking.note("mime_ambiguous")
    return Structure(
        parts=tuple(walking.parts),
        type=_media_type(kind, "text/plain"),
        parameters=kind.parameters,
        problems=tuple(walking.problems.values()),
    )


def _look_at(walking: _Walk, place: _Place) -> list[_Place]:
    """Take a leaf down, or give the places inside a multipart."""
    kind = parse(place.headers.first("content-type"))
    media_type = _media_type(kind, place.default)
    if not media_type.startswith("multipart/"):
        walking.parts.append(_leaf(place, media_type, kind))
        return []
    if place.depth >= MAX_NESTING:
        walking.note("nesting_too_deep")
    elif (inside := _inside(walking, place, media_type, kind)) is not None:
        return inside
    if _is_empty(walking.content, place):
        return []
    whole = media_type if place.depth >= MAX_NESTING else "text/plain"
    walking.parts.append(_leaf(place, whole, kind, whole=True))
    return []


def _inside(walking: _Walk, place: _Place, media_type: str, kind: Parameterised) -> list[_Place] | None:
    """The places inside a multipart, None where no delimiter was found."""
    spans = _spans_of(walking, place, kind)
    if spans is None:
        walking.note("multipart_without_parts")
        return None
    alternative, related = place.alternative, place.related
    if media_type == "multipart/alternative" and alternative is None:
        walking.alternatives += 1
        alternative = walking.alternatives
    default = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
    room = MAX_PARTS - len(walking.parts)
    if len(spans) > room:
        walking.note("too_many_parts")
        spans = [*spans[: max(room - 1, 0)], (spans[max(room - 1, 0)][0], spans[-1][1])]
    return [
        _Place(
            headers=(block := split(walking.content, start, end)),
            start=min(block.body_start, end),
            end=end,
            depth=place.depth + 1,
            alternative=alternative,
            related=related or media_type == "multipart/related",
            default=default,
        )
        for start, end in spans
    ]


def _spans_of(walking: _Walk, place: _Place, kind: Parameterised) -> list[tuple[int, int]] | None:
    boundary = kind.parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
    if boundary and len(boundary) <= MAX_BOUNDARY:
        spans = list(_between(walking, boundary, place.start, place.end))
        if spans:
            return spans
    likely = _LIKELY_DELIMITER.search(walking.content, place.start, min(place.end, place.start + _LIKELY_WITHIN))
    if not likely:
        return None
    walking.note("boundary_wrong" if boundary else "boundary_missing")
    return list(_between(walking, likely[1], place.start, place.end)) or None


def _between(walking: _Walk, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans between delimiter lines: the line end before a delimiter belongs to it (RFC 2046, 5.1.1)."""
    opened: int | None = None
    for line_start, line_end, closing in _delimiters(walking.content, boundary, start, end):
        if opened is not None:
            yield opened, max(opened, _before_line_end(walking.content, opened, line_start))
        opened = None if closing else line_end
        if closing:
            return
    if opened is not None:
        walking.note("multipart_unclosed")
        yield opened, end


def _delimiters(content: bytes, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Each delimiter line: its start, where the next line starts, and whether it closes. One bytes.find a candidate."""
    mark = b"--" + boundary
    position = start
    while (found := content.find(mark, position, end)) >= 0:
        position = found + len(mark)
        if found != start and content[found - 1 : found] != b"\n":
            continue
        line_end = content.find(b"\n", position, min(end, position + MAX_BOUNDARY))
        rest = content[position : line_end if line_end >= 0 else min(end, position + MAX_BOUNDARY)].strip()
        if rest in (b"", b"--"):
            position = line_end + 1 if line_end >= 0 else end
            yield found, position, rest == b"--"


def _before_line_end(content: bytes, opened: int, line_start: int) -> int:
    before = line_start - 1
    return before - 1 if before > opened and content[before - 1 : before] == b"\r" else before


def _is_empty(content: bytes, place: _Place) -> bool:
    return place.end - place.start < MAX_BOUNDARY and not content[place.start : place.end].strip()


def _leaf(place: _Place, media_type: str, kind: Parameterised, *, whole: bool = False) -> Part:
    return Part(
        type=media_type,
        parameters=kind.parameters,
        disposition=parse(place.headers.first("content-disposition")),
        encoding=(place.headers.first("content-transfer-encoding") or b"").decode("ascii", "replace"),
        headers=place.headers,
        start=place.start,
        end=place.end,
        alternative=place.alternative,
        related=place.related,
        whole=whole,
    )


def _media_type(kind: Parameterised, default: str) -> str:
    """The declared type; text/plain for what is no type (RFC 2045, 5.2)."""
    if not kind.value:
        return default
    if kind.value in ("text", "html"):  # what very old and very new senders write
        return "text/html" if kind.value == "html" else "text/plain"
    return kind.value if _TYPE.fullmatch(kind.value) else "text/plain"

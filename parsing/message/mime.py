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
#: a part's header, where the delimiter above it is damaged
_LIKELY_PART = re.compile(
    rb"(?:\A|\n|\n--?[^\n]*\n)(?=Content-(?:Type|Disposition|Transfer-Encoding)[ \t]*:)", re.IGNORECASE
)
#: what stands before the first delimiter of an honest mail: a word to readers without MIME
_PREAMBLE = re.compile(rb"MIME|multi-?part", re.IGNORECASE)
_MAX_PREAMBLE = 1024  #: bytes of such a word
_MAX_CANDIDATES = 100_000  #: of a whole mail; in an honest one a delimiter's text stands nowhere else
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

    @property
    def charset(self) -> str | None:
        """The charset that the mail's first words declare: what raw bytes in its header mostly are in too."""
        declared = (part.parameters.get("charset") for part in self.parts if part.type.startswith("text/"))
        return self.parameters.get("charset") or next(filter(None, declared), None)


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
    candidates: int = 0  #: lines that began as a delimiter does and were none

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
    if place.headers.count("content-type") > 1 or place.headers.count("content-transfer-encoding") > 1:
        walking.note("mime_ambiguous")
    if not media_type.startswith("multipart/") and not _is_secretly_multipart(walking, place, media_type, kind):
        walking.parts.append(_leaf(place, media_type, kind))
        return []
    if place.depth >= MAX_NESTING:
        walking.note("nesting_too_deep")
    elif (inside := _inside(walking, place, media_type, kind)) is not None:
        return inside
    if _is_empty(walking.content, place):
        return []
    encoded = place.headers.text("content-transfer-encoding").startswith("base64")
    whole = media_type if place.depth >= MAX_NESTING else "application/octet-stream" if encoded else "text/plain"
    walking.parts.append(_leaf(place, whole, kind, whole=not encoded))
    return []


def _is_secretly_multipart(walking: _Walk, place: _Place, media_type: str, kind: Parameterised) -> bool:
    """A mail whose Content-Type was lost or overwritten on its way, and whose body is a multipart all the same."""
    if place.depth or media_type != "text/plain":
        return False
    likely = _LIKELY_DELIMITER.search(
        walking.content, max(place.start - 1, 0), min(place.end, place.start + _MAX_PREAMBLE)
    )
    if not likely:
        return False
    before = walking.content[place.start : likely.start()]
    return bool(_PREAMBLE.search(before)) if before.strip() else not kind.value


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
    places = []
    for start, end in spans:
        block = split(walking.content, start, end)
        for problem in block.problems:
            walking.problems.setdefault(problem.code, problem)
        place_inside = _Place(
            headers=block,
            start=min(block.body_start, end),
            end=end,
            depth=place.depth + 1,
            alternative=alternative,
            related=related or media_type == "multipart/related",
            default=default,
        )
        places.append(place_inside)
    return places


def _spans_of(walking: _Walk, place: _Place, kind: Parameterised) -> list[tuple[int, int]] | None:
    boundary = kind.parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
    if boundary and len(boundary) <= MAX_BOUNDARY:
        spans = list(_between(walking, boundary, place.start, place.end))
        if spans:
            return spans
    likely = _LIKELY_DELIMITER.search(
        walking.content, max(place.start - 1, 0), min(place.end, place.start + _LIKELY_WITHIN)
    )
    if not likely:
        return None
    walking.note("boundary_wrong" if boundary else "boundary_missing")
    return list(_between(walking, likely[1], place.start, place.end)) or None


def _between(walking: _Walk, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans between delimiter lines: the line end before a delimiter belongs to it (RFC 2046, 5.1.1)."""
    opened: int | None = None
    given = 0
    outside = start  #: where what stands outside of all parts began
    for line_start, line_end, closing in _delimiters(walking, boundary, start, end):
        if opened is not None and given == MAX_PARTS:
            break  # what follows stays one part, undivided
        if opened is not None:
            given += 1
            yield opened, max(opened, _before_line_end(walking.content, opened, line_start))
        else:
            yield from _outside(walking, outside, line_start)
        opened, outside = (None, line_end) if closing else (line_end, end)
    if opened is not None:
        if given < MAX_PARTS:
            walking.note("multipart_unclosed")
        yield opened, end
    elif outside > start:
        yield from _outside(walking, outside, end)


def _outside(walking: _Walk, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What stands before, between or behind the parts: a part whose delimiter is damaged, or nothing that is read."""
    before = walking.content[start:end].strip()
    if not before:
        return
    part = _LIKELY_PART.search(walking.content, max(start - 1, 0), end)
    if part and walking.content[split(walking.content, part.end(), end).body_start : end].strip():
        walking.note("delimiter_damaged")
        yield part.end(), end
        before = walking.content[start : part.start()].strip()
    if len(before) > _MAX_PREAMBLE or (before and not _PREAMBLE.search(before)):
        walking.note("outside_parts")


def _delimiters(walking: _Walk, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Each delimiter line: its start, where the next line starts, and whether it closes. One bytes.find a candidate."""
    content, mark = walking.content, b"--" + boundary
    position = start
    while (found := content.find(mark, position, end)) >= 0 and walking.candidates < _MAX_CANDIDATES:
        position = found + len(mark)
        if found == start or content[found - 1 : found] == b"\n":
            line_end = content.find(b"\n", position, min(end, position + MAX_BOUNDARY))
            rest = content[position : line_end if line_end >= 0 else min(end, position + MAX_BOUNDARY)].strip()
            if rest in (b"", b"--"):
                position = line_end + 1 if line_end >= 0 else end
                yield found, position, rest == b"--"
                continue
        walking.candidates += 1


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

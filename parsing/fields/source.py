"""The texts that are searched for findings, and what is known around them.

What must not be searched (quoted history, signatures, what another finder has taken) is blanked out in place, so that
every span stays true.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from parsing.body.quotes import Division, Kind
from parsing.report import ReportSettings

#: Code points of a text that are searched: nobody reports at greater length, and finders look at each several times.
SEARCHED = 20_000

TAKEN = "\ufffc"  #: stands where something was taken: neither a letter nor a space, so that nothing joins across it
_LABELLED = re.compile(r"^\s*[^\W\d][\w .]{1,30}[:=]\s*\S")
_FORWARD = re.compile(r"forward|teruskan|dimajukan|weitergeleitet", re.IGNORECASE)
_HEADER_LINE = re.compile(
    r"^\s*\*?(?:from|date|sent|to|cc|subject|dari|tanggal|dikirim|kepada|perihal|subjek)\*?\s*:", re.IGNORECASE
)
_FORWARDED_HEADER = 8  #: lines after a forwarding mark that may be its header


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A text under search."""

    where: str  #: "subject" or "body"
    text: str  #: what may still be searched, as long as `original`
    original: str

    def without(self, spans: Iterable[tuple[int, int]]) -> Source:
        """The same with these spans taken."""
        text = self.text
        for start, end in spans:
            text = text[:start] + TAKEN * (end - start) + text[end:]
        return replace(self, text=text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """When and where a report was written."""

    sent_at: datetime | None  #: the Date header, with its own offset
    received_at: datetime  #: aware
    history: bool  #: it was received long after it was written
    language: str | None
    mixed: bool  #: a second language has a quarter of the words
    settings: ReportSettings


def body_source(text: str, division: Division) -> Source:
    """The body with all lines blanked that are not the sender's own report.

    Labelled lines of the closing block count.
    """
    lines = text.split("\n")
    kept = [line if _counts(line, kind) else " " * len(line) for line, kind in zip(lines, division.kinds, strict=True)]
    _blank_forwarded_headers(kept)
    return Source(where="body", text="\n".join(kept)[:SEARCHED], original=text)


def subject_source(subject: str) -> Source:
    """The subject line."""
    return Source(where="subject", text=subject[:SEARCHED], original=subject)


def _counts(line: str, kind: Kind) -> bool:
    return kind is Kind.NEW or (kind is Kind.SIGNATURE and bool(_LABELLED.match(line[:200])))


def _blank_forwarded_headers(lines: list[str]) -> None:
    for index, line in enumerate(lines):
        if len(line) < 200 and "---" in line and _FORWARD.search(line):  # noqa: PLR2004 - a mark is a short line
            for place in range(index + 1, min(index + 1 + _FORWARDED_HEADER, len(lines))):
                if _HEADER_LINE.match(lines[place]):
                    lines[place] = " " * len(lines[place])

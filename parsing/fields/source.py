"""The texts that are searched for findings, and what is known around them.

What must not be searched (quoted history, signatures, what another finder has taken) is blanked out in place, so that
every span stays true. The words of a text are looked up once; a grammar is tried only where one of its words stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from typing import Any

from parsing.body.boundaries import header_block, is_forward, is_prose, role_of
from parsing.body.markers import bare
from parsing.body.quotes import Division, Kind
from parsing.fields.closing import closing_block
from parsing.fields.lexicon import every_label
from parsing.fields.vocabulary import spelled
from parsing.report import Finding, ReportSettings, Value

#: Code points of a text that are searched: nobody reports at greater length, and finders look at each several times.
SEARCHED = 20_000

#: Places of one word that are looked at: who repeats himself more often says nothing new.
MAX_PLACES = 400

DIGITS = "0"  #: under which the runs of digits are looked up
TAKEN = "\ufffc"  #: stands where something was taken: neither a letter nor a space, so that nothing joins across it
HIDDEN = "•"  #: stands for each character of a secret, in everything that is stored or shown
_WORD = re.compile(r"[^\W\d_]+|\d+")
_LABELLED = re.compile(rf"^\s*(?:{spelled(every_label('username'))})\b[\w .]{{0,20}}[:=]\s*\S", re.IGNORECASE)
_SHORT = 200  #: code points; a forwarding mark is a short line, and so is a header's first
_FORWARDED_HEADER = 8  #: lines after a forwarding mark that may be its header


class Origin(Enum):
    """What kind of words a text holds."""

    SPOKEN = auto()  #: the sender's own: subject and body
    NAME = auto()  #: an attachment's name
    PICTURE = auto()  #: what was read in a picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A text under search."""

    where: str  #: "subject", "body", "html" or "attachment:N"
    origin: Origin = Origin.SPOKEN
    text: str  #: what may still be searched, at most as long as `original`
    original: str
    places: Mapping[str, tuple[int, ...]]  #: word in lower case → where it stands in the text as it was at first
    words: frozenset[str]  #: of `places`, for the many that ask which of theirs are among them

    @classmethod
    def of(cls, where: str, text: str, original: str, origin: Origin = Origin.SPOKEN) -> Source:
        """A text with its words looked up."""
        seen = text[:SEARCHED]
        places: dict[str, list[int]] = {}
        for match in _WORD.finditer(seen):
            word = match[0]
            standing = places.setdefault(DIGITS if word[0].isdecimal() else word.lower(), [])
            if len(standing) < MAX_PLACES:
                standing.append(match.start())
        found = {word: tuple(standing) for word, standing in places.items()}
        return cls(where=where, origin=origin, text=seen, original=original, places=found, words=frozenset(found))

    def anchors(self, words: frozenset[str]) -> list[int]:
        """The places at which one of these words begins, in order."""
        return sorted([place for word in words & self.words for place in self.places[word]])

    def without(self, spans: Iterable[tuple[int, int]], sign: str = TAKEN) -> Source:
        """The same with these spans taken."""
        pieces, end = [], 0
        for start, stop in sorted(spans):
            if stop > end:
                pieces += [self.text[end : max(start, end)], sign * (stop - max(start, end))]
                end = stop
        return replace(self, text="".join(pieces) + self.text[end:]) if pieces else self

    def hiding(self, spans: Iterable[tuple[int, int]]) -> Source:
        """The same with these spans taken from what is searched, and hidden in what is quoted as evidence."""
        listed = list(spans)
        if not listed:
            return self
        original = replace(self, text=self.original).without(listed, HIDDEN).text
        return replace(self.without(listed), original=original)

    def finding(
        self,
        field: str,
        value: Value,
        span: tuple[int, int],
        rule: str,
        confidence: float,
        **more: Any,  #: role, alternatives
    ) -> Finding:
        """A finding in this text, with the exact words as they were written."""
        start, end = span
        raw = self.original[start:end]
        return Finding(
            field=field,
            value=value,
            raw=raw,
            where=self.where,
            start=start,
            end=end,
            rule=rule,
            confidence=confidence,
            **more,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """When and where a report was written."""

    sent_at: datetime | None  #: the Date header, with its own offset, where it can be believed
    stated_at: datetime | None = None  #: the Date header, absurd or not
    received_at: datetime  #: aware
    history: bool  #: it was received long after it was written
    language: str | None
    settings: ReportSettings


def first_words(phrases: Iterable[str]) -> frozenset[str]:
    """The words with which these phrases begin, as a text's places know them."""
    return frozenset(word[0].lower() for phrase in phrases if (word := _WORD.search(phrase)))


def body_source(text: str, division: Division, *, from_html: bool = False) -> Source:
    """The body with all lines blanked that are not the sender's own report.

    A labelled username in the closing block counts.
    """
    lines = text.split("\n")
    kept = [line if _counts(line, kind) else " " * len(line) for line, kind in zip(lines, division.kinds, strict=True)]
    _blank_forwarded_headers(kept)
    for place in closing_block(kept):
        kept[place] = kept[place] if _LABELLED.match(kept[place][:200]) else " " * len(kept[place])
    return Source.of("html" if from_html else "body", "\n".join(kept), text)


def subject_source(subject: str) -> Source:
    """The subject line."""
    return Source.of("subject", subject, subject)


def name_source(number: int, name: str) -> Source:
    """An attachment's name, of which a machine may have made the reference of a receipt."""
    return Source.of(f"attachment:{number}", name, name, Origin.NAME)


def _counts(line: str, kind: Kind) -> bool:
    return kind is Kind.NEW or (kind is Kind.SIGNATURE and bool(_LABELLED.match(line[:200])))


def _blank_forwarded_headers(lines: list[str]) -> None:
    """Blank what a mail that is handed on bears above its words: whose addresses these are, and when it was sent."""
    shown = [bare(line) if len(line) < _SHORT else "" for line in lines]
    for index, line in enumerate(shown):
        if not line or is_prose(line):
            continue
        marked = is_forward(shown, index)
        if marked or (role_of(line) is not None and header_block(shown, index)):
            dense = False  #: its lines stand one below the other: a blank one ends it
            for place in range(index + marked, min(index + 1 + _FORWARDED_HEADER, len(lines))):
                if dense and not lines[place].strip():
                    break  # what follows was handed on: "Tanggal: …" is the receipt's
                if role_of(shown[place]) is not None:
                    dense = dense or (place > 0 and role_of(shown[place - 1]) is not None)
                    lines[place] = " " * len(lines[place])

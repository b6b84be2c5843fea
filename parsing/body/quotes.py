"""A text divided into the sender's new words, quoted history and signature. Nothing is deleted.

Every line stands in exactly one of the three. One pass over the lines, with what the HTML told of them where the text
was made of it: history begins at a separator, a header block or an attribution; `>` quotes; a forwarded mail is what
the sender wants to be read. Answers between quotes keep the lines that they answer beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby, pairwise

from parsing.body.attributions import attribution_ending, may_end
from parsing.body.boundaries import header_block, is_forward, is_forwarded_subject, is_prose, is_rule, is_separator
from parsing.body.markers import bare
from parsing.body.marks import NO_MARKS, Mark, Marks
from parsing.body.signature import armour, is_tagline, signature_start

_MAX_LINES = 4_000  #: beyond it lines are new words: nobody reads further, and the scan stays short
_MAX_LINE = 500  #: code points of a line that are looked at: markers are short
_MAX_TRIES = 400  #: lines with a colon at their end that are weighed as attributions: threads are never so deep
_QUOTE_SIGNS = (">", "＞", "&gt;")
_WIDE = 60  #: code points; a quoted line as long as this was broken by a mail program, and its rest lost its sign
_NEAR = 12  #: lines at the end of somebody's words among which a tagline is looked for that he wrote on below
_ANSWERS = 2  #: so many answers, each below a quote, are answers point by point


class Kind(Enum):
    """What a line is."""

    NEW = auto()
    CONTEXT = auto()  #: quoted, and answered by the new words below it: shown with them, but nobody's new words
    QUOTED = auto()
    SIGNATURE = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Lines of one kind that stand together: code points of the text, from start to before end."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Division:
    """A text's lines by kind, and the three texts that they make."""

    kinds: tuple[Kind, ...]  #: one a line of text.split("\n")
    spans: tuple[Span, ...]  #: the whole text, in its order
    new_text: str  #: the new words, with the quoted lines that they answer
    spoken: str  #: the new words alone
    quoted: str
    signature: str
    is_only_quoted: bool  #: nothing new was said: what is shown as new words is history


def divide(text: str, marks: Marks = NO_MARKS, subject: str = "") -> Division:
    """Divide a text; nothing but a quote is shown as new words, so that nobody is given an empty report."""
    lines = text.split("\n")
    seen = [bare(line[:_MAX_LINE]) for line in lines[:_MAX_LINES]]
    scan = _Scan(seen, marks, forwarded=is_forwarded_subject(subject))
    kinds = scan.kinds()
    is_only_quoted = not _says_anything(seen, kinds)
    if is_only_quoted:
        kinds = [Kind.NEW] * len(seen)
    _mark_signatures(seen[: scan.handed_on], kinds, marks)
    _mark_context(seen, kinds, marks)
    kinds += [Kind.NEW] * (len(lines) - len(kinds))
    spans = tuple(_spans(lines, kinds, len(text)))
    return Division(
        kinds=tuple(kinds),
        spans=spans,
        new_text=_of(text, spans, Kind.NEW, Kind.CONTEXT),
        spoken=_of(text, spans, Kind.NEW),
        quoted=_of(text, spans, Kind.QUOTED),
        signature=_of(text, spans, Kind.SIGNATURE),
        is_only_quoted=is_only_quoted,
    )


def _spans(lines: list[str], kinds: list[Kind], length: int) -> Iterator[Span]:
    start = 0
    for kind, group in groupby(zip(kinds, lines, strict=True), key=lambda pair: pair[0]):
        end = start + sum(len(line) + 1 for _, line in group)
        yield Span(kind=kind, start=start, end=min(end, length))
        start = end


def _of(text: str, spans: tuple[Span, ...], *wanted: Kind) -> str:
    return "".join(text[span.start : span.end] for span in spans if span.kind in wanted)


def _says_anything(lines: Sequence[str], kinds: Sequence[Kind]) -> bool:
    return any(line and kind is Kind.NEW and not is_rule(line) for line, kind in zip(lines, kinds, strict=False))


class _Scan:
    """One pass over the lines of a text."""

    def __init__(self, lines: list[str], marks: Marks, *, forwarded: bool) -> None:
        self._lines = lines
        self._marks = marks
        self._forwarded = forwarded  #: the subject says so
        self._kinds = [Kind.NEW] * len(lines)
        self._tries = 0
        self._floor = 0  #: lines before it are spoken for
        self.handed_on = len(lines)  #: where the mail begins that the sender hands on

    def kinds(self) -> list[Kind]:
        """What each line is, signatures apart."""
        index = 0
        while index < len(self._lines):
            if self._lines[index]:
                following = self._look_at(index)
                if following is None:
                    break
                index = following
            else:
                index += 1
        self._fill_blanks()
        return self._kinds

    def _look_at(self, index: int) -> int | None:
        """Take a line down and give the next one to look at, None where the rest is decided."""
        if self._says_nothing_else(index):
            return index + 1
        if index > 0 and self._kinds[index - 1] is Kind.QUOTED and self._is_quoted(index):
            self._quote(index, index + 1)  # what a quote quotes or hands on is history as well
            return index + 1
        handed_on = is_forward(self._lines, index)
        if handed_on or self._hands_over(index):
            if handed_on or self._forwarded:
                self.handed_on = index
            else:
                self._quote(self._with_drawing_above(index), len(self._lines))
            return None
        if self._is_quoted(index):
            self._quote(index, index + 1)
            return index + 1
        return self._after_attribution(index)

    def _says_nothing_else(self, index: int) -> bool:
        """Whether a line is words and nothing else, told without weighing it; so are most lines of a mail."""
        line, marks = self._lines[index], self._marks
        unmarked = index not in marks.lines and index != marks.history
        after_quote = index > 0 and self._kinds[index - 1] is Kind.QUOTED
        return unmarked and not after_quote and is_prose(line) and not may_end(line)

    def _hands_over(self, index: int) -> bool:
        return self._marks.history == index or is_separator(self._lines, index) or header_block(self._lines, index)

    def _after_attribution(self, end: int) -> int | None:
        """Quote the attribution that ends with this line, and, where no quote signs follow, all that is below it."""
        if self._tries >= _MAX_TRIES or not (may_end(self._lines[end]) or self._marks.has(end, Mark.ATTRIBUTION)):
            return end + 1
        self._tries += 1
        below = self._next_line(end + 1)
        marked = below is not None and (self._is_quoted(below) or self._marks.has(below, Mark.INDENTED))
        start = attribution_ending(self._lines, end, self._floor, quoted_below=marked)
        if start is None and self._marks.has(end, Mark.ATTRIBUTION) and marked:
            start = end
        if start is None:
            return end + 1
        self._quote(self._with_drawing_above(start), end + 1)
        if not marked:
            self._quote(end + 1, len(self._lines))
            return None
        return self._after_indented(end + 1)

    def _after_indented(self, index: int) -> int:
        """Quote the indented block that stands below an attribution."""
        while index < len(self._lines) and (not self._lines[index] or self._marks.has(index, Mark.INDENTED)):
            if self._lines[index]:
                self._quote(index, index + 1)
            index += 1
        return index

    def _is_quoted(self, index: int) -> bool:
        line = self._lines[index]
        if line.startswith(_QUOTE_SIGNS) or self._marks.has(index, Mark.QUOTED):
            return True
        return self._is_a_broken_rest(index)

    def _is_a_broken_rest(self, index: int) -> bool:
        """Whether a line is the end of a quoted one that was too long, between two with their signs."""
        lines = self._lines
        if not 0 < index < len(lines) - 1 or self._kinds[index - 1] is not Kind.QUOTED:
            return False
        above, line, below = lines[index - 1 : index + 2]
        return (
            above.startswith(_QUOTE_SIGNS)
            and below.startswith(_QUOTE_SIGNS)
            and len(above) >= _WIDE
            and len(line) < len(above)
            and not line[0].isupper()
        )

    def _with_drawing_above(self, index: int) -> int:
        """Where the drawn lines begin that belong to what begins at a line."""
        place = start = index
        while place > self._floor and (not self._lines[place - 1] or is_rule(self._lines[place - 1])):
            place -= 1
            start = place if self._lines[place] else start
        return start

    def _next_line(self, index: int) -> int | None:
        return next((place for place in range(index, min(index + 4, len(self._lines))) if self._lines[place]), None)

    def _quote(self, start: int, end: int) -> None:
        self._kinds[start:end] = [Kind.QUOTED] * (end - start)
        self._floor = end

    def _fill_blanks(self) -> None:
        """Blank lines between quoted ones are quoted too."""
        last: int | None = None
        for index, kind in enumerate(self._kinds):
            if kind is Kind.QUOTED:
                if last is not None and last < index - 1:
                    self._quote(last + 1, index)
                last = index
            elif self._lines[index]:
                last = None


def _mark_signatures(lines: Sequence[str], kinds: list[Kind], marks: Marks) -> None:
    """Mark signatures at the end of the first and of the last stretch of new words, if words are left beside them."""
    marked = list(kinds)
    for index in armour(lines):
        marked[index] = Kind.SIGNATURE
    stretches = [(start, end) for kind, start, end in _runs(lines, marked) if kind is Kind.NEW]
    for start, end in stretches[:1] + stretches[1:][-1:]:
        _mark_signature(lines, marked, marks, start, end)
    if _says_anything(lines, marked):
        kinds[:] = marked


def _mark_signature(lines: Sequence[str], kinds: list[Kind], marks: Marks, start: int, end: int) -> None:
    found = signature_start(lines[start:end])
    if found is not None:
        kinds[start + found : end] = [Kind.SIGNATURE] * (end - start - found)
        end = start + found
    for index in range(start, end):
        if marks.has(index, Mark.SIGNATURE) or (index > end - _NEAR and _stands_alone(lines, index)):
            kinds[index] = Kind.SIGNATURE


def _stands_alone(lines: Sequence[str], index: int) -> bool:
    """Whether a line is a tagline, and a paragraph of its own: somebody wrote on below it."""
    around = (*lines[max(index - 1, 0) : index], *lines[index + 1 : index + 2])
    return not any(around) and is_tagline(lines[index])


def _mark_context(lines: Sequence[str], kinds: list[Kind], marks: Marks) -> None:
    """Where a mail answers point by point, show each answer below what it answers."""
    runs = list(_runs(lines, kinds))
    answered = [
        (start, end)
        for (kind, start, end), (following, *_) in pairwise(runs)
        if kind is Kind.QUOTED and following is Kind.NEW
    ]
    if len(answered) >= _ANSWERS:
        for start, end in answered:
            for index in range(start, end):
                if lines[index].startswith(_QUOTE_SIGNS) or marks.has(index, Mark.QUOTED | Mark.INDENTED):
                    kinds[index] = Kind.CONTEXT


def _runs(lines: Sequence[str], kinds: Sequence[Kind]) -> Iterator[tuple[Kind, int, int]]:
    """Stretches of lines of one kind, from the first that is not blank to before the next stretch's."""
    start, current = 0, None
    for index, (line, kind) in enumerate(zip(lines, kinds, strict=False)):
        if line and kind is not current:
            if current is not None:
                yield current, start, index
            start, current = index, kind
    if current is not None:
        yield current, start, len(lines)

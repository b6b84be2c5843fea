"""What the sender has tried already: clauses in which something was done that people do about such trouble.

A clause is one where a word says that it is done ("sudah", "already"), that the sender did it, or what came of it ("sama
saja"), and none that it is asked for, wished, forbidden or impossible. A list goes on: "sudah hapus cache, install ulang".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter

from parsing.fields.concepts import Mention, Word
from parsing.fields.deeds import DONE, LEXIS, THINGS, VERBS, Deed, deeds_in, listed
from parsing.fields.source import Circumstances, Source
from parsing.fields.vocabulary import loosely_spelled
from parsing.report import Finding

_LOOKED_AT = 6_000  #: code points: who has tried more has written a diary
_LONGEST = 160  #: code points of one step

_CLAUSE = re.compile(
    r"[^.,;:!?\n()\ufffc]+(?:(?<=\d)[.,:](?=\d)[^.,;:!?\n()\ufffc]+)*",
)


#: What is quoted: "akun nonaktif, hubungi CS".
_SHOWN = re.compile(r"(?<![\w\"])\"[^\"\n]{2,80}\"|“[^“”\n]{2,80}”")
_BREAK = re.compile(rf"\s(?:{loosely_spelled(listed('break'))})\s", re.IGNORECASE)
#: "folder spam juga udah": a deed, or what one does it to, and behind it that it is done.
_BEHIND = re.compile(rf"\b(?:{loosely_spelled(listed('done_behind'))})\s*$", re.IGNORECASE)
_PAST = re.compile(rf"\b(?:{loosely_spelled(listed('past'))})\b", re.IGNORECASE)
_TURNED_TO = frozenset({"report", "contact", "file", "visit"})  #: who was asked for help was asked, whenever that was
_UNDONE = frozenset({"undone", "never"})
_BEFORE = 6  #: words before a deed that say whether it was done
_RESULTS = frozenset({"outcome", "answer"})  #: what came of it, and what those said who were asked
_BESIDE = 2  #: words before the name of a place: "sudah ke bank", not "transfer ke bank"
_CLOSE = 4  #: words before a deed in which that is said of it alone
_ANEW = 2  #: words after which "saya" begins a new sentence: "belum masuk juga saya hubungi cs"
_MAX_DEEDS = 4  #: of one clause that are looked at: the first that is told is the step
_WORDY = 60  #: code points; a longer clause is cut to where its deed is spoken of
_CONFIDENT, _CARRIED = 0.8, 0.6

_BEGINNINGS = LEXIS.beginnings(VERBS)  #: of deeds
_starts = attrgetter("start")  #: where a word begins


@dataclass(frozen=True, kw_only=True, slots=True)
class _Clause:
    """A clause, what it speaks of, and what the next one does."""

    start: int
    end: int
    text: str
    mentions: Sequence[Mention]
    next: Sequence[Mention]


def find(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """Steps, one a clause of the body; a subject is a title."""
    if source.where == "subject":
        return
    text = source.text[:_LOOKED_AT]
    words = list(LEXIS.words(text))
    if not any(word.plain in _BEGINNINGS for word in words):
        return  # no deed: nothing was tried
    going_on = False
    for clause in _clauses(text, words):
        deeds = list(islice(deeds_in(clause.mentions), _MAX_DEEDS))
        told = next((deed for deed in deeds if _is_told(deed, clause)), None)
        carried = deeds[0] if deeds and going_on and not _is_undone(deeds[0], clause) else None
        deed = told or carried
        if deed is None and _is_done_behind(clause):
            yield _step(source, _span(text, clause, clause.start), _CONFIDENT)
        if deed is not None:
            span = _span(text, clause, _beginning(deed.mention, clause.mentions))
            yield _step(source, span, _CONFIDENT if told else _CARRIED)
        going_on = deed is not None or (going_on and bool(deeds))


def _step(source: Source, span: tuple[int, int], confidence: float) -> Finding:
    return source.finding("steps_tried", source.original[span[0] : span[1]], span, "step_done", confidence)


def _is_done_behind(clause: _Clause) -> bool:
    """Whether it speaks of a deed, or of what one does it to, and ends with its being done."""
    return bool(_BEHIND.search(clause.text)) and any(each.ideas & THINGS for each in clause.mentions)


def _clauses(text: str, words: Sequence[Word]) -> Iterator[_Clause]:
    spans = list(_spans(text))
    spoken: list[Sequence[Mention]] = []
    first = 0
    for _, end in spans:
        last = bisect_left(words, end, first, key=_starts)
        spoken.append(list(LEXIS.mentions_in(words[first:last])))
        first = last
    shown = [match.span() for match in _SHOWN.finditer(text)]
    for (start, end), mentions, following in zip(spans, spoken, [*spoken[1:], []], strict=True):
        if any(left <= start and end <= right for left, right in shown):
            continue  # what a screen said
        yield _Clause(start=start, end=end, text=text[start:end], mentions=mentions, next=following)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _CLAUSE.finditer(text):
        start = match.start()
        for stop in _BREAK.finditer(text, start, match.end()):
            yield start, stop.start()
            start = stop.start() + 1
        yield start, match.end()


def _is_told(deed: Deed, clause: _Clause) -> bool:
    """Whether it is said that it was done; whom one has turned to needs no more words than that."""
    if _is_undone(deed, clause):
        return False
    mention, kinds = deed
    near = [each for each in _around(mention, clause.mentions) if each.place < mention.place or "me" not in each.ideas]
    marks = {idea for each in near for idea in each.ideas}
    past = bool(_PAST.search(clause.text))
    came_of_it = {idea for each in (*clause.mentions, *clause.next) for idea in each.ideas} & _RESULTS
    if kinds == {"visit"}:
        beside = any("done" in each.ideas and 0 < mention.place - each.place <= _BESIDE for each in near)
        return beside or past or bool(came_of_it and "itself" not in marks)
    if kinds & {*_TURNED_TO, "claim"} and "answer" in came_of_it:
        return True
    if kinds <= {"report", "claim"}:
        told = "done" in marks or past or "contact_thing" in marks
    elif kinds == {"mend"}:
        told = _is_close(mention, clause.mentions) or bool(_PAST.match(clause.text.lstrip()))
    elif kinds == {"use"}:
        told = bool(marks & {"done", "try"}) or past
    else:
        told = bool(marks & DONE) or "contact" in kinds or past
    return told or ("outcome" in came_of_it and not kinds <= {"report", "claim"})


def _is_close(deed: Mention, mentions: Sequence[Mention]) -> bool:
    return any(each.ideas & DONE and 0 < deed.place - each.place <= _CLOSE for each in mentions)


def _is_undone(deed: Deed, clause: _Clause) -> bool:
    """Whether a word near the deed says that it is asked for, wished, impossible, or done by somebody else."""
    near = _around(deed.mention, clause.mentions)
    if any("pretended" in each.ideas for each in near):
        return True
    place = deed.mention.place
    begun = [each.place for each in near if "me" in each.ideas and each.place < place]
    undone = _UNDONE if deed.kinds & _TURNED_TO else _UNDONE | {"when"}
    return any(
        each.ideas & undone and each.place < place and not any(mine - _last(each, clause) >= _ANEW for mine in begun)
        for each in near
    )


def _last(mention: Mention, clause: _Clause) -> int:
    """The place of a mention's last word."""
    return mention.place + clause.text.count(" ", mention.start - clause.start, mention.end - clause.start)


def _around(deed: Mention, mentions: Sequence[Mention]) -> list[Mention]:
    return [each for each in mentions if -_BEFORE <= each.place - deed.place <= _BEFORE]


def _beginning(deed: Mention, mentions: Sequence[Mention]) -> int:
    """Where the words begin that say that it was done."""
    marks = [each for each in _around(deed, mentions) if each.ideas & DONE and each.place < deed.place]
    return min(each.start for each in [*marks, deed])


def _span(text: str, clause: _Clause, beginning: int) -> tuple[int, int]:
    """The clause without the blanks around it, a long one from where its deed is spoken of."""
    start = beginning if clause.end - clause.start > _WORDY else clause.start
    end = min(clause.end, start + _LONGEST)
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), start + len(said.rstrip())

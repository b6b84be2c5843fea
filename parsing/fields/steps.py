"""What the sender has tried already: clauses in which something was done that people do about such trouble.

A clause is one where a word says that it is done ("sudah", "already"), that the sender did it, or what came of it ("sama
saja"), and none that it is asked for, wished, forbidden or impossible. A list goes on: "sudah hapus cache, install ulang".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter

from parsing.fields.concepts import Lexis, Mention, Word, of_kind
from parsing.fields.source import Circumstances, Source
from parsing.fields.vocabulary import loosely_spelled
from parsing.report import Finding

_LOOKED_AT = 6_000  #: code points: who has tried more has written a diary
_LONGEST = 160  #: code points of one step

_CLAUSE = re.compile(
    r"[^.,;:!?\n()\ufffc]+(?:(?<=\d)[.,:](?=\d)[^.,;:!?\n()\ufffc]+)*",
)


def _listed(idea: str) -> list[str]:
    """The phrases of an idea in all languages, the longest first."""
    return sorted(
        (phrase.strip() for each, phrase in of_kind("steps") if each == idea), key=lambda phrase: -len(phrase)
    )


_BREAK = re.compile(rf"\s(?:{loosely_spelled(_listed('break'))})\s", re.IGNORECASE)
_PAST = re.compile(rf"\b(?:{loosely_spelled(_listed('past'))})\b", re.IGNORECASE)
#: Deeds that one phrase tells; of these, mending is told only where "sudah" or "saya" stands close before it.
_ACTS = frozenset({"act", "report", "mend"})
#: verb, what it is done to, words between them at the most
_DEEDS = (
    ("change", {"change_thing", "try_thing"}, 5),
    ("try", {"try_thing"}, 5),
    ("use", {"try_thing"}, 5),
    ("send", {"send_thing"}, 5),
    ("contact", {"contact_thing"}, 5),
    ("look", {"look_thing"}, 6),
)
_DONE = frozenset({"done", "me"})  #: words that say that a deed was the sender's
_UNDONE = frozenset({"undone", "never"})
_BEFORE = 6  #: words before a deed that say whether it was done
_CLOSE = 4  #: words before a deed in which that is said of it alone
_ANEW = 2  #: words after which "saya" begins a new sentence: "belum masuk juga saya hubungi cs"
_NEAR = 8  #: mentions around a verb among which its object stands
_MAX_DEEDS = 4  #: of one clause that are looked at: the first that is told is the step
_WORDY = 60  #: code points; a longer clause is cut to where its deed is spoken of
_CONFIDENT, _CARRIED = 0.8, 0.6

_LEXIS = Lexis(((idea, phrase) for idea, phrase in of_kind("steps") if idea not in ("break", "past")), passive=False)
_BEGINNINGS = _LEXIS.beginnings({*_ACTS, *(verb for verb, _, _ in _DEEDS)})  #: of deeds
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
    words = list(_LEXIS.words(text))
    if not any(word.plain in _BEGINNINGS for word in words):
        return  # no deed: nothing was tried
    going_on = False
    for clause in _clauses(text, words):
        deeds = list(islice(_deeds(clause.mentions), _MAX_DEEDS))
        told = next((deed for deed in deeds if _is_told(deed, clause)), None)
        carried = deeds[0] if deeds and going_on and not _is_undone(deeds[0], clause) else None
        deed = told or carried
        if deed is not None:
            span = _span(text, clause, _beginning(deed, clause.mentions))
            raw = source.original[span[0] : span[1]]
            yield source.finding("steps_tried", raw, span, "step_done", _CONFIDENT if told else _CARRIED)
        going_on = deed is not None or (going_on and bool(deeds))


def _clauses(text: str, words: Sequence[Word]) -> Iterator[_Clause]:
    spans = list(_spans(text))
    spoken: list[Sequence[Mention]] = []
    first = 0
    for _, end in spans:
        last = bisect_left(words, end, first, key=_starts)
        spoken.append(list(_LEXIS.mentions_in(words[first:last])))
        first = last
    for (start, end), mentions, following in zip(spans, spoken, [*spoken[1:], []], strict=True):
        yield _Clause(start=start, end=end, text=text[start:end], mentions=mentions, next=following)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for match in _CLAUSE.finditer(text):
        start = match.start()
        for stop in _BREAK.finditer(text, start, match.end()):
            yield start, stop.start()
            start = stop.start() + 1
        yield start, match.end()


def _deeds(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """What people do about their trouble: by one phrase, or by a verb and what it is done to."""
    for index, mention in enumerate(mentions):
        if mention.ideas & _ACTS or any(
            verb in mention.ideas and _has_object(mentions, index, things, within) for verb, things, within in _DEEDS
        ):
            yield mention


def _has_object(mentions: Sequence[Mention], index: int, things: AbstractSet[str], within: int) -> bool:
    """Whether what a verb is done to stands behind it, or before it: "foto KTP sudah saya unggah"."""
    place = mentions[index].place
    if any(things & other.ideas and other.place - place <= within for other in mentions[index + 1 : index + 1 + _NEAR]):
        return True
    turned = index > 0 and bool(mentions[index - 1].ideas & _DONE) and place - mentions[index - 1].place == 1
    return turned and any(things & other.ideas for other in mentions[max(0, index - _NEAR) : index])


def _is_told(deed: Mention, clause: _Clause) -> bool:
    """Whether it is said that it was done; whom one has turned to needs no more words than that."""
    if _is_undone(deed, clause):
        return False
    marks = {idea for each in _around(deed, clause.mentions) for idea in each.ideas}
    past = bool(_PAST.search(clause.text))
    if "report" in deed.ideas:
        return "done" in marks or past
    if any("outcome" in each.ideas for each in (*clause.mentions, *clause.next)):
        return True
    if "mend" in deed.ideas and not deed.ideas & {"act", "change"}:
        return _is_close(deed, clause.mentions) or bool(_PAST.match(clause.text.lstrip()))
    if "use" in deed.ideas and "try" not in deed.ideas:
        return bool(marks & {"done", "try"}) or past
    return bool(marks & _DONE) or "contact" in deed.ideas or past


def _is_close(deed: Mention, mentions: Sequence[Mention]) -> bool:
    return any(each.ideas & _DONE and 0 < deed.place - each.place <= _CLOSE for each in mentions)


def _is_undone(deed: Mention, clause: _Clause) -> bool:
    """Whether a word near the deed says that it is asked for, wished, impossible, or done by somebody else."""
    near = _around(deed, clause.mentions)
    if any("pretended" in each.ideas for each in near):
        return True
    begun = [each.place for each in near if "me" in each.ideas and each.place < deed.place]
    return any(
        each.ideas & _UNDONE and each.place < deed.place and not any(place - each.place >= _ANEW for place in begun)
        for each in near
    )


def _around(deed: Mention, mentions: Sequence[Mention]) -> list[Mention]:
    return [each for each in mentions if -_BEFORE <= each.place - deed.place <= _BEFORE]


def _beginning(deed: Mention, mentions: Sequence[Mention]) -> int:
    """Where the words begin that say that it was done."""
    marks = [each for each in _around(deed, mentions) if each.ideas & _DONE and each.place < deed.place]
    return min(each.start for each in [*marks, deed])


def _span(text: str, clause: _Clause, beginning: int) -> tuple[int, int]:
    """The clause without the blanks around it, a long one from where its deed is spoken of."""
    start = beginning if clause.end - clause.start > _WORDY else clause.start
    end = min(clause.end, start + _LONGEST)
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), start + len(said.rstrip())

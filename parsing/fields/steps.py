"""What the sender has tried already: clauses in which something was done that people do about such trouble.

A clause is one where a word says that it is done ("sudah", "already") or that the sender did it, and none that it is
asked for, wished, forbidden or impossible. A list goes on: "sudah hapus cache, install ulang".
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter

from parsing.fields.concepts import Lexis, Mention, of_kind
from parsing.fields.source import Circumstances, Source
from parsing.report import Finding

_LOOKED_AT = 6_000  #: code points: who has tried more has written a diary
_LONGEST = 160  #: code points of one step

_CLAUSE = re.compile(
    r"[^.,;:!?\n()\ufffc]+(?:(?<=\d)[.,:](?=\d)[^.,;:!?\n()\ufffc]+)*",
)
_BREAK = re.compile(
    r"\s(?:tapi|tp|tpi|tetapi|namun|padahal|pdhl|tetep|tetap|karena|krn|sehingga|cuma|hanya|malah|eh|but|yet|because|so|which|however|still|and it|then it)\s",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:contacted|called|changed|asked|reported|complained|uploaded|emailed|sent|tried|checked|restarted|reinstalled|cleared|reset|switched|updated|logged out|resent|submitted|filed|used)\b",
    re.IGNORECASE,
)
_ACTS = frozenset({"act", "report"})  #: deeds that one phrase tells
#: verb, what it is done to, words between them at the most
_DEEDS = (
    ("change", "change_thing", 5),
    ("try", "try_thing", 5),
    ("send", "send_thing", 5),
    ("contact", "contact_thing", 5),
    ("look", "look_thing", 6),
)
_THINGS = frozenset(thing for _, thing, _ in _DEEDS)
_DONE = frozenset({"done", "me"})  #: words that say that a deed was the sender's
_UNDONE = frozenset({"undone", "never"})
_BEFORE = 6  #: words before a deed that say whether it was done
_ANEW = 2  #: words after which "saya" begins a new sentence: "belum masuk juga saya hubungi cs"
_WORDY = 60  #: code points; a longer clause is cut to where its deed is spoken of
_CONFIDENT, _CARRIED = 0.8, 0.6

_LEXIS = Lexis(of_kind("steps"))
_BEGINNINGS = _LEXIS.beginnings({*_ACTS, *(verb for verb, _, _ in _DEEDS)})  #: of deeds
_starts = attrgetter("start")  #: where a word begins


def find(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """Steps, one a clause of the body; a subject is a title."""
    if source.where == "subject":
        return
    text = source.text[:_LOOKED_AT]
    words = list(_LEXIS.words(text))
    if not any(word.plain in _BEGINNINGS for word in words):
        return  # no deed: nothing was tried
    going_on = False
    first = 0
    for start, end in _clauses(text):
        last = bisect_left(words, end, first, key=_starts)
        mentions = list(_LEXIS.mentions_in(words[first:last]))
        first = last
        deed = next(_deeds(mentions), None)
        if deed is None:
            going_on = False
            continue
        told = _is_told(deed, mentions, text[start:end])
        if told or (going_on and not _is_undone(deed, mentions)):
            span = _span(text, start, end, _beginning(deed, mentions))
            raw = source.original[span[0] : span[1]]
            yield source.finding("steps_tried", raw, span, "step_done", _CONFIDENT if told else _CARRIED)
            going_on = True


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    for match in _CLAUSE.finditer(text):
        start = match.start()
        for stop in _BREAK.finditer(text, start, match.end()):
            yield start, stop.start()
            start = stop.start() + 1
        yield start, match.end()


def _deeds(mentions: Sequence[Mention]) -> Iterator[Mention]:
    """What people do about their trouble: by one phrase, or by a verb and what it is done to."""
    for index, mention in enumerate(mentions):
        if mention.ideas & _ACTS:
            yield mention
        for verb, thing, within in _DEEDS:
            if verb in mention.ideas and any(
                thing in other.ideas and other.place - mention.place <= within for other in mentions[index + 1 :]
            ):
                yield mention


def _is_told(deed: Mention, mentions: Sequence[Mention], clause: str) -> bool:
    """Whether it is said that it was done; whom one has turned to needs no more words than that."""
    if _is_undone(deed, mentions):
        return False
    marks = {idea for each in _around(deed, mentions) for idea in each.ideas}
    if "report" in deed.ideas:
        return "done" in marks or bool(_PAST.search(clause))
    return bool(marks & _DONE) or "contact" in deed.ideas or bool(_PAST.search(clause))


def _is_undone(deed: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether a word near the deed says that it is asked for, wished, impossible, or done by somebody else."""
    near = _around(deed, mentions)
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


def _span(text: str, start: int, end: int, beginning: int) -> tuple[int, int]:
    """The clause without the blanks around it, a long one from where its deed is spoken of."""
    if end - start > _WORDY:
        start = beginning
    end = min(end, start + _LONGEST)
    clause = text[start:end]
    return start + len(clause) - len(clause.lstrip()), start + len(clause.rstrip())

"""Which moments of a text are the occurrence, told by the words around them.

Not the time of a report or a chat, a due date, a birthday, an end ("sampai hari ini"), nor one at which it still worked.
"""

from __future__ import annotations

import re

from parsing.fields.lexicon import clock_words, every_word
from parsing.fields.source import Source, first_words
from parsing.fields.vocabulary import spelled

_BEFORE, _AFTER = 44, 36  #: code points of the same sentence that are looked at
_UNTIL = re.compile(
    rf"(?:^|[^\w])(?<!\b(?:went|gone|came|come)[ ])(?:{spelled(clock_words('until'))})(?:\s{{1,2}}|\s{{0,2}}:\s{{0,2}})(?:(?:{spelled(clock_words('glue'))}|{spelled(clock_words('now'))}|dengan|dgn)\s{{1,2}}){{0,3}}$",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"\s*(?:[-–—]|(?:{spelled(clock_words('until'))}|to)\b)\s*(?:(?:{spelled(clock_words('glue'))})\s+){{0,4}}",
    re.IGNORECASE,
)
_OTHER = re.compile(rf"(?<!\w)(?:{spelled(every_word('no_moment_before'))})(?!\w)", re.IGNORECASE)
_DEED = re.compile(rf"(?<!\w)(?:{spelled(every_word('deed'))})(?!\w)", re.IGNORECASE)
_STILL_WELL = re.compile(
    rf"[^\w]{{0,3}}(?:\w{{1,12}}\s){{0,2}}?(?:{spelled(every_word('no_moment_after'))})(?!\w)", re.IGNORECASE
)
#: "Denpasar, 12 November 2026" on a line of its own: when a letter was written.
_LETTER_HEAD = re.compile(r"[ \t]*[A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20}){0,2},[ \t]{1,3}(?=\d)")
_LINE_END = re.compile(r"[ \t]*(?:\n|$)")
_REGISTERED = re.compile(rf"(?<!\w)(?:{spelled(every_word('registering'))})(?:nya)?(?!\w)", re.IGNORECASE)
REGISTERING = first_words(every_word("registering"))  #: where none of these stands, nobody registered
_SENTENCE = re.compile(r"[.!?;,]\s|\n")
_TURN = re.compile(rf"\s(?:{spelled(every_word('turn'))})\s", re.IGNORECASE)


def is_registration(source: Source, start: int) -> bool:
    """Whether a moment is when the sender registered: a word of it stands before in the same sentence."""
    return bool(_REGISTERED.search(_SENTENCE.split(source.original[max(0, start - _BEFORE) : start])[-1]))


def is_second_of_range(text: str, end: int, start: int) -> bool:
    """Whether what stands between two moments makes the second one an end: "10.00 - 12.00", "dari X sampai Y"."""
    gap = text[end:start]
    return len(gap) <= _BEFORE and bool(_RANGE.fullmatch(gap)) and ("\n" not in gap)


def is_occurrence(source: Source, start: int, end: int) -> bool:
    """Whether a moment is when it happened, as far as its sentence tells."""
    text = source.original
    before = _SENTENCE.split(text[max(0, start - _BEFORE) : start])[-1]
    after = _TURN.split(_SENTENCE.split(text[end : end + _AFTER])[0])[0]
    if _UNTIL.search(text, max(0, start - _BEFORE), start) or _STILL_WELL.match(after):
        return False
    if _LETTER_HEAD.match(text, text.rfind("\n", 0, start) + 1) and _LINE_END.match(text, end):
        return False
    others = [match.end() for match in _OTHER.finditer(before)]
    if not others:
        return True
    deeds = [match.end() for match in _DEED.finditer(before)]
    return bool(deeds) and max(deeds) > max(others)

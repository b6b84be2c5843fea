"""What people do about their trouble: by a phrase that tells it, or by a verb and what it is done to.

Whether somebody did it is told in `steps.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from parsing.fields.concepts import Lexis, Mention
from parsing.fields.phrasebook import of_kind

#: Deeds that one phrase tells; of these, mending is told only where "sudah" or "saya" stands close before it.
_ACTS = frozenset({"act", "report", "visit", "claim", "mend"})
_OF_CLAUSES = ("break", "past", "done_behind")  #: phrases that clauses are searched for, and no ideas
_NEAR = 8  #: mentions around a verb among which its object stands
DONE = frozenset({"done", "me"})  #: words that say that a deed was the sender's


class _Verb(NamedTuple):
    """A verb that tells a deed where one of these things stands near it."""

    name: str
    things: AbstractSet[str]
    within: int  #: words
    turned: bool = True  #: the thing may also stand before it: "foto KTP sudah saya unggah"


class Deed(NamedTuple):
    """What was done, and as what."""

    mention: Mention
    kinds: AbstractSet[str]


_DEEDS = (
    _Verb("change", {"change_thing", "try_thing"}, 5),
    _Verb("try", {"try_thing"}, 5),
    _Verb("use", {"try_thing"}, 5),
    _Verb("send", {"send_thing"}, 5),
    _Verb("contact", {"contact_thing", "count", "answer"}, 5),
    _Verb("look", {"look_thing"}, 6),
    _Verb("request", {"anew", "count"}, 4, turned=False),
    _Verb("file", {"file_thing"}, 4, turned=False),
)
_TRIED_OFTEN = _Verb("try", {"count"}, 4, turned=False)  #: what it is that was tried is said before
VERBS = _ACTS | {verb.name for verb in _DEEDS}
#: Deeds, and what they are done to.
THINGS = VERBS | {thing for verb in _DEEDS for thing in verb.things}


def listed(idea: str) -> list[str]:
    """The phrases of an idea in all languages, the longest first."""
    found = (phrase.strip() for each, phrase in of_kind("steps") if each == idea)
    return sorted(found, key=lambda phrase: -len(phrase))


LEXIS = Lexis(((idea, phrase) for idea, phrase in of_kind("steps") if idea not in _OF_CLAUSES), passive=False)


def deeds_in(mentions: Sequence[Mention]) -> Iterator[Deed]:
    """The deeds of a clause, in their order."""
    for index, mention in enumerate(mentions):
        if mention.ideas & VERBS:
            kinds = (mention.ideas & _ACTS) | {verb.name for verb in _DEEDS if _has_object(mentions, index, verb)}
            if kinds or (_has_object(mentions, index, _TRIED_OFTEN) and not _is_itself(mentions, index)):
                yield Deed(mention, kinds or {"try"})


def _has_object(mentions: Sequence[Mention], index: int, verb: _Verb) -> bool:
    """Whether what a verb is done to stands behind it, or before it where it has just been done."""
    if verb.name not in mentions[index].ideas:
        return False
    place, things = mentions[index].place, verb.things
    counted = index > 0 and "count" in mentions[index - 1].ideas  #: "bukti udah 5x kirim"
    behind = mentions[index + 1 : index + 1 + _NEAR]
    if any(things & other.ideas and other.place - place <= verb.within for other in behind):
        return True
    turned = any(
        other.ideas & DONE and place - other.place <= 1 + counted for other in mentions[max(0, index - 2) : index]
    )
    before = mentions[max(0, index - _NEAR) : index] if turned and verb.turned else ()
    return any(things & other.ideas for other in before)


def _is_itself(mentions: Sequence[Mention], index: int) -> bool:
    """Whether what was tried so often is the very thing that fails: "coba deposit 3 kali"."""
    place = mentions[index].place
    return any("itself" in other.ideas and 0 < other.place - place <= _TRIED_OFTEN.within for other in mentions)

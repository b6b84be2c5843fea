"""Responders that mark nothing, by what they speak of: an absence, a departure, a receipt, and nothing else.

A person who mentions his leave wants something besides. So a text is taken apart into clauses, and each is asked whether
a responder says such a thing; most of the text has to be of that kind, and of two kinds at least. The words of one
language are asked together, since a short word of one is another word in the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsing.claims.phrases import Kind, clauses, find, find_all, fold, languages

#: Share of a text's letters that has to stand in clauses of a responder; the rest are names, greetings and addresses.
_SHARE = 0.65
_FEW, _SHORT = 2, 6  #: words, and letters of scripts without spaces, of a greeting or a name
_FIRST_UNSPACED = "\u0e00"  #: Thai; what comes later is without spaces, or glues words together
_AWAY = (Kind.ABSENCE, Kind.LEAVE)
_MACHINE = (Kind.AUTOMATIC, Kind.UNREAD)
_STRONG = (*_AWAY, *_MACHINE, Kind.YOURS, Kind.CLOSED, Kind.GONE)
_MEANWHILE = (Kind.PROMISE, Kind.ASIDE, Kind.SERVED)
_RESPONDERS = {*_STRONG, *_MEANWHILE, Kind.UNTIL, Kind.ALSO}  #: what explains a clause
_KINDS = (*_RESPONDERS, Kind.DAY, Kind.ME, Kind.WISH)
_LINK = re.compile(r"\b(?:https?://|www\.)\S+")
#: where a sentence ends: a blank line, or a mark that does not stand within a number, a date or an address
_END = re.compile(r"\n\s*\n|(?:(?<!\d)\.|[!?;:,])(?=\s|$)|[。！？；，、؟،।]|\s[-–—]\s|—")
_QUESTION = re.compile(r"[?？؟]")
_DIGIT = re.compile(r"\d")
_REACHED = re.compile(r"\S@\S|\+?\d[\d ./-]{6,30}\d")  #: an address or a telephone number

#: a transaction's number, or money: who is away reports nothing
_REPORTED = re.compile(r"\b[A-Z]{2,12}[A-Z-]{0,8}\d[\dA-Z-]{4,}|(?:\bRp|\b(?:IDR|USD|EUR|MYR|SGD)|[$€£¥₩₹])\s?\d")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Spoken:
    """What a text speaks of in the words of one language."""

    phrases: dict[Kind, str]  #: the first phrase of each kind
    until: str | None  #: how long an absence lasts: a phrase, or "date"
    day: str | None  #: a day on which somebody is absent, or a desk is closed
    is_wish: bool  #: somebody wants something
    share: float  #: of its letters, those in clauses of a responder

    def has(self, *kinds: Kind) -> str | None:
        return next((self.phrases[kind] for kind in kinds if kind in self.phrases), None)


def spoken_by_responder(text: str, folded: str) -> tuple[str, ...]:
    """The phrases that show that nobody but a responder says this; empty where somebody may."""
    told = languages(_STRONG, folded)
    whole = fold(_LINK.sub(" ", text)) if _LINK.search(text) else folded
    if not any(_may_be_shown(whole, language) for language in told):
        return ()  # most mails: what would have to stand together is not there at all
    if any(_is_plain_wish(folded, language) for language in told):
        return ()
    spoken = _by_language(text, told)
    if any(said.is_wish for said in spoken):
        return ()
    shown = (_shown(said, text) for said in spoken if said.share >= _SHARE)
    return next(filter(None, shown), ())


def _may_be_shown(folded: str, language: str) -> bool:
    """Whether all that makes a responder stands somewhere in a text, wherever: what `_shown` asks of its clauses."""
    found = find_all(_KINDS, folded, language).keys()
    meanwhile = bool(found & {*_MEANWHILE})
    lasting = meanwhile or bool(found & {Kind.UNTIL, Kind.DAY, Kind.YOURS} or _DIGIT.search(folded))
    return (
        bool(found & {*_MACHINE, Kind.GONE})
        or (lasting and bool(found & {*_AWAY, Kind.CLOSED}))
        or (meanwhile and Kind.YOURS in found)
    )


def is_wish(text: str, folded: str) -> bool:
    """Whether somebody who speaks of such things wants something."""
    told = languages(_STRONG, folded)
    return any(_is_plain_wish(folded, language) for language in told) or any(
        said.is_wish for said in _by_language(text, told)
    )


def _is_plain_wish(folded: str, language: str) -> bool:
    """Whether something is wanted, in words that can be no part of "she no longer works here"."""
    found = find_all((Kind.WISH, Kind.PLEA, Kind.GONE), folded, language)
    return bool(found) and Kind.GONE not in found and bool(find_all(_STRONG, folded, language))


def is_over(text: str, folded: str) -> bool:
    """Whether an absence is told of as one that was."""
    for language in languages((Kind.ABSENCE,), folded):
        if find(Kind.PAST, folded, language):
            away = [words for sentence in _END.split(text) if find(Kind.ABSENCE, words := fold(sentence), language)]
            if away and all(find(Kind.PAST, words, language) for words in away):
                return True
    return False


def _by_language(text: str, told: list[str]) -> list[_Spoken]:
    """What a text speaks of, in each of the languages in which it says what a responder may say."""
    sentences = [sentence for sentence in _END.split(_LINK.sub(" ", text)) if sentence.strip()]
    spoken = [_spoken(sentences, language) for language in told]
    return [said for said in spoken if said.has(*_STRONG)]


def _shown(spoken: _Spoken, text: str) -> tuple[str, ...]:
    """The phrases that belong together."""
    machine = spoken.has(*_MACHINE)
    if machine:
        return machine, *filter(None, [spoken.has(*_AWAY, Kind.GONE, Kind.YOURS, Kind.SERVED)])
    return () if _QUESTION.search(_LINK.sub(" ", text)) else next(_pairs(spoken, text), ())


def _pairs(spoken: _Spoken, text: str) -> Iterator[tuple[str, ...]]:
    meanwhile, receipt = spoken.has(Kind.PROMISE, Kind.ASIDE), spoken.has(Kind.YOURS)
    away, closed, gone = spoken.has(*_AWAY), spoken.has(Kind.CLOSED), spoken.has(Kind.GONE)
    me = spoken.has(Kind.ME)
    if _REPORTED.search(text) or find(Kind.REPORT, fold(text)):
        away = closed = gone = receipt = None
    if away and (lasting := meanwhile or spoken.until or receipt):
        yield away, lasting
    if closed and not me and (lasting := spoken.until or spoken.day):
        yield closed, lasting
    reached = "address" if _REACHED.search(text) else None
    if gone and (further := (meanwhile and reached) if me else (meanwhile or reached)):
        yield gone, further
    if receipt and not me and (served := spoken.has(Kind.SERVED, Kind.PROMISE)):
        yield receipt, served


def _spoken(sentences: list[str], language: str) -> _Spoken:
    phrases: dict[Kind, str] = {}
    letters = explained = 0
    until, day, is_wish = None, None, False
    for clause, reached in _clauses(sentences, language):
        found = _kinds(clause, language)
        for kind, phrase in found.items():
            phrases.setdefault(kind, phrase)
        is_responders = reached or bool(found.keys() & _RESPONDERS)
        if is_responders or not _is_brief(clause):
            letters += len(clause)
            explained += len(clause) if is_responders else 0
        is_wish = is_wish or (Kind.WISH in found and Kind.GONE not in found)
        if found.keys() & {*_AWAY, Kind.CLOSED}:
            until = until or ("date" if _DIGIT.search(clause) else None)
            day = day or found.get(Kind.DAY)
    until = phrases.get(Kind.UNTIL, until)
    return _Spoken(phrases=phrases, until=until, day=day, is_wish=is_wish, share=explained / letters if letters else 0)


def _clauses(sentences: list[str], language: str) -> Iterator[tuple[str, bool]]:
    """The clauses, folded; with each, whether its sentence says how somebody is reached."""
    for sentence in sentences:
        reached = bool(_REACHED.search(sentence))
        yield from ((clause, reached) for clause in clauses(fold(sentence), language))


def _is_brief(clause: str) -> bool:
    """Whether a clause says nothing either way: a greeting, a name."""
    return len(clause) <= _SHORT if max(clause) >= _FIRST_UNSPACED else clause.count(" ") - 1 <= _FEW


def _kinds(clause: str, language: str) -> dict[Kind, str]:
    """What a clause speaks of; no absence, where it is over."""
    found = find_all(_KINDS, clause, language)
    if plea := find(Kind.PLEA, clause, language):
        found[Kind.WISH] = plea
    if found.keys() & {*_AWAY, Kind.CLOSED} and find(Kind.PAST, clause, language):
        return {kind: phrase for kind, phrase in found.items() if kind in (Kind.WISH, Kind.ME)}
    return found

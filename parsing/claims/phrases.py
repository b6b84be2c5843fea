"""What machines write, as phrases by language, and the one way in which a text is searched for them.

`words/*.toml`, one file a language, are read once when the module is imported. A text and its phrases are folded alike
(case, accents, punctuation, line ends), so that a phrase is found however it is wrapped, and only as whole words where
its script has spaces; "…" within a phrase stands for up to three words. All phrases of a kind are one automaton of RE2: a
text is passed over once, whoever wrote it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import re2

_FOLDER = Path(__file__).with_name("words")
_NOT_WORDS = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile("['’‘ʼ`´]")
#: scripts that write no spaces between words, or glue endings to them: Thai, kana, Han, Hangul (as letters and as jamo)
_UNSPACED = "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_ANY_UNSPACED = re.compile(f"[{_UNSPACED}]")
_BETWEEN_UNSPACED = re.compile(f"(?<=[{_UNSPACED}]) (?=[{_UNSPACED}])")
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae"})  # what no decomposition takes apart
_ACCENTS = dict.fromkeys(
    point for point in range(0x300, 0x1100) if unicodedata.combining(chr(point))
)  # of every script


#: what stands in a phrase for words that differ, and how much of them; what is further apart belongs together no more
_GAP, _GAP_WORDS, _GAP_LETTERS = "…", 3, 8
_NOTHING = r"[^\s\S]"  #: the pattern of a kind without phrases: it matches no text

_OPTIONS = re2.Options()
_OPTIONS.max_mem = 1 << 24  #: a set has no slower way to go on when its states outgrow this


class Kind(StrEnum):
    """What a phrase shows, as `table.key` of the files of words."""

    AWAY_PREFIX = "away.prefixes"  #: names an automatic answer, in a subject before the one that is answered
    AWAY_STATE = "away.states"  #: says in a subject where somebody is; a person may write it too
    ABSENCE = "away.absence"  #: "I am on leave"
    PROMISE = "away.promise"  #: what only a responder adds: who else helps, when your mail will be read
    AUTOMATIC = "away.automatic"  #: it says so of itself
    THANKS = "away.thanks"  #: weak: supports a subject
    PLEA = "away.plea"  #: somebody wants something: a person
    LEAVE = "responder.leave"  #: as ABSENCE, in words that mean it only beside others of its table, like all below
    CLOSED = "responder.closed"  #: "our shop is closed"
    GONE = "responder.gone"  #: "she no longer works here", "this address is not used any more"
    UNTIL = "responder.until"  #: how long, or that somebody will be back
    DAY = "responder.days"  #: a day's name, by which it is said
    ASIDE = "responder.aside"  #: who helps meanwhile, whether mail is read
    ALSO = "responder.also"  #: what a responder says beside these, and everybody else as well
    UNREAD = "responder.unread"  #: nobody reads this mailbox; the mail is a machine's
    YOURS = "responder.yours"  #: your mail has come
    SERVED = "responder.served"  #: how and when a desk will answer
    PAST = "responder.past"  #: what is told of was, and is no more
    ME = "responder.me"  #: one person speaks of himself
    WISH = "responder.wish"  #: as PLEA
    REPORT = "customer.reports"  #: what only a platform's customer speaks of: who is away does not
    JOIN = "responder.joins"  #: where a clause begins within a sentence
    BOUNCE_SUBJECT = "bounce.subjects"
    BOUNCE_FAILED = "bounce.failed"
    BOUNCE_DELAYED = "bounce.delayed"  #: the reporter goes on trying
    BOUNCE_GIVEN_UP = "bounce.given_up"  #: the reporter does not
    CHALLENGE_HELD = "challenge.held"  #: your mail waits
    CHALLENGE_PROVE = "challenge.prove"  #: until you do this
    RECEIPT_PREFIX = "receipt.prefixes"
    RECEIPT = "receipt.phrases"
    REACTION = "reaction.phrases"


def _load() -> Mapping[str, Mapping[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.toml"))}


LANGUAGES = _load()


def fold(text: str) -> str:
    """A text as phrases are looked for in it: words in lower case without accents, one space around each."""
    words = _APOSTROPHES.sub("", text).casefold()
    if not words.isascii():
        words = unicodedata.normalize("NFKD", words).translate(_ACCENTS).translate(_LETTERS)
    words = f" {_NOT_WORDS.sub(' ', words).strip()} "
    return words if words.isascii() else _BETWEEN_UNSPACED.sub("", words)


def find(kind: Kind, folded: str, language: str | None = None) -> str | None:
    """The first phrase of a kind, of one language or of all, in a folded text; None where there is none."""
    match = _automaton(kind, language, starts=False).search(folded)
    return match[0].strip() if match else _find_gapped(kind, folded, language)


def starts(kind: Kind, folded: str) -> str | None:
    """The longest phrase of a kind with which a folded text begins; None where there is none."""
    match = _automaton(kind, None, starts=True).match(folded.lstrip())
    return match[0].strip() if match else None


def _find_gapped(kind: Kind, folded: str, language: str | None) -> str | None:
    """The first phrase that has a gap, without what stands in it: its head first, then whether its tail follows."""
    heads, tails = _gapped(kind, language)
    if not tails:
        return None
    start = 0
    while match := heads.search(folded, start):
        head = match[0]
        tail = tails[head].match(folded, match.end())
        if tail:
            return f"{head.strip()} {_GAP} {tail[1].strip()}"
        start = match.end() - 1 if head.endswith(" ") else match.end()
    return None


def languages(kinds: tuple[Kind, ...], folded: str) -> list[str]:
    """The languages in which a folded text says something of these kinds, or begins to."""
    names = list(LANGUAGES)
    return [names[index] for index in _languages_told(kinds).Match(folded) or ()]


def find_all(kinds: tuple[Kind, ...], folded: str, language: str) -> dict[Kind, str]:
    """The first phrase of each of these kinds that a folded text holds."""
    told = [kinds[index] for index in _kinds_told(kinds, language).Match(folded) or ()]
    return {kind: phrase for kind in told if (phrase := find(kind, folded, language))}


def clauses(folded: str, language: str) -> list[str]:
    """A folded sentence, taken apart where a word of its language joins two of them."""
    return [f" {clause.strip()} " for clause in re2.split(_automaton(Kind.JOIN, language, starts=False), folded)]


@cache
def _languages_told(kinds: tuple[Kind, ...]) -> Any:
    return _set([_heads(kinds, language) for language in LANGUAGES])


@cache
def _kinds_told(kinds: tuple[Kind, ...], language: str) -> Any:
    return _set([_heads((kind,), language) for kind in kinds])


def _set(patterns: list[str]) -> Any:
    """RE2's set, which names all that a text matches in one pass."""
    told = re2.Set.SearchSet(_OPTIONS)
    for pattern in patterns:
        told.Add(pattern)
    told.Compile()
    return told


def _heads(kinds: tuple[Kind, ...], language: str) -> str:
    """A pattern of all that phrases begin with: up to their gaps."""
    heads = {phrase.partition(_GAP)[0] for kind in kinds for phrase in _phrases(kind, language)}
    return "|".join(map(re2.escape, sorted(heads))) or _NOTHING


@cache
def _automaton(kind: Kind, language: str | None, *, starts: bool) -> Any:
    phrases = {phrase.lstrip() if starts else phrase for phrase in _phrases(kind, language) if _GAP not in phrase}
    return _any_of(phrases, longest=starts)


@cache
def _gapped(kind: Kind, language: str | None) -> tuple[Any, Mapping[str, Any]]:
    """The heads of the phrases that have a gap; and by head, what may follow."""
    tails: dict[str, set[str]] = {}
    for head, tail in (phrase.split(_GAP) for phrase in _phrases(kind, language) if _GAP in phrase):
        tails.setdefault(head, set()).add(tail)
    return _any_of(tails), {head: _tail(head, ends) for head, ends in tails.items()}


def _tail(head: str, ends: set[str]) -> Any:
    between = f"(?:[^ ]+ ){{0,{_GAP_WORDS}}}" if head.endswith(" ") else f".{{0,{_GAP_LETTERS}}}"
    return re2.compile(f"{between}({'|'.join(map(re2.escape, sorted(ends)))})")


def _any_of(phrases: Collection[str], *, longest: bool = False) -> Any:
    options = re2.Options()
    options.longest_match = longest
    return re2.compile("|".join(map(re2.escape, sorted(phrases))) or _NOTHING, options)


@cache
def _phrases(kind: Kind, language: str | None) -> tuple[str, ...]:
    table, key = kind.split(".")
    files = LANGUAGES.values() if language is None else (LANGUAGES[language],)
    return tuple(_folded_phrase(phrase) for words in files for phrase in words.get(table, {}).get(key, ()))


def _folded_phrase(phrase: str) -> str:
    before, gap, after = phrase.partition(_GAP)
    first, last = fold(before), fold(after) if gap else ""
    if _ANY_UNSPACED.search(first):
        return f"{first.strip()}{gap}{last.strip()}"
    return f"{first}{gap}{last.lstrip()}"

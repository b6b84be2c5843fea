"""The nature of a mail by its words, for machines that mark nothing.

A person may write any of these words, so no single phrase decides: a rule wants two kinds of them that only a machine
puts together, and is silent where somebody asks for something.
"""

from __future__ import annotations

import re
from functools import cached_property

from parsing.claims.bounces.reading import in_words
from parsing.claims.bounces.returned import own_words
from parsing.claims.phrases import Kind, find, fold, starts
from parsing.claims.responders import is_over, is_wish, spoken_by_responder
from parsing.claims.telling import Evidence, Told
from parsing.mail import Nature

_OPENING_LINES = 12  #: lines that are not empty; a relay says at once what has happened
_BRIEF = 2_500  #: code points; a responder's text is not longer
_REACTION_WORDS = 16  #: a reaction says no more than who reacted, by what
_SEPARATOR = re.compile(r"\s*[:：\]\)】|]|\s[-–—]\s")
_OPENERS = " \t[(【*"
_LAST_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]{3,60})[)\]】]\s*$")


def bounce(told: Told) -> Evidence | None:
    """A report of a relay in words.

    A mail system's say-so is enough. Anybody else has to write like one: to name a failure in the subject, to begin
    with it, and to name an address that failed, in a mail that answers nothing and that nobody hands on.
    """
    subject = find(Kind.BOUNCE_SUBJECT, told.folded_subject)
    if told.is_from_daemon:
        return Nature.BOUNCE, "subject" if subject else "from"
    is_machine = told.is_from_robot or told.has_null_sender
    if told.is_handed_on or not (subject or is_machine) or _names_itself(told):
        return None
    if subject and is_machine:
        return Nature.BOUNCE, "subject"
    if not is_machine and (told.answers or find(Kind.PLEA, told.words)):
        return None
    words = own_words(told.text)
    failure = _failure(words)
    if failure and in_words(words, told.front, told.subject):
        return Nature.BOUNCE, f"words: {failure}"
    return None


def _failure(words: list[str]) -> str | None:
    """The phrase with which a report begins."""
    opening = fold(" ".join([line for line in words if any(map(str.isalpha, line))][:_OPENING_LINES]))
    return find(Kind.BOUNCE_FAILED, opening) or find(Kind.BOUNCE_DELAYED, opening)


def challenge(told: Told) -> Evidence | None:
    """A mail that waits, and what its sender has to do for it."""
    if told.is_handed_on or told.is_from_daemon:
        return None
    held = find(Kind.CHALLENGE_HELD, told.words)
    prove = held and find(Kind.CHALLENGE_PROVE, told.words)
    return (Nature.CHALLENGE, f"words: {held} + {prove}") if prove else None


def receipt(told: Told) -> Evidence | None:
    """A read receipt without a report: "Read: …", and when it was read."""
    head = _head(told.subject)
    phrase = head in _exactly(Kind.RECEIPT_PREFIX, head) and find(Kind.RECEIPT, told.words)
    return (Nature.DISPOSITION, f"subject: {head} + {phrase}") if phrase else None


def reaction(told: Told) -> Evidence | None:
    """Outlook's reactions, and Gmail's where a relay dropped the part for programs."""
    answers = told.answers or told.is_reply
    if not answers or told.words.count(" ") - 1 > _REACTION_WORDS or told.is_handed_on:
        return None
    phrase = find(Kind.REACTION, told.words)
    return (Nature.REACTION, f"words: {phrase}") if phrase else None


def away(told: Told) -> Evidence | None:
    """An out-of-office reply, or a receipt that a responder sends.

    By a subject that only responders write and anything that supports it; by a looser one and words that say so; or by
    words alone, of two kinds.
    """
    if told.is_handed_on:
        return None
    said = _Said(told.words)
    shown = _by_subject(told, said) or _by_words(told, said)
    return (Nature.AUTO_REPLY, shown) if shown else None


def _names_itself(told: Told) -> bool:
    """Whether a responder says what it is, so that what it answers is no bounce."""
    said = _Said(told.words)
    return bool(_by_subject(told, said) or _lasting_pair(told, said))


def _by_subject(told: Told, said: _Said) -> str:
    """A subject that names an automatic answer before the one that it answers, or says where somebody is."""
    strict = _strict_prefix(told)
    continues = (
        strict != told.folded_subject.strip()
    )  # "Automatic reply: Deposit" needs no words; "Auto" alone is a car
    if strict and (
        _is_marked(told) or said.absence or said.automatic or ((said.anything or continues) and not said.plea)
    ):
        return f"subject: {strict}"
    loose = None if told.is_reply or said.plea else _loose_prefix(told)
    supported = said.automatic or (said.absence and (said.promise or said.thanks or told.answers))
    if loose and supported and not is_wish(told.unquoted_text, told.words):
        return f"subject: {loose}"
    return ""


def _by_words(told: Told, said: _Said) -> str:
    """Words of two kinds, or of one where the header says at least that the mail is one of many."""
    if len(told.own_text) > _BRIEF:
        return ""
    one_of_many = told.headers.text("precedence") in ("bulk", "junk") and not told.headers.count("list-id")
    if one_of_many and said.absence and not said.plea:
        return f"precedence, words: {said.absence}"
    shown = _lasting_pair(told, said) or spoken_by_responder(told.unquoted_text, told.words)
    return f"words: {' + '.join(shown)}" if shown else ""


class _Said:
    """The first phrase of each kind in a sender's own words, sought when it is asked for: most mails end at their plea."""

    def __init__(self, words: str) -> None:
        self._words = words

    @cached_property
    def absence(self) -> str | None:
        """Somebody is not there."""
        return find(Kind.ABSENCE, self._words)

    @cached_property
    def promise(self) -> str | None:
        """What only a responder adds."""
        return find(Kind.PROMISE, self._words)

    @cached_property
    def automatic(self) -> str | None:
        """It says so of itself."""
        return find(Kind.AUTOMATIC, self._words)

    @cached_property
    def thanks(self) -> str | None:
        """For a mail that came."""
        return find(Kind.THANKS, self._words)

    @cached_property
    def plea(self) -> str | None:
        """Somebody asks for something: a person."""
        return find(Kind.PLEA, self._words)

    @property
    def anything(self) -> bool:
        """Whether any of them speaks for a responder."""
        return bool(self.absence or self.promise or self.automatic or self.thanks)


def _lasting_pair(told: Told, said: _Said) -> tuple[str, ...]:
    """Two kinds of words that only a responder puts together, of an absence that lasts."""
    pair = () if said.plea else _pair(said)
    return () if pair and said.absence in pair and is_over(told.unquoted_text, told.words) else pair


def _pair(said: _Said) -> tuple[str, ...]:
    if said.absence and said.promise:
        return said.absence, said.promise
    other = said.absence or said.promise or said.thanks
    return (said.automatic, other) if said.automatic and other else ()


def _is_marked(told: Told) -> bool:
    """Whether anything but words says that a machine answers: a person's answer has another subject."""
    return told.answers or told.wants_no_answer or told.has_null_sender or not told.words.strip()


def _loose_prefix(told: Told) -> str | None:
    subject = told.folded_subject
    return starts(Kind.AWAY_PREFIX, subject) or starts(Kind.AWAY_STATE, subject) or find(Kind.ABSENCE, subject)


def _strict_prefix(told: Told) -> str:
    """The prefix that a responder set before the subject that it answers, or behind it in brackets; "" where none."""
    last = _LAST_BRACKETS.search(told.subject[-100:])
    for part in (_head(told.subject), fold(last[1]).strip() if last else ""):
        if part in _exactly(Kind.AWAY_PREFIX, part):
            return part
    return ""


def _head(subject: str) -> str:
    """What stands before a subject's first separator, folded."""
    opened = subject[:200].lstrip(_OPENERS)
    return fold(_SEPARATOR.split(opened, maxsplit=1)[0]).strip()


def _exactly(kind: Kind, text: str) -> tuple[str, ...]:
    """The phrase that a text is, in a tuple that is empty where it is none."""
    found = starts(kind, f"{text} ") if text else None
    return (found,) if found else ()

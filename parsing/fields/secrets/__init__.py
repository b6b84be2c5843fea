"""Secrets in a text: passwords, PINs, one-time codes, cards and keys, and the numbers of identity cards.

Found before anything else is searched, so that none of them stands in another finding. `concealed` is for everybody
who stores or shows a stranger's text: it needs no mail and no settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from parsing.fields.secrets import cards, codes, identity, keys, passwords
from parsing.fields.secrets.span import Span, Text
from parsing.fields.source import HIDDEN

__all__ = ["Secrets", "Span", "concealed", "find", "masked"]

#: Code points of a text in which secrets are sought: as many as a mail may show at all (parsing/message/limits.py).
_LOOKED_AT = 1_000_000

#: A secret this long is recognised wherever it is repeated; shorter ones are numbers that mean something else.
_REPEATED = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Secrets:
    """What was found in one text, in its order, none overlapping."""

    spans: tuple[Span, ...]  #: passwords, PINs, codes, cards, keys
    identity: tuple[Span, ...]  #: numbers of identity cards: no secrets, yet nobody else's business

    @property
    def all(self) -> tuple[Span, ...]:
        """Everything that is to be masked."""
        return tuple(sorted((*self.spans, *self.identity), key=lambda span: span.start))


@lru_cache(maxsize=4)  # while a mail is read, the same words are looked through for its report and for what is kept
def find(text: str) -> Secrets:
    """The secrets in a text. Linear in its length; never raises."""
    seen = Text.of(text[:_LOOKED_AT])
    numbers = list(identity.find(seen))
    found = _apart([*cards.find(seen), *keys.find(seen), *passwords.find(seen), *codes.find(seen)])
    found = _apart([*found, *_repeated(seen.written, found)])
    return Secrets(spans=tuple(found), identity=tuple(_apart(numbers, found)))


def masked(text: str, spans: Iterable[Span]) -> str:
    """The text with these spans hidden, as long as it was."""
    pieces, end = [], 0
    for span in spans:
        pieces += [text[end : span.start], HIDDEN * (span.end - span.start)]
        end = span.end
    return "".join(pieces) + text[end:]


def concealed(text: str) -> str:
    """The text with every secret and every identity number in it hidden, as long as it was."""
    return masked(text, find(text).all)


def _apart(found: Iterable[Span], taken: Iterable[Span] = ()) -> list[Span]:
    """Spans in their order; of two that overlap the earlier in the list, those of `taken` before all."""
    kept: list[Span] = []
    busy: set[int] = set()
    for span in taken:
        busy.update(range(span.start, span.end))
    for span in found:
        places = range(span.start, span.end)
        if not busy.intersection(places):
            busy.update(places)
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def _repeated(text: str, found: Iterable[Span]) -> Iterable[Span]:
    """The same words once more, without their label."""
    for kind, value in dict.fromkeys((span.kind, text[span.start : span.end]) for span in found):
        if len(value) < _REPEATED:
            continue
        start = text.find(value)
        while start >= 0:
            end = start + len(value)
            if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                yield Span(kind=kind, start=start, end=end)
            start = text.find(value, end)

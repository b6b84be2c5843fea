"""Keys and recovery phrases: what opens a wallet or a server by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields.secrets.span import MAX_PLACES, Span, Text, openings
from parsing.fields.vocabulary import loosely_spelled, phrases

#: The shapes of keys that are told by themselves: AWS, GitHub, Stripe, Google, Slack, JSON Web Token (RFC 7519).
_SHAPES = re.compile(
    r"(?:AKIA[0-9A-Z]{16}|gh[opsu]_[A-Za-z0-9]{30,80}|[sr]k_live_[A-Za-z0-9]{16,80}|AIza[0-9A-Za-z_-]{35}|xox[abprs]-[A-Za-z0-9-]{10,80}"
    r"|eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000})(?![\w-])"
)
_BEGINNINGS = openings(("akia", "gho_", "ghp_", "ghs_", "ghu_", "sk_live_", "rk_live_", "aiza", "xox", "eyj"))
_BEGIN, _END = "-----begin ", "private key-----"  #: RFC 7468, in lower case
_LONGEST = 16_000  #: code points of a PEM block

_LABELS = phrases("secrets", "key")
_OPENINGS = openings(_LABELS)
_LABEL = rf"(?:{loosely_spelled(_LABELS)})(?:nya)?(?:[ \t]{{1,2}}[a-z]{{2,10}}){{0,2}}?[ \t]{{0,3}}(?:[:=]|adalah|is)?[ \t\n]{{0,3}}"
_WORDS = re.compile(
    rf"{_LABEL}(?P<value>[a-z]{{3,8}}(?:[ ,\n]{{1,2}}[a-z]{{3,8}}){{11,23}})(?!\w)", re.IGNORECASE
)  # BIP 39
_CODED = re.compile(rf"{_LABEL}(?P<value>(?=[^\s\d]{{0,120}}\d)[A-Za-z0-9+/=_.-]{{16,200}})", re.IGNORECASE)


def find(text: Text) -> Iterator[Span]:
    """Keys by their shape, and what follows their label."""
    yield from _blocks(text)
    for place in text.places(_BEGINNINGS):
        shape = _SHAPES.match(text.written, place)
        if shape:
            yield Span(kind="key", start=shape.start(), end=shape.end())
    for place in text.places(_OPENINGS):
        match = _CODED.match(text.written, place) or _WORDS.match(text.written, place)
        if match:
            yield Span(kind="key", start=match.start("value"), end=match.end("value"))


def _blocks(text: Text) -> Iterator[Span]:
    """Private keys in PEM."""
    start = text.lower.find(_BEGIN)
    for _ in range(MAX_PLACES):
        if start < 0:
            return
        head = text.lower.find(_END, start, start + 60)
        foot = text.lower.find(_END, head + len(_END), start + _LONGEST) if head >= 0 else -1
        if foot >= 0:
            yield Span(kind="key", start=start, end=foot + len(_END))
        start = text.lower.find(_BEGIN, max(foot, start + len(_BEGIN)))

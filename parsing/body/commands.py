"""An agent's orders: lines that begin with "#", at the top of what an agent newly wrote.

    mail   := block? text
    block  := (blank | order)+     the first ordinary line ends it
    order  := "#" WORD [":"] [value]     WORD is letters only, so "#1042 …" is no order

Whoever calls this has made sure that an agent wrote: in a customer's mail "#" is a character like any other. All or
nothing: one line with a fault, and none is to be carried out, nor anything sent. What mail programs do to such lines
(no-break spaces, zero-width characters, bold marks, curly quotes, bullets, full-width signs) is undone first.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from parsing.body.verbs import NAMES, NOTHING, VERBS, Verb

__all__ = ["Fault", "Order", "Orders", "Why", "read_orders"]

#: Lines at the top that may be orders: nobody gives more, and a pasted list is a mistake that is better told early.
MAX_ORDERS: Final = 20

#: Code points of a line that are looked at: a note may be a whole paragraph.
MAX_LINE: Final = 10_000

#: How alike a mistyped word and a verb must be for "did you mean": `difflib`'s ratio.
_ALIKE: Final = 0.6

#: What may stand before an order: marks of emphasis, quotes, bullets. Not ">": what is quoted is nobody's order.
_DECORATION: Final = r"[\s*_\\`\"'•·▪◦‣-]*"
_ORDER: Final = re.compile(rf"(?P<marks>{_DECORATION})#\s{{0,3}}(?P<word>[^\W\d_]+)(?P<rest>.*)", re.DOTALL)
_NEXT: Final = re.compile(r"\s[*_\\`]{0,3}#\s{0,3}([^\W\d_]+)")
_SIGNS: Final = str.maketrans(
    dict.fromkeys("“”„‟«»", '"')
    | dict.fromkeys("‘’‚‛´", "'")
    | dict.fromkeys("‐‑‒–—−", "-")
    | {"\u266f": "#", "\ufe0f": "", "\u20e3": ""}
)
_MAILTO: Final = re.compile(r"\s?[<(]mailto:[^<>()\s]{0,300}[>)]", re.IGNORECASE)
_TRAILING: Final = " \t.;,!"

#: Politeness behind a verb that takes nothing: "#close please".
_POLITE: Final = frozenset(
    "please pls plz thanks thx tolong ya yah yaa dong deh saja aja kak min gan sis bro mas mbak pak bu "
    "makasih trims terimakasih tiket tiketnya ini it this ticket".split()
)


class Why(StrEnum):
    """What is wrong with an order."""

    UNKNOWN = "unknown"  # no verb is called that
    MISSING = "missing"  # the verb wants a value
    UNFIT = "unfit"  # the value has the wrong shape
    TOO_MANY = "too_many"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One order."""

    verb: Verb
    value: str  #: what stands behind it, "" for nothing
    line: str  #: as it was written


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A line that looks like an order and is none."""

    line: str
    why: Why
    meant: Verb | None = None  #: the verb that it has, or that it probably was to have


@dataclass(frozen=True, kw_only=True, slots=True)
class Orders:
    """What an agent's words hold."""

    orders: tuple[Order, ...]
    faults: tuple[Fault, ...]  #: where there is one, nothing is carried out
    text: str  #: what is left without the block
    stray: tuple[str, ...]  #: lines below the block that would be orders at the top: probably meant as such


def read_orders(text: str) -> Orders:
    """Read the orders at the top of an agent's new words; linear in the length of the text."""
    lines = text.split("\n")
    orders: list[Order] = []
    faults: list[Fault] = []
    place = 0
    for place, line in enumerate([*lines, "."]):  # noqa: B007 - the place is where the block ended
        plain = _plain(line[:MAX_LINE])
        found = _ORDER.fullmatch(plain) if plain else None
        if plain and found is None:
            break
        if found is not None and len(orders) + len(faults) >= MAX_ORDERS:
            faults.append(Fault(line=line.strip(), why=Why.TOO_MANY))
            break
        if found is not None:
            _sort_in(found, line.strip(), orders, faults)
    if not orders and not faults:
        place = 0
    rest = lines[place:]
    return Orders(
        orders=tuple(orders), faults=tuple(faults), text="\n".join(rest).strip("\n"), stray=tuple(_stray(rest))
    )


def _sort_in(found: re.Match[str], line: str, orders: list[Order], faults: list[Fault]) -> None:
    """One line's orders: usually one, more where "#VERB" follows "#VERB" on it."""
    closing = found["marks"] + _TRAILING  # what opens before an order closes behind it: **#close**
    for word, rest in _several(found["word"], found["rest"]):
        read = _order(word, rest.rstrip(closing), line)
        if isinstance(read, Order):
            orders.append(read)
        else:
            faults.append(read)


def _several(word: str, rest: str) -> list[tuple[str, str]]:
    """A line cut where the next verb begins; not in what is a sentence of the agent's."""
    cuts = []
    current = word
    for match in _NEXT.finditer(rest):
        verb = NAMES.get(current.lower())
        if verb is not None and VERBS[verb][1].free:
            break
        if match[1].lower() in NAMES:
            cuts.append(match)
            current = match[1]
    ends = [match.start() for match in cuts] + [len(rest)]
    words = [word, *(match[1] for match in cuts)]
    begins = [0, *(match.end() for match in cuts)]
    return [(each, rest[begin:end]) for each, begin, end in zip(words, begins, ends, strict=True)]


def _order(word: str, rest: str, line: str) -> Order | Fault:
    verb = NAMES.get(word.lower())
    if verb is None or (rest and (rest[0].isalnum() or rest[0] == "_")):
        return Fault(line=line, why=Why.UNKNOWN, meant=_meant(word))
    shape = VERBS[verb][1]
    value = _value(rest, politely=shape is NOTHING)
    if not value:
        return (
            Order(verb=verb, value="", line=line) if shape.optional else Fault(line=line, why=Why.MISSING, meant=verb)
        )
    return (
        Order(verb=verb, value=value, line=line) if shape.fits(value) else Fault(line=line, why=Why.UNFIT, meant=verb)
    )


def _value(rest: str, *, politely: bool) -> str:
    value = rest.lstrip("*_`").strip().lstrip(":=").strip().strip("\"'").rstrip("*_`").strip(_TRAILING)
    words = value.lower().replace(",", " ").split()
    return "" if politely and _POLITE.issuperset(word.strip(".!") for word in words) else value


def _meant(word: str) -> Verb | None:
    alike = difflib.get_close_matches(word.lower(), NAMES, n=1, cutoff=_ALIKE)
    return NAMES[alike[0]] if alike else None


def _plain(line: str) -> str:
    """The line without what mail programs put into it."""
    if line.isascii():
        return _MAILTO.sub("", line).strip()
    visible = "".join(character for character in line if unicodedata.category(character) != "Cf")
    folded = unicodedata.normalize("NFKC", visible).translate(_SIGNS)
    return _MAILTO.sub("", folded).strip()


def _stray(lines: list[str]) -> list[str]:
    found = []
    for line in lines:
        match = _ORDER.fullmatch(_plain(line[:MAX_LINE])) if not line.isascii() or "#" in line else None
        if match is not None and match["word"].lower() in NAMES:
            found.append(line.strip())
    return found

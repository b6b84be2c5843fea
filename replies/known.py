"""What was found, as an agent is told of it: each value with its evidence, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final

from parsing.fields.declarations import FIELDS
from parsing.report import Finding, Standing, Value
from replies import findings as shapes
from replies.findings import Words
from replies.language import Language

#: Lines of findings in one letter: a phone shows no more, and the rest is in the store.
MAX_LINES: Final = 14

#: Of words and values, in code points: evidence is glanced at.
MAX_WORDS: Final = 60
MAX_VALUE: Final = 120

#: Field of a finding → the item whose name stands before it.
_ITEMS: Final[Mapping[str, str]] = {each.name: each.word for each in FIELDS}

#: The order of a letter's lines; what is not named follows.
_FIRST: Final = ("usernames", "amounts", "channels", "transaction_ids", "occurred_at", "registered_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A value that was found, and by what."""

    label: str
    value: str
    sources: Sequence[tuple[str, str]]  #: text, subject, file, same, agent; and the file's number
    words: str = ""  #: as they were written, where that differs
    disputed: bool = False  #: it is a picture's, and the words say otherwise


@dataclass(slots=True)
class _Gathered:
    """One value while its evidence is gathered."""

    words: str
    disputed: bool
    sources: dict[tuple[str, str], None] = field(default_factory=dict)


def known(found: Iterable[Finding], words: Words, speech: Language, zone: tzinfo) -> tuple[Known, ...]:
    """The lines of a letter, in the language of its reader."""
    gathered: dict[tuple[str, str], _Gathered] = {}
    for each in sorted(found, key=_place):
        shown = _shown(each, speech, zone)
        value = gathered.setdefault(
            (each.field, shown), _Gathered(_words(each, shown), each.standing is Standing.CONTRADICTS)
        )
        value.sources[_source(each)] = None
    return tuple(
        Known(
            label=words.field_name(_ITEMS.get(field_name, field_name)),
            value=shown,
            sources=tuple(value.sources),
            words=value.words,
            disputed=value.disputed,
        )
        for (field_name, shown), value in list(gathered.items())[:MAX_LINES]
    )


def _place(found: Finding) -> tuple[int, bool]:
    """Where a line stands: by field, what was said in words before what a picture shows."""
    return _FIRST.index(found.field) if found.field in _FIRST else len(_FIRST), found.standing is not None


def _shown(found: Finding, speech: Language, zone: tzinfo) -> str:
    """A value as a person reads it; what has no shape of its own as it was written."""
    told = shapes.shown(found.field, found.value, speech, zone)
    return (told or _plain(found.value) or found.raw)[:MAX_VALUE]


def _plain(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _words(found: Finding, shown: str) -> str:
    raw = " ".join(found.raw.split())[:MAX_WORDS]
    return "" if raw.casefold() in shown.casefold() else raw


def _source(found: Finding) -> tuple[str, str]:
    kind, _, number = found.where.partition(":")
    if kind == "attachment":
        told = str(int(number) + 1) if number.isdecimal() else number
        return ("same" if found.standing is Standing.CONFIRMS else "file", told)
    return ("agent" if found.rule == "agent" else "subject" if kind == "subject" else "text", "")

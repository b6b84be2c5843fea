"""How the declared fields are searched for: one after the other, each blind to what an earlier one took.

What follows a label is taken first, in all fields; then what only has a shape. What the sender corrected or denied is
dropped before it is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from parsing.fields import corrections, masks
from parsing.fields.source import Circumstances, Origin, Source
from parsing.report import Finding, Value

#: Findings of one field that are kept; who writes more has sent a list, not a report.
MAX_FINDINGS = 20

Finder = Callable[[Source, Circumstances], Iterator[Finding]]
#: All that was found of one field, with the texts → what of it counts.
Settle = Callable[[Sequence[Finding], Sequence[Source]], Sequence[Finding]]


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldDeclaration:
    """A field: what it is called, who finds it where, and which of its findings are the same."""

    name: str  #: of its findings, as in JSON
    word: str  #: its entry under [fields] in words/<language>/words.toml
    finders: tuple[Finder, ...]  #: the surest first; a later one only where the earlier found nothing
    shapes: tuple[Finder, ...] = ()  #: after all fields' finders, likewise
    origins: frozenset[Origin] = frozenset({Origin.SPOKEN, Origin.PICTURE})  #: of the texts that may hold it
    bare: corrections.Bare | None = None  #: what may stand without a label after "yang benar"
    key: Callable[[Value], str] = lambda value: str(value).lower()  #: equal for findings of the same value
    settle: Settle | None = None  #: a last look at all that was found
    correctable: bool = True  #: what the sender corrects is dropped; a secret that he corrects was told all the same
    takes: bool = True  #: the fields after it do not see what it found
    unmasked: bool = False  #: it has to see the numbers that are masked for the others


def search(
    fields: Iterable[FieldDeclaration], sources: Iterable[Source], circumstances: Circumstances
) -> tuple[Finding, ...]:
    """All findings in the texts, by field in the order of the search."""
    texts = [source.without(corrections.denied(source), " ") for source in sources]
    declared = tuple(fields)
    found: dict[str, list[Finding]] = {field.name: [] for field in declared}
    for field in declared:
        if field.unmasked:
            _run(field, field.finders, texts, circumstances, found)
    texts = [source.without(masks.spans(source)) for source in texts]
    for field in declared:
        if not field.unmasked:
            _run(field, field.finders, texts, circumstances, found)
    for field in declared:
        if not found[field.name]:
            _run(field, field.shapes, texts, circumstances, found)
    return tuple(each for field in declared for each in _settled(field, found[field.name], texts))


def _run(
    field: FieldDeclaration,
    finders: Iterable[Finder],
    texts: list[Source],
    circumstances: Circumstances,
    found: dict[str, list[Finding]],
) -> None:
    """Try a field's finders until one finds something, and take that out of the texts."""
    for finder in finders:
        taken = False
        for index, source in enumerate(texts):
            if source.origin not in field.origins:
                continue
            each = list(finder(source, circumstances))
            if each and field.bare:
                each += corrections.unlabelled(source, each, field.bare)
            if field.takes:
                texts[index] = source.without((one.start, one.end) for one in each)
            found[field.name] += each
            taken = taken or bool(each)
        if taken:
            return


def _settled(field: FieldDeclaration, found: Sequence[Finding], texts: Sequence[Source]) -> list[Finding]:
    """Each value once: what was corrected is dropped, the surest finding of a value is kept."""
    kept = corrections.applied(found, texts, field.key) if field.correctable else found
    if field.settle:
        kept = field.settle(kept, texts)
    best: dict[str, Finding] = {}
    for each in kept:
        key = field.key(each.value)
        if key not in best or each.confidence > best[key].confidence:
            best[key] = each
    return list(best.values())[:MAX_FINDINGS]

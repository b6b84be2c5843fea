"""The site's own fields and categories at work: its patterns in RE2, its labels in our grammar, its words in letters.

RE2 takes linear time, whatever the pattern. What a site declares is tried on its own examples before it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import re2

from parsing.fields.category import NAMES, category
from parsing.fields.concepts import Lexis
from parsing.fields.labelled import grammar, plain
from parsing.fields.lexicon import Words, words
from parsing.fields.missing import NEEDS
from parsing.fields.search import FieldDeclaration, search
from parsing.fields.site_values import NORMALISERS, VALIDATORS
from parsing.fields.source import Circumstances, Origin, Source
from parsing.report import Finding
from parsing.site import Site, SiteCategory, SiteField

_LONGEST = 200  #: code points of a value
_MOST = 20  #: values of one field in one text, as in search.MAX_FINDINGS
_MEMORY = 1 << 20  #: bytes for one compiled pattern: a larger one is no pattern for a field
_AFTER_A_LABEL, _BY_ITSELF = 0.95, 0.8
_ORIGINS = {"subject": Origin.SPOKEN, "body": Origin.SPOKEN, "picture": Origin.PICTURE, "name": Origin.NAME}


@cache
def declarations(site: Site) -> tuple[FieldDeclaration, ...]:
    """The site's fields as the search takes them. Raises re2.error for a pattern that is none."""
    return tuple(
        FieldDeclaration(
            name=field.name,
            word=field.name,
            finders=(_Finder(field),),
            origins=frozenset(_ORIGINS[place] for place in field.where),
        )
        for field in site.fields
    )


@cache
def lexis(site: Site) -> tuple[Lexis, Mapping[str, float]]:
    """The phrases of the site's categories, and what one of them weighs."""
    named = [(each.name, phrase) for each in site.categories for _, listed in each.phrases for phrase in listed]
    return Lexis(named), {each.name: each.weight for each in site.categories}


@cache
def needs(site: Site) -> Mapping[str, tuple[str, ...]]:
    """What each category needs, the site's own included."""
    table = {str(name): items for name, items in NEEDS.items()} | {each.name: each.needs for each in site.categories}
    for field in site.fields:
        for name in field.categories:
            table[name] = (*table.get(name, ()), field.name)
    return table


@cache
def site_words(language: str | None, site: Site) -> Words:
    """The words of letters, with the site's own names, questions and subjects; those of its first language else."""
    base = words(language)

    def said(texts: tuple[tuple[str, str], ...]) -> str:
        return dict(texts).get(base.language) or texts[0][1]

    return replace(
        base,
        names={**base.names, **{each.name: said(each.names) for each in site.fields}},
        questions={**base.questions, **{each.name: said(each.questions) for each in site.fields}},
        subjects={**base.subjects, **{each.name: said(each.subjects) for each in site.categories}},
    )


class _Finder:
    """Finds one field."""

    def __init__(self, field: SiteField) -> None:
        self._field = field
        self._pattern = compiled(field.pattern)
        self._group = self._pattern.groupindex.get("value", 0)
        labels = [label for _, listed in field.labels for label in listed]
        self._grammar = grammar(plain(sorted(labels, key=len, reverse=True)), labels, r"(?=\S)") if labels else None

    def __call__(self, source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
        if (
            source.origin is Origin.SPOKEN
            and ("subject" if source.where == "subject" else "body") not in self._field.where
        ):
            return
        for start, end, sure in self._places(source):
            value = NORMALISERS[self._field.normaliser](source.text[start:end])
            if VALIDATORS[self._field.validator](value):
                yield source.finding(self._field.name, value, (start, end), f"site_{self._field.name}", sure)

    def _places(self, source: Source) -> Iterator[tuple[int, int, float]]:
        if self._grammar is None:
            for count, match in enumerate(self._pattern.finditer(source.text)):
                if count == _MOST:
                    return
                yield *match.span(self._group), _BY_ITSELF
            return
        for label in self._grammar.matches(source):
            place = label.start("value")
            match = self._pattern.match(source.text[place : place + _LONGEST])
            if match and not source.text[place + match.end() : place + match.end() + 1].isalnum():
                start, end = match.span(self._group)
                yield place + start, place + end, _AFTER_A_LABEL


def compiled(pattern: str) -> Any:
    """A pattern in RE2, deaf to case. Raises re2.error where RE2 has no such thing, or it would be too large."""
    options = re2.Options()
    options.case_sensitive, options.max_mem, options.log_errors = False, _MEMORY, False
    return re2.compile(pattern, options)


def field_faults(field: SiteField, circumstances: Circumstances) -> Iterator[str]:
    """What is wrong with a field by its own examples, each as a sentence that names the key."""
    for number, example in enumerate(field.examples):
        found = _values(field, example.text, circumstances)
        if example.value not in found:
            told = ", ".join(found) or "nothing"
            yield f"examples[{number}]: in {example.text!r} it finds {told}, not {example.value!r}; mend pattern or labels, or the example"
    for number, text in enumerate(field.counter_examples):
        found = _values(field, text, circumstances)
        if found:
            yield f"counter_examples[{number}]: in {text!r} it finds {', '.join(found)}; make pattern or labels narrower"


def category_faults(declared: SiteCategory, site: Site) -> Iterator[str]:
    """What is wrong with a category by its own examples, beside all the others."""
    for number, text in enumerate(declared.examples):
        about = category("", text, site=lexis(site)).category
        if about != declared.name:
            yield f"examples[{number}]: {text!r} is taken for {about}; add phrases or raise weight"
    for number, text in enumerate(declared.counter_examples):
        if category("", text, site=lexis(site)).category == declared.name:
            yield f"counter_examples[{number}]: {text!r} is taken for it; make phrases longer or lower weight"


def _values(field: SiteField, text: str, circumstances: Circumstances) -> list[str]:
    """What the field finds in a text, wherever it would stand."""
    where = "subject" if "body" not in field.where and "subject" in field.where else "body"
    origin = Origin.SPOKEN if {"subject", "body"} & set(field.where) else _ORIGINS[field.where[0]]
    source = Source.of(where, text, text, origin)
    return [str(each.value) for each in search(declarations(Site(fields=(field,))), [source], circumstances)]


#: Names that a site cannot give to its own.
TAKEN_FIELDS = frozenset(
    "usernames transaction_ids occurred_at amounts channels emails phones devices steps_tried secrets missing findings category category_why language identity_numbers links error_messages registered_at username transaction_id contact".split()
)
TAKEN_CATEGORIES = frozenset(NAMES)

"""What a site declares of its own: fields to be read out of reports, and categories. Only values stand here.

They come from [[fields]] and [[categories]] of the configuration; what is made of them stands in parsing/fields/site.py.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Language → text, as pairs, so that a declaration can be compared and kept.
Texts = tuple[tuple[str, str], ...]
#: Language → phrases, likewise.
Phrases = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A text and the value that has to be found in it."""

    text: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteField:
    """A field of the site's own."""

    name: str  #: of its findings, as in JSON, and of what is missing
    names: Texts  #: as letters call it, by language
    questions: Texts  #: how letters ask for it, by language
    labels: Phrases  #: what people write before it; without any, the pattern alone finds it
    where: tuple[str, ...]  #: of subject, body, picture, name (an attachment's)
    pattern: str  #: RE2; a group called "value", else the whole match
    validator: str  #: a name in parsing/fields/site_values.py
    normaliser: str  #: likewise
    examples: tuple[Example, ...]
    counter_examples: tuple[str, ...]  #: texts in which nothing may be found
    categories: tuple[str, ...]  #: that need it: what is asked for when absent


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteCategory:
    """A category of the site's own."""

    name: str
    subjects: Texts  #: of its letters, by language
    phrases: Phrases  #: by which it is told, by language
    weight: float  #: of one phrase, against the rules of the other categories
    needs: tuple[str, ...]  #: of loket's own items: username, transaction_id, occurred_at, contact
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """All that a site declares."""

    fields: tuple[SiteField, ...] = ()
    categories: tuple[SiteCategory, ...] = ()

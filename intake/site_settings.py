"""The site's own fields and categories in the configuration: [[fields]], [[categories]].

A declaration is tried on its own examples here, so that one that does not do what it says is refused at the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import re2
from pydantic import Field, StringConstraints, model_validator

from intake.settings import Section
from parsing.fields import site as at_work
from parsing.fields.source import Circumstances
from parsing.report import ReportSettings
from parsing.site import Example, Phrases, Site, SiteCategory, SiteField, Texts

#: A name in JSON and in letters' data.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
#: What is said in one language; a letter's line is no longer.
Text = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")]
#: A pattern that is longer is a program.
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=2000)]

#: Examples are read as if they had been written at this moment.
_WHENEVER = datetime(2026, 1, 1, tzinfo=UTC)


class ExampleSettings(Section):
    """A text, and the value that has to be found in it."""

    text: str = Field(min_length=1, max_length=2000, description="As a customer would write it")
    value: str = Field(min_length=1, description="What has to be found, in its form")


class SiteFieldSettings(Section):
    """A field of the site's own."""

    name: Name = Field(description="Its name in JSON")
    names: dict[str, Text] = Field(min_length=1, description="By language: as letters call it")
    questions: dict[str, Text] = Field(min_length=1, description="By language: how letters ask for it")
    labels: dict[str, list[Text]] = Field(
        default_factory=dict, description="By language: what people write before it; without any, the pattern finds it"
    )
    where: list[Literal["subject", "body", "picture", "name"]] = Field(
        default=["subject", "body"], min_length=1, description="In which texts; name is an attachment's"
    )
    pattern: Pattern = Field(description='RE2, deaf to case; a group "value", else the whole match')
    validator: Literal["any", "luhn", "mod97", "date"] = Field(default="any", description="What the value has to pass")
    normaliser: Literal["as_written", "upper", "lower", "digits", "no_blanks"] = Field(
        default="as_written", description="The form in which it is kept"
    )
    examples: list[ExampleSettings] = Field(min_length=1, description="Texts in which it has to be found")
    counter_examples: list[str] = Field(default_factory=list, description="Texts in which nothing may be found")
    categories: list[str] = Field(default_factory=list, description="The categories that need it")

    @model_validator(mode="after")
    def _does_what_it_says(self) -> SiteFieldSettings:
        if self.name in at_work.TAKEN_FIELDS:
            raise ValueError(f"name: {self.name} is loket's own; give the field another name")
        try:
            at_work.compiled(self.pattern)
        except re2.error as error:
            message = f"{self.name}: pattern: {_plain(error)}; RE2 has no look-around and no back-references"
            raise ValueError(message) from error
        _refuse(self.name, at_work.field_faults(self.declared(), _circumstances()))
        return self

    def declared(self) -> SiteField:
        """The declaration as reading takes it."""
        return SiteField(
            name=self.name,
            names=_texts(self.names),
            questions=_texts(self.questions),
            labels=_phrases(self.labels),
            where=tuple(self.where),
            pattern=self.pattern,
            validator=self.validator,
            normaliser=self.normaliser,
            examples=tuple(Example(text=each.text, value=each.value) for each in self.examples),
            counter_examples=tuple(self.counter_examples),
            categories=tuple(self.categories),
        )


class SiteCategorySettings(Section):
    """A category of the site's own."""

    name: Name = Field(description="Its name in JSON")
    subjects: dict[str, Text] = Field(min_length=1, description="By language: the subject of its letters")
    phrases: dict[str, list[Text]] = Field(min_length=1, description="By language: the words by which it is told")
    weight: float = Field(default=6, gt=0, le=50, description="What one phrase weighs; loket's own rules weigh 1 to 8")
    needs: list[Literal["username", "transaction_id", "occurred_at", "contact"]] = Field(
        default_factory=list, description="What is asked for when absent; the site's own fields say so themselves"
    )
    examples: list[str] = Field(min_length=1, description="Texts that are of it")
    counter_examples: list[str] = Field(default_factory=list, description="Texts that are not")

    @model_validator(mode="after")
    def _is_new(self) -> SiteCategorySettings:
        if self.name in at_work.TAKEN_CATEGORIES:
            raise ValueError(f"name: {self.name} is loket's own; give the category another name")
        return self

    def declared(self) -> SiteCategory:
        """The declaration as reading takes it."""
        return SiteCategory(
            name=self.name,
            subjects=_texts(self.subjects),
            phrases=_phrases(self.phrases),
            weight=self.weight,
            needs=tuple(self.needs),
            examples=tuple(self.examples),
            counter_examples=tuple(self.counter_examples),
        )


def declared(fields: Sequence[SiteFieldSettings], categories: Sequence[SiteCategorySettings]) -> Site:
    """All declarations together."""
    return Site(
        fields=tuple(each.declared() for each in fields), categories=tuple(each.declared() for each in categories)
    )


def check_together(fields: Sequence[SiteFieldSettings], categories: Sequence[SiteCategorySettings]) -> None:
    """ValueError for what no declaration shows alone: doubles, unknown categories, examples beside the others."""
    for key, names in (("fields", [each.name for each in fields]), ("categories", [each.name for each in categories])):
        doubled = next((name for name in names if names.count(name) > 1), None)
        if doubled:
            raise ValueError(f"{key}: {doubled} is declared twice; give one of them another name")
    known = {*at_work.TAKEN_CATEGORIES, *(each.name for each in categories)}
    for field in fields:
        for name in field.categories:
            if name not in known:
                listed = ", ".join(sorted(known))
                raise ValueError(f"fields: {field.name}: categories: there is no {name}; take one of {listed}")
    together = declared(fields, categories)
    for each in together.categories:
        _refuse(f"categories: {each.name}", at_work.category_faults(each, together))


def _refuse(name: str, faults: Iterable[str]) -> None:
    told = list(faults)
    if told:
        raise ValueError("; ".join(f"{name}: {fault}" for fault in told))


def _circumstances() -> Circumstances:
    return Circumstances(
        sent_at=_WHENEVER, received_at=_WHENEVER, history=True, language=None, settings=ReportSettings()
    )


def _texts(said: Mapping[str, str]) -> Texts:
    return tuple(said.items())


def _phrases(said: Mapping[str, Sequence[str]]) -> Phrases:
    return tuple((language, tuple(listed)) for language, listed in said.items())


def _plain(error: Exception) -> str:
    """What RE2 says: it says it in bytes."""
    told = error.args[0] if error.args else ""
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)

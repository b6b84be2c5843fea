"""The words that a language of letters has: `words/<language>/words.toml`, as values.

Labels that introduce a value, names and questions for letters, the subjects of categories, how people deny, correct and
count, the calendar's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parsing.fields.vocabulary import LANGUAGES, longest_first, told_in
from parsing.report import Category

FALLBACK = "id"  #: letters in ms, jv and su are answered in Indonesian, as are texts that tell nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One language."""

    language: str
    names: Mapping[str, str]  #: field → as letters call it
    questions: Mapping[str, str]  #: missing item → where to find it and how to send it
    subjects: Mapping[str, str]  #: category → the letter's subject
    labels: Mapping[str, tuple[str, ...]]  #: field → what people write before its value
    calendar: Mapping[str, Mapping[str, Any]]
    speech: Mapping[str, tuple[str, ...]]  #: how people deny, correct and number things
    numbers: Mapping[str, Mapping[str, int]]  #: how they count: kind → word → what it counts
    not_names: frozenset[str]  #: words that follow a label without being its value

    def field_name(self, item: str) -> str:
        """What a letter calls a field or a missing item; its own name where the site no longer declares it."""
        return self.names.get(item, item)

    def question(self, item: str) -> str:
        """How a letter asks for a missing item."""
        return self.questions.get(item, "")

    def category_subject(self, category: str) -> str:
        """The subject of a ticket's letters."""
        return self.subjects[category]


def _words(language: str, table: Mapping[str, Any]) -> Words:
    fields, categories = table["fields"], table["categories"]
    return Words(
        language=language,
        names={name: entry["name"] for name, entry in fields.items()},
        questions={name: entry["question"] for name, entry in fields.items() if "question" in entry},
        subjects={Category(name): entry["subject"] for name, entry in categories.items()},
        labels={name: tuple(entry.get("labels", ())) for name, entry in fields.items()},
        calendar=table["calendar"],
        speech={name: tuple(phrases) for name, phrases in table["speech"].items()},
        numbers=table["numbers"],
        not_names=frozenset(table["not_names"]),
    )


#: A language without a file of its own (Malay) is answered in another, and read by what that one has.
LEXICON: Mapping[str, Words] = {
    language: _words(language, table) for language in LANGUAGES if (table := told_in(language, "words"))
}


def words(language: str | None) -> Words:
    """The words of a language, of the nearest one where there is no file for it."""
    if language is not None and language in LEXICON:
        return LEXICON[language]
    return LEXICON[FALLBACK if language in (None, "ms", "jv", "su", "mixed") else "en"]


def every_label(field: str) -> tuple[str, ...]:
    """The labels of a field in all languages, the longest first, so that none hides a longer one."""
    return longest_first({label for language in LEXICON.values() for label in language.labels.get(field, ())})


def every_word(name: str) -> tuple[str, ...]:
    """The phrases of one kind of [speech] in all languages, the longest first."""
    return longest_first({phrase for language in LEXICON.values() for phrase in language.speech[name]})


def clock_words(kind: str) -> list[str]:
    """The clock's words of one kind in all languages, the longest first."""
    return list(
        longest_first({word for language in LEXICON.values() for word in language.calendar["clock"].get(kind, ())})
    )


def meanings(table: str) -> dict[str, str]:
    """Phrase → key of a table of the calendar, in all languages."""
    return {
        phrase: key
        for language in LEXICON.values()
        for key, phrases in language.calendar.get(table, {}).items()
        for phrase in phrases
    }


def every_number(kind: str) -> dict[str, int]:
    """The words of one kind of [numbers] in all languages."""
    return {word: value for language in LEXICON.values() for word, value in language.numbers[kind].items()}

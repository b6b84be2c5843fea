"""What is said to agents about their own mails: the phrases of templates/<language>/orders.toml, and the letter.

A site's own file of that name replaces phrases one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from replies import render, wording
from replies.errors import LetterUnreadable
from replies.letters import Letter
from replies.settings import DeskSettings

_FILE = "orders.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrases:
    """The phrases of one language."""

    language: str
    texts: Mapping[str, str]  #: "part.name" → a pattern of str.format

    def say(self, key: str, **values: object) -> str:
        """A phrase with its values. Raises LetterUnreadable where there is none, or where it wants others."""
        try:
            return self.texts[key].format(**values)
        except (KeyError, IndexError, ValueError) as error:
            detail = f"{self.language}/{_FILE}: {key}: {type(error).__name__}"
            raise LetterUnreadable(detail) from error

    def name(self, part: str, value: str) -> str:
        """What a value is called; itself where it has no name of its own."""
        return self.texts.get(f"{part}.{value}", value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What an agent is told."""

    headline: str  #: all that a phone's list shows
    lines: tuple[str, ...] = ()
    words: str = ""  #: the agent's own, given back
    links: tuple[tuple[str, str], ...] = ()  #: label, address: one tap, one deed
    state: str = ""  #: how the ticket stands now


def told(desk: DeskSettings, language: str, subject: str, content: Told) -> Letter:
    """The letter. Raises LetterUnreadable where its template is missing or faulty."""
    values = {
        "language": language,
        "subject": subject,
        "headline": content.headline,
        "lines": content.lines,
        "words": content.words.strip("\n"),
        "links": content.links,
        "state": content.state,
    }
    text, html = render.letter(desk.templates, language, "told", values)
    return Letter(subject=subject, text=text, html=html)


@cache
def phrases(code: str, overlay: Path | None = None) -> Phrases:
    """A language's phrases, the overlay's over ours. Raises LetterUnreadable where they are missing or wrong."""
    parts = wording.read(code, _FILE, overlay)
    try:
        texts = {f"{part}.{name}": str(text) for part, table in parts.items() for name, text in table.items()}
    except AttributeError as error:
        detail = f"{code}/{_FILE}: {error}"
        raise LetterUnreadable(detail) from error
    return Phrases(language=code, texts=texts)

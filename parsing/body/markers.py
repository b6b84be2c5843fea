"""The words by which history, forwards and signatures are told, out of markers.toml, as tables and patterns.

How they are weighed is the business of the modules that ask; a language is added in the file alone.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from enum import Enum, auto
from functools import cache
from importlib.resources import files

#: characters that say nothing and stand anywhere: directions, joiners, soft hyphens, byte order marks
_FORMAT = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NOT_WORDS = re.compile(r"[\W_]+")
#: scripts that put no space between words, so that a word of theirs has no edge to be asked for
_UNSPACED = re.compile("[\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"\w+")


class Role(Enum):
    """What a header line of a quoted mail tells."""

    FROM = auto()
    SENT = auto()
    DATE = auto()
    TO = auto()
    CC = auto()
    SUBJECT = auto()
    OTHER = auto()


def bare(line: str) -> str:
    """A line without the characters that cannot be seen, and without white space around it."""
    if not line.isascii():
        line = _FORMAT.sub("", line).replace("\u00a0", " ").replace("\u202f", " ")
    return line.strip()


def plain(words: str) -> str:
    """Words as they are compared: small letters without accents, one space between them, nothing else."""
    if not words.isascii():
        words = "".join(sign for sign in unicodedata.normalize("NFKD", words) if not unicodedata.combining(sign))
    return _NOT_WORDS.sub(" ", words.casefold()).strip()


@cache
def _languages() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files(__package__).joinpath("markers.toml").read_text(encoding="utf-8"))


def _all(key: str) -> set[str]:
    return {words for language in _languages().values() for words in language.get(key, ())}


def _any_of(words: Iterable[str]) -> str:
    """An alternation, the longest first; words of spaced scripts have to be whole."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    spaced = "|".join(re.escape(word) for word in ordered if not _UNSPACED.search(word))
    unspaced = "|".join(re.escape(word) for word in ordered if _UNSPACED.search(word))
    return rf"(?:(?<!\w)(?:{spaced})(?!\w)|{unspaced})"


def _wrote(*, spaced: bool) -> list[str]:
    """The verbs of attributions, without the endings in brackets that some are written with."""
    return [words.split("(")[0].strip() for words in sorted(_all("wrote")) if bool(_UNSPACED.search(words)) != spaced]


def _taglines() -> re.Pattern[str]:
    """One pattern for all taglines; its group of that number that matched is the device's name."""
    shapes = sorted(_all("sent_from"), key=lambda shape: (-len(shape), shape))
    names = (
        re.escape(shape).replace(r"\ \*", r"\s+([^\n]{1,80})").replace(r"\*", r"([^\n]{1,80})") for shape in shapes
    )
    return re.compile("|".join(rf"(?:{name})\Z" for name in names), re.IGNORECASE)


class Phrases(frozenset[str]):
    """Phrases in their plain form, and the words with which they begin."""

    def __init__(self, *_: Iterable[str]) -> None:
        self.first_words = frozenset(phrase.split(" ")[0] for phrase in self)


ROLES: dict[str, Role] = {
    plain(label): role for role in reversed(Role) for label in _all(role.name.lower())
}  #: label → what it tells; where languages differ, the role that stands first in Role holds
WROTE_WORDS = frozenset(_WORD.findall(words)[-1] for words in _wrote(spaced=True))
_WROTE_PIECES = tuple(_wrote(spaced=False))
ON = re.compile(_any_of(_all("on")), re.IGNORECASE)
ORIGINAL = Phrases(map(plain, _all("original")))
FORWARDED = Phrases(map(plain, _all("forwarded")))
TAGLINE = _taglines()
CLOSING = frozenset(map(plain, _all("closing")))


def verbs(words: str) -> list[int]:
    """Where in a text each word ends that says that somebody wrote."""
    small = words.lower()
    ends = []
    if not WROTE_WORDS.isdisjoint(_WORD.findall(small)):
        ends = [match.end() for match in _WORD.finditer(small) if match[0] in WROTE_WORDS]
    if not small.isascii():
        ends += [small.rfind(piece) + len(piece) for piece in _WROTE_PIECES if piece in small]
    return ends

"""Everyday words of each language: whether a word is one, and in which language it is one."""

from __future__ import annotations

from parsing.fields.vocabulary import LANGUAGES, table

#: Language → its everyday words, in lower case.
WORDS = {language: frozenset(table(language, "common")["words"].split()) for language in LANGUAGES}
EVERYDAY = frozenset().union(*WORDS.values())
_PREFIXES = tuple(prefix for language in LANGUAGES for prefix in table(language, "common")["prefixes"])
_SUFFIXES = tuple(suffix for language in LANGUAGES for suffix in table(language, "common")["suffixes"])
_STEM = 4  #: letters that have to remain of a word


def is_common(word: str) -> bool:
    """Whether a sentence may contain it: a word that is listed, or one that is inflected as words are."""
    plain = word.lower().strip(".,;:!?()'\"")
    if not plain.isalpha() or plain in EVERYDAY:
        return True
    if any(plain.endswith(suffix) and plain.removesuffix(suffix) in EVERYDAY for suffix in _SUFFIXES):
        return True
    return any(plain.startswith(prefix) and len(plain) - len(prefix) >= _STEM for prefix in _PREFIXES)

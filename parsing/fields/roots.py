"""What Indonesian and Malay words may be made of, as far as their form tells; which of that is a word, others know.

Affixes of the spoken language stand beside those of the written one: "nyoba", "ngehapusin", "dibales".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Prefix → the sounds with which the root may begin that it stands before: "menghapus", "memakai", "nyoba".
_PREFIXES = (
    ("nge", ("",)),
    ("meng", ("", "k")),
    ("meny", ("s",)),
    ("mem", ("", "p")),
    ("men", ("", "t")),
    ("me", ("",)),
    ("ng", ("", "k")),
    ("ny", ("s", "c")),
    ("n", ("t",)),
)
_PASSIVE = (("di", ("",)), ("ter", ("",)), ("ke", ("",)))
_SUFFIXES = (("", ("",)), ("in", ("", "kan")), ("kan", ("",)), ("i", ("",)))
_SHORTEST_ROOT = 4
_COLLOQUIAL = re.compile(r"([a-z]{2,12})e([bdfghjklmnprst]{1,2})")


def roots(word: str, *, passive: bool) -> Iterator[str]:
    """The words that one may be made of: "ngehapusin", "terhapus" and "dihapuskan" of "hapus".

    `passive`: what was done to something, too.
    """
    if match := _COLLOQUIAL.fullmatch(word):
        yield f"{match[1]}a{match[2]}"  # "dibales" is "dibalas"
    stems = [word]
    for prefix, sounds in (*_PREFIXES, *_PASSIVE) if passive else _PREFIXES:
        if word.startswith(prefix):
            stems += [sound + word.removeprefix(prefix) for sound in sounds]
    for stem in stems:
        for suffix, ends in _SUFFIXES:
            if suffix and not stem.endswith(suffix):
                continue
            for end in ends:
                root = stem.removesuffix(suffix) + end
                if root != word and len(root) >= _SHORTEST_ROOT:
                    yield root

"""Whether an address is made to be taken for another one: of ours, or of somebody who takes part. Pure.

It proves nothing, and nothing is decided by it: whose name is like another's may be honest. An agent has to see it,
because people do not see it by themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

#: Signs that are drawn like a Latin letter (Unicode TR 39), as far as they occur in names; digits that stand for it.
#: A small i is read like l, and so is what looks like it.
_SIGNS: Final = {
    "a": "аαɑ",
    "b": "ь",
    "c": "с",
    "d": "ԁđ",
    "e": "еε3",
    "g": "ցɡ",
    "h": "һнհ",
    "j": "ј",
    "k": "кκ",
    "l": "iіӏιıł1",
    "m": "м",
    "n": "ηո",
    "o": "оοօø0",
    "p": "рρ",
    "q": "ԛ",
    "r": "г",
    "s": "ѕ5",
    "t": "тτ",
    "u": "υս",
    "v": "ѵν",
    "w": "ԝω",
    "x": "хχ",
    "y": "уγ",
}
_DRAWN_ALIKE: Final = str.maketrans({sign: letter for letter, signs in _SIGNS.items() for sign in signs})

#: Pairs of letters that look like one, in the drawn form of both.
_PAIRS: Final = (("rn", "m"), ("nn", "m"), ("vv", "w"), ("cl", "d"))

#: What separates words in names, and is seen by nobody.
_SEPARATORS = re.compile(r"[-._+']+")

#: A name of fewer letters is one letter away from too many others.
_MIN_NAME: Final = 6

#: A word of our domain that is shorter stands in too many domains.
_MIN_WORD: Final = 5

#: Labels of at most so many letters before the last one belong to the registry: co.id, or.id, com.sg.
_SECOND_LEVEL: Final = 3


def resembled(address: str, ours: Iterable[str], others: Iterable[str] = ()) -> str:
    """The address that another could be taken for, "" for none.

    `ours` are the desks' own: to bear our name in any domain is enough there. `others` take part in the matter.
    """
    local, _, domain = address.lower().rpartition("@")
    known = [*((each, True) for each in ours), *((each, False) for each in others)]
    for each, own in known:
        their_local, _, their_domain = each.lower().rpartition("@")
        if domain == their_domain:
            if not own and _names_alike(local, their_local):
                return each
        elif _domains_alike(domain, their_domain) or (own and _bears(domain, their_domain)):
            return each
    return ""


def _domains_alike(domain: str, known: str) -> bool:
    """Drawn alike, or one slip of the finger apart."""
    if _drawn(domain) == _drawn(known):
        return True
    (name, suffix), (their_name, their_suffix) = _parts(domain), _parts(known)
    return suffix == their_suffix and len(their_name) >= _MIN_NAME and _one_apart(name, their_name)


def _names_alike(local: str, known: str) -> bool:
    """The same, of local parts at one domain. An extension is the same mailbox's, and no disguise."""
    local, known = local.partition("+")[0], known.partition("+")[0]
    if local == known:
        return False
    drawn, theirs = _SEPARATORS.sub("", _drawn(local)), _SEPARATORS.sub("", _drawn(known))
    return drawn == theirs or (len(theirs) >= _MIN_NAME and _one_apart(drawn, theirs))


def _bears(domain: str, known: str) -> bool:
    """Whether a stranger's domain has our name in it: contoh-support.com and contoh.id.evil.net are not contoh.id's."""
    if domain.endswith(f".{known}") or known.endswith(f".{domain}"):
        return False
    name = _drawn(_parts(known)[0])
    return len(name) >= _MIN_WORD and name in _SEPARATORS.split(_drawn(domain))


def _parts(domain: str) -> tuple[str, str]:
    """The name that somebody registered, and what stands behind it."""
    labels = domain.split(".")
    suffix = 2 if len(labels) > 2 and len(labels[-2]) <= _SECOND_LEVEL else 1  # noqa: PLR2004  # a name before both
    return (labels[-suffix - 1] if len(labels) > suffix else ""), ".".join(labels[-suffix:])


def _drawn(text: str) -> str:
    """A name as the eye sees it: without accents, in Latin letters, pairs that look like one letter as that letter."""
    decomposed = unicodedata.normalize("NFKD", _decoded(text).lower())
    plain = "".join(each for each in decomposed if not unicodedata.combining(each)).translate(_DRAWN_ALIKE)
    for pair, letter in _PAIRS:
        plain = plain.replace(pair, letter)
    return plain


def _decoded(text: str) -> str:
    """A name with its internationalized labels in letters (RFC 3492)."""
    if "xn--" not in text:
        return text
    return ".".join(map(_decoded_label, text.split(".")))


def _decoded_label(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label


def _one_apart(one: str, other: str) -> bool:
    """Whether a letter was left out, added, changed, or exchanged with its neighbour."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), len(one))
    left, right = one[start:], other[start:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:] and len(left) > 1
    return left[1:] == right[1:] or left[1:] == right or left == right[1:] or swapped

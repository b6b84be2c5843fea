"""The sender's own account name on the platform: only where a label says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields.corrections import Bare
from parsing.fields.labelled import pattern
from parsing.fields.lexicon import LEXICON, every_label
from parsing.fields.source import Circumstances, Source
from parsing.report import Finding

_VALUE = r"[A-Za-z0-9][A-Za-z0-9._-]{2,31}(?![\w@])"
_SIGNED = 0.95  #: "username: budi_99"
_SPOKEN = 0.9  #: "dengan username budi_99"
_PLAIN_WORD = 0.6  #: "username budi": may be a word of the sentence
_NOT_NAMES = frozenset().union(*(language.not_names for language in LEXICON.values()))
_WEAK_LABELS = re.compile(r"(?i)(?:akun|account|acc|id|user|member|login)$")
_CODE = re.compile(r"[0-9_]|\w\.\w")


def find(source: Source, circumstances: Circumstances) -> Iterator[Finding]:
    """Account names after their labels."""
    extra = circumstances.settings.labels.get("usernames", ())
    matcher = pattern((*extra, *_LABELS), _VALUE) if extra else _PATTERN
    for match in matcher.finditer(source.text):
        value = match["value"].rstrip("._-")
        confidence = _confidence(match, value)
        if confidence:
            start = match.start("value")
            yield Finding(
                field="usernames",
                value=value,
                raw=source.original[start : start + len(value)],
                where=source.where,
                start=start,
                end=start + len(value),
                rule="username_label",
                confidence=confidence,
            )


def _confidence(match: re.Match[str], value: str) -> float:
    """How sure it is that the word after the label is a name, 0.0 where it is not."""
    if value.lower() in _NOT_NAMES or len(value) < 3:  # noqa: PLR2004 - no platform allows shorter ones
        return 0.0
    coded = bool(_CODE.search(value))
    if match["sign"]:
        return _SIGNED
    if coded:
        return _SPOKEN
    if _WEAK_LABELS.match(match["label"]):
        return 0.0
    return _SPOKEN if match["verb"] else _PLAIN_WORD


_LABELS = every_label("username")
_PATTERN = pattern(_LABELS, _VALUE)

#: A name without a label, after "yang benar".
BARE = Bare(shape=re.compile(_VALUE), accepts=lambda raw: raw.lower() not in _NOT_NAMES, alike=False)

"""Values that follow a label: the one grammar of usernames and transaction IDs.

label [owner and qualifiers] sign or verb [opening] value [and a further value]. A label may stand on the line before,
in a table's cell, in brackets. All repetitions are bounded, so every pattern is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parsing.fields.lexicon import every_word
from parsing.fields.source import Source, first_words
from parsing.fields.vocabulary import spelled

_OWNER = rf"(?:[ \t]?nya|ku|['’]s)?(?:[ \t]{{1,3}}(?:{spelled(every_word('owner'))})\b)?"
_QUALIFIER = rf"(?:[ \t]{{1,3}}(?:{spelled(every_word('qualifier'))})\b){{0,4}}(?:[ \t]{{1,3}}(?:{spelled(every_word('owner'))})\b)?"
_BRACKET = r"(?:[ \t]{0,2}[(/][^()\n:=]{1,24}[)]?(?=[ \t]{0,3}[:=]))?"
_SIGN = (
    r"(?:[ \t]{0,8}\n?[ \t]{0,4}(?P<sign>[:=：|]|->|=>|→)[ \t]{0,8}(?:\n[ \t]{0,8}){0,2}"
    rf"|[ \t]{{1,3}}(?P<verb>{spelled(every_word('copula'))})(?:[ \t]{{0,2}}:)?[ \t]{{1,3}}"
    r"|[ \t]{0,3}(?P<below>\n)[ \t]{0,4}(?=\S{4})"
    r"|[ \t]{1,8}(?P<dash>[-–—])[ \t]{1,8}|(?P<cell>\t)[ \t]{0,8}|[ \t]{0,3}\((?=[^()\n]{3,60}\))|[ \t]{1,60}(?:no(?![a-z])\.?[ \t]{0,2})?)"
)
_OPENING = r"[\"'“”‘’«(\[*_]{0,3}[@#]?[ \t]?"
AND = re.compile(
    rf"[\"'”’)]?[ \t]{{0,2}}(?:,[ \t]{{0,2}})?(?:{spelled(every_word('and'))})[ \t]{{1,2}}[\"'“(]?[@#]?", re.IGNORECASE
)
LISTED = re.compile(rf"(?:{AND.pattern})|[ \t]{{0,2}},[ \t]{{1,2}}", re.IGNORECASE)  #: of a list: "A, B dan C"
#: Some words of a sentence before the sign: "username yang saya daftarkan: budi_99", "your reference for it is PO-77".
_LOOSE = rf"(?P<loose>(?:[ \t]{{1,2}}[A-Za-z]{{2,14}}){{1,3}}(?=[ \t]{{0,2}}[:=]|[ \t]{{1,3}}(?:{spelled(every_word('being'))})[ \t]))?"
_MAX_MORE = 4  #: values after one label


@dataclass(frozen=True, kw_only=True, slots=True)
class Grammar:
    """A label's pattern (groups label, sign, verb, value), the words with which it begins, and a value's own pattern."""

    pattern: re.Pattern[str]
    begins: frozenset[str]
    value: re.Pattern[str]

    def matches(self, source: Source) -> Iterator[re.Match[str]]:
        """What the grammar reads, at the places where a label may begin; none begins inside an earlier one."""
        end = 0
        for place in source.anchors(self.begins):
            match = self.pattern.match(source.text, place) if place >= end else None
            if match:
                end = match.end("label")
                yield match

    def more(self, source: Source, end: int, joint: re.Pattern[str] = AND) -> Iterator[re.Match[str]]:
        """Further values behind one that ends here: "A dan B"."""
        for _ in range(_MAX_MORE):
            joined = joint.match(source.text, end)
            match = self.value.match(source.text, joined.end()) if joined else None
            if match is None:
                return
            yield match
            end = match.end()


def grammar(label: str, begins: Iterable[str], value: str, between: str = "") -> Grammar:
    """The grammar of values after a label, both given as patterns."""
    return Grammar(
        pattern=re.compile(
            rf"(?<![\w@.-])(?P<label>{label}){_OWNER}{_QUALIFIER}{between}{_LOOSE}{_BRACKET}{_SIGN}{_OPENING}(?P<value>{value})",
            re.IGNORECASE,
        ),
        begins=frozenset(word + tail for word in first_words(begins) for tail in ("", "nya", "ku")),
        value=re.compile(value),
    )


def plain(labels: Iterable[str]) -> str:
    """Labels as a pattern: "no ref" is also written "no. ref", "No.Ref" and "no-ref"."""
    return "|".join(r"[ \t.\-_/]{0,3}".join(re.escape(word) for word in label.split()) for label in labels)

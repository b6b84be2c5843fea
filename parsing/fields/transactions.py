"""References of a deposit, withdrawal, transfer, order or payment: after a label, or in a shape that platforms use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields.corrections import Bare
from parsing.fields.labelled import pattern
from parsing.fields.lexicon import every_label
from parsing.fields.source import Circumstances, Source
from parsing.report import Finding

_GROUPS = r"(?:[ \t]\d{3,8}(?![.:,/]?\d))*(?:(?<=\d{4})[ \t]\d{1,2}(?![\w.:,/]))?"
_VALUE = rf"(?:[A-Za-z]{{2,5}}[ \t])?[A-Za-z0-9][A-Za-z0-9/_-]{{2,47}}(?:(?<=\d){_GROUPS})?(?![\w@])"
_BETWEEN = r"(?:[ \t]+[A-Za-z-]{2,15}){0,2}?"
_SHAPE = re.compile(
    r"(?<![A-Za-z0-9/#-])#?(?P<value>(?:TRX|TRXID|TX|TXN|DP|DEPO?|WD|INV|TRF|TF|ORD|ORDER|REF|PAY|TOPUP|TU|FT|MID)[-_/]?\d[\dA-Z/_-]{4,40})(?![\w@])"
)
_BLANKS = re.compile(r"\s+")
_SIGNED = 0.97
_SPOKEN = 0.9
_BY_SHAPE = 0.75
_MIN_DIGITS = 3  #: fewer digits are a word, a bank or a version
_DATE_LIKE = re.compile(r"\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?|\d{4}-\d{2}-\d{2}")


def find(source: Source, circumstances: Circumstances) -> Iterator[Finding]:
    """References after their labels."""
    extra = circumstances.settings.labels.get("transaction_ids", ())
    matcher = pattern((*extra, *_LABELS), _VALUE, _BETWEEN) if extra else _PATTERN
    for match in matcher.finditer(source.text):
        raw = match["value"].rstrip("/_-")
        start = match.start("value")
        prefix, _, rest = raw.partition(" ")
        if rest and prefix.isalpha() and not prefix.isupper():
            start, raw = (
                start + len(raw) - len(rest.lstrip()),
                rest.lstrip(),
            )  # "ID transaksi nya 123": a word, no prefix
        if _is_reference(raw):
            yield _finding(source, start, raw, "transaction_label", _SIGNED if match["sign"] else _SPOKEN)


def find_by_shape(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """References without a label, by the prefixes that platforms give them."""
    for match in _SHAPE.finditer(source.text):
        raw = match["value"].rstrip("/_-")
        if _is_reference(raw):
            yield _finding(source, match.start("value"), raw, "transaction_shape", _BY_SHAPE)


def _is_reference(raw: str) -> bool:
    return sum(character.isdigit() for character in raw) >= _MIN_DIGITS and not _DATE_LIKE.fullmatch(raw)


def _finding(source: Source, start: int, raw: str, rule: str, confidence: float) -> Finding:
    end = start + len(raw)
    return Finding(
        field="transaction_ids",
        value=_BLANKS.sub("", raw),
        raw=source.original[start:end],
        where=source.where,
        start=start,
        end=end,
        rule=rule,
        confidence=confidence,
    )


_LABELS = every_label("transaction_id")
_PATTERN = pattern(_LABELS, _VALUE, _BETWEEN)

#: A reference without a label, after "yang benar": it looks like the one that it corrects.
BARE = Bare(shape=re.compile(_VALUE), accepts=_is_reference, alike=True)

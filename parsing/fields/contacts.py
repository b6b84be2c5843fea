"""Email addresses and phone numbers that a sender states, and links.

First version: which role an address has (registered, wanted, old, new) is told later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields.source import Circumstances, Source
from parsing.report import Finding

_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9_][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@-])"
)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]{3,2000}", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w+.,/-])(?:\+\d{1,3}|62|0)[ \-.]?\(?\d{1,4}\)?(?:[ \-.]?\d{2,5}){1,4}(?![\w/@-])")
_SEPARATORS = re.compile(r"[^\d+]")
_MIN_DIGITS, _MAX_DIGITS = 9, 15  #: E.164 allows fifteen; below nine it is a short code


def find_emails(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """Addresses in the text."""
    for match in _EMAIL.finditer(source.text):
        yield _finding(source, match, "emails", match[0], "email_shape", 0.95)


def find_phones(source: Source, circumstances: Circumstances) -> Iterator[Finding]:
    """Phone numbers, in E.164 form; a national number is Indonesian, or Malaysian in a Malay mail."""
    country = "+60" if circumstances.language == "ms" else "+62"
    for match in _PHONE.finditer(source.text):
        number = _SEPARATORS.sub("", match[0])
        digits = number.lstrip("+")
        if not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS or (digits[0] == "0" and digits[1] not in "128"):
            continue
        value = f"{country}{digits[1:]}" if digits[0] == "0" else f"+{digits}"
        yield _finding(source, match, "phones", value, "phone_shape", 0.85)


def find_links(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """Addresses of the web."""
    for match in _LINK.finditer(source.text):
        yield _finding(source, match, "links", match[0].rstrip(".,;:)]}"), "link_shape", 0.95)


def _finding(source: Source, match: re.Match[str], field: str, value: str, rule: str, confidence: float) -> Finding:
    return Finding(
        field=field,
        value=value,
        raw=source.original[match.start() : match.end()],
        where=source.where,
        start=match.start(),
        end=match.end(),
        rule=rule,
        confidence=confidence,
    )

"""Email addresses and phone numbers that a sender states of himself, with what they are to him.

Support lines, callers and the numbers of recipients are not his. `phonenumbers` tells what can be a number at all, and
its international form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import phonenumbers

from parsing.fields.lexicon import every_word
from parsing.fields.source import DIGITS, Circumstances, Source
from parsing.fields.vocabulary import spelled
from parsing.report import Finding

#: Addresses of one text that are looked at: who writes down more sends a list, not his own.
MAX_ADDRESSES = 100

_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9_][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@-])"
)
_PHONE = re.compile(
    r"(?<![\w+.,/@#-])(?:\+[ ]?\d{1,3}|\(\+?\d{2,4}\)|62|60|0)[ \-.]?\(?\d{1,4}\)?(?:[ \-.]{0,3}\d{2,8}){1,4}(?![\w/@]|[-.]\w)"
)
#: Mailboxes of an office, whoever wrote of them.
_OFFICE = re.compile(
    r"(?:no-?reply|do-?not-?reply|support|help(?:desk)?|info|cs|cso|care|admin|customer[._-]?(?:care|service)|service|bantuan|layanan|pengaduan|halo|hello|contact|"
    r"marketing|sales|billing|security|notif(?:ikasi|ication)?s?|alerts?|postmaster|abuse)(?:[._+-][\w.+-]{0,30})?@",
    re.IGNORECASE,
)
_ROLES = ("old", "new", "registered", "wanted")
_BEFORE, _AFTER = 48, 24  #: code points that tell whose an address is
_ROLE = {name: re.compile(rf"\b(?:{spelled(every_word(name))})\b", re.IGNORECASE) for name in _ROLES}
_OTHERS = re.compile(rf"\b(?:{spelled(every_word('others_contacts'))})\b[^.!?\n]{{0,32}}$", re.IGNORECASE)
#: "ganti email dari A ke B": what is changed is the sender's own, the old one before the new one.
_CHANGE = rf"\b(?:{spelled(every_word('change'))})\b(?:[^.!?\n]|\.(?=\S)){{0,40}}\b(?:{spelled(every_word('from'))})[ \t:]{{1,2}}"
_CHANGED = {
    "old": re.compile(rf"{_CHANGE}$", re.IGNORECASE),
    "new": re.compile(
        rf"{_CHANGE}(?:[^!?\n]{{4,60}})[ \t,]{{1,2}}(?:{spelled(every_word('into'))})[ \t:]{{1,2}}$", re.IGNORECASE
    ),
}
_CHANGE_REACH = 140  #: code points before a value in which its change is told
_CLAUSE = re.compile(r"[.;!?\n](?=\s|$)")
_ADDRESS = re.compile(r"[^\s@]{1,64}@\S{1,80}")
_MOBILE = re.compile(r"\+628|\+601|\+(?!6[02])")
#: A number of a fixed line is one only where it is called so: banks number their accounts likewise.
_CALLED = re.compile(rf"(?<!\w)(?:{spelled(every_word('called'))})\b[^\d\n]{{0,12}}$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[^\d+]")
_MIN_DIGITS = 9  #: a shorter one is a short code, or a part of something else
_MALAYSIA = timedelta(hours=8)  #: east of UTC, where 01… is a mobile number
_EMAIL_SURE, _PHONE_SURE = 0.95, 0.9


def find_emails(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """The sender's addresses."""
    if "@" not in source.text:
        return
    for match in islice(_EMAIL.finditer(source.text), MAX_ADDRESSES):
        role = _changed(source.original, match.start())
        if role or not _is_anothers(source.original, match.start()):
            role = role or _role(source.original, match.start(), match.end())
            yield source.finding("emails", match[0], match.span(), "email_shape", _EMAIL_SURE, role=role)


def find_phones(source: Source, circumstances: Circumstances) -> Iterator[Finding]:
    """The sender's numbers, in E.164 form; a national number is Indonesian, or Malaysian in a Malay mail."""
    end = 0
    for place in source.anchors(frozenset({DIGITS})):
        match = _phone_at(source.text, place) if place >= end else None
        if match is None:
            continue
        start = match.start()
        value = _international(match[0], circumstances)
        if value is not None and (_MOBILE.match(value) or _CALLED.search(source.original, max(0, start - 24), start)):
            end = match.end()
            role = _changed(source.original, start)
            if role or not _is_anothers(source.original, start):
                role = role or _role(source.original, start, end)
                yield source.finding("phones", value, (start, end), "phone_shape", _PHONE_SURE, role=role)


def _phone_at(text: str, place: int) -> re.Match[str] | None:
    """The number whose first digit stands here; a bracket before it is part of it only where it closes within."""
    start = place - 1 if text[place - 1 : place] == "+" else place
    bracketed = _PHONE.match(text, start - 1) if text[start - 1 : start] == "(" else None
    return bracketed or _PHONE.match(text, start)


def office_addresses(source: Source) -> Iterator[tuple[int, int]]:
    """Addresses that are nobody's own."""
    for match in _EMAIL.finditer(source.text) if "@" in source.text else ():
        if _OFFICE.match(match[0]):
            yield match.span()


def _international(written: str, circumstances: Circumstances) -> str | None:
    """The E.164 form; None where no number has this shape."""
    digits = _SEPARATORS.sub("", written)
    if len(digits.lstrip("+")) < _MIN_DIGITS:
        return None
    region = _region(digits, circumstances)
    if digits.startswith(("62", "60")):
        digits = f"+{digits}"
    if digits.startswith(("+620", "+600")):
        digits = digits[:3] + digits[4:]
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _region(digits: str, circumstances: Circumstances) -> str:
    east = circumstances.sent_at is not None and circumstances.sent_at.utcoffset() == _MALAYSIA
    return "MY" if circumstances.language == "ms" or (east and digits.startswith("01")) else "ID"


def _is_anothers(text: str, start: int) -> bool:
    """Whether the words before it say that it is a caller's, a support line's or a recipient's."""
    return bool(_OTHERS.search(text, max(0, start - _BEFORE), start))


def _changed(text: str, start: int) -> str | None:
    """Whether it is the old or the new one of a change: "dari A ke B"."""
    first = max(0, start - _CHANGE_REACH)
    return next((role for role, pattern in _CHANGED.items() if pattern.search(text, first, start)), None)


def _role(text: str, start: int, end: int) -> str:
    """What it is to the sender, by the nearest word before it, or by what follows; a contact where nothing is said."""
    before = _ADDRESS.sub(" ", text[max(0, start - _BEFORE) : start])  # "lama@example.com" says nothing
    said = [(match.end(), role) for role, pattern in _ROLE.items() for match in pattern.finditer(before)]
    if said:
        return max(said)[1]
    after = _CLAUSE.split(text[end : end + _AFTER])[0]
    return next((role for role in _ROLES if _ROLE[role].search(after)), "contact")

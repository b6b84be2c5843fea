"""What an agent would still have to ask for, given what a report is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from parsing.fields.source import SEARCHED
from parsing.report import Category, Finding

#: What each category needs, in the order in which it is asked for. Who is registering has no username yet.
NEEDS: Mapping[str, tuple[str, ...]] = {
    Category.DEPOSIT_MISSING: ("username", "transaction_id", "occurred_at"),
    Category.WITHDRAWAL_MISSING: ("username", "transaction_id", "occurred_at"),
    Category.TECHNICAL: ("username", "occurred_at"),
    Category.SUSPICIOUS_ACTIVITY: ("username", "occurred_at"),
    Category.LOGIN: ("username",),
    Category.ACCOUNT_RESTRICTED: ("username",),
    Category.VERIFICATION_KYC: ("username",),
    Category.REGISTRATION_OTP: ("contact",),
    Category.REGISTRATION_FORM: ("contact",),
    Category.REGISTRATION_ALREADY_USED: ("contact",),
    Category.ACTIVATION_LINK: ("contact",),
    Category.STATUS_ENQUIRY: ("username",),
    Category.OTHER: (),
}

#: For these, the email address or phone number that somebody registered does as well as the username.
_CONTACT_DOES = frozenset({Category.LOGIN, Category.ACCOUNT_RESTRICTED, Category.VERIFICATION_KYC})

_FIELDS = {"username": "usernames", "transaction_id": "transaction_ids", "occurred_at": "occurred_at"}
_BROUGHT_BY = {item: (field,) for item, field in _FIELDS.items()} | {"contact": ("emails", "phones", "usernames")}
_TICKET = re.compile(
    r"\[[^\[\]\n]{0,30}?#?(?P<bracket>[A-Z]{0,6}-?\d{4,12})[^\[\]\n]{0,30}\]|\b(?P<ours>LKT-\d{4,12})\b|#[ \t]?(?P<hash>(?:[A-Z]{1,6}-)?\d{2,}[-\d]{2,12})"
    r"|\b(?:tiket|ticket|laporan|report|aduan|case|kasus|pengaduan|komplain|complaint)(?:nya|ku)?\b[^\d\n]{0,25}?(?P<labelled>(?:\b[A-Z]{1,6}-)?(?:\d{4,12}|\d{2,8}-\d{2,12})(?!\d|[.,:/-]\d|\s?(?:rb|ribu|jt|juta)\b))"
    # and in pieces, where it is called a number, so that it is no date
    r"|\b(?:tiket|ticket|laporan|report|aduan|case|kasus|pengaduan|komplain|complaint)(?:nya|ku)?\b[^\d\n]{0,20}?\b(?:no|nomor|nomer|number)\b[. \t:]{0,3}(?P<pieces>(?:[A-Z]{1,6}[-/])?\d{1,8}(?:[-/]\d{1,8}){1,3})",
    re.IGNORECASE,
)
#: Of these, in lower case, one stands in whatever the pattern matches.
_TICKET_SIGNS = (
    "[",
    "#",
    "lkt-",
    "tiket",
    "ticket",
    "lapor",
    "report",
    "aduan",
    "case",
    "kasus",
    "komplain",
    "complaint",
)


def missing(
    about: str, findings: Iterable[Finding], subject: str, text: str, needs: Mapping[str, tuple[str, ...]] = NEEDS
) -> tuple[str, ...]:
    """The items that are needed and were not found; an item of the site's own is called as its field."""
    listed = list(findings)
    found = {finding.field for finding in listed}
    contact = bool(found & {"emails", "phones"})
    if about is Category.STATUS_ENQUIRY and names_ticket(f"{subject}\n{text}", listed):
        return ()
    return tuple(item for item in needs[about] if not _is_there(item, about, found, contact))


def still_missing(items: Iterable[str], findings: Iterable[Finding]) -> tuple[str, ...]:
    """Of what was missing, what a further mail has not brought either."""
    found = {finding.field for finding in findings}
    return tuple(item for item in items if not found & set(_BROUGHT_BY.get(item, (item,))))


def names_ticket(text: str, findings: Iterable[Finding]) -> bool:
    """Whether the number of an earlier ticket or report stands in a text: one that is nothing else's."""
    if not any(sign in text.lower() for sign in _TICKET_SIGNS):
        return False
    others = {str(finding.value) for finding in findings if finding.field in ("transaction_ids", "usernames")}
    numbers = (match[match.lastgroup or 0] for match in _TICKET.finditer(text[:SEARCHED]))
    return any(number not in others for number in numbers)


def _is_there(item: str, about: str, found: set[str], contact: bool) -> bool:
    if item == "contact":
        return contact or "usernames" in found
    return _FIELDS.get(item, item) in found or (item == "username" and contact and about in _CONTACT_DOES)

"""What an agent would still have to ask for, given what a report is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from parsing.report import Category, Finding

#: What each category needs, in the order in which it is asked for.
NEEDS: Mapping[Category, tuple[str, ...]] = {
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
_NUMBER = re.compile(
    r"(?:[A-Z]{2,6}-\d{4,}|#\d{4,}|\b(?:tiket|ticket|laporan|report|aduan|case)\D{0,15}\d{4,})", re.IGNORECASE
)


def missing(about: Category, findings: Iterable[Finding], subject: str, text: str) -> tuple[str, ...]:
    """The items that are needed and were not found."""
    found = {finding.field for finding in findings}
    contact = bool(found & {"emails", "phones"})
    return tuple(item for item in NEEDS[about] if not _is_there(item, about, found, contact, f"{subject}\n{text}"))


def still_missing(items: Iterable[str], findings: Iterable[Finding]) -> tuple[str, ...]:
    """Of what was missing, what a further mail has not brought either."""
    found = {finding.field for finding in findings}
    return tuple(item for item in items if not found & set(_BROUGHT_BY[item]))


def _is_there(item: str, about: Category, found: set[str], contact: bool, said: str) -> bool:
    if item == "contact":
        return contact or "usernames" in found
    if _FIELDS[item] in found:
        return True
    if about in _CONTACT_DOES:
        return contact
    return about is Category.STATUS_ENQUIRY and bool(_NUMBER.search(said))

"""What a reporter told us, as values with their evidence.

Which fields there are is declared in `parsing/fields/declarations.py`; here stands only the shape of what was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from parsing.site import Site

#: A finding's value as JSON can hold it: a string, or for structured fields an object.
Value = str | Mapping[str, Any]


class Category(StrEnum):
    """What a report is about; the labels of the two user guides."""

    DEPOSIT_MISSING = "deposit_missing"
    WITHDRAWAL_MISSING = "withdrawal_missing"
    LOGIN = "login"
    ACCOUNT_RESTRICTED = "account_restricted"
    SUSPICIOUS_ACTIVITY = "suspicious_activity"
    TECHNICAL = "technical"
    REGISTRATION_OTP = "registration_otp"
    REGISTRATION_FORM = "registration_form"
    REGISTRATION_ALREADY_USED = "registration_already_used"
    ACTIVATION_LINK = "activation_link"
    VERIFICATION_KYC = "verification_kyc"
    STATUS_ENQUIRY = "status_enquiry"
    OTHER = "other"


class Standing(StrEnum):
    """How what a picture shows stands to what the mail says in words."""

    FILLS = "fills"  # the words say nothing of it
    CONFIRMS = "confirms"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One value that was found, and why we believe it."""

    field: str  #: the declared field's name: "usernames", "transaction_ids", "occurred_at" …
    value: Value  #: normalised
    raw: str  #: the exact words
    where: str  #: "subject", "body", "html" or "attachment:N"
    start: int  #: code points into that text
    end: int
    rule: str  #: the rule that found it
    confidence: float  #: 0 to 1
    role: str | None = None  #: for emails and phones: registered, wanted, contact, old, new
    alternatives: tuple[Value, ...] = ()  #: other readings of the same words
    box: tuple[int, int, int, int] | None = None  #: of a picture: left, top, right, bottom, in pixels
    standing: Standing | None = None  #: of a picture; None for what was said in words

    @property
    def counts(self) -> bool:
        """Whether it is a value of its own: not one that a picture repeats, nor one that it disputes."""
        return self.standing in (None, Standing.FILLS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hidden:
    """Where words stand that nobody may read: a secret, or the number of an identity card. The words are not here."""

    kind: str  #: password, pin, otp, card, expiry, cvv, key; nik, identity
    where: str  #: as in a finding
    start: int  #: code points into that text
    end: int

    @property
    def is_secret(self) -> bool:
        """Whether it opens something; an identity number does not."""
        return self.kind not in ("nik", "identity")


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What was read out of one mail."""

    category: str  #: one of Category, or of the site's own
    language: str  #: id, en, ms or mixed
    findings: tuple[Finding, ...]
    missing: tuple[
        str, ...
    ]  #: what an agent would still have to ask for: "username", "transaction_id", "occurred_at", "contact"
    category_why: str = ""  #: the rules that spoke for the category
    secrets: tuple[Hidden, ...] = ()  #: what the sender should not have told; it stands in no finding
    identity_numbers: tuple[Hidden, ...] = ()  #: numbers of identity cards, likewise

    def values(self, name: str) -> list[Value]:
        """The values found for one field, in the order of the text; then those that only a picture has."""
        return [finding.value for finding in self.findings if finding.field == name and finding.counts]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportSettings:
    """What a site tells the reading of reports."""

    timezone: str = "Asia/Jakarta"  #: for times where neither the text nor the mail's Date says one
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: further labels by field name
    site: Site = field(default_factory=Site)  #: fields and categories of the site's own
    lists: frozenset[str] = (
        frozenset()
    )  #: addresses, in lower case, of lists that lead to a desk: customers write to them
    forms: frozenset[str] = frozenset()  #: senders, in lower case, that are machines and bring reports of people

"""What a report is about: the first category, in the order of urgency, one of whose keyword rules holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain

from parsing.fields.lexicon import LEXICON
from parsing.report import Category

#: Code points that are looked at; a report says what it is about at its beginning.
LOOKED_AT = 4_000

#: Rules are tried in this order: registration before its lookalikes, money before the rest.
ORDER = (
    Category.REGISTRATION_ALREADY_USED,
    Category.ACTIVATION_LINK,
    Category.REGISTRATION_OTP,
    Category.WITHDRAWAL_MISSING,
    Category.DEPOSIT_MISSING,
    Category.SUSPICIOUS_ACTIVITY,
    Category.ACCOUNT_RESTRICTED,
    Category.REGISTRATION_FORM,
    Category.VERIFICATION_KYC,
    Category.LOGIN,
    Category.TECHNICAL,
    Category.STATUS_ENQUIRY,
)

_BLANKS = re.compile(r"[\s\"'(“‘]+")


def category(subject: str, text: str) -> Category:
    """The category of a report; `other` where no rule holds. The subject's own word counts first."""
    for piece in (subject, f"{subject} {text}"):
        found = _by_rules(piece)
        if found is not Category.OTHER:
            return found
    return Category.OTHER


def _by_rules(text: str) -> Category:
    spoken = " " + _BLANKS.sub(" ", text[:LOOKED_AT].lower())
    return next((each for each in ORDER if any(_holds(rule, spoken) for rule in _RULES[each])), Category.OTHER)


def _holds(rule: tuple[tuple[str, ...], ...], spoken: str) -> bool:
    """Whether of every group at least one phrase begins a word of the text."""
    return all(any(phrase in spoken for phrase in group) for group in rule)


def _rules() -> Mapping[Category, tuple[tuple[tuple[str, ...], ...], ...]]:
    return {
        each: tuple(
            tuple(tuple(f" {phrase}" for phrase in group) for group in rule)
            for rule in chain.from_iterable(language.keywords[each] for language in LEXICON.values())
        )
        for each in Category
    }


_RULES = _rules()

"""Which of a mail's files only few may open: pictures with a secret in them, identity cards, and the mail that holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from parsing.fields.vocabulary import loosely_spelled, phrases
from parsing.mail import AttachmentKind, ParsedMail
from parsing.pictures.picture import Picture
from parsing.report import Category, Hidden, Report

SECRET, IDENTITY = "secret", "identity"

_CARD_WORDS = re.compile(rf"(?<!\w)(?:{loosely_spelled(phrases('pictures', 'identity_card'))})(?!\w)", re.IGNORECASE)
_LABELS = (*phrases("secrets", "identity"), "selfie", "swafoto")
_NAMED = re.compile(rf"(?<![^\W\d_])(?:{loosely_spelled(_LABELS)})(?![^\W\d_])", re.IGNORECASE)

#: Words of an identity card that have to be in a picture: a form that asks for a NIK has one of them.
_ENOUGH = 3


def files(mail: ParsedMail, report: Report, pictures: tuple[Picture, ...]) -> Mapping[int, str]:
    """The numbers of the attachments to guard, and why. A picture that nobody read is judged by its name."""
    seen = {picture.number: picture.text for picture in pictures}
    reasons = {
        number: reason
        for number, each in enumerate(mail.attachments)
        if (reason := _reason(number, each.name, seen.get(number, ""), report))
    }
    if report.category is Category.VERIFICATION_KYC:
        return {
            number: IDENTITY for number, each in enumerate(mail.attachments) if each.kind in _PROOF
        } | reasons  # most often a card
    return reasons


def mail_itself(report: Report, guarded: Mapping[int, str]) -> str:
    """Why the raw mail is guarded, "" where it is not."""
    if report.secrets:
        return SECRET
    if report.identity_numbers:
        return IDENTITY
    return next(iter(guarded.values()), "")


def _reason(number: int, name: str, text: str, report: Report) -> str:
    where = f"attachment:{number}"
    if _stands_in(where, report.secrets):
        return SECRET
    words = {match[0].lower() for match in _CARD_WORDS.finditer(text)}
    if _stands_in(where, report.identity_numbers) or len(words) >= _ENOUGH or _NAMED.search(name):
        return IDENTITY
    return ""


def _stands_in(where: str, hidden: tuple[Hidden, ...]) -> bool:
    return any(each.where == where for each in hidden)


#: What somebody sends to prove who he is. Screens are judged by what stands in them.
_PROOF = frozenset({AttachmentKind.PHOTO, AttachmentKind.DOCUMENT})

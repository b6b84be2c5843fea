"""The fields that loket reads out of a report, each declared once: where it is found, by whom, and what is taken first.

A field's words (labels, name and question in each language) stand in `words/`; the finders, in the order in which they
search, stand here. What one has found, the next ones do not see: a phone number is no transaction ID.
"""

from __future__ import annotations

from collections.abc import Iterable

from parsing.body.quotes import Division
from parsing.fields import amounts, category, contacts, missing, times, transactions, usernames
from parsing.fields.lexicon import Words, words
from parsing.fields.search import FieldDeclaration, search
from parsing.fields.source import Circumstances, Origin, Source, body_source, name_source, subject_source
from parsing.mail import Nature, ParsedMail
from parsing.report import Category, Report

__all__ = ["FIELDS", "FieldDeclaration", "Words", "report_of", "words"]

#: In the order of the search.
FIELDS = (
    FieldDeclaration(name="links", word="link", finders=(contacts.find_links,)),
    FieldDeclaration(name="emails", word="email", finders=(contacts.find_emails,)),
    FieldDeclaration(
        name="transaction_ids",
        word="transaction_id",
        finders=(transactions.find,),
        shapes=(transactions.find_by_shape,),
        origins=frozenset(Origin),
        bare=transactions.BARE,
    ),
    FieldDeclaration(name="usernames", word="username", finders=(usernames.find,), bare=usernames.BARE),
    FieldDeclaration(
        name="amounts",
        word="amount",
        finders=(amounts.find,),
        shapes=(amounts.find_grouped,),
        key=amounts.key,
        settle=amounts.settle,
    ),
    FieldDeclaration(name="phones", word="phone", finders=(contacts.find_phones,)),
    FieldDeclaration(name="occurred_at", word="occurred_at", finders=(times.find,), key=times.key),
)


def report_of(mail: ParsedMail, division: Division, circumstances: Circumstances, *, from_html: bool = False) -> Report:
    """What a mail reports. A mail that no person wrote reports nothing."""
    if mail.nature is not Nature.HUMAN:
        return Report(category=Category.OTHER, language=_spoken(circumstances), findings=(), missing=())
    findings = search(FIELDS, _sources(mail, division, from_html=from_html), circumstances)
    about = category.category(mail.subject, mail.new_text)
    return Report(
        category=about,
        language=_spoken(circumstances),
        findings=findings,
        missing=missing.missing(about, findings, mail.subject, mail.new_text),
    )


def _sources(mail: ParsedMail, division: Division, *, from_html: bool) -> Iterable[Source]:
    """The texts in which something may be found, the surest ones first."""
    yield subject_source(mail.subject)
    yield body_source(mail.text, division, from_html=from_html)
    for number, each in enumerate(mail.attachments):
        yield name_source(number, each.name)


def _spoken(circumstances: Circumstances) -> str:
    """The report's language: that of the country where nothing can be told."""
    return "mixed" if circumstances.mixed else circumstances.language or "id"

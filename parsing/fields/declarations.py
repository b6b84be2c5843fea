"""The fields that loket reads out of a report, each declared once: where it is found, by whom, and what is taken first.

A field's words (labels, name and question in each language) stand in `words/`; the finders, in the order in which they
search, stand here. What one has found, the next ones do not see: a phone number is no transaction ID.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from parsing.body.quotes import Division
from parsing.fields import category, contacts, missing, times, transactions, usernames
from parsing.fields.lexicon import Words, words
from parsing.fields.source import Circumstances, Source, body_source, subject_source
from parsing.mail import Nature, ParsedMail
from parsing.report import Category, Finding, Report

__all__ = ["FIELDS", "FieldDeclaration", "Words", "report_of", "words"]

#: Findings of one field that are kept; who writes more has sent a list, not a report.
MAX_FINDINGS = 20

Finder = Callable[[Source, Circumstances], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldDeclaration:
    """A field."""

    name: str  #: of its findings, as in JSON
    word: str  #: its entry under [fields] in words/*.toml
    finders: tuple[Finder, ...]  #: the surest first; a later one only where the earlier found nothing


#: In the order of the search.
FIELDS = (
    FieldDeclaration(name="links", word="link", finders=(contacts.find_links,)),
    FieldDeclaration(name="emails", word="email", finders=(contacts.find_emails,)),
    FieldDeclaration(
        name="transaction_ids", word="transaction_id", finders=(transactions.find, transactions.find_by_shape)
    ),
    FieldDeclaration(name="usernames", word="username", finders=(usernames.find,)),
    FieldDeclaration(name="phones", word="phone", finders=(contacts.find_phones,)),
    FieldDeclaration(name="occurred_at", word="occurred_at", finders=(times.find,)),
)


def report_of(mail: ParsedMail, division: Division, circumstances: Circumstances) -> Report:
    """What a mail reports. A mail that no person wrote reports nothing."""
    if mail.nature is not Nature.HUMAN:
        return Report(category=Category.OTHER, language=_spoken(circumstances), findings=(), missing=())
    sources = [subject_source(mail.subject), body_source(mail.text, division)]
    findings = tuple(_search(sources, circumstances))
    about = category.category(mail.subject, mail.new_text)
    return Report(
        category=about,
        language=_spoken(circumstances),
        findings=findings,
        missing=missing.missing(about, findings, mail.subject, mail.new_text),
    )


def _spoken(circumstances: Circumstances) -> str:
    """The report's language: that of the country where nothing can be told."""
    return "mixed" if circumstances.mixed else circumstances.language or "id"


def _search(sources: Iterable[Source], circumstances: Circumstances) -> Iterator[Finding]:
    texts = {source.where: contacts.mask_amounts(source) for source in sources}
    for field in FIELDS:
        for finder in field.finders:
            found = [each for source in texts.values() for each in finder(source, circumstances)]
            for where, source in texts.items():
                texts[where] = source.without((each.start, each.end) for each in found if each.where == where)
            yield from _distinct(found)
            if found:
                break


def _distinct(found: Iterable[Finding]) -> list[Finding]:
    """Each value once: the surest finding of it, in the order of the text."""
    best: dict[str, Finding] = {}
    for each in found:
        key = str(each.value).lower() if isinstance(each.value, str) else str(each.value["iso"])
        if key not in best or each.confidence > best[key].confidence:
            best[key] = each
    return list(best.values())[:MAX_FINDINGS]

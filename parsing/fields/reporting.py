"""What a mail reports, put together: its secrets taken first, then its findings, what it is about, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from parsing.body.quotes import Division
from parsing.fields import category, missing, secrets
from parsing.fields.declarations import FIELDS
from parsing.fields.search import search
from parsing.fields.source import Circumstances, Source, body_source, name_source, subject_source
from parsing.mail import Nature, ParsedMail
from parsing.report import Category, Hidden, Report


def report_of(mail: ParsedMail, division: Division, circumstances: Circumstances, *, from_html: bool = False) -> Report:
    """What a mail reports. A mail that no person wrote reports nothing."""
    if mail.nature is not Nature.HUMAN:
        return Report(category=Category.OTHER, language=_spoken(circumstances), findings=(), missing=())
    sources, hidden = _without_secrets(_sources(mail, division, from_html=from_html))
    findings = search(FIELDS, sources, circumstances)
    about = category.category(mail.subject, mail.new_text)
    return Report(
        category=about,
        language=_spoken(circumstances),
        findings=findings,
        missing=missing.missing(about, findings, mail.subject, mail.new_text),
        secrets=tuple(each for each in hidden if each.is_secret),
        identity_numbers=tuple(each for each in hidden if not each.is_secret),
    )


def _sources(mail: ParsedMail, division: Division, *, from_html: bool) -> Iterator[Source]:
    """The texts in which something may be found, the surest ones first."""
    yield subject_source(mail.subject)
    yield body_source(mail.text, division, from_html=from_html)
    for number, each in enumerate(mail.attachments):
        yield name_source(number, each.name)


def _without_secrets(sources: Iterable[Source]) -> tuple[list[Source], list[Hidden]]:
    """The texts in which nothing can be found that opens an account, and what the sender's own words held of it."""
    clean: list[Source] = []
    found: list[Hidden] = []
    for source in sources:
        spans = secrets.find(source.original).all
        clean.append(source.hiding([(span.start, span.end) for span in spans]))
        found += [
            Hidden(kind=span.kind, where=source.where, start=span.start, end=span.end)
            for span in spans
            if source.text[span.start : span.end].strip()
        ]
    return clean, found


def _spoken(circumstances: Circumstances) -> str:
    """The report's language: that of the country where nothing can be told."""
    return "mixed" if circumstances.mixed else circumstances.language or "id"

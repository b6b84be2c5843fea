"""What a mail reports, put together: its secrets taken first, then its findings, what it is about, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from parsing.body.quotes import Division
from parsing.fields import category, language, pictured, secrets, site
from parsing.fields.category import Verdict
from parsing.fields.declarations import FIELDS
from parsing.fields.missing import missing, names_ticket
from parsing.fields.search import search
from parsing.fields.source import Circumstances, Source, body_source, name_source, subject_source
from parsing.mail import Nature, ParsedMail
from parsing.pictures.picture import Picture
from parsing.report import Category, Finding, Hidden, Report

#: What tells of a transaction: where nothing went wrong, none is at issue.
_OF_A_TRANSACTION = ("transaction_ids", "amounts", "occurred_at", "channels")

#: What may be made of any words without meaning them, and how sure one has to be that it is such a name.
_NAMES = ("usernames", "emails", "links")
_SURE_OF_A_NAME = 0.9


def report_of(
    mail: ParsedMail,
    division: Division,
    circumstances: Circumstances,
    *,
    from_html: bool = False,
    pictures: Sequence[Picture] = (),
) -> Report:
    """What a mail reports, in words and in pictures.

    A mail that no person wrote reports nothing, nor do the words of one that only offers or invites.
    """
    spoken = language.told(f"{mail.subject}\n{mail.new_text}", _clock(circumstances))
    if mail.nature is not Nature.HUMAN:
        return Report(category=Category.OTHER, language=spoken, findings=(), missing=())
    circumstances = replace(circumstances, language="ms" if spoken == "ms" else circumstances.language)
    sources, hidden = _without_secrets(_sources(mail, division, from_html=from_html))
    ours = circumstances.settings.site
    fields = (*site.declarations(ours), *FIELDS)
    findings = search(fields, sources, circumstances)
    subject, text = (source.text for source in sources[:2])
    verdict = category.category(
        *_without_names(sources[:2], findings),
        ticket=names_ticket(f"{subject}\n{text}", findings),
        details=_details(findings),
        named=any(each.field == "usernames" for each in findings),
        site=site.lexis(ours) if ours.categories else None,
    )
    screens, unseen = _without_secrets(pictured.source(picture) for picture in pictures)
    said = [each for each in findings if _counts(each, verdict)]
    shown = () if verdict.silent else zip(pictures, screens, strict=True)
    findings = pictured.weighed(said, shown, fields, circumstances)
    hidden += unseen
    return Report(
        category=verdict.category,
        category_why=verdict.why,
        language=spoken,
        findings=findings,
        missing=missing(verdict.category, findings, subject, text, site.needs(ours)),
        secrets=tuple(each for each in hidden if each.is_secret),
        identity_numbers=tuple(each for each in hidden if not each.is_secret),
    )


def _without_names(sources: Iterable[Source], findings: Iterable[Finding]) -> Iterator[str]:
    """The texts without addresses and account names: "reseller_jaya" offers nothing."""
    named = [each for each in findings if each.field in _NAMES and each.confidence >= _SURE_OF_A_NAME]
    for source in sources:
        yield source.without((each.start, each.end) for each in named if each.where == source.where).text


def _clock(circumstances: Circumstances) -> timedelta | None:
    written = circumstances.sent_at or circumstances.stated_at
    return written.utcoffset() if written else None


def _details(findings: Iterable[Finding]) -> int:
    """How many kinds of things are told of a transaction."""
    return len({each.field for each in findings} & {"transaction_ids", "amounts", "occurred_at"})


def _counts(finding: Finding, verdict: Verdict) -> bool:
    """Whether a finding is part of a report at all."""
    return not verdict.silent and (verdict.at_issue or finding.field not in _OF_A_TRANSACTION)


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

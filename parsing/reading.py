"""One mail read: the rooms of parsing, one after the other.

Bytes and settings in, frozen values out. It never raises on content: what is damaged is read as far as it goes, and
stands in `problems`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from parsing.body.forwarded import MAX_READ, told
from parsing.body.language import language
from parsing.body.quotes import Division, divide
from parsing.body.words import Body, gather, is_other_form, is_words
from parsing.claims.authentication import doubled, results, spam_fields
from parsing.claims.behalf import behalf
from parsing.claims.bounces import is_paperwork, read_bounce
from parsing.claims.identity import identity
from parsing.claims.nature import nature
from parsing.claims.references import in_reply_to, message_id, references
from parsing.claims.telling import Told
from parsing.fields.attached import with_attached
from parsing.fields.reporting import report_of
from parsing.fields.source import Circumstances
from parsing.mail import Address, Attachment, Nature, ParsedMail, Problem, RawMail
from parsing.message.attachments import attachment
from parsing.message.encoded_words import text_of
from parsing.message.front import Front, read_front
from parsing.message.headers import HeaderBlock, readable, split
from parsing.message.ingest import ingest_key, key_of
from parsing.message.leaves import Leaf, Leaves, take
from parsing.message.mime import Part, walk
from parsing.pictures.picture import Look, Picture
from parsing.report import Finding, Report, ReportSettings, Value

_MAILS = ("message/rfc822", "message/global")
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What reading made of a mail."""

    mail: ParsedMail
    report: Report
    contents: tuple[bytes, ...]  #: the attachments' bytes, parallel to mail.attachments
    pictures: tuple[Picture, ...]  #: what was seen of those that are pictures, as far as they were looked at
    ingest_key: str  #: see parsing/message/ingest.py


def read(raw: RawMail, settings: ReportSettings | None = None, look: Look | None = None) -> Reading:
    """Read a mail and the report in it; its pictures only where it is told how. Any bytes give a Reading."""
    told_of_site = settings or ReportSettings()
    content, opening = readable(raw.content)
    headers = split(content) if not opening else replace(split(content), bare_cr=True)  # others divide it elsewhere
    structure = walk(content, headers)
    front = read_front(headers, structure.charset, raw.envelope.received_at)
    leaves = take(content, structure)
    body = gather([leaf for leaf in leaves.parts if is_words(leaf[0])])
    files = [leaf for leaf in leaves.parts if is_file(leaf[0])]
    attachments = _attachments(files, body)
    problems = (*opening, *headers.problems, *structure.problems, *front.problems, *leaves.problems, *body.problems)
    subject = text_of(headers.first("subject"), structure.charset)
    division = divide(body.text, body.marks, subject)
    spoken = language(f"{division.spoken}\n{subject}")
    seen = Told(
        headers=headers,
        structure=structure,
        front=front,
        behalf=behalf(headers, front),
        subject=subject,
        text=body.text,
        spoken=_spoken(division),
        mail_from=raw.envelope.mail_from,
        own_lists=told_of_site.lists,
    )
    mail = ParsedMail(
        **_about(seen, leaves),
        **_said(body, division),
        subject=subject,
        language=spoken,
        attachments=attachments,
        problems=tuple(dict.fromkeys(problems)),
    )
    contents = tuple(decoded for _, decoded in files)
    pictures = look(attachments, contents) if look else ()
    written, around = _as_written(mail, told_of_site), _circumstances(mail, front, raw, told_of_site)
    report = report_of(written, division, around, from_html=body.from_html, pictures=pictures)
    return Reading(
        mail=mail,
        report=with_attached(written, report, around),
        pictures=pictures,
        contents=contents,
        ingest_key=ingest_key(raw.content) if opening else key_of(content, headers),
    )


def _as_written(mail: ParsedMail, settings: ReportSettings) -> ParsedMail:
    """The mail for the search of a report: a person wrote what stands in a contact form's, whatever sent it."""
    by_form = mail.from_ is not None and mail.from_.address.lower() in settings.forms
    automatic = mail.nature in (Nature.AUTO_REPLY, Nature.BULK)
    return replace(mail, nature=Nature.HUMAN) if by_form and automatic else mail


def is_file(part: Part) -> bool:
    """Whether a leaf is neither the mail's words, nor the same words in another form, nor a report's paperwork."""
    return not (is_words(part) or is_other_form(part) or is_paperwork(part))


def _attachments(files: list[Leaf], body: Body) -> tuple[Attachment, ...]:
    """Describe them; the first few that are mails are read as well."""
    mails = {id(part) for part in [part for part, _ in files if _is_mail(part)][:MAX_READ]}
    return tuple(
        attachment(part, decoded, body.referred, told(decoded) if id(part) in mails else "") for part, decoded in files
    )


def _is_mail(part: Part) -> bool:
    return part.type in _MAILS or part.name.lower().endswith(".eml")


def _about(seen: Told, leaves: Leaves) -> dict[str, Any]:
    """What the mail says of itself: the fields of ParsedMail that come from headers and reports."""
    headers, front = seen.headers, seen.front
    kind, why = nature(seen)
    return {
        "message_id": message_id(headers),
        "from_": front.from_[0] if front.from_ else None,
        "to": front.to,
        "cc": front.cc,
        "reply_to": front.reply_to,
        "delivered_to": _delivered_to(headers),
        "date": front.date,
        "in_reply_to": in_reply_to(headers),
        "references": references(headers),
        "identity": identity(headers, front, seen.behalf),
        "behalf": seen.behalf,
        "authentication": results(headers),
        "doubled": doubled(headers),
        "spam_fields": spam_fields(headers),
        "nature": kind,
        "nature_why": why,
        "bounce": read_bounce(leaves.parts, headers, front, seen.subject, seen.text) if kind is Nature.BOUNCE else None,
    }


def _spoken(division: Division) -> str:
    """The sender's own words: a responder's last line may look like a signature, and a bare quote of our letter like one."""
    return "" if division.is_only_quoted else f"{division.spoken}\n{division.signature}"


def _said(body: Body, division: Division) -> dict[str, Any]:
    """The words: the fields of ParsedMail that come from the body."""
    return {
        "text": body.text,
        "html": body.html,
        "new_text": division.new_text,
        "spoken": division.spoken,
        "quoted": division.quoted,
        "signature": division.signature,
    }


def _delivered_to(headers: HeaderBlock) -> tuple[str, ...]:
    found = (text_of(value).strip("<> ") for name in _DELIVERED for value in headers.all(name))
    return tuple(dict.fromkeys(address for address in found if "@" in address))


def _circumstances(mail: ParsedMail, front: Front, raw: RawMail, settings: ReportSettings) -> Circumstances:
    return Circumstances(
        sent_at=mail.date,
        stated_at=front.stated,
        received_at=raw.envelope.received_at,
        history=raw.envelope.history,
        language=mail.language,
        settings=settings,
    )


def to_json(reading: Reading, file: str) -> dict[str, Any]:
    """The object that `loket parse --json` prints for a mail."""
    mail = reading.mail
    return {
        "file": file,
        "message_id": mail.message_id,
        "subject": mail.subject,
        "from": asdict(mail.from_) if mail.from_ else None,
        "to": _all(mail.to),
        "cc": _all(mail.cc),
        "reply_to": _all(mail.reply_to),
        "delivered_to": list(mail.delivered_to),
        "date": mail.date.isoformat() if mail.date else None,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "text": mail.text,
        "html": mail.html,
        "new_text": mail.new_text,
        "quoted": mail.quoted,
        "signature": mail.signature,
        "language": mail.language,
        "identity": {"verdict": "suspicious" if mail.identity.suspicious else "unverified", "why": mail.identity.why},
        "authentication": [{**asdict(result), "properties": dict(result.properties)} for result in mail.authentication],
        "behalf": asdict(mail.behalf) if mail.behalf else None,
        "nature": mail.nature.value,
        "nature_why": mail.nature_why,
        "bounce": asdict(mail.bounce) if mail.bounce else None,
        "attachments": _all(mail.attachments),
        "problems": _all(mail.problems),
        "ingest_key": reading.ingest_key,
        "report": report_json(reading.report) | {"secrets": _told(reading)},
    }


def _told(reading: Reading) -> list[dict[str, Any]]:
    """The secrets with their words, for `parse` alone, which keeps nothing."""
    mail = reading.mail
    texts = {"subject": mail.subject, "body": mail.text, "html": mail.text}
    texts |= {f"attachment:{number}": each.name for number, each in enumerate(mail.attachments)}
    texts |= {f"attachment:{number}": each.text for number, each in enumerate(mail.attachments) if each.text}
    texts |= {f"attachment:{each.number}": each.text for each in reading.pictures if each.text}
    return [asdict(each) | {"text": texts[each.where][each.start : each.end]} for each in reading.report.secrets]


def report_json(report: Report) -> dict[str, Any]:
    """A report in the shape of the extraction sets: the values by field, and the findings with their evidence."""
    plural = (
        "usernames",
        "transaction_ids",
        "occurred_at",
        "amounts",
        "channels",
        "emails",
        "phones",
        "devices",
        "steps_tried",
    )
    found = [each.field for each in report.findings]  # the site's own among them
    return {
        "category": str(report.category),
        "category_why": report.category_why,
        "language": report.language,
        **{name: [_plain(value) for value in report.values(name)] for name in dict.fromkeys((*plural, *found))},
        "secrets": [asdict(each) for each in report.secrets],
        "identity_numbers": [asdict(each) for each in report.identity_numbers],
        "missing": list(report.missing),
        "findings": [_finding(finding) for finding in report.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "field": finding.field,
        "value": _plain(finding.value),
        "raw": finding.raw,
        "where": finding.where,
        "start": finding.start,
        "end": finding.end,
        "rule": finding.rule,
        "confidence": finding.confidence,
        "role": finding.role,
        "alternatives": [_plain(value) for value in finding.alternatives],
        **({"box": finding.box, "standing": finding.standing} if finding.standing else {}),
    }


def _plain(value: Value) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _all(values: Iterable[Address | Attachment | Problem]) -> list[dict[str, Any]]:
    return [asdict(value) for value in values]

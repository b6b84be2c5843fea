"""What a mail that is attached reports, where whoever hands it on says nothing of it himself.

Agents forward customers' mails so, and customers the mails of a bank. Only the words of the attached mail are searched:
its head tells whose it is, not what is reported.
"""

from __future__ import annotations

import re
from dataclasses import replace

from parsing.body.quotes import divide
from parsing.fields.reporting import report_of
from parsing.fields.source import Circumstances
from parsing.mail import Attachment, AttachmentKind, ParsedMail
from parsing.report import Category, Report

_SIGN = re.compile(r"[^\n]")
_SUBJECT = re.compile(r"^Subject:[ \t]*(.*)$", re.MULTILINE)


def with_attached(mail: ParsedMail, report: Report, circumstances: Circumstances) -> Report:
    """The report, or where it tells nothing, that of the first attached mail which does; places are in its text."""
    if report.findings:
        return report
    for number, each in enumerate(mail.attachments):
        if each.kind is AttachmentKind.MAIL and each.text:
            found = _report(mail, each, circumstances)
            if found.findings or found.category != Category.OTHER:
                return _placed(found, report, f"attachment:{number}")
    return report


def _report(mail: ParsedMail, attached: Attachment, circumstances: Circumstances) -> Report:
    """What the attached mail alone reports; its head is blanked in place, so that every span stays true."""
    head, _, words = attached.text.partition("\n\n")
    subject = _SUBJECT.search(head)
    text = f"{_SIGN.sub(' ', head)}\n\n{words}"
    division = divide(text)
    inner = replace(
        mail,
        subject=subject[1] if subject else "",
        text=text,
        new_text=division.new_text,
        spoken=division.spoken,
        quoted=division.quoted,
        signature=division.signature,
        attachments=(),
    )
    return report_of(inner, division, circumstances)


def _placed(found: Report, own: Report, where: str) -> Report:
    """The attached mail's report as a part of the whole mail's: what stood in its words stands in that attachment."""
    findings = tuple(replace(each, where=where) for each in found.findings if each.where == "body")
    hidden = tuple(replace(each, where=where) for each in found.secrets if each.where == "body")
    numbers = tuple(replace(each, where=where) for each in found.identity_numbers if each.where == "body")
    told = found if found.category != Category.OTHER else own
    return replace(
        found,
        category=told.category,
        category_why=told.category_why,
        findings=findings,
        secrets=(*own.secrets, *hidden),
        identity_numbers=(*own.identity_numbers, *numbers),
    )

"""A mail and its report as they may be kept and shown: without the sender's secrets, in every copy of its words.

The raw mail keeps them, sealed. Lengths stay, so that every span stays true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from parsing.fields import secrets
from parsing.fields.source import HIDDEN
from parsing.mail import Address, ParsedMail
from parsing.report import Report

_Conceal = Callable[[str], str]


def kept(mail: ParsedMail, report: Report) -> tuple[ParsedMail, Report]:
    """The mail with every secret hidden (subject, text, quotes, names of people and files), and so its report.

    The HTML is left out where something was hidden: its tags may part a secret that the text shows whole.
    """
    conceal = _concealer((mail.subject, mail.text))
    text = conceal(mail.text)
    hidden = replace(
        mail,
        subject=conceal(mail.subject),
        text=text,
        html=mail.html if text == mail.text else None,
        new_text=conceal(mail.new_text),
        spoken=conceal(mail.spoken),
        quoted=conceal(mail.quoted),
        signature=conceal(mail.signature),
        from_=_named(mail.from_, conceal) if mail.from_ else None,
        to=tuple(_named(each, conceal) for each in mail.to),
        cc=tuple(_named(each, conceal) for each in mail.cc),
        attachments=tuple(replace(each, name=conceal(each.name), text=conceal(each.text)) for each in mail.attachments),
    )
    findings = tuple(replace(each, raw=conceal(each.raw)) for each in report.findings)
    return hidden, replace(report, findings=findings)


def _concealer(texts: Iterable[str]) -> _Conceal:
    """What hides the secrets of a text, and those of these texts where they stand without their label."""
    words = {text[span.start : span.end] for text in texts for span in secrets.find(text).all}
    if not words:
        return secrets.concealed
    listed = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    known = re.compile(rf"(?<!\w)(?:{listed})(?!\w)")
    return lambda text: known.sub(lambda match: HIDDEN * len(match[0]), secrets.concealed(text))


def _named(address: Address, conceal: _Conceal) -> Address:
    return replace(address, name=conceal(address.name)) if address.name else address

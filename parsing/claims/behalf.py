"""For whom a mail says it was sent, where its From is a machine's: a Google Group, a list, a website's form.

A claim of the mail's own, good for showing whom to ask; never identity, which is the From field's alone.
"""

from __future__ import annotations

import re

from parsing.mail import Address, Behalf
from parsing.message.encoded_words import text_of
from parsing.message.front import Front
from parsing.message.headers import HeaderBlock

_VIA = re.compile(r"^['\"]?(.{1,200}?)['\"]?\s+(?:via|melalui)\s+\S.{0,200}$", re.IGNORECASE)
_ORIGINAL = ("x-original-from", "x-original-sender", "original-from")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']{1,64}@[^\s<>()\[\],;:\"']{1,255}")
#: local parts by which websites' forms send what visitors write into them
_FORM = re.compile(
    r"(?:no-?reply|do-?not-?reply|wordpress|wp|web|website|webmaster|web-?form|forms?|form-?(?:submission|response)s?|contact(?:-?us|-?form)?|kontak|formulir|"
    r"mailer|www(?:-data)?|apache|nginx|nobody|server|system|notifications?)(?:[+._-].{0,64})?",
    re.IGNORECASE,
)


def behalf(headers: HeaderBlock, front: Front) -> Behalf | None:
    """The claim, None where the mail makes none."""
    if len(front.from_) != 1:
        return None
    sender = front.from_[0]
    if headers.count("x-google-group-id") or _is_google_list(headers):
        return _listed("google_group", headers, front, sender)
    if headers.count("list-id") and _VIA.match(sender.name):
        return _listed("list", headers, front, sender)
    local = sender.address.partition("@")[0]
    writer = _other(front.reply_to, sender)
    if writer and len(front.reply_to) == 1 and _FORM.fullmatch(local):
        return Behalf(kind="form", address=writer.address, name=writer.name)
    return None


def _is_google_list(headers: HeaderBlock) -> bool:
    return "googlegroups.com" in headers.text("list-id")


def _listed(kind: str, headers: HeaderBlock, front: Front, sender: Address) -> Behalf | None:
    """The author whom a list names beside its own address: From is the list's only where it says "via"."""
    via = _VIA.match(sender.name)
    if not via:
        return None
    for field in _ORIGINAL:
        match = _ADDRESS.search(text_of(headers.first(field)))
        if match:
            return Behalf(kind=kind, address=match[0], name=via[1])
    writer = _other(front.reply_to, sender)
    return Behalf(kind=kind, address=writer.address, name=via[1]) if writer else None


def _other(addresses: tuple[Address, ...], sender: Address) -> Address | None:
    return next((each for each in addresses if each.address.lower() != sender.address.lower()), None)

"""What the headers alone allow one to say of the sender: nothing good, only whether something is wrong.

The rule: exactly one From field with exactly one mailbox in it, and no defect. Whoever breaks it may be read
differently by two programs, so he is nobody.
"""

from __future__ import annotations

import re

from parsing.mail import Behalf, Identity
from parsing.message.front import Front
from parsing.message.headers import HeaderBlock

_SHOWN = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_GROUP = re.compile(rb"[^:]+:.*;\s*", re.DOTALL)
_CONTROLS = frozenset(
    map(chr, (*range(0x20), 0x7F, *range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)


def identity(headers: HeaderBlock, front: Front, behalf: Behalf | None = None) -> Identity:
    """Judge the From field; behalf is whom the mail says it is sent for."""
    why = _why(headers, front, behalf)
    return Identity(suspicious=bool(why), why=why)


def _why(headers: HeaderBlock, front: Front, behalf: Behalf | None) -> str:  # noqa: PLR0911  # a list of rules, the first that holds
    count = headers.count("from")
    if count != 1:
        return "no_from" if count == 0 else "several_from"
    if headers.bare_cr:
        return "bare_cr"
    if any(problem.code == "header_line_odd" for problem in headers.problems):
        return "header_line_odd"
    if front.defects and not _is_harmless(front):
        return "from_defect"
    if len(front.from_) != 1:
        return "no_mailbox" if not front.from_ else "several_mailboxes"
    if _GROUP.fullmatch(headers.first("from") or b""):
        return "from_defect"  # RFC 6854; who evaluates DMARC may see no domain in it, or another one
    sender = front.from_[0]
    if sender.address.count("@") != 1 or b"\x00" in (headers.first("from") or b""):
        return "from_defect"
    if _CONTROLS & set(sender.name + sender.address):
        return "hidden_characters"
    return "name_is_another_address" if behalf is None and _names_another(sender.name, sender.address) else ""


def _is_harmless(front: Front) -> bool:
    """A name with signs that should stand in quotes, before the one address in angle brackets: nobody reads it otherwise.

    An at-sign among them is harmless only where the name is that same address, as Outlook writes it.
    """
    if front.defects != ("invalid-display-name",) or len(front.from_) != 1:
        return False
    sender = front.from_[0]
    return "@" not in sender.name or sender.name.strip("'\" ").lower() == sender.address.lower()


def _names_another(name: str, address: str) -> bool:
    """A display name that shows an address, but not this one: an old trick of fraud."""
    return any(shown.lower() != address.lower() for shown in _SHOWN.findall(name))

"""What the headers alone allow one to say of the sender: nothing good, only whether something is wrong.

The rule: exactly one From field with exactly one mailbox in it, and no defect. Whoever breaks it may be read
differently by two programs, so he is nobody.
"""

from __future__ import annotations

from parsing.mail import Identity
from parsing.message.front import Front
from parsing.message.headers import HeaderBlock

_CONTROLS = frozenset(
    map(chr, (*range(0x20), 0x7F, *range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)


def identity(headers: HeaderBlock, front: Front) -> Identity:
    """Judge the From field."""
    why = _why(headers, front)
    return Identity(suspicious=bool(why), why=why)


def _why(headers: HeaderBlock, front: Front) -> str:  # noqa: PLR0911  # a list of rules, the first that holds
    count = headers.count("from")
    if count != 1:
        return "no_from" if count == 0 else "several_from"
    if headers.bare_cr:
        return "bare_cr"
    if front.defects:
        return "from_defect"
    if len(front.from_) != 1:
        return "no_mailbox" if not front.from_ else "several_mailboxes"
    sender = front.from_[0]
    if sender.address.count("@") != 1 or b"\x00" in (headers.first("from") or b""):
        return "from_defect"
    if _CONTROLS & set(sender.name + sender.address):
        return "hidden_characters"
    return "name_is_another_address" if _names_another(sender.name, sender.address) else ""


def _names_another(name: str, address: str) -> bool:
    """A display name that is itself an address, but not this one: an old trick of fraud."""
    shown = name.strip(" '\"<>()").lower()
    return "@" in shown and " " not in shown and shown != address.lower()

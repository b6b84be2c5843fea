"""Whose mail a forwarded one is: the sender that its header names, inside the words or in a mail that is attached.

A claim of whoever forwards, to be shown and confirmed. What is attached (message/rfc822) came as its sender's program wrote
it; what stands in the words was copied there by another program, and can be edited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from parsing.body.boundaries import header_block, is_forward, is_forwarded_subject, is_separator, role_of
from parsing.body.markers import Role, bare
from parsing.mail import AttachmentKind, ParsedMail

#: Lines of a text that are looked at: a forward begins below a few words.
_MAX_LINES: Final = 400

#: Lines below a forward's beginning in which its header stands.
_HEADER: Final = 14

_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_AROUND = re.compile(r"\[?(?:mailto:)?[\[<(]?(?:mailto:)?\s*$", re.IGNORECASE)
_LABEL = re.compile(r"[^:：\n]{1,34}[:：]")
_TRIMMED: Final = " \t:*_>|\"'<[(,;"


@dataclass(frozen=True, kw_only=True, slots=True)
class Inner:
    """A forwarded mail's sender."""

    address: str
    name: str  #: "" where none
    attached: bool  #: it stands in an attached mail


def inner_sender(mail: ParsedMail) -> Inner | None:
    """The sender of the mail that this one hands on; None where it hands none on, or names nobody."""
    for attachment in mail.attachments:
        if attachment.kind is AttachmentKind.MAIL and attachment.text:
            found = _of_header(attachment.text.split("\n")[:_HEADER], attached=True)
            if found is not None:
                return found
    lines = [bare(line) for line in mail.text.split("\n")[:_MAX_LINES]]
    return next(_inline(lines, forwarded=is_forwarded_subject(mail.subject)), None)


def _inline(lines: Sequence[str], *, forwarded: bool) -> Iterator[Inner]:
    """Where forwards begin: at their own words; where the subject says so, also at a header or above a quote."""
    plain = [line.lstrip("> ") for line in lines]
    for index, line in enumerate(plain):
        if not line:
            continue
        begins = is_forward(plain, index)
        if begins or (forwarded and (header_block(plain, index) or is_separator(plain, index))):
            found = _of_header(plain[index : index + _HEADER], attached=False) or (_in_line(line) if begins else None)
            if found is not None:
                yield found


def _of_header(lines: Sequence[str], *, attached: bool) -> Inner | None:
    for place, line in enumerate(lines):
        if role_of(line) is Role.FROM:
            following = lines[place + 1] if place + 1 < len(lines) and role_of(lines[place + 1]) is None else ""
            return _mailbox(_LABEL.sub("", line, count=1), following, attached=attached)
    return None


def _in_line(line: str) -> Inner | None:
    """As mutt writes it: "----- Forwarded message from Budi <budi@example.com> -----"."""
    return _mailbox(re.sub(r"^.*?\b(?:from|dari|by|von|de)\b", "", line, flags=re.IGNORECASE), "", attached=False)


def _mailbox(text: str, following: str, *, attached: bool) -> Inner | None:
    """A name and an address, which may stand on the next line where the first was too long."""
    whole = text if _ADDRESS.search(text) else f"{text} {following}"
    match = _ADDRESS.search(whole)
    if match is None:
        return None
    name = _AROUND.sub("", whole[: match.start()]).strip(_TRIMMED)
    return Inner(address=match[0].strip(".'").lower(), name="" if "@" in name else name[:100], attached=attached)

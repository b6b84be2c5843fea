"""Delivery status notifications (RFC 3464): who could not be reached, and whether for good.

First version: the machine-readable form, and the plain ones of a few relays by their `Final-Recipient` lines alone.
Free-form bounces are told as bounces (see nature), their recipients are read by a later version.
"""

from __future__ import annotations

import re

from parsing.mail import Bounce, FailedRecipient
from parsing.message.headers import HeaderBlock, split
from parsing.message.mime import Part

_ADDRESS = re.compile(r"[^\s<>;,()\"]{1,256}@[^\s<>;,()\"]{1,256}")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_GROUPS = re.compile(rb"\r?\n[ \t]*\r?\n")
_MAX_GROUPS = 200  #: recipients of one report; a mail to more is no support mail
_RETURNED_HEADS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_ORIGINAL_TYPES = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
)


def is_report(part: Part) -> bool:
    """Whether a part is the machine-readable half of a delivery report."""
    return part.type in ("message/delivery-status", "message/global-delivery-status")


def is_paperwork(part: Part) -> bool:
    """Whether a part belongs to a delivery report and is no file for people: its machine-readable half, the head sent back."""
    return is_report(part) or part.type in _RETURNED_HEADS


def read_bounce(parts: list[tuple[Part, bytes]]) -> Bounce | None:
    """Read the report among the parts, given with their decoded bytes; None where there is none."""
    report = next((content for part, content in parts if is_report(part)), None)
    if report is None:
        return None
    recipients = (_recipient(split(group + b"\n")) for group in _GROUPS.split(report.strip())[:_MAX_GROUPS])
    original = next((content for part, content in parts if part.type in _ORIGINAL_TYPES), None)
    return Bounce(
        recipients=tuple(recipient for recipient in recipients if recipient),
        original_message_id=_message_id(original) if original else None,
    )


def _recipient(group: HeaderBlock) -> FailedRecipient | None:
    """One recipient group: Original-Recipient before Final-Recipient; `failed` means that the reporter has given up."""
    for name in ("original-recipient", "final-recipient"):
        _, _, typed = (group.first(name) or b"").decode("utf-8", "replace").rpartition(";")
        match = _ADDRESS.search(typed)
        if match:
            break
    else:
        return None
    action = group.text("action").split(" ")[0].strip("();,")
    if action in ("delivered", "relayed", "expanded"):
        return None
    status = _STATUS.search(group.text("status"))
    return FailedRecipient(
        address=match[0],
        status=status[1] if status else "",
        permanent=action == "failed" if action else bool(status and status[1].startswith("5")),
        reason=" ".join((group.first("diagnostic-code") or b"").decode("utf-8", "replace").split())[:500],
    )


def _message_id(original: bytes) -> str | None:
    from_original = split(original).first("message-id") or b""
    return from_original.decode("utf-8", "replace").strip().strip("<>") or None

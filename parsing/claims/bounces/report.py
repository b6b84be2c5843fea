"""The machine-readable half of a bounce (RFC 3464, RFC 6533), whole or damaged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from parsing.claims.bounces.status import address_of, code_in, more_telling, one_line
from parsing.mail import FailedRecipient
from parsing.message.mime import Part

MAX_RECIPIENTS = 200  #: of one report; a mail to more is no support mail
_MAX_LINES, _MAX_LINE = 4_000, 2_000  #: of one report; beyond it no relay writes anything that we read
_FIELD = re.compile(r"([A-Za-z][\w-]{0,60})[ \t]*:[ \t]*(.*)")
#: in the order in which an address is believed: whom we wrote to, whom it became
_ADDRESS_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient", "remote-recipient")
#: a group begins with one of these, even where the blank line before it is missing
_FIRST_FIELDS = ("original-recipient", "final-recipient")
_RETURNED_HEADS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_HAPPY = ("delivered", "relayed", "expanded")
_DIAGNOSTIC_TYPE = re.compile(r"^(?:smtp|unknown|x-[\w-]{1,30}|local)\s*;\s*", re.IGNORECASE)
_ACTION = re.compile(r"[a-z]+")
_LOOKS_LIKE_IT = re.compile(r"^(?:final|original)-recipient[ \t]*:", re.IGNORECASE | re.MULTILINE)

Group = Mapping[str, str]


def is_report(part: Part) -> bool:
    """Whether a part is the machine-readable half of a delivery report."""
    return part.type in ("message/delivery-status", "message/global-delivery-status")


def is_paperwork(part: Part) -> bool:
    """Whether a part belongs to a delivery report and is no file for people: its fields, or the head sent back."""
    return is_report(part) or part.type in _RETURNED_HEADS


def is_refusal(part: Part) -> bool:
    """Whether a part is a disposition notification: some servers refuse a mail by one (RFC 5429, 2.2)."""
    return part.type in ("message/disposition-notification", "message/global-disposition-notification")


def names_reached(report: str) -> bool:
    """Whether a report says of somebody that the message arrived."""
    return any(_action(group) in _HAPPY for group in _groups(report))


def looks_like_report(text: str) -> bool:
    """Whether a text that is declared otherwise has a report's fields in it."""
    return bool(_LOOKS_LIKE_IT.search(text))


def recipients(report: str, *, delay: bool) -> tuple[FailedRecipient, ...]:
    """The recipients that a report names, those left out that were reached.

    Delay says what the words beside it say; it counts where a group has neither an action nor a status.
    """
    found: dict[str, FailedRecipient] = {}
    for group in _groups(report):
        recipient = _recipient(group, delay=delay)
        if recipient and len(found) < MAX_RECIPIENTS:
            found.setdefault(recipient.address.lower(), recipient)
    return tuple(found.values())


def _groups(report: str) -> Iterator[Group]:
    """The groups of fields, divided by blank lines, or where a second recipient begins without one."""
    group: dict[str, str] = {}
    name = ""
    for line in report.split("\n", _MAX_LINES)[:_MAX_LINES]:
        line = line[:_MAX_LINE].rstrip()  # noqa: PLW2901 - the same line, bounded
        field = None if line[:1] in " \t" else _FIELD.match(line)
        if field:
            name, value = field[1].lower(), field[2]
            if name in group and name in _FIRST_FIELDS:
                yield group
                group = {}
            group.setdefault(name, value)
        elif line.strip() and name:
            group[name] = f"{group[name]} {line.strip()}"
        elif not line.strip() and _has_recipient(group):
            yield group
            group, name = {}, ""
    yield group


def _has_recipient(group: Group) -> bool:
    """A blank line inside a group is damage, so one ends only where a recipient is named and something is said of it."""
    return any(name in group for name in _FIRST_FIELDS) and any(name in group for name in ("action", "status"))


def _recipient(group: Group, *, delay: bool) -> FailedRecipient | None:
    address = next((found for name in _ADDRESS_FIELDS if (found := address_of(_untyped(group.get(name, ""))))), "")
    action = _action(group)
    if not address or action in _HAPPY:
        return None
    diagnostic = one_line(_DIAGNOSTIC_TYPE.sub("", group.get("diagnostic-code", "").strip()))
    status = code_in(group.get("status", ""))
    return FailedRecipient(
        address=address,
        status=more_telling(status, diagnostic),
        permanent=_has_given_up(action, status, delay=delay),
        reason=diagnostic or one_line(_comment(group.get("status", ""))),
    )


def _action(group: Group) -> str:
    verb = _ACTION.search(group.get("action", "").lower())
    return verb[0] if verb else ""


def _untyped(value: str) -> str:
    """An address field's value without its type: "rfc822; a@b"."""
    return value.rpartition(";")[2] if "@" in value.rpartition(";")[2] else value


def _comment(status: str) -> str:
    """What some reporters write behind the code: "5.1.1 (bad destination mailbox)"."""
    return status.partition("(")[2].rstrip(") ")


def _has_given_up(action: str, status: str, *, delay: bool) -> bool:
    """`failed` means so, whatever the status's class; without an action the class says it, at last the words."""
    if action:
        return action not in ("delayed", "delay", "deferred", "warning", "transient")
    return not status.startswith("4") if status else not delay

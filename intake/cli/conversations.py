"""A ticket's conversation as a person reads it years later, without this program: plain text, oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

_WHO = {"in": "wrote", "out": "we wrote", "note": "a note of"}
_RULE = "-" * 72


def of_ticket(
    told: Mapping[str, Any], beside: Mapping[int, Sequence[str]], left_out: Mapping[str, str], zone: tzinfo
) -> str:
    """What `views.ticket` tells, or a part of it; `beside` are files by message, `left_out` says of some why."""
    return "\n".join(_lines(told, beside, left_out, zone)) + "\n"


def _lines(
    told: Mapping[str, Any], beside: Mapping[int, Sequence[str]], left_out: Mapping[str, str], zone: tzinfo
) -> Iterator[str]:
    yield f"[{told['number']}] {told['subject']}"
    if "customer" in told:
        customer = told["customer"]
        if customer["address"]:
            yield f"Customer: {customer['name']} <{customer['address']}>"
        yield f"Status: {told['status']}, {told['category']}; opened {_when(told['created_at'], zone)}"
        yield from _findings(told["fields"])
    for message in told["messages"]:
        yield from _message(message, beside.get(message["id"], ()), left_out, zone)


def _findings(fields: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    for name, found in fields.items():
        for each in found:
            yield f"{name}: {_value(each['value'])}"


def _message(
    message: Mapping[str, Any], beside: Sequence[str], left_out: Mapping[str, str], zone: tzinfo
) -> Iterator[str]:
    sender = message["from"]
    who = f"{sender['name']} <{sender['address'] or ''}>".strip()
    yield ""
    yield _RULE
    yield f"{_when(message['date'], zone)}  {_WHO[message['direction']]}: {who}"
    if message["to"]:
        yield "To: " + ", ".join(f"{each['name']} <{each['address']}>".strip() for each in message["to"])
    for path in beside:
        yield f"File: {path}" + (f" (left out: {left_out[path]})" if path in left_out else "")
    yield ""
    yield message["text"].rstrip()


def _value(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return str(value.get("iso") or " ".join(map(str, value.values())))


def _when(iso: str, zone: tzinfo) -> str:
    return datetime.fromisoformat(iso).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")

"""A ticket as a person reads it in a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from store import holding

_WIDTH = 78
_TEXT_LINES = 12  #: of each message; the rest is in --json
_NAMES = {
    "usernames": "username",
    "transaction_ids": "transaction ID",
    "occurred_at": "time",
    "emails": "email",
    "phones": "phone",
    "links": "link",
}
_DIRECTIONS = {"in": "wrote", "out": "we wrote", "note": "note"}


def of_ticket(ticket: dict[str, Any]) -> str:
    """The picture of what `views.ticket` tells."""
    return "\n".join(_lines(ticket))


def _lines(ticket: dict[str, Any]) -> Iterator[str]:
    customer = ticket["customer"]
    verified = "verified" if customer["verified"] else "not verified"
    verified += ", letters come back" if customer["undeliverable"] else ""
    yield click.style(f"[{ticket['number']}] {ticket['subject']}", bold=True)
    yield f"  {ticket['status']} · {ticket['category']} · {ticket['language']} · desk {ticket['desk']}"
    if customer["address"]:
        yield f"  from     {customer['name']} <{customer['address']}> ({verified})"
    yield f"  opened   {_when(ticket['created_at'])}"
    if ticket["status"] == "held":
        yield f"  held     {ticket['held_for']}: {holding.TOLD[holding.Reason(ticket['held_for'])]}"
        yield f"  then     loket ticket release {ticket['number']}, or: refuse --reason {'|'.join(holding.Refusal)}"
    yield from _handling(ticket)
    if ticket["merged_into"]:
        yield f"  goes on  in {ticket['merged_into']}"
    yield from _dates(ticket)
    for name, findings in ticket["fields"].items():
        for finding in findings:
            yield f"{_mark(finding)} {_NAMES.get(name, name):14} {_value(finding['value'])}{_evidence(finding)}"
    yield f"  {'missing':14} {', '.join(ticket['missing']) or 'nothing'}"
    for related in ticket["related"]:
        yield f"  {'related':14} {related['number']} ({related['why']})"
    for message in ticket["messages"]:
        yield ""
        yield from _message(message)
    yield ""
    for event in ticket["events"]:
        detail = ", ".join(f"{name}: {_listed(value)}" for name, value in event["detail"].items() if value)
        yield _cut(f"  {_when(event['at'])}  {event['what']}" + (f" ({detail})" if detail else ""))


def _dates(ticket: dict[str, Any]) -> Iterator[str]:
    """What is due, and what happens next."""
    for name, key in (("due", "first_reply_due_at"), ("settle", "resolution_due_at"), ("next", "next_at")):
        unwound = name == "next" and ticket[key] and ticket[key] <= ticket["updated_at"]  # for some seconds
        if ticket[key] and not unwound:
            what = f" ({ticket['next_what']})" if name == "next" else ""
            yield f"  {name:8} {_when(ticket[key])}{what}"


def _handling(ticket: dict[str, Any]) -> Iterator[str]:
    """Who has it, until when it waits, and what agents have put on it."""
    if ticket["assignee"] or ticket["queue"]:
        yield f"  with     {ticket['assignee'] or 'nobody'}" + (f", queue {ticket['queue']}" if ticket["queue"] else "")
    if ticket["wait_until"]:
        yield f"  waits    until {_when(ticket['wait_until'])}"
    if ticket["tags"]:
        yield f"  tags     {', '.join(ticket['tags'])}"


def _message(message: dict[str, Any]) -> Iterator[str]:
    who = message["from"]["address"] or "nobody"
    yield f"  ── {_when(message['date'])} {who} {_DIRECTIONS[message['direction']]} ".ljust(_WIDTH, "─")
    if message["identity_why"]:
        yield from textwrap.wrap(
            f"{message['identity']}: {message['identity_why']}",
            _WIDTH - 4,
            initial_indent="    ",
            subsequent_indent="    ",
        )
    lines = [line for line in message["new_text"].strip().splitlines() if line.strip()]
    for line in lines[:_TEXT_LINES]:
        yield from textwrap.wrap(line, _WIDTH - 4, initial_indent="    ", subsequent_indent="    ")[:3]
    if len(lines) > _TEXT_LINES:
        yield f"    … {len(lines) - _TEXT_LINES} more lines"
    for file in message["attachments"]:
        what = f"{file['type']}, {_size(file['size'])}"
        yield f"    + {file['kind']}: {file['name'] or '(no name)'} ({what}){_care(file)}"


def _care(file: dict[str, Any]) -> str:
    """What is special about a file: only few may open it, or nobody has read it."""
    guarded = f"; guarded: {file['guard']}" if file["guard"] else ""
    return guarded + (f"; not read: {file['unread']}" if file["unread"] else "")


def _mark(finding: dict[str, Any]) -> str:
    """Where a picture disputes what was said in words, that is for an agent to see."""
    return click.style("!", fg="red", bold=True) if finding.get("standing") == "contradicts" else " "


def _evidence(finding: dict[str, Any]) -> str:
    standing = (
        f", {finding['standing']} what was said" if finding.get("standing") in ("confirms", "contradicts") else ""
    )
    raw = " ".join(finding["raw"].split())[:40]
    return click.style(f"   “{raw}” in {finding['where']}, {finding['rule']}{standing}", dim=True)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        if "iso" in value:
            return str(value["iso"])
        return " ".join(str(part) for part in value.values())
    return str(value)


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _when(iso: str) -> str:
    return datetime.fromisoformat(iso).astimezone().strftime("%Y-%m-%d %H:%M")


def _size(size: int) -> str:
    return f"{size / 1024:.0f} kB" if size >= 1024 else f"{size} bytes"  # noqa: PLR2004  # a kilobyte


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"

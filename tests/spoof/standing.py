"""The whole store before and after a mail: what of it has changed that stood there before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from store.engine import looking

#: Every row of every table, by its key.
Snapshot = Mapping[str, Mapping[tuple[Any, ...], Mapping[str, Any]]]

#: What every mail leaves, whatever it is: its own row, its sealed files, and the count of tickets.
OF_EVERY_MAIL = frozenset({"arrival", "route", "sealingkey", "blob", "attachment"})
_COUNTS = frozenset({"desk.last_number"})

#: Tables whose new rows matter though they belong to no ticket: what they hold is about others than the mail.
_ABOUT_OTHERS = frozenset({"brake", "alert", "tally", "incident", "incidentticket", "agent", "agentaddress", "canary"})

#: Which column tells what kind of row it is.
_KIND = {"event": "what", "notice": "why", "outbox": "kind", "tally": "name"}


def snapshot(engine: Engine) -> Snapshot:
    """All of it."""
    found: dict[str, dict[tuple[Any, ...], Mapping[str, Any]]] = {}
    with looking(engine) as session:
        for table in SQLModel.metadata.sorted_tables:
            keys = [column.name for column in table.primary_key]
            listed = session.connection().execute(select(table)).mappings()
            found[table.name] = {tuple(row[key] for key in keys): dict(row) for row in listed}
    return found


def changes(before: Snapshot, after: Snapshot) -> frozenset[str]:
    """What has changed, as `table.column`, `-table` or `+table`; rows of tickets that are new are left out."""
    return frozenset(_changes(before, after)) - _COUNTS


def _changes(before: Snapshot, after: Snapshot) -> Iterator[str]:
    stood = {key[0] for key in before["ticket"]}
    for table, old in before.items():
        if table in OF_EVERY_MAIL:
            continue
        new = after[table]
        yield from (f"-{table}" for key in old if key not in new)
        yield from (
            f"{table}.{name}" for key in old if key in new for name in old[key] if old[key][name] != new[key][name]
        )
        yield from (f"+{_named(table, new[key])}" for key in new if key not in old and _matters(table, new[key], stood))


def _matters(table: str, row: Mapping[str, Any], stood: set[int]) -> bool:
    if table in _ABOUT_OTHERS or (table == "personaddress" and row["verified"]):
        return True
    return row.get("ticket_id") in stood or table == "outbox"


def _named(table: str, row: Mapping[str, Any]) -> str:
    kind = str(row[_KIND[table]]).partition("@")[0] if table in _KIND else ""
    return f"{table}:{kind}" if kind else table

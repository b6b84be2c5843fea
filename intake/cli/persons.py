"""`loket person`: everything held about a person: look, hand over, erase."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from sqlalchemy.engine import Engine

from intake import clock
from intake.cli import opened, packing, printing
from intake.cli.packing import Parcels
from store import finding_people, keys, parcels, personal, rows, subjects, views
from store.engine import looking
from store.errors import NoSuchRow
from store.finding_people import Found
from store.keys import DeskKey
from store.models import Ticket
from store.subjects import Subject

_COLUMNS = ("addresses", "name", "desk", "tickets", "mails", "first_at", "last_at")


@click.group()
def person() -> None:
    """Everything held about a person: look, hand over, erase."""


@person.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--desk", help="Only this desk's people.")
@click.option("--limit", default=50, show_default=True, help="At most so many of a desk.")
@printing.json_option
@click.pass_context
def find(ctx: click.Context, words: tuple[str, ...], desk: str | None, limit: int, as_json: bool) -> None:
    """Find people by words of their address, name, username or phone."""
    found = opened.settings(ctx)
    with opened.store(found) as engine, looking(engine) as session:
        lines = [
            _line(row.name, each)
            for row in subjects.desks(session, desk)
            for each in finding_people.find(session, row.id or 0, " ".join(words), limit=limit)
        ]
    printing.table(lines, _COLUMNS, as_json=as_json)


@person.command()
@click.argument("address")
@click.option("--desk", help="Only what this desk holds.")
@packing.options
@click.pass_context
def export(ctx: click.Context, address: str, desk: str | None, place: Path, reason: str, agent: str | None) -> None:
    """Write everything held about a person into a zip file: of all desks, unless one is named."""
    found = opened.settings(ctx)
    master = opened.master(found)
    with opened.store(found) as engine:
        with looking(engine) as session:
            held = [
                (row, subject)
                for row in subjects.desks(session, desk)
                if (subject := subjects.of_address(session, row, address)) is not None
            ]
        if not held:
            raise NoSuchRow(address)
        who = packing.handing(engine, agent, reason, clock.now())
        with packing.packing(engine, found, who, place) as zipped:
            for row, subject in held:
                _pack(engine, zipped, keys.open_desk_key(master, row.wrapped_key), subject)


def _pack(engine: Engine, zipped: Parcels, key: DeskKey, subject: Subject) -> None:
    with looking(engine) as session:
        zipped.add_json(f"{subject.desk}/person.json", personal.told(session, subject))
        beside = parcels.without_ticket(session, key, subject.desk_id, subject.desk, subject.addresses)
    zipped.add(beside, subject.desk)
    for ticket_id in subject.own:  # one at a time: letters are held in memory
        with looking(engine) as session:
            parcel = parcels.of_ticket(session, key, rows.one(session, Ticket, ticket_id))
        zipped.add(parcel, f"{subject.desk}/tickets/{parcel.told['number']}")
    for ticket_id in subject.shared:
        with looking(engine) as session:
            ticket = rows.one(session, Ticket, ticket_id)
            parcel = parcels.of_part(session, key, ticket, subject.addresses)
        zipped.add(parcel, f"{subject.desk}/part_in/{parcel.told['number']}")


def _line(desk: str, found: Found) -> dict[str, Any]:
    return {
        "desk": desk,
        "name": found.name,
        "addresses": list(found.addresses),
        "tickets": list(found.tickets),
        "first_at": views.instant(found.first_at),
        "last_at": views.instant(found.last_at),
        "mails": found.mails,
    }

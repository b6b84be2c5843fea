"""`loket ticket export`: tickets with their mails, letters and files, in a zip file."""

from __future__ import annotations

from pathlib import Path

import click

from intake import clock
from intake.cli import deeds, held, opened, packing
from intake.cli.tickets import found_ticket, ticket
from store import keys, parcels, rows
from store.engine import looking
from store.models import Desk

__all__ = ["deeds", "held", "ticket"]  # the group, and who gives it its other commands


@ticket.command()
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@click.option("--desk", help="The desk, where two have the same prefix.")
@packing.options
@click.pass_context
def export(
    ctx: click.Context, numbers: tuple[str, ...], desk: str | None, place: Path, reason: str, agent: str | None
) -> None:
    """Write tickets into a zip file: what `show --json` tells, the conversation, the mails, letters and files.

    Secrets and identity documents, and the mails that hold them, go to a lead, kyc or auditor alone; a line says what
    was left out. Who took what and why is recorded.
    """
    found = opened.settings(ctx)
    master = opened.master(found)
    with opened.store(found) as engine:
        with looking(engine) as session:  # a number that is wrong, before there is a file
            wanted = [found_ticket(session, number, desk) for number in dict.fromkeys(numbers)]
        who = packing.handing(engine, agent, reason, clock.now())
        with packing.packing(engine, found, who, place) as zipped:
            for row in wanted:
                with looking(engine) as session:
                    key = keys.open_desk_key(master, rows.one(session, Desk, row.desk_id).wrapped_key)
                    parcel = parcels.of_ticket(session, key, row)
                zipped.add(parcel, row.number)

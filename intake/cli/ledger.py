"""`loket mail`: the fate of every mail that was ever taken."""

from __future__ import annotations

from typing import Any

import click
from sqlmodel import Session

from intake import clock, returning
from intake.cli import opened, printing
from store import ledger, rows, views
from store.engine import looking
from store.models import Arrival, Mail, Ticket

_COLUMNS = ("id", "received_at", "door", "state", "attempts", "sender", "rule", "ticket", "error")


@click.group()
def mail() -> None:
    """The fate of every mail that was ever taken."""


@mail.command("list")
@click.option("--state", type=click.Choice([ledger.WAITING, ledger.DONE, ledger.SHUNTED]), help="Only these.")
@click.option("--limit", default=100, show_default=True, help="The newest so many.")
@printing.json_option
@click.pass_context
def list_(ctx: click.Context, state: str | None, limit: int, as_json: bool) -> None:
    """List mails, the newest first."""
    with opened.store(opened.settings(ctx)) as engine, looking(engine) as session:
        found = ledger.listing(session, state=state, limit=limit)
        lines = [
            _line(session, arrival, each) for arrival, mails in found for each in (*mails, *([] if mails else [None]))
        ]
        printing.table(lines, _COLUMNS, as_json=as_json)


@mail.command()
@click.argument("number", metavar="ID", type=int)
@printing.json_option
@click.pass_context
def show(ctx: click.Context, number: int, as_json: bool) -> None:
    """Show one mail's way: by which doors it came, what became of it, and why."""
    with opened.store(opened.settings(ctx)) as engine, looking(engine) as session:
        arrival = rows.one(session, Arrival, number)
        mails = ledger.mails_of(session, arrival)
        for each in (*mails, *([] if mails else [None])):
            told = _line(session, arrival, each) | {
                "spool": arrival.spool_name,
                "size": arrival.size,
                "mailbox": arrival.mailbox,
                "message_id": each.message_id if each else None,
                "why": each.why if each else None,
                "acknowledged": each.acknowledged if each else None,
                "raw": each.raw_blob if each else None,
            }
            if as_json:
                printing.as_json_line(told)
            else:
                click.echo("\n".join(f"{name:13} {'-' if value is None else value}" for name, value in told.items()))


@mail.command()
@click.argument("numbers", metavar="ID...", type=int, nargs=-1, required=True)
@click.pass_context
def retry(ctx: click.Context, numbers: tuple[int, ...]) -> None:
    """Put mails that were set aside back into the spool; a mail that can be read now completes its ticket."""
    found = opened.settings(ctx)
    with opened.store(found) as engine:
        for number in numbers:
            name = returning.put_back(
                engine, opened.blobs(found), opened.master(found), opened.spool(found), number, clock.now()
            )
            click.echo(f"mail {number} is in the spool again as {name}", err=True)


def _line(session: Session, arrival: Arrival, each: Mail | None) -> dict[str, Any]:
    ticket = session.get(Ticket, each.ticket_id) if each and each.ticket_id else None
    return {
        "id": arrival.id,
        "received_at": views.instant(arrival.received_at),
        "door": arrival.door,
        "state": arrival.state,
        "attempts": arrival.attempts,
        "sender": each.sender if each else None,
        "rule": each.rule if each else None,
        "ticket": ticket.number if ticket else None,
        "error": arrival.error,
    }

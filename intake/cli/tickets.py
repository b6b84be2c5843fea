"""`loket ticket`: look at tickets and find them."""

from __future__ import annotations

import click
from sqlmodel import Session, select

from intake.cli import opened, picture, printing
from store import search as finder
from store import tickets, views
from store.engine import looking
from store.errors import NoSuchRow
from store.models import Desk, Ticket
from store.states import Status

_COLUMNS = ("number", "status", "created_at", "first_reply_due_at", "category", "subject")


@click.group()
def ticket() -> None:
    """Tickets: list them, show them, find them."""


@ticket.command("list")
@click.option("--desk", help="Only this desk's.")
@click.option("--status", type=click.Choice([each.value for each in Status]), help="Only these.")
@click.option("--limit", default=100, show_default=True, help="The newest so many.")
@printing.json_option
@click.pass_context
def list_(ctx: click.Context, desk: str | None, status: str | None, limit: int, as_json: bool) -> None:
    """List tickets, the newest first."""
    with opened.store(opened.settings(ctx)) as engine, looking(engine) as session:
        printing.table(views.listing(session, desk=desk, status=status, limit=limit), _COLUMNS, as_json=as_json)


@ticket.command()
@click.argument("number")
@click.option("--desk", help="The desk, where two have the same prefix.")
@printing.json_option
@click.pass_context
def show(ctx: click.Context, number: str, desk: str | None, as_json: bool) -> None:
    """Show a ticket: who, what, the findings with their evidence, the conversation, what happened."""
    with opened.store(opened.settings(ctx)) as engine, looking(engine) as session:
        told = views.ticket(session, _found(session, number, desk))
    if as_json:
        printing.as_json_line(told)
    else:
        click.echo(picture.of_ticket(told))


@ticket.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--desk", help="The desk whose tickets are searched.")
@click.option("--limit", default=50, show_default=True, help="The newest so many.")
@printing.json_option
@click.pass_context
def search(ctx: click.Context, words: tuple[str, ...], desk: str | None, limit: int, as_json: bool) -> None:
    """Find the tickets of one desk in which all these words stand."""
    found = opened.settings(ctx)
    name = opened.desk_of(found, desk)
    with opened.store(found) as engine, looking(engine) as session:
        row = session.exec(select(Desk).where(Desk.name == name)).first()
        hits = finder.search(session, row.id or 0, " ".join(words), limit=limit) if row else []
        printing.table([views.summary(session, each) for each in hits], _COLUMNS, as_json=as_json)


def _found(session: Session, number: str, desk: str | None) -> Ticket:
    """The ticket of that number, at the named desk or at any."""
    for row in session.exec(select(Desk)).all():
        if desk in (None, row.name):
            try:
                return tickets.by_number(session, row.id or 0, number)
            except NoSuchRow:
                continue
    raise NoSuchRow(number)

"""`loket ticket`: look at tickets and find them; decide on held ones, on who takes part, on two that are one."""

from __future__ import annotations

import click
from sqlmodel import Session, select

from intake import clock
from intake.cli import opened, picture, printing
from replies import targets
from store import holding, merging, participation, rows, tickets, views
from store import search as finder
from store.engine import looking, writing
from store.errors import NoSuchRow
from store.models import Desk, Ticket
from store.states import Status

_COLUMNS = ("number", "status", "created_at", "next_at", "category", "subject")


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
        told = views.ticket(session, found_ticket(session, number, desk))
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
        printing.table(views.summaries(session, hits), _COLUMNS, as_json=as_json)


@ticket.command()
@click.argument("number")
@click.option("--desk", help="The desk, where two have the same prefix.")
@click.pass_context
def release(ctx: click.Context, number: str, desk: str | None) -> None:
    """Let a held ticket become work; `ticket show` says why it was held."""
    found = opened.settings(ctx)
    with opened.store(found) as engine, writing(engine) as session:
        row = found_ticket(session, number, desk)
        owner = found.desks[rows.one(session, Desk, row.desk_id).name]
        now = clock.now()
        due = targets.first_reply_due(owner, row.category, row.priority, now)
        holding.release(session, row.id or 0, opened.operator(), due, now)


@ticket.command()
@click.argument("number")
@click.option("--reason", type=click.Choice([each.value for each in holding.Refusal]), required=True, help="Why.")
@click.option("--desk", help="The desk, where two have the same prefix.")
@click.pass_context
def refuse(ctx: click.Context, number: str, reason: str, desk: str | None) -> None:
    """Close a held ticket for good. Nothing is sent, and nothing is lost."""
    with opened.store(opened.settings(ctx)) as engine, writing(engine) as session:
        row = found_ticket(session, number, desk)
        holding.refuse(session, row.id or 0, holding.Refusal(reason), opened.operator(), clock.now())


@ticket.command()
@click.argument("number")
@click.argument("address")
@click.option("--same-person", is_flag=True, help="It is another address of the ticket's customer.")
@click.option("--desk", help="The desk, where two have the same prefix.")
@click.pass_context
def admit(ctx: click.Context, number: str, address: str, same_person: bool, desk: str | None) -> None:
    """Let an address take part in a ticket: someone in copy, or the customer's new address."""
    with opened.store(opened.settings(ctx)) as engine, writing(engine) as session:
        participation.admit(
            session,
            found_ticket(session, number, desk),
            address,
            opened.operator(),
            clock.now(),
            same_person=same_person,
        )


@ticket.command()
@click.argument("number")
@click.argument("into")
@click.option("--desk", help="The desk, where two have the same prefix.")
@click.pass_context
def merge(ctx: click.Context, number: str, into: str, desk: str | None) -> None:
    """Close a ticket in favour of another; what is answered to it leads there."""
    with opened.store(opened.settings(ctx)) as engine, writing(engine) as session:
        row, other = found_ticket(session, number, desk), found_ticket(session, into, desk)
        merging.merge(session, row.id or 0, other.id or 0, opened.operator(), clock.now())


def found_ticket(session: Session, number: str, desk: str | None) -> Ticket:
    """The ticket of that number, at the named desk or at any. Raises NoSuchRow."""
    for row in session.exec(select(Desk)).all():
        if desk in (None, row.name):
            try:
                return tickets.by_number(session, row.id or 0, number)
            except NoSuchRow:
                continue
    raise NoSuchRow(number)

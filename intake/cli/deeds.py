"""`loket ticket VERB`: what can be done to a ticket, by the same functions as by mail."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
from sqlmodel import Session

from intake import clock
from intake.cli import opened
from intake.cli.tickets import found_ticket, ticket
from intake.config import Settings
from parsing.fields import by_hand, deadlines
from parsing.fields.site import site_words
from replies.settings import DeskSettings
from store import attention, commands, incidents, people, rows, splitting, undoing
from store.engine import writing
from store.errors import NoSuchRow
from store.models import Desk, Ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class At:
    """A ticket under somebody's hands."""

    session: Session
    settings: Settings
    desk: DeskSettings
    ticket: Ticket
    by: str
    now: datetime

    @property
    def key(self) -> int:
        """The ticket's key."""
        return self.ticket.id or 0

    def agent(self, name: str) -> int:
        """The agent of that name."""
        found = people.agent_named(self.session, name)
        if found is None:
            raise NoSuchRow(name)
        return found


def verb(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command on one ticket, in a transaction of its own; `--as NAME` says which agent gives it."""

    def made(function: Callable[..., Any]) -> click.Command:
        @click.argument("number")
        @click.option("--desk", help="The desk, where two have the same prefix.")
        @click.option("--as", "agent", metavar="NAME", help="The agent that you are, for the record.")
        @functools.wraps(function)
        def run(number: str, desk: str | None, agent: str | None, **given: Any) -> Any:
            found = opened.settings(click.get_current_context())
            with opened.store(found) as engine, writing(engine) as session:
                row = found_ticket(session, number, desk)
                at = At(
                    session=session,
                    settings=found,
                    desk=found.desks[rows.one(session, Desk, row.desk_id).name],
                    ticket=row,
                    by=opened.acting(session, agent),
                    now=clock.now(),
                )
                return function(at, **given)

        return ticket.command(name)(run)

    return made


@verb("close")
def close(at: At) -> None:
    """Say that the matter is over. Nothing is sent."""
    commands.close(at.session, at.key, at.by, at.now)


@verb("reopen")
def reopen(at: At) -> None:
    """Make it the desk's turn again."""
    commands.reopen(at.session, at.key, at.by, at.now)


@verb("assign")
@click.argument("agent_name", metavar="[AGENT]", required=False)
def assign(at: At, agent_name: str | None) -> None:
    """Give a ticket to an agent; without one, back to its queue."""
    commands.assign(at.session, at.key, at.agent(agent_name) if agent_name else None, at.by, at.now)


@verb("take")
def take(at: At) -> None:
    """Take a ticket as the agent whom --as names."""
    commands.assign(at.session, at.key, at.agent(at.by), at.by, at.now)


@verb("note")
@click.argument("words", nargs=-1, required=True)
def note(at: At, words: tuple[str, ...]) -> None:
    """Write something on a ticket that no customer sees."""
    commands.note(at.session, at.key, " ".join(words), at.by, at.now)


@verb("set")
@click.argument("pair", metavar="FIELD=VALUE")
def set_(at: At, pair: str) -> None:
    """Say what a field's value is, or the category; it is never overwritten by what is read."""
    name, sign, value = pair.partition("=")
    if not sign:
        raise click.UsageError("write FIELD=VALUE, as in username=budi_99")
    if name.strip().lower() in ("category", "kategori"):
        _categorise(at, value.strip())
        return
    field = by_hand.field_named(name, at.settings.site)
    if field is None:
        raise click.UsageError(f"there is no field {name.strip()}")
    local = at.now.astimezone(at.desk.zone)
    said = by_hand.value_of(field, value, at.settings.report_settings, local)
    if said is None:
        raise click.UsageError(f"{value.strip()!r} has not the shape of {field}")
    commands.set_field(at.session, at.key, field, said, value.strip(), at.by, at.now)


@verb("priority")
@click.argument("priority", type=click.Choice(commands.PRIORITIES))
def priority(at: At, priority: str) -> None:
    """Say how urgent a ticket is."""
    commands.prioritise(at.session, at.key, priority, at.by, at.now)


@verb("tag")
@click.argument("words", nargs=-1)
@click.option("--off", multiple=True, metavar="WORD", help="A tag to take off.")
def tag(at: At, words: tuple[str, ...], off: tuple[str, ...]) -> None:
    """Put tags on a ticket, or take some off."""
    commands.tag(at.session, at.key, words, off, at.by, at.now)


@verb("wait")
@click.argument("until", nargs=-1)
def wait(at: At, until: tuple[str, ...]) -> None:
    """Put a ticket aside until the customer writes, or until a day: "3 hari", "1/12", "besok 09.00"."""
    instant = None
    if until:
        local = at.now.astimezone(at.desk.zone)
        instant = deadlines.deadline(" ".join(until), local, at.desk.hours.open)
        if instant is None:
            raise click.UsageError(f"no day to wait for: {' '.join(until)}")
    commands.wait(at.session, at.key, instant.astimezone(UTC) if instant else None, at.by, at.now)


@verb("queue")
@click.argument("name")
def queue(at: At, name: str) -> None:
    """Put a ticket into a queue, out of everybody's hands."""
    known = {each.name for each in at.settings.queues if each.desk in ("", at.desk.name)}
    if name not in known:
        raise NoSuchRow(name)
    commands.move_to_queue(at.session, at.key, name, at.by, at.now)


@verb("split")
@click.option("--message", type=int, help="The message that leaves, by its id; else the customer's newest.")
def split(at: At, message: int | None) -> None:
    """Move a customer's message into a ticket of its own; prints its number."""
    click.echo(splitting.split(at.session, at.key, message, at.by, at.now).number)


@verb("link")
@click.argument("other")
def link(at: At, other: str) -> None:
    """Say that two tickets have to do with each other."""
    other_id = found_ticket(at.session, other, at.desk.name).id or 0
    commands.link(at.session, at.key, other_id, at.by, at.now)


@verb("watch")
def watch(at: At) -> None:
    """Have the agent whom --as names told of a ticket, whoever has it."""
    attention.turn(at.session, at.key, at.agent(at.by), attention.WATCH, at.by, at.now)


@verb("mute")
def mute(at: At) -> None:
    """Leave the agent whom --as names in peace by a ticket."""
    attention.turn(at.session, at.key, at.agent(at.by), attention.MUTE, at.by, at.now)


@verb("undo")
def undo(at: At) -> int:
    """Take back what you last did to a ticket, within a day."""
    what = undoing.undo(at.session, at.key, at.by, at.now)
    click.echo(f"undone: {what}" if what else "there is nothing to take back")
    return 0 if what else 1


def _categorise(at: At, category: str) -> None:
    words = site_words(at.ticket.language, at.settings.site)
    if category not in words.subjects:
        raise click.UsageError(f"there is no category {category}; one of: {', '.join(words.subjects)}")
    commands.categorise(at.session, at.key, category, words.category_subject(category), at.by, at.now)


@verb("incident")
@click.argument("words", metavar="NAME", nargs=-1)
@click.option("--end", is_flag=True, help="End the incident that the ticket is of.")
def incident(at: At, words: tuple[str, ...], end: bool) -> None:
    """Make an incident out of a ticket and all that are like it; customers are told its NAME."""
    if end == bool(words):
        raise click.UsageError("give the incident a name, or --end")
    if end:
        incidents.end(at.session, at.key, at.by, at.now)
        return
    begun = incidents.begin(at.session, at.key, " ".join(words), at.by, at.now)
    number = rows.one(at.session, Ticket, begun.ticket_id).number
    click.echo(f"{number}: {len(incidents.reached(at.session, begun.ticket_id))} tickets")

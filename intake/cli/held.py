"""`loket ticket answers`, `send`, `keep`, `discard`: what agents have written to customers, and what is held of it."""

from __future__ import annotations

from textwrap import indent
from typing import Any

import click
from sqlmodel import Session

from intake import clock, desks
from intake.agents import dispatch
from intake.agents.dispatch import Dispatch
from intake.cli import opened, printing
from intake.cli.deeds import At, verb
from intake.cli.tickets import found_ticket, ticket
from parsing.body.commands import read_orders
from replies import order_words
from store import answers, opening, rows, views
from store.engine import looking, writing
from store.errors import NoSuchRow
from store.models import Agent, Answer, Desk, Message

_answer = click.option("--answer", "serial", type=int, metavar="N", help="Which; else the only one that is held.")


@ticket.command("answers")
@click.argument("number")
@click.option("--desk", help="The desk, where two have the same prefix.")
@click.option("--held", "only_held", is_flag=True, help="Only those that wait for somebody's word.")
@printing.json_option
@click.pass_context
def list_(ctx: click.Context, number: str, desk: str | None, only_held: bool, as_json: bool) -> None:
    """List what agents have written to a ticket's customer, the oldest first, and why some of it is held."""
    with opened.store(opened.settings(ctx)) as engine, looking(engine) as session:
        found = answers.of_ticket(session, found_ticket(session, number, desk).id or 0)
        lines = [_line(session, each) for each in found if not only_held or each.state == answers.HELD]
    for line in lines:
        if as_json:
            printing.as_json_line(line)
        else:
            head = "  ".join(str(line[name]) for name in ("answer", "created_at", "agent", "state", "why"))
            click.echo(f"{head.rstrip()}\n{indent(line['words'], '    ')}\n")


@ticket.command("send")
@click.argument("number")
@click.option("--desk", help="The desk, where two have the same prefix.")
@click.option("--as", "agent", metavar="NAME", help="The agent that you are, for the record.")
@click.option("--anyway", is_flag=True, help="Though another agent has answered meanwhile.")
@_answer
@click.pass_context
def send(
    ctx: click.Context, number: str, desk: str | None, agent: str | None, anyway: bool, serial: int | None
) -> None:
    """Send a held answer, as its writer would; orders that came with it are named, and are yours to give."""
    found = opened.settings(ctx)
    master, blobs = opened.master(found), opened.blobs(found)
    with opened.store(found) as engine:
        open_desks = desks.open_all(engine, found.desks, master, found.site, holds=found.answer_holds)
        with writing(engine) as session:
            row = found_ticket(session, number, desk)
            at = open_desks[rows.one(session, Desk, row.desk_id).name]
            answer = _held(session, row.id or 0, serial)
            message = rows.one(session, Message, answer.message_id)
            _check(session, answer, dispatch.obstacle(session, row, answer.why), anyway=anyway)
            orders = read_orders(message.text).orders
            way = Dispatch(
                session=session,
                desk=at,
                ticket=row,
                by=opened.acting(session, agent),
                mail_id=None,
                content=lambda _file, blob: opening.content(session, blobs, at.key, blob),
                now=clock.now(),
            )
            dispatch.put_out(way, answer, message.new_text, dispatch.files_of(session, answer.message_id))
    for order in orders:
        click.echo(f"not done: {order.line}", err=True)


@verb("keep")
@_answer
def keep(at: At, serial: int | None) -> None:
    """Make a held answer a note."""
    answers.settle(at.session, _held(at.session, at.key, serial), answers.NOTE, at.by, at.now)


@verb("discard")
@_answer
def discard(at: At, serial: int | None) -> None:
    """Throw a held answer away; its words stay on the record."""
    answers.settle(at.session, _held(at.session, at.key, serial), answers.DISCARDED, at.by, at.now)


def _held(session: Session, ticket_id: int, serial: int | None) -> Answer:
    """The held answer that is meant. Raises NoSuchRow."""
    held = [each for each in answers.of_ticket(session, ticket_id) if each.state == answers.HELD]
    meant = held if serial is None else [each for each in held if each.serial == serial]
    if len(meant) > 1:
        listed = ", ".join(str(each.serial) for each in meant)
        raise click.UsageError(f"which one? --answer takes one of: {listed}")
    if not meant:
        raise NoSuchRow("a held answer" if serial is None else f"held answer {serial}")
    return meant[0]


def _check(session: Session, answer: Answer, obstacle: str, *, anyway: bool) -> None:
    """Raises ClickException where the answer cannot leave, or passes another one by."""
    if obstacle:
        raise click.ClickException(order_words.phrases("en").say(obstacle))
    others = answers.unseen(session, answer.ticket_id, answer.serial, answer.agent_id)
    if others and not anyway:
        names = ", ".join(dict.fromkeys(_line(session, each)["agent"] for each in others))
        raise click.ClickException(f"{names} answered meanwhile: see `ticket answers`; --anyway sends this one too")


def _line(session: Session, answer: Answer) -> dict[str, Any]:
    agent = session.get(Agent, answer.agent_id)
    return {
        "answer": answer.serial,
        "created_at": views.instant(answer.created_at),
        "agent": agent.name if agent else "",
        "state": answer.state,
        "why": answer.why.replace(",", ", "),
        "words": rows.one(session, Message, answer.message_id).new_text,
    }

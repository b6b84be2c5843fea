"""`loket rules`: the site's own fields and categories, tried on their examples and on the mail that there is."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import timedelta

import click

from intake import clock, replaying
from intake.cli import opened, printing
from store import people
from store.engine import looking

_SPANS = {"h": "hours", "d": "days", "w": "weeks"}


def _span(_ctx: click.Context, _parameter: click.Parameter, value: str) -> timedelta:
    """A length of time; a usage error for anything else."""
    match = re.fullmatch(r"(\d{1,4})([hdw])", value)
    if match is None:
        raise click.BadParameter(f"{value!r} is no length of time; write 12h, 30d or 4w")
    return timedelta(**{_SPANS[match[2]]: int(match[1])})


@click.group()
def rules() -> None:
    """The site's own fields and categories."""


@rules.command()
@printing.json_option
@click.pass_context
def test(ctx: click.Context, as_json: bool) -> None:
    """Try each declaration on its own examples.

    A configuration whose rules fail is refused by every command, this one too: it says which, where and why.
    """
    site = opened.settings(ctx).site
    told = [
        {
            "kind": kind,
            "name": each.name,
            "examples": len(each.examples),
            "counter_examples": len(each.counter_examples),
        }
        for kind, declared in (("field", site.fields), ("category", site.categories))
        for each in declared
    ]
    printing.table(told, ("kind", "name", "examples", "counter_examples"), as_json=as_json)
    if not as_json:
        click.echo(f"{len(told)} rules, all true to their examples" if told else "the site has no rules of its own")


@rules.command()
@click.option("--since", metavar="SPAN", callback=_span, required=True, help="How far back: 12h, 30d, 4w.")
@click.option("--as", "agent", metavar="NAME", help="The agent that you are; guarded mail opens for some roles alone.")
@printing.json_option
@click.pass_context
def replay(ctx: click.Context, since: timedelta, agent: str | None, as_json: bool) -> None:
    """Read stored mail anew, and show what would be read otherwise. Nothing is changed.

    Sealed mail is opened for it: who did so is recorded with each, on its ticket too.
    """
    found = opened.settings(ctx)
    with opened.store(found) as engine:
        with looking(engine) as session:
            role = people.role_of(session, agent) if agent else None
        now = clock.now()
        told = replaying.replay(
            engine,
            opened.blobs(found),
            opened.master(found),
            found.report_settings,
            since=now - since,
            by=agent or opened.operator(),
            role=role,
            now=now,
        )
    for change in told.changes:
        if as_json:
            printing.as_json_line(asdict(change))
        else:
            click.echo("\n".join(replaying.lines(change)))
    click.echo(f"{told.read} mails read, {len(told.changes)} would change, {told.closed} stayed closed", err=True)

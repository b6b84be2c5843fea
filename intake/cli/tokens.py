"""`loket tokens`: the keys of signed reply addresses."""

from __future__ import annotations

import click

from intake.cli import opened
from store import desks
from store.engine import writing


@click.group()
def tokens() -> None:
    """The keys that reply addresses are signed with."""


@tokens.command()
@click.option("--desk", help="The desk whose key is changed.")
@click.pass_context
def rotate(ctx: click.Context, desk: str | None) -> None:
    """Sign with a new key from the daemon's next start or SIGHUP on.

    What the last key signed stays good until the next rotation: rotate twice to make all earlier tokens worthless.
    """
    found = opened.settings(ctx)
    name = opened.desk_of(found, desk)
    with opened.store(found) as engine, writing(engine) as session:
        desks.rotate_tokens(session, name)
    click.echo(f"desk {name} signs with a new key once the daemon has been told: systemctl reload loket", err=True)

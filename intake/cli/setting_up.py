"""`loket init`, `loket check` and `loket migrate`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from intake import config
from intake.checks import checking
from intake.cli import opened
from intake.errors import ConfigurationWrong
from store import keys
from store import migrate as schema
from store.engine import open_store

#: The manual, from which `init` takes what it writes: in a checkout at its root, in a wheel beside the templates.
_ROOT = Path(__file__).resolve().parents[2]
_EXAMPLES = (_ROOT / "templates" / "config.example.toml", _ROOT / "config.example.toml")


@click.command()
@click.option("--address", default="support@example.com", show_default=True, help="The desk's address.")
@click.pass_context
def init(ctx: click.Context, address: str) -> int:
    """Write a commented config.toml, the data folder and the secret key. Nothing is ever overwritten."""
    place: Path = ctx.obj or Path("config.toml")
    if place.exists():
        click.echo(f"{place} is there already, and stays as it is", err=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        example = next(path for path in _EXAMPLES if path.exists()).read_text(encoding="utf-8")
        place.write_text(example.replace("support@example.com", address), encoding="utf-8")
        place.chmod(0o600)
        click.echo(f"wrote {place}: read it, and change what has to be changed", err=True)
    found = config.load(place)
    found.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = found.data / "secret.key"
    try:
        keys.create_master(key)
    except FileExistsError:
        click.echo(f"{key} is there already, and stays as it is", err=True)
        return 0
    click.echo(
        f"wrote {key}: the key of all sealed mail. Copy it to a safe place apart from the data's backup.\n"
        "Without it no mail or file in this store can ever be read again; with it, everybody can.",
        err=True,
    )
    return 0


@click.command()
@click.option("--online", is_flag=True, help="Also log in at every server, and ask the DNS about the desks' domains.")
@click.option(
    "--probe", is_flag=True, help="Also send a mail to each address, which the running daemon has to take in."
)
@click.option(
    "--wait", type=click.FloatRange(1, 3600), default=120, show_default=True, help="Seconds that it may take."
)
@click.pass_context
def check(ctx: click.Context, online: bool, probe: bool, wait: float) -> int:
    """Say what is wrong with the configuration and its surroundings, and how to mend it."""
    try:
        found = opened.settings(ctx)
    except ConfigurationWrong as error:
        click.echo(str(error))
        return 2
    faults = 0
    for result in checking.check(found, os.environ, online=online or probe, probe_seconds=wait if probe else 0):
        faults += not result.well
        sign = click.style("ok   ", fg="green") if result.well else click.style("wrong", fg="red")
        click.echo(f"{sign} {result.what}: {result.told}")
    return 1 if faults else 0


@click.command()
@click.pass_context
def migrate(ctx: click.Context) -> None:
    """Bring the store's schema to this version."""
    engine = open_store(opened.settings(ctx).store_url)
    before = schema.current(engine)
    schema.upgrade(engine)
    click.echo(f"the schema was {before or 'empty'}, and is {schema.current(engine)}", err=True)
    engine.dispose()

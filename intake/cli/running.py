"""`loket run` and `loket demo`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from intake import config, daemon
from intake.cli import demonstration


@click.command()
@click.option("--shadow", is_flag=True, help="Do everything but send and flag, to watch beside an old desk.")
@click.pass_context
def run(ctx: click.Context, shadow: bool) -> None:
    """Run the desk until SIGTERM; SIGHUP reads the configuration anew."""
    place = config.locate(ctx.obj)
    for name in config.unknown_variables():
        click.echo(f"loket: {name} in the environment names no key, and is passed over", err=True)
    daemon.run(partial(config.load, place), shadow=shadow)


@click.command()
@click.option("--once", is_flag=True, help="End when everything has been shown.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The SMTP door's port; else a free one.")
@click.option("--data", type=click.Path(path_type=Path), help="A folder to keep; else a temporary one.")
def demo(once: bool, port: int, data: Path | None) -> None:
    """Show a desk at work, on this machine alone: sample reports in, tickets and letters out."""
    demonstration.show(port=port, data=data, once=once)

"""`loket agent`: who may answer, and from which addresses."""

from __future__ import annotations

import click
from sqlalchemy.exc import IntegrityError

from intake import clock
from intake.cli import opened, printing
from replies import agent_words
from store import people
from store.engine import looking, writing

_ROLES = ("agent", "lead", "kyc", "auditor")


@click.group()
def agent() -> None:
    """Who may answer, and from which addresses."""


@agent.command()
@click.argument("name")
@click.argument("addresses", nargs=-1, required=True)
@click.option("--role", type=click.Choice(_ROLES), default="agent", show_default=True, help="What this agent may do.")
@click.option("--language", default="", help="Of letters to this agent; else the desk's first.")
@click.pass_context
def add(ctx: click.Context, name: str, addresses: tuple[str, ...], role: str, language: str) -> int:
    """Register an agent with the addresses that this agent answers from."""
    found = opened.settings(ctx)
    for desk in found.desks.values() if language else ():
        agent_words.load(language, desk.templates)  # LetterUnreadable where there are no letters in it
    wrong = [address for address in addresses if address.count("@") != 1 or " " in address]
    if wrong:
        raise click.UsageError(f"not an address: {', '.join(wrong)}")
    try:
        with opened.store(found) as engine, writing(engine) as session:
            people.add_agent(session, name, role, addresses, clock.now(), language=language)
    except IntegrityError:
        click.echo("loket: that name or one of the addresses is an agent's already", err=True)
        return 1
    return 0


@agent.command("list")
@printing.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the agents."""
    with opened.store(opened.settings(ctx)) as engine, looking(engine) as session:
        lines = [
            {"name": each.name, "role": each.role, "language": each.language, "addresses": addresses}
            for each, addresses in people.agents(session)
        ]
    printing.table(lines, ("name", "role", "language", "addresses"), as_json=as_json)


@agent.command()
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> int:
    """Take an agent's rights and addresses away."""
    with opened.store(opened.settings(ctx)) as engine, writing(engine) as session:
        removed = people.remove_agent(session, name)
    if not removed:
        click.echo(f"loket: there is no agent {name}", err=True)
    return 0 if removed else 1

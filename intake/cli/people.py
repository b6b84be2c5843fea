"""`loket agent`: who may answer, and from which addresses."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from sqlalchemy.exc import IntegrityError

from intake import clock
from intake.agents.away import UNSAID
from intake.cli import opened, printing
from intake.config import Settings
from intake.settings import QUIET
from replies import agent_words
from store import absence, people, views
from store.engine import looking, writing

_ROLES = ("agent", "lead", "kyc", "auditor")


class _Quiet(click.ParamType[str]):
    """Hours of the day: HH:MM-HH:MM, or nothing."""

    name = "hours"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text, where it is one."""
        if value and not QUIET.fullmatch(value):
            self.fail(f'{value} is not written as "21:00-07:00"', param, ctx)
        return value


@click.group()
def agent() -> None:
    """Who may answer, and from which addresses."""


@agent.command()
@click.argument("name")
@click.argument("addresses", nargs=-1, required=True)
@click.option("--role", type=click.Choice(_ROLES), default="agent", show_default=True, help="What this agent may do.")
@click.option("--language", default="", help="Of letters to this agent; else the desk's first.")
@click.option("--quiet", type=_Quiet(), default="", help='Hours in which nothing is sent: "21:00-07:00".')
@click.pass_context
def add(ctx: click.Context, name: str, addresses: tuple[str, ...], role: str, language: str, quiet: str) -> int:
    """Register an agent with the addresses that this agent answers from."""
    found = opened.settings(ctx)
    _check_language(found, language)
    wrong = [address for address in addresses if address.count("@") != 1 or " " in address]
    if wrong:
        raise click.UsageError(f"not an address: {', '.join(wrong)}")
    try:
        with opened.store(found) as engine, writing(engine) as session:
            people.add_agent(session, name, role, addresses, clock.now(), language=language, quiet=quiet)
    except IntegrityError:
        click.echo("loket: that name or one of the addresses is an agent's already", err=True)
        return 1
    return 0


@agent.command()
@click.argument("name")
@click.option("--language", help="Of letters to this agent; an empty one is the desk's first.")
@click.option("--quiet", type=_Quiet(), help='Hours in which nothing is sent: "21:00-07:00"; an empty text for none.')
@click.pass_context
def change(ctx: click.Context, name: str, language: str | None, quiet: str | None) -> int:
    """Change how an agent is written to."""
    found = opened.settings(ctx)
    _check_language(found, language or "")
    with opened.store(found) as engine, writing(engine) as session:
        return _told(name, people.change_agent(session, name, language=language, quiet=quiet))


@agent.command()
@click.argument("name")
@click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M"]), help="When the agent is back, in UTC.")
@click.pass_context
def away(ctx: click.Context, name: str, until: datetime | None) -> int:
    """Say that an agent is away: new tickets go to others, and the agent's too when news comes."""
    with opened.store(opened.settings(ctx)) as engine, writing(engine) as session:
        key = people.agent_named(session, name)
        if key is not None:
            absence.leave(session, key, until.replace(tzinfo=UTC) if until else clock.now() + UNSAID)
        return _told(name, key is not None)


@agent.command()
@click.argument("name")
@click.pass_context
def back(ctx: click.Context, name: str) -> int:
    """Say that an agent is here again."""
    with opened.store(opened.settings(ctx)) as engine, writing(engine) as session:
        key = people.agent_named(session, name)
        if key is not None:
            absence.back(session, key)
        return _told(name, key is not None)


@agent.command("list")
@printing.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the agents."""
    with opened.store(opened.settings(ctx)) as engine, looking(engine) as session:
        lines = [
            {
                "name": each.name,
                "role": each.role,
                "language": each.language,
                "quiet": each.quiet,
                "away_until": views.instant(each.away_until),
                "addresses": addresses,
            }
            for each, addresses in people.agents(session)
        ]
    printing.table(lines, ("name", "role", "language", "quiet", "away_until", "addresses"), as_json=as_json)


@agent.command()
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> int:
    """Take an agent's rights and addresses away."""
    with opened.store(opened.settings(ctx)) as engine, writing(engine) as session:
        removed = people.remove_agent(session, name)
    return _told(name, removed)


def _told(name: str, done: bool) -> int:
    """The exit code, and a word where there is no such agent."""
    if not done:
        click.echo(f"loket: there is no agent {name}", err=True)
    return 0 if done else 1


def _check_language(found: Settings, language: str) -> None:
    """Raise LetterUnreadable where there are no letters in a language."""
    for desk in found.desks.values() if language else ():
        agent_words.load(language, desk.templates)

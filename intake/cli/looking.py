"""Commands that look and change nothing: `parse`, `explain`, `status`, `why`; and `open`, which is recorded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import click

from intake import clock, explaining
from intake.cli import opened, printing
from intake.watch import status as numbers
from parsing.body.sanitise import sanitise
from parsing.mail import Envelope, RawMail
from parsing.pictures.looking import looker
from parsing.reading import read, to_json
from parsing.report import ReportSettings
from store import ledger, opening, people, rows, views
from store.engine import looking, writing
from store.models import Desk, Ticket


@click.command()
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=opened.file_argument(exists=False))
@click.option("--json", "form", flag_value="json", default=None, help="One JSON object a mail.")
@click.option("--html", "form", flag_value="html", help="Its HTML, harmless: nothing in it runs or is fetched.")
@click.option("--timezone", default="Asia/Jakarta", show_default=True, help="For times that name no zone.")
@click.option("--pictures", is_flag=True, help="Read the words in pictures too; without a child to be killed.")
def parse(paths: tuple[Path, ...], form: str | None, timezone: str, pictures: bool) -> int:
    """Read mails, and print what is in them. Needs no configuration and no store, and keeps nothing.

    A file that cannot be opened gets a line too, with the reason as its "error"; what a file holds is never one.
    """
    if form is None:
        raise click.UsageError("say --json or --html")
    envelope = Envelope(door="parse", received_at=clock.now(), history=True)
    look = looker(ocr=True) if pictures else None
    code = 0
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            printing.as_json_line({"file": str(path), "error": str(error.strerror)})
            code = 1
            continue
        reading = read(RawMail(content=content, envelope=envelope), ReportSettings(timezone=timezone), look)
        if form == "json":
            printing.as_json_line(to_json(reading, str(path)))
        else:
            click.echo(sanitise(reading.mail.html or f"<pre>{escape(reading.mail.text)}</pre>"))
    return code


@click.command()
@click.argument("path", metavar="FILE", type=opened.file_argument())
@click.option("--desk", help="The desk that it would have come to.")
@click.option("--from", "sender", metavar="ADDRESS", help="The envelope sender; '' is the null one.")
@printing.json_option
@click.pass_context
def explain(ctx: click.Context, path: Path, desk: str | None, sender: str | None, as_json: bool) -> None:
    """Say what the desk would do with a mail, and why. Nothing is stored, nothing is sent."""
    found = opened.settings(ctx)
    name = opened.desk_of(found, desk)
    told = explaining.explain(found, name, path.read_bytes(), sender=sender, now=clock.now())
    if as_json:
        printing.as_json_line(told)
        return
    for section, content in told.items():
        click.secho(section, bold=True)
        for line in _lines(content):
            click.echo(f"  {line}")


@click.command()
@printing.json_option
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> int:
    """Count what waits and what is done; how long the oldest has waited; when each door last worked.

    Exits with 1 while something is wrong.
    """
    found = opened.settings(ctx)
    with opened.store(found) as engine:
        told = numbers.status(engine, opened.spool(found), clock.now())
    if as_json:
        printing.as_json_line(told)
    else:
        click.echo("\n".join(_status_lines(told)))
    return 1 if told["alerts"] else 0


@click.command()
@click.argument("message_id")
@printing.json_option
@click.pass_context
def why(ctx: click.Context, message_id: str, as_json: bool) -> int:
    """Say what became of a mail, and by which rule."""
    with opened.store(opened.settings(ctx)) as engine, looking(engine) as session:
        found = ledger.by_message_id(session, message_id)
        for mail in found:
            desk, ticket = rows.one(session, Desk, mail.desk_id), session.get(Ticket, mail.ticket_id)
            told = {
                "desk": desk.name,
                "received_at": views.instant(mail.received_at),
                "state": mail.state,
                "nature": mail.nature,
                "rule": mail.rule,
                "why": mail.why,
                "ticket": ticket.number if ticket else None,
                "acknowledged": mail.acknowledged,
                "routes": [_route(each) for each in ledger.routes(session, mail.id or 0)],
            }
            if as_json:
                printing.as_json_line(told)
            else:
                click.echo("\n".join(f"{name:13} {_plain(value)}" for name, value in told.items()))
    if not found:
        click.echo("no mail with that Message-ID was ever taken", err=True)
    return 0 if found else 1


@click.command("open")
@click.argument("blob")
@click.option("--reason", required=True, help="Why it is opened; it is kept with your name.")
@click.option("--as", "agent", metavar="NAME", help="The agent that you are; guarded files open for some roles alone.")
@click.option("--output", type=click.Path(path_type=Path, exists=False), help="A new file to write; else stdout.")
@click.pass_context
def open_blob(ctx: click.Context, blob: str, reason: str, agent: str | None, output: Path | None) -> None:
    """Open a sealed mail or file. Who opened what and why is recorded.

    Secrets and identity documents, and the mails that hold them, open only for a lead, kyc or auditor.
    """
    found = opened.settings(ctx)
    with opened.store(found) as engine, writing(engine) as session:
        content = opening.open_blob(
            session,
            opened.blobs(found),
            opened.master(found),
            blob,
            by=agent or opened.operator(),
            role=people.role_of(session, agent) if agent else None,
            reason=reason,
            now=clock.now(),
        )
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    with output.open("xb") as file:
        file.write(content)


def _status_lines(told: dict[str, Any]) -> Iterator[str]:
    for name, value in told.items():
        if name not in ("doors", "alerts"):
            yield f"{name:9} {_counted(value)}"
    for door in told["doors"]:
        trouble = f"; {door['last_error']}" if door["last_error"] else ""
        count = f"; server {door['server']:,} / ledger {door['ledger']:,}" if door["counted_at"] else ""
        age = door["oldest_unread_seconds"]
        unread = f"; the oldest untaken mail is {age} seconds old" if age is not None else ""
        yield f"door      {door['name']}: last worked {door['last_success'] or 'never'}{count}{unread}{trouble}"
    for alert in told["alerts"]:
        yield f"alert     {alert['key']} since {alert['since']}: {alert['sentence']}"


def _route(route: Any) -> str:
    where = route.mailbox or route.recipient or ""
    return f"{route.door} {where}".strip()


def _counted(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    return ", ".join(f"{name} {count}" for name, count in value.items() if count is not None)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "-" if value is None else str(value)


def _lines(content: Any) -> list[str]:
    if isinstance(content, dict):
        return [
            f"{name}: {value if isinstance(value, str) else printing.as_json(value)}" for name, value in content.items()
        ]
    if isinstance(content, list):
        return [each if isinstance(each, str) else printing.as_json(each) for each in content]
    return [str(content)]

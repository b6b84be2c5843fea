"""`loket mailbox`: the polled folders, and what is held in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from sqlmodel import Session

from intake import clock
from intake.cli import opened, printing
from intake.doors.imap_compare import alert_key
from store import alerts, mailboxes, views
from store.engine import looking, writing

_COLUMNS = ("account", "folder", "uidvalidity", "since", "taken", "held", "comparing")


@click.group()
def mailbox() -> None:
    """The polled folders, and what is held in them."""


@mailbox.command("list")
@printing.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List every folder with what we have of it, by its UIDVALIDITY."""
    with opened.store(opened.settings(ctx)) as engine, looking(engine) as session:
        lines = [_line(each) for each in mailboxes.overview(session)]
    printing.table(lines, _COLUMNS, as_json=as_json)


@mailbox.command()
@click.argument("account")
@click.option("--folder", help="Only this folder; else all of the account's.")
@click.option("--as-new", is_flag=True, help="Treat them as mail that came now: tickets are opened and acknowledged.")
@click.pass_context
def release(ctx: click.Context, account: str, folder: str | None, as_new: bool) -> int:
    """Let in what is held since a folder's UIDVALIDITY changed: as history, unless told otherwise."""
    return _end_holding(ctx, account, folder, lambda session, key: mailboxes.release(session, key, as_new=as_new))


@mailbox.command()
@click.argument("account")
@click.option("--folder", help="Only this folder; else all of the account's.")
@click.pass_context
def leave(ctx: click.Context, account: str, folder: str | None) -> int:
    """Leave what is held where it is, for good."""
    return _end_holding(ctx, account, folder, mailboxes.leave_held)


def _end_holding(ctx: click.Context, account: str, folder: str | None, end: Callable[[Session, int], int]) -> int:
    done = 0
    with opened.store(opened.settings(ctx)) as engine, writing(engine) as session:
        for each in mailboxes.overview(session):
            if each.account == account and folder in (None, each.folder):
                done += end(session, each.id)
                alerts.clear(session, alert_key(each.account, each.folder), clock.now())
    click.echo(f"{done} mails were held", err=True)
    return 0 if done else 1


def _line(life: mailboxes.Overview) -> dict[str, Any]:
    return {
        "account": life.account,
        "folder": life.folder,
        "uidvalidity": life.uidvalidity,
        "since": views.instant(life.since),
        "taken": life.taken,
        "held": life.held,
        "comparing": life.comparing,
    }

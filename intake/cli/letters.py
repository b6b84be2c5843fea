"""`loket outbox`: what we said, to whom, and what came back."""

from __future__ import annotations

from typing import Any

import click

from intake import clock
from intake.cli import opened, printing
from store import outbox_control, views
from store.engine import looking, writing

_COLUMNS = ("id", "created_at", "kind", "state", "attempts", "recipients", "reason")
_STATES = ("pending", "sent", "failed", "held", "cancelled")


@click.group()
def outbox() -> None:
    """What we said, to whom, and what came back."""


@outbox.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only these.")
@click.option("--limit", default=100, show_default=True, help="The newest so many.")
@printing.json_option
@click.pass_context
def list_(ctx: click.Context, state: str | None, limit: int, as_json: bool) -> None:
    """List letters, the newest first."""
    with opened.store(opened.settings(ctx)) as engine, looking(engine) as session:
        lines = [_line(each, as_json=as_json) for each in outbox_control.listed(session, state=state, limit=limit)]
    printing.table(lines, _COLUMNS, as_json=as_json)


@outbox.command()
@click.argument("numbers", metavar="ID...", type=int, nargs=-1, required=True)
@click.pass_context
def retry(ctx: click.Context, numbers: tuple[int, ...]) -> None:
    """Send letters that wait, are held or have failed, now, to those whom they have not reached."""
    with opened.store(opened.settings(ctx)) as engine, writing(engine) as session:
        for number in numbers:
            outbox_control.retry(session, number, clock.now())


@outbox.command()
@click.argument("numbers", metavar="ID...", type=int, nargs=-1, required=True)
@click.option("--reason", default="cancelled by the operator", show_default=True, help="Why; it is kept.")
@click.pass_context
def cancel(ctx: click.Context, numbers: tuple[int, ...], reason: str) -> None:
    """Never send letters that have not been sent."""
    with opened.store(opened.settings(ctx)) as engine, writing(engine) as session:
        for number in numbers:
            outbox_control.cancel(session, number, reason)


def _line(letter: outbox_control.Listed, *, as_json: bool) -> dict[str, Any]:
    recipients: list[Any] = [
        {"address": each.address, "state": each.state, "reply": each.reply} if as_json else each.address
        for each in letter.recipients
    ]
    return {
        "id": letter.id,
        "created_at": views.instant(letter.created_at),
        "due_at": views.instant(letter.due_at),
        "kind": letter.kind,
        "message_id": letter.message_id,
        "state": letter.state,
        "attempts": letter.attempts,
        "recipients": recipients,
        "reason": letter.reason or "; ".join(each.reply for each in letter.recipients if each.reply),
    }

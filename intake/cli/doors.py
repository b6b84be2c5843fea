"""`loket deliver` and `loket import`: the doors that a command line opens. Both need the spool, not the daemon."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from intake import clock
from intake.cli import opened
from intake.doors import files, pipe
from intake.errors import ConfigurationWrong, IntakeError, MailTooBig
from intake.spool import Spool
from parsing.mail import Envelope


@click.command()
@click.option("--to", "recipients", multiple=True, metavar="ADDRESS", help="A recipient of the mail; may be repeated.")
@click.option("--from", "sender", metavar="ADDRESS", help="The envelope sender; '' is the null one.")
@click.option("--desk", help="The desk that it is for, where no recipient tells.")
@click.pass_context
def deliver(ctx: click.Context, recipients: tuple[str, ...], sender: str | None, desk: str | None) -> int:
    """Take one mail from standard input; when this ends with 0, it is durable.

    Exit codes are those of sysexits.h: 75 to try again later, 64 for a wrong command line, 65 for a mail that is too
    large.
    """
    try:
        found = opened.settings(ctx)
        if desk is not None:
            desk = opened.desk_of(found, desk)
        pipe.deliver(
            sys.stdin.buffer,
            opened.spool(found),
            recipients=recipients,
            now=clock.now(),
            limit=found.intake.limits.max_mail_size,
            desk=desk,
            sender=None if sender is None else sender.strip("<>"),
        )
    except MailTooBig as error:
        return _ended(error, os.EX_DATAERR)
    except (IntakeError, ConfigurationWrong, OSError) as error:
        return _ended(error, os.EX_TEMPFAIL)
    return os.EX_OK


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=opened.file_argument())
@click.option("--desk", help="The desk whose history it is.")
@click.pass_context
def import_(ctx: click.Context, paths: tuple[Path, ...], desk: str | None) -> int:
    """Take over old mail from .eml files, Maildirs and mboxes.

    It becomes closed tickets: nothing is acknowledged, nobody is notified, no clock starts. What was imported before is
    not imported again. A running daemon takes it from here.
    """
    found = opened.settings(ctx)
    name, spool = opened.desk_of(found, desk), opened.spool(found)
    taken = troubled = 0
    with click.progressbar(length=files.count(paths), label="Importing", file=sys.stderr) as bar:
        for mail in files.mails(paths):
            if mail.trouble or len(mail.content) > found.intake.limits.max_mail_size:
                troubled += 1
                click.echo(f"loket: {mail.origin}: {mail.trouble or 'larger than max_mail_size'}", err=True)
            else:
                _take(spool, mail, name)
                taken += 1
            bar.update(1)
    click.echo(f"{taken} mails are in the spool, {troubled} were left out", err=True)
    return 1 if troubled else 0


def _take(spool: Spool, mail: files.Found, desk: str) -> None:
    incoming = spool.receive()
    try:
        incoming.write(mail.content)
        incoming.commit(Envelope(door="import", received_at=clock.now(), desk=desk, mailbox=mail.origin, history=True))
    except BaseException:
        incoming.discard()
        raise


def _ended(error: Exception, code: int) -> int:
    click.echo(f"loket: {error}", err=True)
    return code

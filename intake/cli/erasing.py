"""`loket person erase`: takes a person out of the store; a dry run, unless it is told to do it."""

from __future__ import annotations

from collections.abc import Iterator

import click
from sqlalchemy.engine import Engine

from intake import clock
from intake.cli import opened
from intake.cli.persons import person
from intake.config import Settings
from replies.folder import file_name
from store import people, subjects
from store.engine import looking, writing
from store.erasure import leavings
from store.erasure import people as erasure
from store.erasure.rows import Gone
from store.errors import ErasureRefused, NoSuchRow
from store.subjects import Subject

__all__ = ["person"]


@person.command()
@click.argument("address")
@click.option("--desk", help="Only at this desk.")
@click.option("--yes", is_flag=True, help="Do it; else it is only said what would be done.")
@click.option("--open-too", is_flag=True, help="Close tickets that are not closed, and erase them too.")
@click.option("--as", "agent", metavar="NAME", help="The agent that you are, for the record.")
@click.pass_context
def erase(ctx: click.Context, address: str, desk: str | None, yes: bool, open_too: bool, agent: str | None) -> None:
    """Erase everything held about a person: at all desks, unless one is named. There is no way back.

    Says first what would go and what stays, in numbers; --yes does it.
    """
    found = opened.settings(ctx)
    ours = {each for settings in found.desks.values() for each in settings.written_to}
    if people.canonical(address) in ours:
        raise ErasureRefused(f"{address} is a desk's own")
    with opened.store(found) as engine:
        with looking(engine) as session:
            if agent is not None and people.agent_named(session, agent) is None:
                raise NoSuchRow(agent)
            names = [row.name for row in subjects.desks(session, desk)]
        gone = [
            each
            for name in names
            if (each := _at_desk(engine, name, address, by=agent or opened.operator(), yes=yes, open_too=open_too))
        ]
        if not gone:
            raise NoSuchRow(address)
        if not yes:
            click.echo("nothing has been erased; --yes does it", err=True)
            return
        _clear(engine, found, sum(gone, Gone()))
    waiting = len(opened.spool(found).waiting())
    if waiting:
        click.echo(f"{waiting} mails wait in the spool: they are taken as any other, whoever wrote them", err=True)


def _at_desk(engine: Engine, desk: str, address: str, *, by: str, yes: bool, open_too: bool) -> Gone | None:
    """Erase at one desk, in one transaction; a dry run does all of it, and takes it back."""
    with writing(engine) as session:
        (row,) = subjects.desks(session, desk)
        subject = subjects.of_address(session, row, address)
        if subject is None:
            return None
        not_closed = erasure.open_tickets(session, subject)
        gone = erasure.erase(session, subject, by, clock.now(), open_too=open_too or not yes)
        if not yes:
            session.rollback()
    click.echo("\n".join(_told(subject, gone, not_closed if not open_too else [])))
    return gone


def _clear(engine: Engine, found: Settings, gone: Gone) -> None:
    leavings.remove(opened.blobs(found), gone.blobs)
    leavings.remove_letters(found.letters / file_name(each) for each in gone.letter_ids)
    leavings.rewrite(engine)


def _told(subject: Subject, gone: Gone, not_closed: list[str]) -> Iterator[str]:
    own, shared, mails = _n(len(subject.own), "ticket"), _n(len(subject.shared), "ticket"), _n(gone.mails, "mail")
    names = ", ".join((*subject.names, *sorted(subject.addresses)))
    yield f"desk {subject.desk}: {names}"
    yield f"  goes    what stands in {own}: {_n(gone.messages, 'message')}, {_n(gone.findings, 'finding')}"
    if subject.shared:
        yield f"          the person's part in {shared} of others, and what may quote it there"
    yield f"          {mails} and {_n(gone.files, 'sealed file')}, with their keys; our letters: {gone.letters}"
    if gone.cancelled:
        yield f"          {gone.cancelled} of the letters had not left, and never will"
    yield "          names, addresses, accounts, marks, threads"
    yield f"  stays   number, dates, category and state of {own}: figures count them"
    yield f"          in the ledger when {mails} came, and by which digests they are known again"
    if subject.shared:
        yield "          what others wrote in their tickets, in their own words, and the files that they sent"
    if not_closed:
        yield f"  not yet {', '.join(not_closed)} is not closed: close it first, or say --open-too"


def _n(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"

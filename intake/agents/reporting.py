"""Puts together what leads are told: each day what lies about, each week the numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlmodel import Session

from intake.agents import mailing
from intake.agents.gathering import plain
from intake.desks import OpenDesk
from replies.agenda import Agenda, Part, agenda
from replies.letters import Letter
from replies.weekly import Weekly, weekly
from store import alerts, doors, figures, routing, worklist
from store.routing import Colleague

#: Kinds of letters in the outbox.
DAILY: Final = "daily"
WEEKLY: Final = "weekly"

#: Of the tickets that have been open the longest.
OLDEST: Final = 5

#: A letter that has waited so long has not just come.
WAITING: Final = timedelta(hours=1)


def daily(session: Session, desk: OpenDesk, agent: Colleague, now: datetime) -> Letter:
    """What nobody has, what is held or unreadable, what did not leave, what is old, and which door is in trouble."""
    parts = [
        Part(code=code, lines=plain(found.tickets), more=found.more)
        for code, found in (
            ("unowned", worklist.unowned(session, desk.id)),
            ("held", worklist.held(session, desk.id)),
            ("unreadable", worklist.unreadable(session, desk.id)),
            ("oldest", worklist.oldest(session, desk.id, OLDEST)),
        )
        if found.tickets
    ]
    facts = list(_facts(session, desk, now))
    if not facts and not parts:
        facts = [("well", "")]
    spoken = mailing.spoken(desk, agent.language)
    return agenda(desk.settings, Agenda(code="daily", language=spoken, now=now, parts=parts, facts=facts))


def weekly_letter(session: Session, desk: OpenDesk, agent: Colleague, local: datetime) -> Weekly:
    """The numbers of the seven days that ended with the last midnight of the desk's."""
    until = local.replace(hour=0, minute=0, second=0, microsecond=0)
    since = (until - timedelta(days=7)).replace(tzinfo=local.tzinfo)
    found = figures.figures(session, desk.id, since.astimezone(UTC), until.astimezone(UTC), desk.settings.zone)
    spoken = mailing.spoken(desk, agent.language)
    words = desk.words(spoken)
    return weekly(desk.settings, spoken, since.date(), found, words.subjects)


def _facts(session: Session, desk: OpenDesk, now: datetime) -> Iterator[tuple[str, str]]:
    unsent = worklist.unsent(session, desk.id, now - WAITING)
    if unsent:
        yield "unsent", str(unsent)
    for door in doors.listed(session):
        if door.failing_since is not None:
            yield "door", f"{door.name}, {door.last_error or ''}"[:200]
    for alert in alerts.current(session):
        yield "alert", alert.sentence
    away = [each.name for each in routing.working(session, now) if each.away]
    if away:
        yield "away", ", ".join(away)

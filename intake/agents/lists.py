"""What an agent asks or says that is about no one ticket: where things stand, what is mine, how it works, I am away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Final

from sqlmodel import Session, col, select

from intake.agents import results
from intake.agents.away import UNSAID
from intake.agents.errand import Refused
from intake.agents.results import Said
from intake.effects.work import Work
from parsing.body.verbs import Verb
from parsing.fields import deadlines
from replies.order_words import Phrases
from store import absence, search
from store.facts import AgentFacts
from store.models import Ticket
from store.states import Status

#: Tickets that are listed: more fit on no phone.
MOST_LISTED: Final = 20

#: The orders that are carried out here.
ASKED: Final = (Verb.FIND, Verb.MINE, Verb.AWAY, Verb.HELP)


def answer(session: Session, work: Work, agent: AgentFacts, speech: Phrases, verb: Verb, value: str) -> list[Said]:
    """What a transcript tells in answer to one of ASKED. Raises Refused."""
    if verb is Verb.FIND:
        found = search.search(session, work.desk.id, value, limit=MOST_LISTED)
        return _listed(work, speech, found) or [("done.none_found", {"words": value})]
    if verb is Verb.MINE:
        return _listed(work, speech, _mine(session, work, agent)) or [("done.none_mine", {})]
    if verb is Verb.AWAY:
        return _away(session, work, agent, value)
    if verb is Verb.HELP:
        return [("done.plain", {"text": line}) for line in results.help_lines(speech)]
    return [("done.nothing", {})]


def _mine(session: Session, work: Work, agent: AgentFacts) -> Sequence[Ticket]:
    """The agent's tickets that are not closed, the oldest first."""
    statement = select(Ticket).where(
        Ticket.desk_id == work.desk.id,
        Ticket.assignee_id == agent.id,
        col(Ticket.status).in_((Status.OPEN, Status.WAITING)),
    )
    return session.exec(statement.order_by(col(Ticket.id)).limit(MOST_LISTED)).all()


def _away(session: Session, work: Work, agent: AgentFacts, value: str) -> list[Said]:
    """The agent is away until a day, or for as long as nobody says."""
    desk = work.desk.settings
    now = work.now.astimezone(desk.zone)
    until = deadlines.deadline(value, now, desk.hours.open) if value else now + UNSAID
    if until is None:
        raise Refused("refused.no_return", value=value)
    absence.leave(session, agent.id, until.astimezone(UTC))
    return [("done.away", {"until": f"{until:%Y-%m-%d %H:%M}"})]


def _listed(work: Work, speech: Phrases, found: Sequence[Ticket]) -> list[Said]:
    return [
        (
            "done.listed",
            {
                "number": each.number,
                "status": speech.name("status", each.status),
                "subject": each.subject,
                "opened": f"{each.created_at.astimezone(work.desk.settings.zone):%d.%m. %H.%M}",
            },
        )
        for each in found
    ]

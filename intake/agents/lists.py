"""What an agent asks for that is about no one ticket: what stands where, what is mine, how this works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session, col, select

from intake.agents import results
from intake.agents.results import Said
from intake.effects.work import Work
from parsing.body.verbs import Verb
from replies.order_words import Phrases
from store import search
from store.facts import AgentFacts
from store.models import Ticket
from store.states import Status

#: Tickets that are listed: more fit on no phone.
MOST_LISTED: Final = 20

#: The orders that ask.
ASKED: Final = (Verb.FIND, Verb.MINE, Verb.HELP)


def answer(session: Session, work: Work, agent: AgentFacts, speech: Phrases, verb: Verb, value: str) -> list[Said]:
    """What a transcript tells in answer to one of ASKED."""
    if verb is Verb.FIND:
        found = search.search(session, work.desk.id, value, limit=MOST_LISTED)
        return _listed(work, speech, found) or [("done.none_found", {"words": value})]
    if verb is Verb.MINE:
        return _listed(work, speech, _mine(session, work, agent)) or [("done.none_mine", {})]
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

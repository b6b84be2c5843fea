"""Puts together the letters of several tickets: news that share one, and the morning's list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from intake.agents import mailing
from intake.agents.mailing import Means
from intake.desks import OpenDesk
from intake.effects import letter_box
from replies.agenda import Agenda, Line, Part, agenda
from replies.letters import Letter
from store import answers, people, routing, rows, worklist
from store.facts import Purpose
from store.models import Ticket
from store.routing import Colleague
from store.worklist import Listed

#: Its kind in the outbox.
MORNING: Final = "morning"

_OWN: Final = (Purpose.ANSWER, Purpose.WAIT, Purpose.CLOSE)
_NOBODYS: Final = (Purpose.TAKE,)


def news(
    session: Session,
    desk: OpenDesk,
    agent: Colleague,
    listed: Sequence[Listed],
    whys: Mapping[int, Sequence[str]],
    now: datetime,
) -> Letter:
    """News of several tickets at once."""
    lines = [_line(session, desk, agent, each, _OWN, now, whys.get(each.ticket_id, ())) for each in listed]
    return agenda(desk.settings, _agenda(desk, agent, "news", [Part(code="fresh", lines=lines)], now))


def morning(session: Session, means: Means, desk: OpenDesk, agent: Colleague, now: datetime) -> Letter | None:
    """An agent's open tickets, the oldest first, and those that nobody has in the agent's queues; None for none."""
    own = worklist.own(session, desk.id, agent.id)
    queues = [queue.name for queue in means.queues.values() if agent in routing.members([agent], queue)]
    free = worklist.unowned(session, desk.id, [*queues, None])
    if not own.tickets and not free.tickets:
        return None
    parts = [
        Part(code=code, lines=_lines(session, desk, agent, found.tickets, verbs, now), more=found.more)
        for code, found, verbs in (("mine", own, _OWN), ("queue", free, _NOBODYS))
        if found.tickets
    ]
    return agenda(desk.settings, _agenda(desk, agent, "morning", parts, now))


def plain(listed: Iterable[Listed]) -> list[Line]:
    """Tickets without links, for a letter that only tells of them."""
    return [_plain(each) for each in listed]


def _plain(each: Listed) -> Line:
    return Line(
        number=each.number,
        subject=each.subject,
        customer=each.customer,
        since=each.since,
        due=each.due,
        holder=each.holder,
        words=each.words,
    )


def _lines(
    session: Session,
    desk: OpenDesk,
    agent: Colleague,
    listed: Iterable[Listed],
    verbs: Sequence[Purpose],
    now: datetime,
) -> list[Line]:
    return [_line(session, desk, agent, each, verbs, now, ()) for each in listed]


def _line(
    session: Session,
    desk: OpenDesk,
    agent: Colleague,
    each: Listed,
    verbs: Sequence[Purpose],
    now: datetime,
    whys: Sequence[str],
) -> Line:
    ticket = rows.one(session, Ticket, each.ticket_id)
    part = people.agents_part(session, desk.id, each.ticket_id, agent.address)
    at = letter_box.desk_address(session, desk, each.ticket_id)
    signed, newest = mailing.addresses(desk, ticket, part, at, now), answers.newest(session, each.ticket_id)
    links = [(verb.value, signed.link(verb, newest if verb is Purpose.ANSWER else 0)) for verb in verbs]
    return replace(_plain(each), holder="", whys=whys, verbs=links)


def _agenda(desk: OpenDesk, agent: Colleague, code: str, parts: Sequence[Part], now: datetime) -> Agenda:
    spoken = mailing.spoken(desk, agent.language)
    return Agenda(code=code, language=spoken, now=now, parts=parts)

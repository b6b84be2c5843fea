"""Who is told of a ticket: its assignee, or whom its queue's rule picks; and whoever watches it.

A ticket that nobody has, or that is an absent agent's, is given to somebody on the way. Where a queue is dealt out by
hand, all of its people are told, and one of them takes it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from store import attention, tickets
from store.models import Agent, AgentAddress, Ticket
from store.notices import Why
from store.states import Status

#: Roles that work on tickets, and are told of them; an auditor reads on demand.
WORKING: Final = frozenset({"agent", "lead", "kyc"})

#: What an agent who has muted a ticket is told all the same.
_LOUD: Final = frozenset({Why.ASSIGNED, Why.REMINDER, Why.ESCALATED})

#: When somebody was picked who never was.
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """Who works on a queue's tickets, and how these are dealt out."""

    name: str
    members: frozenset[str] = frozenset()  #: agents' names, in lower case; empty for everybody
    rule: str = "least_open"  #: least_open, round_robin, hand


#: The queue of tickets that are in none.
EVERYBODY: Final = Queue(name="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Colleague:
    """An active agent, as letters to one need it."""

    id: int
    name: str
    role: str
    language: str  #: "" is the desk's first
    address: str  #: where letters go: the first that was registered
    quiet: str = ""  #: hours of the day in which nothing is sent, "21:00-07:00"
    away: bool = False
    picked_at: datetime = _NEVER  #: when a rule last gave the agent a ticket


def told(session: Session, ticket: Ticket, why: Why, queues: Mapping[str, Queue], now: datetime) -> Sequence[Colleague]:
    """Who is told of a ticket; one that nobody has is given to somebody on the way."""
    staff = {each.id: each for each in working(session, now)}
    wishes = attention.of_ticket(session, ticket.id or 0)
    found = {each.id: each for each in _responsible(session, ticket, staff, queues, now)}
    found |= {key: staff[key] for key, wish in wishes.items() if wish == attention.WATCH and key in staff}
    return [each for key, each in found.items() if wishes.get(key) != attention.MUTE or why in _LOUD]


def concerns(session: Session, ticket: Ticket, agent_id: int) -> bool:
    """Whether a ticket is nobody else's, or is watched by this agent."""
    own = ticket.assignee_id in (None, agent_id)
    return own or attention.of_ticket(session, ticket.id or 0).get(agent_id) == attention.WATCH


def members(staff: Collection[Colleague], queue: Queue) -> Sequence[Colleague]:
    """Those who work on a queue; everybody, where none of them is an agent any more."""
    own = [each for each in staff if not queue.members or each.name.lower() in queue.members]
    return own or list(staff)


def working(session: Session, now: datetime) -> Sequence[Colleague]:
    """Every active agent who works on tickets and has an address, in the order of registration."""
    statement = (
        select(Agent, AgentAddress.address)
        .join(AgentAddress, col(AgentAddress.agent_id) == col(Agent.id))
        .where(col(Agent.active), col(Agent.role).in_(WORKING))
        .order_by(col(Agent.id), col(AgentAddress.id))
    )
    found: dict[int, Colleague] = {}
    for agent, address in session.exec(statement).all():
        key = agent.id or 0
        found.setdefault(
            key,
            Colleague(
                id=key,
                name=agent.name,
                role=agent.role,
                language=agent.language,
                address=address,
                quiet=agent.quiet,
                away=agent.away_until is not None and agent.away_until > now,
                picked_at=agent.picked_at or _NEVER,
            ),
        )
    return list(found.values())


def _responsible(
    session: Session, ticket: Ticket, staff: Mapping[int, Colleague], queues: Mapping[str, Queue], now: datetime
) -> Sequence[Colleague]:
    """Whose work it is."""
    holder = staff.get(ticket.assignee_id or 0)
    if holder is not None and not holder.away:
        return [holder]
    if not staff or ticket.status == Status.CLOSED:
        return [holder] if holder else []
    queue = queues.get(ticket.queue or "", EVERYBODY)
    pool = [each for each in members(staff.values(), queue) if not each.away]
    pool = pool or [each for each in staff.values() if not each.away]
    if not pool:
        return [holder] if holder else members(staff.values(), queue)
    if queue.rule == "hand":
        return pool
    chosen = _pick(session, pool, queue)
    _assign(session, ticket, holder, chosen, now)
    return [chosen]


def _pick(session: Session, pool: Sequence[Colleague], queue: Queue) -> Colleague:
    """Whose turn it is; of several, whose it was the longest ago."""
    busy = _busy(session, pool) if queue.rule == "least_open" else {}
    return min(pool, key=lambda each: (busy.get(each.id, 0), each.picked_at, each.id))


def _assign(session: Session, ticket: Ticket, holder: Colleague | None, agent: Colleague, now: datetime) -> None:
    ticket.assignee_id = agent.id
    session.add(ticket)
    session.flush()
    session.connection().execute(update(Agent).where(col(Agent.id) == agent.id).values(picked_at=now))
    detail = {"from": holder.name if holder else None, "to": agent.name, "why": "away" if holder else "rule"}
    tickets.add_event(session, ticket.id or 0, now, "assigned", detail=detail)


def _busy(session: Session, staff: Sequence[Colleague]) -> dict[int, int]:
    """How many tickets each has that are ours to go on with."""
    statement = (
        select(Ticket.assignee_id, func.count())
        .where(col(Ticket.assignee_id).in_([each.id for each in staff]), Ticket.status == Status.OPEN)
        .group_by(col(Ticket.assignee_id))
    )
    return {row[0]: row[1] for row in session.connection().execute(statement)}

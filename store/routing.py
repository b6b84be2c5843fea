"""Who is told of a ticket: its assignee, and of one that nobody has, whoever has the fewest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from store import tickets
from store.models import Agent, AgentAddress, Ticket
from store.states import Status

#: Roles that work on tickets, and are told of them; an auditor reads on demand.
WORKING = frozenset({"agent", "lead", "kyc"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Colleague:
    """An active agent, as letters to one need it."""

    id: int
    name: str
    role: str
    language: str  #: "" is the desk's first
    address: str  #: where letters go: the first that was registered


def told(session: Session, ticket: Ticket, now: datetime) -> list[Colleague]:
    """Who is told of a ticket; one that nobody has is given to somebody on the way."""
    staff = {each.id: each for each in working(session)}
    if not staff:
        return []
    if ticket.assignee_id not in staff:
        assign(session, ticket, _least_busy(session, list(staff.values())), now)
    return [staff[ticket.assignee_id or 0]]


def assign(session: Session, ticket: Ticket, agent: Colleague, now: datetime) -> None:
    """Give a ticket to an agent, by rule."""
    ticket.assignee_id = agent.id
    session.add(ticket)
    session.flush()
    tickets.add_event(session, ticket.id or 0, now, "assigned", detail={"to": agent.name})


def working(session: Session) -> Sequence[Colleague]:
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
            key, Colleague(id=key, name=agent.name, role=agent.role, language=agent.language, address=address)
        )
    return list(found.values())


def _least_busy(session: Session, staff: Sequence[Colleague]) -> Colleague:
    """Who has the fewest tickets that are ours to go on with; of several, who was registered first."""
    statement = (
        select(Ticket.assignee_id, func.count())
        .where(col(Ticket.assignee_id).in_([each.id for each in staff]), Ticket.status == Status.OPEN)
        .group_by(col(Ticket.assignee_id))
    )
    busy = {row[0]: row[1] for row in session.connection().execute(statement)}
    return min(staff, key=lambda each: busy.get(each.id, 0))

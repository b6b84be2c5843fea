"""What agents are yet to be told: whoever has something to tell wants a notice, in the transaction that has it.

A second reason joins the first while the letter has not been written, so that a burst is one letter. For whom it is, is
found when it is sent (see `routing.py`), unless the caller knows. A store without agents wants nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from store import rows
from store.models import Agent, Notice

#: Of a reason that is for whoever is found when it is sent.
WHOEVER = 0


class Why(StrEnum):
    """What an agent is told of a ticket; in words in templates/<language>/agents.toml."""

    NEW = "new"
    CUSTOMER_WROTE = "customer_wrote"
    RELEASED = "released"  # it was held, and is work now
    UNREADABLE = "unreadable"  # its mail could not be read
    BOUNCED = "bounced"  # what we said came back
    NOT_SENT = "not_sent"  # a letter could not be handed on at all
    CONTRADICTION = "contradiction"  # what the customer says now differs from before
    ASSIGNED = "assigned"  # somebody else gave it to the agent
    NOTE = "note"  # a colleague left a note, or a side question was answered
    PENDING_NOTE = "pending_note"  # what looks like an agent's mail, and could not be believed
    REMINDER = "reminder"  # the answer is due soon
    ESCALATED = "escalated"  # the answer is overdue
    CAME_BACK = "came_back"  # the day for which it waited has come
    SILENT = "silent"  # nothing is heard of the customer
    REOPENED = "reopened"
    INCIDENT = "incident"  # many tickets have one cause, and are answered on this one


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One reason to write."""

    agent_id: int  #: WHOEVER where that is to be found
    why: Why
    detail: dict[str, Any]
    at: datetime
    kept: bool = False  #: it could not go to this agent at once
    routed: bool = False  #: this agent was found for it, and another may be by now


def want(
    session: Session,
    ticket_id: int,
    why: Why,
    now: datetime,
    *,
    to: int | None = None,
    detail: dict[str, Any] | None = None,
    wait: timedelta | None = None,
) -> None:
    """Have an agent told of a ticket; `to` is the agent's key, where the caller knows it better than routing does.

    `wait` is how long that may take, unless it is hastened.
    """
    if _staffed(session):
        wanted = Wanted(agent_id=to or WHOEVER, why=why, detail=detail or {}, at=now)
        postpone(session, ticket_id, [wanted], now + wait if wait else now)


def due(session: Session, before: datetime, limit: int) -> Sequence[int]:
    """The tickets of which somebody is to be told and that have waited since `before`, the longest first."""
    statement = (
        select(Notice.ticket_id)
        .where(col(Notice.kept).is_(False))
        .group_by(col(Notice.ticket_id))
        .having(func.min(col(Notice.due_at)) <= before)
        .order_by(func.min(col(Notice.due_at)), col(Notice.ticket_id))
        .limit(limit)
    )
    return session.exec(statement).all()


def take(session: Session, ticket_id: int, before: datetime) -> list[Wanted]:
    """Take a ticket's reasons out of the store that are not postponed; another taker finds none."""
    statement = (
        delete(Notice)
        .where(col(Notice.ticket_id) == ticket_id, col(Notice.due_at) <= before, col(Notice.kept).is_(False))
        .returning(col(Notice.agent_id), col(Notice.why), col(Notice.detail), col(Notice.wanted_at))
    )
    found = session.connection().execute(statement)
    return [Wanted(agent_id=agent, why=Why(why), detail=detail, at=at) for agent, why, detail, at in found]


def due_agents(session: Session, now: datetime) -> Sequence[int]:
    """The agents for whom something was kept that may go now."""
    statement = select(Notice.agent_id).where(col(Notice.kept), col(Notice.due_at) <= now).distinct()
    return session.exec(statement.order_by(col(Notice.agent_id))).all()


def take_kept(session: Session, agent_id: int, now: datetime) -> dict[int, list[Wanted]]:
    """Take what was kept for an agent and may go now, by ticket, the longest kept first."""
    statement = (
        delete(Notice)
        .where(col(Notice.kept), col(Notice.agent_id) == agent_id, col(Notice.due_at) <= now)
        .returning(*(col(getattr(Notice, name)) for name in ("ticket_id", "why", "detail", "wanted_at", "routed")))
    )
    found: dict[int, list[Wanted]] = {}
    for ticket_id, why, detail, at, routed in sorted(session.connection().execute(statement), key=lambda row: row[3]):
        found.setdefault(ticket_id, []).append(
            Wanted(agent_id=agent_id, why=Why(why), detail=detail, at=at, kept=True, routed=routed)
        )
    return found


def postpone(session: Session, ticket_id: int, wanted: Iterable[Wanted], until: datetime) -> None:
    """Leave reasons for later."""
    rows.add_missing(
        session,
        [
            rows.Draft(
                Notice,
                ticket_id=ticket_id,
                agent_id=each.agent_id,
                why=each.why.value,
                detail=each.detail,
                wanted_at=each.at,
                due_at=until,
                kept=each.kept,
                routed=each.routed,
            )
            for each in wanted
        ],
    )


def hasten(session: Session, ticket_id: int, now: datetime) -> None:
    """Let a ticket's reasons go now that were to wait for something, and are not kept for an agent."""
    waiting = (col(Notice.ticket_id) == ticket_id) & col(Notice.kept).is_(False) & (col(Notice.due_at) > now)
    session.connection().execute(update(Notice).where(waiting).values(due_at=now))


_STAFFED = select(Agent.id).where(col(Agent.active)).limit(1)


def _staffed(session: Session) -> bool:
    """Whether there is an agent at all; a transaction asks once, however many mails it writes."""
    if _STAFFED not in session.info:
        session.info[_STAFFED] = session.connection().execute(_STAFFED).first() is not None
    return bool(session.info[_STAFFED])

"""Tickets as lists of work: an agent's own, those that nobody has, and what lies about. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from parsing.mail import Nature
from store.models import Agent, Letter, Mail, Message, Participant, Ticket
from store.states import Status

#: Tickets of one list in a letter: more are counted.
MAX_LISTED: Final = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A ticket in a list."""

    ticket_id: int
    number: str
    subject: str
    customer: str
    holder: str
    since: datetime
    due: datetime | None
    words: str  #: what the customer wrote last


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A list, and how many more there are."""

    tickets: Sequence[Listed]
    more: int


def own(session: Session, desk_id: int, agent_id: int) -> Listing:
    """An agent's open tickets, the oldest first."""
    return _listing(session, desk_id, Ticket.status == Status.OPEN, Ticket.assignee_id == agent_id)


def unowned(session: Session, desk_id: int, queues: Collection[str | None] | None = None) -> Listing:
    """Open tickets that nobody has, in these queues or in any."""
    where = [Ticket.status == Status.OPEN, col(Ticket.assignee_id).is_(None)]
    if queues is not None:
        named = col(Ticket.queue).in_([each for each in queues if each])
        where.append(named | col(Ticket.queue).is_(None) if None in queues else named)
    return _listing(session, desk_id, *where)


def held(session: Session, desk_id: int) -> Listing:
    """Tickets that wait for a decision."""
    return _listing(session, desk_id, Ticket.status == Status.HELD)


def unreadable(session: Session, desk_id: int) -> Listing:
    """Open tickets whose mail could not be read."""
    shunted = select(Mail.ticket_id).where(Mail.desk_id == desk_id, Mail.state == "shunted")
    return _listing(session, desk_id, Ticket.status == Status.OPEN, col(Ticket.id).in_(shunted))


def oldest(session: Session, desk_id: int, limit: int) -> Listing:
    """The tickets that have been open the longest."""
    found = _listing(session, desk_id, Ticket.status == Status.OPEN, limit=limit)
    return Listing(tickets=found.tickets, more=0)


def these(session: Session, ticket_ids: Collection[int]) -> Sequence[Listed]:
    """Some tickets, the oldest first."""
    rows = session.exec(select(Ticket).where(col(Ticket.id).in_(ticket_ids)).order_by(col(Ticket.id))).all()
    return _listed(session, rows)


def unsent(session: Session, desk_id: int, before: datetime) -> int:
    """Letters that have failed for open tickets, that are held, or that should have left before an instant."""
    waiting = (col(Letter.state) == "pending") & (col(Letter.due_at) < before)
    failed = (col(Letter.state) == "failed") & col(Letter.ticket_id).in_(
        select(Ticket.id).where(Ticket.desk_id == desk_id, Ticket.status != Status.CLOSED)
    )
    statement = select(func.count()).select_from(Letter)
    return session.exec(
        statement.where(Letter.desk_id == desk_id, (col(Letter.state) == "held") | waiting | failed)
    ).one()


def _listing(session: Session, desk_id: int, *where: Any, limit: int = MAX_LISTED) -> Listing:
    wanted = (Ticket.desk_id == desk_id, *where)
    count = session.exec(select(func.count()).select_from(Ticket).where(*wanted)).one()
    rows = session.exec(select(Ticket).where(*wanted).order_by(col(Ticket.id)).limit(limit)).all()
    return Listing(tickets=_listed(session, rows), more=count - len(rows))


def _listed(session: Session, rows: Sequence[Ticket]) -> Sequence[Listed]:
    keys = [row.id or 0 for row in rows]
    asked = (
        select(Participant.ticket_id, Participant.address)
        .where(col(Participant.ticket_id).in_(keys), Participant.role == "requester")
        .order_by(col(Participant.id).desc())
    )
    requesters = {each[0]: each[1] for each in session.exec(asked).all()}  # each ticket's first one stands last
    newest = select(func.max(Message.id)).where(col(Message.ticket_id).in_(keys), Message.direction == "in")
    last = {
        message.ticket_id: message
        for message in session.exec(
            select(Message).where(col(Message.id).in_(newest.group_by(col(Message.ticket_id))))
        ).all()
    }
    human = (col(Message.ticket_id).in_(keys), Message.direction == "out", Message.nature == Nature.HUMAN.value)
    answered = set(session.exec(select(Message.ticket_id).where(*human)).all())
    agents = {agent.id: agent.name for agent in session.exec(select(Agent)).all()}
    return [
        Listed(
            ticket_id=row.id or 0,
            number=row.number,
            subject=row.subject,
            customer=requesters.get(row.id or 0, ""),
            holder=agents.get(row.assignee_id, "") if row.assignee_id else "",
            since=row.created_at,
            due=None if row.id in answered else row.first_reply_due_at,
            words=_words(last.get(row.id or 0)),
        )
        for row in rows
    ]


def _words(message: Message | None) -> str:
    return (message.new_text or message.text) if message else ""

"""Incidents: many tickets with one cause, gathered by what their reports have in common.

An incident has a ticket of its own, which has no customer: what is answered there reaches the tickets of all. Later
reports that are alike join while it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy
from sqlalchemy import ColumnElement, func, tuple_
from sqlmodel import Session, col, select

from parsing.mail import Nature
from store import marks, notices, people, rows, tickets
from store.errors import MoveRefused, NoSuchRow
from store.marks import ERROR, TOPIC, MarkOf
from store.models import Incident, IncidentTicket, Mail, Mark, Message, Ticket
from store.notices import Why
from store.states import Status
from store.tickets import NewTicket

#: Reports that are older have another cause, or have waited too long for a letter to many.
WINDOW: Final = timedelta(days=3)

#: How long a name may be: it stands in letters to customers.
MAX_NAME: Final = 60

#: What is compared: the error's words, and where it went wrong.
_ALIKE: Final = (ERROR, TOPIC)

#: A ticket that somebody may still be told of.
_LIVE: Final = (Status.OPEN.value, Status.WAITING.value)


def begin(session: Session, ticket_id: int, name: str, by: str, now: datetime) -> Incident:
    """Make an incident out of a ticket and of all that are like it; returns it.

    The name is told to customers. Raises NoSuchRow, MoveRefused for an empty or a long name, and where the ticket has
    nothing by which others could be told to be like it.
    """
    seed, told = rows.one(session, Ticket, ticket_id), " ".join(name.split())
    wanted = _wanted(session, seed, told, now)
    if not told or len(told) > MAX_NAME:
        raise MoveRefused(f"an incident's name has 1 to {MAX_NAME} characters")
    if not wanted:
        raise MoveRefused(f"{seed.number} names no bank, wallet or error by which others are like it")
    own = _own_ticket(session, seed, told, by, now)
    incident = Incident(
        desk_id=seed.desk_id,
        ticket_id=own.id or 0,
        name=told,
        marks=[[each.kind, each.value] for each in wanted],
        begun_at=now,
    )
    incident.id = rows.add(session, incident)
    tickets.add_event(session, own.id or 0, now, "incident begun", by, {"name": told, "from": seed.number})
    for each in dict.fromkeys([ticket_id, *_like(session, seed.desk_id, wanted, now)]):
        take_in(session, incident, each, now)
    notices.want(session, own.id or 0, Why.INCIDENT, now, detail={"name": told})
    return incident


def end(session: Session, ticket_id: int, by: str, now: datetime) -> Incident:
    """End the incident that a ticket is of, or is the own one of. Raises NoSuchRow where there is none that lasts."""
    incident = of_ticket(session, ticket_id)
    if incident is None:
        raise NoSuchRow
    incident.ended_at = now
    session.add(incident)
    session.flush()
    tickets.add_event(session, incident.ticket_id, now, "incident ended", by, {"name": incident.name})
    return incident


def of_ticket(session: Session, ticket_id: int) -> Incident | None:
    """The incident that lasts and that a ticket belongs to."""
    taken = select(IncidentTicket.incident_id).where(IncidentTicket.ticket_id == ticket_id)
    ours = (col(Incident.id).in_(taken)) | (col(Incident.ticket_id) == ticket_id)
    return session.exec(select(Incident).where(ours, col(Incident.ended_at).is_(None))).first()


def alike(session: Session, desk_id: int, found: Iterable[MarkOf]) -> Incident | None:
    """The incident that lasts and that a report with these marks is of."""
    own = {(each.kind, each.value) for each in found if each.kind in _ALIKE}
    if not own:
        return None
    lasting = select(Incident).where(Incident.desk_id == desk_id, col(Incident.ended_at).is_(None))
    for incident in session.exec(lasting.order_by(col(Incident.id))).all():
        if any((kind, value) in own for kind, value in incident.marks):
            return incident
    return None


def take_in(session: Session, incident: Incident, ticket_id: int, now: datetime) -> None:
    """Count a ticket among an incident's."""
    rows.add_missing(session, [rows.Draft(IncidentTicket, incident_id=incident.id or 0, ticket_id=ticket_id)])
    tickets.link(session, ticket_id, tickets.not_linked(session, ticket_id, [(incident.ticket_id, "incident")]))
    tickets.add_event(session, ticket_id, now, "of an incident", detail={"name": incident.name})


def reached(session: Session, ticket_id: int) -> Sequence[int]:
    """The tickets that an answer on this one reaches besides: of an incident's own ticket, those that are still live.

    Whose sender was never proven, nor told of, nor answered, is left out: one answer would else be a letter to all whom
    a forger has named.
    """
    members = _members(ticket_id, col(Ticket.id)).where(_may_be_written_to()).order_by(col(Ticket.id))
    return session.connection().execute(members).scalars().all()


def left_out(session: Session, ticket_id: int) -> int:
    """How many live tickets of the incident an answer on its own one does not reach."""
    members = _members(ticket_id, func.count()).where(~_may_be_written_to())
    return int(session.connection().execute(members).scalar_one())


def _members(ticket_id: int, what: Any) -> sqlalchemy.Select[Any]:
    """Of an incident's own ticket, the live tickets that are of it."""
    own = select(Incident.id).where(Incident.ticket_id == ticket_id)
    statement = sqlalchemy.select(what).select_from(IncidentTicket)
    statement = statement.join(Ticket, col(Ticket.id) == col(IncidentTicket.ticket_id))
    return statement.where(col(IncidentTicket.incident_id).in_(own), col(Ticket.status).in_(_LIVE))


def _may_be_written_to() -> ColumnElement[bool]:
    """That the one who wrote on a ticket was proven or told that his mail has come, or that a person has answered."""
    proven = (col(Message.direction) == "in") & (col(Message.identity) == "verified")
    answered = (col(Message.direction) == "out") & (col(Message.nature) == Nature.HUMAN.value)
    said = select(Message.id).where(Message.ticket_id == Ticket.id, proven | answered)
    told = select(Mail.id).where(Mail.ticket_id == Ticket.id, Mail.acknowledged == "yes")
    return said.correlate(Ticket).exists() | told.correlate(Ticket).exists()


def _wanted(session: Session, seed: Ticket, name: str, now: datetime) -> list[MarkOf]:
    """By what others are like it: its own marks, and the banks and wallets that the name names."""
    own = session.exec(select(Mark).where(Mark.ticket_id == seed.id, col(Mark.kind).in_(_ALIKE))).all()
    named = set(name.casefold().split())
    topics = select(Mark.value).where(Mark.desk_id == seed.desk_id, Mark.kind == TOPIC, col(Mark.at) > now - WINDOW)
    by_name = [
        value
        for value in session.exec(topics.distinct()).all()
        if value.partition(" ")[0] == seed.category and value.partition(" ")[2].casefold() in named
    ]
    found = [MarkOf(kind=each.kind, value=each.value) for each in own]
    return list(dict.fromkeys([*found, *(MarkOf(kind=TOPIC, value=value) for value in by_name)]))


def _like(session: Session, desk_id: int, wanted: Sequence[MarkOf], now: datetime) -> Sequence[int]:
    """The live tickets of late that share one of these marks."""
    pairs = [(each.kind, each.value) for each in wanted]
    statement = (
        select(Mark.ticket_id)
        .join(Ticket, col(Ticket.id) == col(Mark.ticket_id))
        .where(
            Mark.desk_id == desk_id,
            col(Mark.at) > now - WINDOW,
            tuple_(col(Mark.kind), col(Mark.value)).in_(pairs),
            col(Ticket.status).in_(_LIVE),
        )
        .distinct()
    )
    return session.exec(statement.order_by(col(Mark.ticket_id)).limit(marks.MAX_FOUND)).all()


def _own_ticket(session: Session, seed: Ticket, name: str, by: str, now: datetime) -> Ticket:
    """The ticket on which all are answered; it is whose who began it."""
    own = tickets.open_ticket(
        session,
        NewTicket(
            desk_id=seed.desk_id,
            prefix=seed.number.rpartition("-")[0],
            subject=name,
            customer_subject="",
            category=seed.category,
            language=seed.language,
            person_id=None,
            missing=(),
            created_at=now,
            first_reply_due_at=None,
            queue=seed.queue,
        ),
    )
    row = rows.one(session, Ticket, own.id)
    row.assignee_id = people.agent_named(session, by) or seed.assignee_id
    session.add(row)
    session.flush()
    return row

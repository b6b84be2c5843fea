"""What can be done to a ticket, in the one form that mail and command line share. Every deed leaves an event.

`by` is the agent's name, or the operator's. What is so already is left alone, without an event, so that a link that is
tapped twice does its work once. How a deed is taken back stands in `undoing.py`, out of what its event says.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select

from parsing.fields.missing import still_missing
from store import clocks, findings, rows, tickets
from store.errors import NoSuchRow
from store.models import Agent, Finding, Message, Tag, Ticket
from store.states import Move, Status

#: What a ticket's priority may be, from the least on.
PRIORITIES: Final = ("low", "normal", "high", "urgent")

#: Tags of one ticket: more sort nothing.
MAX_TAGS: Final = 20


def close(session: Session, ticket_id: int, by: str, now: datetime) -> None:
    """Say that the matter is over. Raises NoSuchRow."""
    if rows.one(session, Ticket, ticket_id).status != Status.CLOSED:
        tickets.move(session, ticket_id, Move.CLOSE, by, now)


def reopen(session: Session, ticket_id: int, by: str, now: datetime) -> None:
    """Make it our turn again. Raises NoSuchRow, MoveRefused for a held ticket."""
    if rows.one(session, Ticket, ticket_id).status != Status.OPEN:
        tickets.move(session, ticket_id, Move.REOPEN, by, now)


def wait(session: Session, ticket_id: int, until: datetime | None, by: str, now: datetime) -> None:
    """Put a ticket aside until the customer writes, or at the latest until an instant, aware UTC.

    Raises NoSuchRow, MoveRefused for a held ticket.
    """
    ticket = rows.one(session, Ticket, ticket_id)
    earlier = ticket.wait_until
    if ticket.status != Status.WAITING:
        tickets.move(session, ticket_id, Move.WAIT, by, now)
    if until != earlier:
        _change(session, ticket, "wait_until", until, now)
        detail = {"from": _told(earlier), "to": _told(until)}
        tickets.add_event(session, ticket_id, now, "waits", by, detail)


def assign(session: Session, ticket_id: int, agent_id: int | None, by: str, now: datetime) -> None:
    """Give a ticket to an agent, or back to its queue. Raises NoSuchRow, for an agent who has left too."""
    ticket = rows.one(session, Ticket, ticket_id)
    agent = rows.one(session, Agent, agent_id) if agent_id is not None else None
    if agent is not None and not agent.active:
        raise NoSuchRow(agent.name)
    if ticket.assignee_id != agent_id:
        before = session.get(Agent, ticket.assignee_id) if ticket.assignee_id else None
        detail = {"from": before.name if before else None, "to": agent.name if agent else None}
        _change(session, ticket, "assignee_id", agent_id, now)
        tickets.add_event(session, ticket_id, now, "assigned", by, detail)


def prioritise(session: Session, ticket_id: int, priority: str, by: str, now: datetime) -> None:
    """Say how urgent a ticket is: one of PRIORITIES. Raises NoSuchRow."""
    _turn(session, ticket_id, "priority", priority, "prioritised", by, now)


def move_to_queue(session: Session, ticket_id: int, queue: str | None, by: str, now: datetime) -> None:
    """Put a ticket into a queue, out of everybody's hands. Raises NoSuchRow."""
    if rows.one(session, Ticket, ticket_id).queue != queue:
        assign(session, ticket_id, None, by, now)
        _turn(session, ticket_id, "queue", queue, "queued", by, now)


def categorise(session: Session, ticket_id: int, category: str, subject: str, by: str, now: datetime) -> None:
    """Say what a ticket is about, and how its letters are headed. Raises NoSuchRow."""
    ticket = rows.one(session, Ticket, ticket_id)
    before = {"category": ticket.category, "subject": ticket.subject}
    if ticket.category != category:
        ticket.subject = subject
        _change(session, ticket, "category", category, now)
        detail = {"from": before, "to": {"category": category, "subject": subject}}
        tickets.add_event(session, ticket_id, now, "categorised", by, detail)


def tag(
    session: Session, ticket_id: int, add: Collection[str], remove: Collection[str], by: str, now: datetime
) -> None:
    """Put tags on a ticket, and take others off, in any case of letters; what is more than MAX_TAGS is left out."""
    standing = tags(session, ticket_id)
    off = {word.lower() for word in remove} & set(standing)
    kept = [word for word in standing if word not in off]
    fresh = [word for word in dict.fromkeys(word.lower() for word in add) if word not in kept]
    on = fresh[: MAX_TAGS - len(kept)]
    for row in session.exec(select(Tag).where(Tag.ticket_id == ticket_id, col(Tag.word).in_(off))).all():
        session.delete(row)
    session.flush()
    rows.add_all(session, [rows.Draft(Tag, ticket_id=ticket_id, word=word) for word in on])
    if on or off:
        tickets.add_event(session, ticket_id, now, "tagged", by, {"added": on, "removed": sorted(off)})


def tags(session: Session, ticket_id: int) -> list[str]:
    """A ticket's tags, in alphabetical order."""
    return sorted(session.exec(select(Tag.word).where(Tag.ticket_id == ticket_id)).all())


def set_field(session: Session, ticket_id: int, field: str, value: Any, raw: str, by: str, now: datetime) -> None:
    """Say what a field's value is: it counts in place of all that was found, and of what agents said before.

    `value` has the field's own shape (see parsing/fields/by_hand.py), `raw` are the agent's words. Raises NoSuchRow.
    """
    ticket = rows.one(session, Ticket, ticket_id)
    earlier = session.exec(
        select(Finding).where(
            Finding.ticket_id == ticket_id,
            Finding.field == field,
            Finding.by != tickets.LOKET,
            col(Finding.corrected).is_(False),
        )
    ).all()
    for row in earlier:
        row.corrected = True
        session.add(row)
    session.flush()
    own = Finding(ticket_id=ticket_id, field=field, value=value, raw=raw, location="order", rule="agent", by=by)
    key = rows.add(session, own)
    missing = list(ticket.missing)
    _change(session, ticket, "missing", list(still_missing(missing, findings.standing(session, ticket_id))), now)
    detail = {"field": field, "value": value, "finding": key, "before": [row.id for row in earlier], "missing": missing}
    tickets.add_event(session, ticket_id, now, "set", by, detail)


def note(session: Session, ticket_id: int, text: str, by: str, now: datetime) -> int:
    """Write something on a ticket that no customer sees; returns the message's key. Raises NoSuchRow."""
    ticket = rows.one(session, Ticket, ticket_id)
    message = rows.Draft(
        Message,
        desk_id=ticket.desk_id,
        ticket_id=ticket_id,
        direction="note",
        sender_name=by,
        date=now,
        received_at=now,
        text=text,
        new_text=text,
        identity="verified",
    )
    key = tickets.add_message(session, message, ())
    tickets.add_event(session, ticket_id, now, "note", by, {"message": key})
    return key


def link(session: Session, ticket_id: int, other_id: int, by: str, now: datetime) -> None:
    """Say that two tickets of one desk have to do with each other. Raises NoSuchRow."""
    ticket, other = rows.one(session, Ticket, ticket_id), rows.one(session, Ticket, other_id)
    if ticket.desk_id != other.desk_id:
        raise NoSuchRow(other.number)
    fresh = tickets.not_linked(session, ticket_id, [(other_id, "linked")])
    if fresh:
        tickets.link(session, ticket_id, fresh)
        tickets.add_event(session, ticket_id, now, "linked", by, {"to": other.number})


def _turn(session: Session, ticket_id: int, column: str, value: str | None, what: str, by: str, now: datetime) -> None:
    ticket = rows.one(session, Ticket, ticket_id)
    before = getattr(ticket, column)
    if before != value:
        _change(session, ticket, column, value, now)
        tickets.add_event(session, ticket_id, now, what, by, {"from": before, "to": value})


def _change(session: Session, ticket: Ticket, column: str, value: Any, now: datetime) -> None:
    setattr(ticket, column, value)
    ticket.updated_at = now
    session.add(ticket)
    session.flush()
    clocks.unwind(session, ticket.id or 0, now)


def _told(when: datetime | None) -> str | None:
    return when.isoformat() if when else None

"""Tickets as the outside sees them: plain objects for JSON, in the shapes of the interface. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from store import clocks, commands
from store.clocks import Dates
from store.lookup import HARD_BOUNCES
from store.models import (
    Agent,
    Attachment,
    Blob,
    Desk,
    Event,
    Finding,
    Message,
    Participant,
    Person,
    PersonAddress,
    Ticket,
    TicketLink,
)

#: The fields of a ticket, in the order of the interface; a ticket has all of them, most of them empty.
FIELDS = (
    "usernames",
    "transaction_ids",
    "occurred_at",
    "amounts",
    "channels",
    "emails",
    "phones",
    "devices",
    "error_messages",
    "registered_at",
    "links",
    "steps_tried",
)


def ticket(session: Session, row: Ticket) -> dict[str, Any]:
    """Everything about one ticket."""
    key = row.id or 0
    return summary(session, row) | {
        "customer": _customer(session, row),
        "fields": _fields(session, key),
        "missing": list(row.missing),
        "tags": commands.tags(session, key),
        "participants": [
            {"address": each.address, "role": each.role}
            for each in _of(session, Participant, Participant.ticket_id, key)
        ],
        "merged_into": _number(session, row.merged_into_id),
        "related": _related(session, key),
        "messages": [_message(session, each) for each in _of(session, Message, Message.ticket_id, key)],
        "events": [
            {"at": instant(each.at), "what": each.what, "by": each.by, "detail": each.detail}
            for each in _of(session, Event, Event.ticket_id, key)
        ],
    }


def summary(session: Session, row: Ticket) -> dict[str, Any]:
    """A ticket in one line."""
    return summaries(session, [row])[0]


def summaries(session: Session, listed: Sequence[Ticket]) -> list[dict[str, Any]]:
    """Tickets in one line each, in the order given."""
    dates = clocks.dates(session, [row.id or 0 for row in listed])
    return [_summary(session, row, dates.get(row.id or 0, Dates())) for row in listed]


def _summary(session: Session, row: Ticket, dates: Dates) -> dict[str, Any]:
    desk = session.get(Desk, row.desk_id)
    agent = session.get(Agent, row.assignee_id) if row.assignee_id else None
    return {
        "number": row.number,
        "desk": desk.name if desk else None,
        "status": row.status,
        "subject": row.subject,
        "category": row.category,
        "language": row.language,
        "priority": row.priority,
        "queue": row.queue,
        "assignee": agent.name if agent else None,
        "created_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
        "first_reply_due_at": instant(row.first_reply_due_at),
        "resolution_due_at": instant(dates.resolution_due_at),
        "next_at": instant(dates.next_at),
        "next_what": dates.next_what,
        "held_for": row.held_for or None,
        "wait_until": instant(row.wait_until),
    }


def listing(
    session: Session, *, desk: str | None = None, status: str | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Tickets in one line each, the newest first; without a desk, those of all desks."""
    statement = select(Ticket).order_by(col(Ticket.id).desc()).limit(limit)
    if desk:
        statement = statement.join(Desk, col(Desk.id) == col(Ticket.desk_id)).where(Desk.name == desk)
    if status:
        statement = statement.where(Ticket.status == status)
    return summaries(session, session.exec(statement).all())


def message_count(session: Session) -> int:
    """How many messages there are, ours included."""
    return session.exec(select(func.count()).select_from(Message)).one()


def instant(when: datetime | None) -> str | None:
    """ISO 8601 in UTC."""
    return when.astimezone(UTC).isoformat() if when else None


def _of(session: Session, table: Any, column: Any, key: int) -> Iterable[Any]:
    return session.exec(select(table).where(column == key).order_by(table.id)).all()


def _customer(session: Session, row: Ticket) -> dict[str, Any]:
    person = session.get(Person, row.person_id) if row.person_id else None
    if person is None:
        return {"name": "", "address": None, "verified": False, "undeliverable": False}
    requester = session.exec(
        select(Participant).where(Participant.ticket_id == row.id, Participant.role == "requester")
    ).first()
    address = session.exec(
        select(PersonAddress)
        .where(PersonAddress.person_id == person.id)
        .order_by(col(PersonAddress.address) != (requester.address if requester else ""), col(PersonAddress.id))
    ).first()
    return {
        "name": person.name,
        "address": address.address if address else None,
        "verified": bool(address and address.verified),
        "undeliverable": bool(address and address.hard_bounces >= HARD_BOUNCES),
    }


def _fields(session: Session, key: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in FIELDS}
    for each in _of(session, Finding, Finding.ticket_id, key):
        found.setdefault(each.field, []).append(
            {
                "value": each.value,
                "role": each.role,
                "raw": each.raw,
                "where": each.location,
                "start": each.start,
                "end": each.end,
                "rule": each.rule,
                "confidence": each.confidence,
                "by": each.by,
                **({"corrected": True} if each.corrected else {}),
                **({"box": each.box, "standing": each.standing} if each.standing else {}),
            }
        )
    return found


def _number(session: Session, key: int | None) -> str | None:
    other = session.get(Ticket, key) if key else None
    return other.number if other else None


def _related(session: Session, key: int) -> list[dict[str, str]]:
    """Tickets that this one is linked with, from either side."""
    links = session.exec(
        select(TicketLink).where((col(TicketLink.ticket_id) == key) | (col(TicketLink.other_id) == key))
    ).all()
    related = []
    for link in links:
        other = session.get(Ticket, link.other_id if link.ticket_id == key else link.ticket_id)
        if other is not None:
            related.append({"number": other.number, "why": link.why})
    return related


def _message(session: Session, row: Message) -> dict[str, Any]:
    return {
        "id": row.id,
        "message_id": row.message_id,
        "direction": row.direction,
        "from": {"name": row.sender_name, "address": row.sender},
        "to": row.recipients,
        "date": instant(row.date or row.received_at),
        "text": row.text,
        "new_text": row.new_text,
        "nature": row.nature,
        "identity": row.identity,
        "identity_why": row.identity_why,
        "attachments": [
            {
                "name": each.name,
                "type": each.type,
                "size": each.size,
                "sha256": each.sha256,
                "kind": each.kind,
                "blob": each.blob,
                "guard": guard,
                "large": each.large,
                "small": each.small,
                "unread": each.unread,
            }
            for each, guard in _files(session, row.id or 0)
        ],
    }


def _files(session: Session, message: int) -> Iterable[tuple[Attachment, str]]:
    """A message's files, each with the reason why only few may open it."""
    statement = select(Attachment, Blob.guard).join(Blob, col(Blob.name) == col(Attachment.blob))
    return session.exec(statement.where(Attachment.message_id == message).order_by(col(Attachment.id))).all()

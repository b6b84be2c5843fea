"""Erases what is older than its desk keeps it, a few tickets at a time; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, false, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from store import tickets
from store.erasure import people, rows
from store.erasure.rows import ERASED, Gone
from store.models import Event, Letter, Mail, PersonAddress, Ticket
from store.settings import RetentionSettings
from store.states import Move, Status


def erase(session: Session, desk_id: int, kept: RetentionSettings, now: datetime, limit: int) -> Gone:
    """Erase up to `limit` tickets that are due, and as many mails and letters of no ticket; nothing: all is done."""
    due = _tickets(session, desk_id, kept, now, limit)
    for ticket in due:
        if ticket.status != Status.CLOSED:
            tickets.move(session, ticket.id or 0, Move.CLOSE, tickets.LOKET, now)
    owners = sorted({ticket.person_id for ticket in due if ticket.person_id is not None})
    session.expunge_all()  # rows are changed past these objects
    gone = rows.tickets(session, [ticket.id or 0 for ticket in due], now)
    for ticket in due:
        tickets.add_event(session, ticket.id or 0, now, ERASED, detail={"of": "its age"})
    for key in owners:
        _forget(session, desk_id, key)
    return gone + _without_ticket(session, desk_id, kept, now, limit)


def _tickets(session: Session, desk_id: int, kept: RetentionSettings, now: datetime, limit: int) -> Sequence[Ticket]:
    statement = (
        select(Ticket)
        .where(Ticket.desk_id == desk_id, or_(_closed(kept, now), _held(kept, now)), ~_is_erased())
        .order_by(col(Ticket.id))
        .limit(limit)
    )
    return session.exec(statement.with_for_update(skip_locked=True)).all()


def _closed(kept: RetentionSettings, now: datetime) -> Any:
    """That a ticket was closed long since; one that goes on in another is kept as long as that one."""
    if not kept.closed_days:
        return false()
    before = now - timedelta(days=kept.closed_days)
    survivor = aliased(Ticket)
    goes_on = exists().where(
        col(survivor.id) == Ticket.merged_into_id,
        or_(col(survivor.status) != Status.CLOSED, col(survivor.closed_at) >= before),
    )
    return and_(col(Ticket.status) == Status.CLOSED, col(Ticket.closed_at) < before, ~goes_on)


def _held(kept: RetentionSettings, now: datetime) -> Any:
    """That nobody has released a ticket for so long, or that it was refused so long ago."""
    if not kept.held_days:
        return false()
    before = now - timedelta(days=kept.held_days)
    still = and_(col(Ticket.status) == Status.HELD, col(Ticket.updated_at) < before)
    refused = and_(col(Ticket.status) == Status.CLOSED, col(Ticket.closed_at) < before, _happened("refused"))
    return or_(still, refused)


def _happened(what: str, *where: Any) -> Any:
    return exists().where(col(Event.ticket_id) == Ticket.id, col(Event.what) == what, *where)


def _is_erased() -> Any:
    """That a ticket was erased, and has not been opened again since."""
    return _happened(ERASED, col(Event.at) >= Ticket.closed_at)


def _forget(session: Session, desk_id: int, person_id: int) -> None:
    """Forget a person of whom nothing is left: no ticket, and no mail in the ledger."""
    addresses = session.exec(select(PersonAddress.address).where(PersonAddress.person_id == person_id)).all()
    left = (
        select(Ticket.id).where(Ticket.person_id == person_id),
        select(Mail.id).where(Mail.desk_id == desk_id, col(Mail.sender).in_(addresses)),
    )
    if all(session.exec(statement.limit(1)).first() is None for statement in left):
        people.forget(session, desk_id, addresses, [person_id])


def _without_ticket(session: Session, desk_id: int, kept: RetentionSettings, now: datetime, limit: int) -> Gone:
    """Mails that became no ticket's, and letters of none, as old as a closed ticket's."""
    if not kept.closed_days:
        return Gone()
    before = now - timedelta(days=kept.closed_days)
    named = or_(col(Mail.sender).is_not(None), col(Mail.message_id).is_not(None))
    old = select(Mail.id).where(
        Mail.desk_id == desk_id, col(Mail.ticket_id).is_(None), Mail.received_at < before, named
    )
    mails = [key or 0 for key in session.exec(old.order_by(col(Mail.id)).limit(limit)).all()]
    of_none = (Letter.desk_id == desk_id, col(Letter.ticket_id).is_(None), Letter.created_at < before)
    done = select(Letter.id).where(*of_none, col(Letter.state).not_in(rows.WAITING), func.length(Letter.content) > 0)
    letters = [key or 0 for key in session.exec(done.order_by(col(Letter.id)).limit(limit)).all()]
    gone = rows.files(session, [], mails, now) + rows.mails(session, mails)
    return gone + rows.letters(session, letters)

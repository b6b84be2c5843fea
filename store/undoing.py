"""Takes back what an agent last did to a ticket, out of what the deed's event says; the taking back is an event too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select

from store import answers, attention, clocks, commands, people, rows, splitting, tickets
from store.models import Event, Finding, Tag, Ticket, TicketLink
from store.states import BACK, Move, Status

#: How long a deed can be taken back: whoever wants it otherwise next week does it otherwise.
WITHIN: Final = timedelta(days=1)

#: What is told of an answer that was taken back.
ANSWER: Final = "answered"

#: Events that are looked through.
_LATEST: Final = 100


def undo(session: Session, ticket_id: int, by: str, now: datetime) -> str:
    """Take back the last deed of somebody on a ticket; returns what it was, "" where there is none to take back.

    An answer that has not left comes first, whatever else was done with it: that is what undoing is most wanted for.
    """
    agent_id = people.agent_named(session, by)
    answer = answers.latest(session, ticket_id, agent_id, answers.OUT) if agent_id else None
    if answer is not None and answers.take_back(session, answer, by, now):
        return ANSWER
    statement = (
        select(Event)
        .where(Event.ticket_id == ticket_id, Event.by == by, col(Event.at) >= now - WITHIN)
        .order_by(col(Event.id).desc())
        .limit(_LATEST)
    )
    latest = session.exec(statement).all()
    undone = {each.detail.get("event") for each in latest if each.what == "undone"}
    deed = next((each for each in latest if each.id not in undone and _undoable(each)), None)
    if deed is None:
        return ""
    _DEEDS[deed.what](session, rows.one(session, Ticket, ticket_id), deed.detail, now)
    tickets.add_event(session, ticket_id, now, "undone", by, {"event": deed.id, "what": deed.what})
    return deed.what


def _undoable(event: Event) -> bool:
    if not event.detail:  # erased
        return False
    if event.what == "status":  # what a customer or the program moved is not the agent's to take back
        return event.detail.get("move") in (Move.CLOSE, Move.REOPEN, Move.WAIT) and event.detail["from"] in BACK
    if event.what in ("merged", "split"):
        return "into" in event.detail  # told at both ends
    return event.what in _DEEDS


def _status(session: Session, ticket: Ticket, detail: dict[str, Any], now: datetime) -> None:
    # as the program's doing: else the next undo would take back this one
    tickets.move(session, ticket.id or 0, BACK[Status(detail["from"])], tickets.LOKET, now)


def _assigned(session: Session, ticket: Ticket, detail: dict[str, Any], now: datetime) -> None:
    ticket.assignee_id = people.agent_named(session, detail.get("from"))
    _kept(session, ticket, now)


def _column(column: str) -> Callable[[Session, Ticket, dict[str, Any], datetime], None]:
    def turn_back(session: Session, ticket: Ticket, detail: dict[str, Any], now: datetime) -> None:
        setattr(ticket, column, detail["from"])
        _kept(session, ticket, now)

    return turn_back


def _categorised(session: Session, ticket: Ticket, detail: dict[str, Any], now: datetime) -> None:
    ticket.category, ticket.subject = detail["from"]["category"], detail["from"]["subject"]
    _kept(session, ticket, now)


def _waits(session: Session, ticket: Ticket, detail: dict[str, Any], now: datetime) -> None:
    ticket.wait_until = datetime.fromisoformat(detail["from"]) if detail["from"] else None
    _kept(session, ticket, now)


def _tagged(session: Session, ticket: Ticket, detail: dict[str, Any], now: datetime) -> None:
    del now
    standing = commands.tags(session, ticket.id or 0)
    statement = select(Tag).where(Tag.ticket_id == ticket.id, col(Tag.word).in_(detail["added"]))
    for row in session.exec(statement).all():
        session.delete(row)
    session.flush()
    back = [word for word in detail["removed"] if word not in standing]
    rows.add_all(session, [rows.Draft(Tag, ticket_id=ticket.id, word=word) for word in back])


def _set(session: Session, ticket: Ticket, detail: dict[str, Any], now: datetime) -> None:
    _corrected(session, [detail["finding"]], corrected=True)
    _corrected(session, detail["before"], corrected=False)
    ticket.missing = detail["missing"]
    _kept(session, ticket, now)


def _corrected(session: Session, keys: list[int], *, corrected: bool) -> None:
    for row in session.exec(select(Finding).where(col(Finding.id).in_(keys))).all():
        row.corrected = corrected
        session.add(row)
    session.flush()


def _linked(session: Session, ticket: Ticket, detail: dict[str, Any], now: datetime) -> None:
    del now
    other = tickets.by_number(session, ticket.desk_id, detail["to"])
    statement = select(TicketLink).where(
        TicketLink.ticket_id == ticket.id, TicketLink.other_id == other.id, TicketLink.why == "linked"
    )
    for row in session.exec(statement).all():
        session.delete(row)
    session.flush()


def _merged(session: Session, ticket: Ticket, detail: dict[str, Any], now: datetime) -> None:
    ticket.merged_into_id = None
    _kept(session, ticket, now)
    before = Status(detail.get("before", Status.OPEN))
    if before != ticket.status and before in BACK:
        tickets.move(session, ticket.id or 0, BACK[before], tickets.LOKET, now)


def _split(session: Session, ticket: Ticket, detail: dict[str, Any], now: datetime) -> None:
    other = tickets.by_number(session, ticket.desk_id, detail["into"])
    splitting.move_back(session, detail["message"], ticket.id or 0)
    if other.status != Status.CLOSED:
        tickets.move(session, other.id or 0, Move.CLOSE, tickets.LOKET, now)
    other.merged_into_id = ticket.id  # whatever has been written to it since leads here
    _kept(session, other, now)


def _attention(session: Session, ticket: Ticket, detail: dict[str, Any], now: datetime) -> None:
    attention.turn(session, ticket.id or 0, detail["agent"], detail["from"], tickets.LOKET, now)


def _kept(session: Session, ticket: Ticket, now: datetime) -> None:
    ticket.updated_at = now
    session.add(ticket)
    session.flush()
    clocks.unwind(session, ticket.id or 0, now)


_DEEDS: Final[dict[str, Callable[[Session, Ticket, dict[str, Any], datetime], None]]] = {
    "status": _status,
    "assigned": _assigned,
    "prioritised": _column("priority"),
    "queued": _column("queue"),
    "categorised": _categorised,
    "waits": _waits,
    "tagged": _tagged,
    "set": _set,
    "linked": _linked,
    "merged": _merged,
    "split": _split,
    "attention": _attention,
}

"""What each stroke of a clock means: somebody is told, or a ticket closes or comes back. In one transaction with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from intake.clocks import closing
from intake.clocks.closing import Case
from store import clocks, notices, routing, tickets
from store.clocks import Kind, Stroke
from store.models import Clock
from store.notices import Why
from store.states import Move

#: When a warning that may not be written now is tried again; most of what forbids it counts within the hour.
LATER: Final = timedelta(hours=1)


def strike(session: Session, case: Case, clock: Clock, stroke: Stroke, late_at: datetime) -> bool:
    """Strike, unless it was struck before; False where nothing was done. `late_at` is when the late stroke is due."""
    if clock.kind == Kind.SILENCE and stroke is Stroke.EARLY:
        return _warn(session, case, clock, late_at)
    if not clocks.strike(session, clock, stroke, case.now):
        return False
    if clock.kind != Kind.SILENCE:
        _tell(session, case, clock, stroke, late_at)
    elif case.ticket.wait_until is not None:
        _bring_back(session, case)
    elif case.desk.settings.close_after_days:
        closing.close(session, case.ticket, case.now)
    else:
        _look_again(session, case, clock)
    return True


def _tell(session: Session, case: Case, clock: Clock, stroke: Stroke, due: datetime) -> None:
    """A target is about to pass: its owner is reminded. It has passed: the leads are told, or the owner without any."""
    ticket_id, detail = case.ticket.id or 0, {"of": clock.kind, "due": due.isoformat()}
    if stroke is Stroke.EARLY:
        tickets.add_event(session, ticket_id, case.now, "reminded", detail=detail)
        notices.want(session, ticket_id, Why.REMINDER, case.now, detail=detail)
        return
    tickets.add_event(session, ticket_id, case.now, "escalated", detail=detail)
    leads: list[int | None] = [each.id for each in routing.working(session, case.now) if each.role == "lead"]
    for lead in leads or [None]:
        notices.want(session, ticket_id, Why.ESCALATED, case.now, to=lead, detail=detail)


def _bring_back(session: Session, case: Case) -> None:
    """The day for which a ticket waited has come: it is our turn again."""
    ticket_id = case.ticket.id or 0
    tickets.move(session, ticket_id, Move.REOPEN, tickets.LOKET, case.now)
    tickets.add_event(session, ticket_id, case.now, "came back")
    notices.want(session, ticket_id, Why.CAME_BACK, case.now)


def _look_again(session: Session, case: Case, clock: Clock) -> None:
    """No silence closes this desk's tickets: the owner is reminded that there has been one, every so often."""
    ticket_id = case.ticket.id or 0
    tickets.add_event(session, ticket_id, case.now, "reminded", detail={"of": clock.kind})
    notices.want(session, ticket_id, Why.SILENT, case.now)
    clocks.again(session, case.ticket, clock, case.now)


def _warn(session: Session, case: Case, clock: Clock, late_at: datetime) -> bool:
    """Warn the customer, as soon as he may be written to; who may not until the ticket would close is not warned."""
    hindrance = closing.hindrance(session, case)
    if hindrance is not None and hindrance.passes and case.now < late_at:
        clocks.put_off(session, clock.id or 0, case.now + LATER)
        return False
    if not clocks.strike(session, clock, Stroke.EARLY, case.now):
        return False
    closes = max(late_at, case.now + timedelta(days=case.desk.settings.warn_days_before))
    if hindrance is None:
        closing.warn(session, case, closes)
    detail = {"why": hindrance.why} if hindrance else {"closes": closes.isoformat()}
    what = "not warned" if hindrance else "warned of closing"
    tickets.add_event(session, case.ticket.id or 0, case.now, what, detail=detail)
    return True

"""Makes the notices that are due into letters: one an agent and ticket, or one of several where that is too many.

Each letter is a transaction of its own: who is told, what is told, and its bytes; so a notice is neither lost nor
written twice, and one ticket's fault is no other's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session

from intake.agent_settings import NoticeSettings
from intake.agents import ceilings, gathering, mailing, noticing
from intake.agents.ceilings import Load, Sent
from intake.agents.mailing import Means
from intake.desks import OpenDesk
from store import dossier, notices, routing, rows, worklist
from store.engine import looking, writing
from store.errors import StoreUnreachable
from store.models import Ticket
from store.notices import Wanted, Why
from store.routing import Colleague

_log = structlog.get_logger(__name__)

#: Tickets that one look takes; the next look follows soon.
AT_A_TIME = 100

#: From so many on, news of different tickets that have waited together are one letter.
TOGETHER_FROM = 3

#: What an agent has ordered and waits for: no ceiling holds it back, nor do hours in which who orders is awake.
AWAITED = frozenset({Why.INCIDENT})

#: A notice that could not be written is a fault of ours, which time seldom mends.
AFTER_A_FAULT = timedelta(hours=1)


class Notifier:
    """Who tells the agents."""

    def __init__(self, settings: NoticeSettings, means: Means, *, engine: Engine, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._means = means
        self._engine = engine
        self._now = now

    def send_due(self) -> int:
        """Write the letters that are due into the outbox; returns for how many reasons. Raises StoreUnreachable."""
        now = self._now()
        before = now - timedelta(seconds=self._settings.wait_seconds)
        with looking(self._engine) as session:
            agents, tickets = notices.due_agents(session, now), notices.due(session, before, AT_A_TIME)
        for agent_id in agents:
            if not self._tried(partial(self._tell_kept, agent_id=agent_id, now=now), agent=agent_id):
                with writing(self._engine) as session:
                    for ticket_id, kept in notices.take_kept(session, agent_id, now).items():
                        notices.postpone(session, ticket_id, kept, now + AFTER_A_FAULT)
        for ticket_id in tickets:
            if not self._tried(partial(self._tell, ticket_id=ticket_id, before=before, now=now), ticket=ticket_id):
                with writing(self._engine) as session:
                    wanted = notices.take(session, ticket_id, before)
                    notices.postpone(session, ticket_id, wanted, now + AFTER_A_FAULT)
        return len(agents) + len(tickets)

    def _tried(self, tell: Callable[[Session], None], **what: int) -> bool:
        try:
            with writing(self._engine) as session:
                tell(session)
        except StoreUnreachable:
            raise
        except Exception:  # noqa: BLE001  # logged with its trace; one ticket's fault is no other's
            _log.exception("a notice could not be written", **what)
            return False
        return True

    def _tell(self, session: Session, *, ticket_id: int, before: datetime, now: datetime) -> None:
        """Tell of one ticket."""
        ticket = rows.one(session, Ticket, ticket_id)
        wanted = notices.take(session, ticket_id, before)
        desk = self._means.desks.get(ticket.desk_id)
        if not wanted or desk is None:
            return
        for agent, reasons in self._by_agent(session, ticket, wanted, now):
            load = _load(session, desk, agent, now, ticket_id)
            awaited = any(each.why in AWAITED for each in reasons)
            until = None if awaited else ceilings.not_before(self._settings, load, ticket_id)
            if until is None:
                noticing.write(session, self._means, desk, ticket, agent, reasons, now)
            else:
                kept = [_kept(each, agent) for each in reasons]
                notices.postpone(session, ticket_id, kept, until)

    def _by_agent(
        self, session: Session, ticket: Ticket, wanted: Sequence[Wanted], now: datetime
    ) -> Iterable[tuple[Colleague, list[Wanted]]]:
        """Who is told what."""
        staff = {each.id: each for each in routing.working(session, now)}
        found: dict[int, list[Wanted]] = {}
        for each in wanted:
            if each.agent_id != notices.WHOEVER:
                found.setdefault(each.agent_id, []).append(each)
                continue
            for agent in routing.told(session, ticket, each.why, self._means.queues, now):
                found.setdefault(agent.id, []).append(each)
        listed = [(staff[key], reasons) for key, reasons in found.items() if key in staff]
        return [(agent, reasons) for agent, reasons in listed if self._means.reaches(agent)]

    def _tell_kept(self, session: Session, *, agent_id: int, now: datetime) -> None:
        """Tell an agent what was kept: of few tickets one by one, of several in one letter a desk."""
        agent = next((each for each in routing.working(session, now) if each.id == agent_id), None)
        by_ticket = notices.take_kept(session, agent_id, now)
        by_desk: dict[int, dict[int, list[Wanted]]] = {}
        for ticket_id, wanted in by_ticket.items():
            ticket = rows.one(session, Ticket, ticket_id)
            stays = agent is not None and routing.concerns(session, ticket, agent_id)
            again = [
                replace(each, agent_id=notices.WHOEVER, kept=False, routed=False) for each in wanted if each.routed
            ]
            mine = wanted if stays else [each for each in wanted if not each.routed]
            if not stays:
                notices.postpone(session, ticket_id, again, now)
            if mine:
                by_desk.setdefault(ticket.desk_id, {})[ticket_id] = mine
        for desk_id, of_desk in by_desk.items():
            desk = self._means.desks.get(desk_id)
            if agent is not None and desk is not None and self._means.reaches(agent):
                self._tell_together(session, desk, agent, of_desk, now)

    def _tell_together(
        self,
        session: Session,
        desk: OpenDesk,
        agent: Colleague,
        by_ticket: Mapping[int, Sequence[Wanted]],
        now: datetime,
    ) -> None:
        load = _load(session, desk, agent, now, None)
        quiet, later = ceilings.quiet_until(load.quiet, load.now), ceilings.together_at(self._settings, load)
        if quiet is not None or (later is not None and later > load.now):
            for ticket_id, wanted in by_ticket.items():
                notices.postpone(session, ticket_id, wanted, max(filter(None, (quiet, later))))
        elif len(by_ticket) < TOGETHER_FROM and later is None:
            for ticket_id, wanted in by_ticket.items():
                noticing.write(session, self._means, desk, rows.one(session, Ticket, ticket_id), agent, wanted, now)
        else:
            listed = worklist.these(session, list(by_ticket))
            whys = {ticket_id: [each.why.value for each in wanted] for ticket_id, wanted in by_ticket.items()}
            letter = gathering.news(session, desk, agent, listed, whys, now)
            mailing.post_list(session, self._means, desk, agent, letter, dossier.NEWS, now)


def _kept(wanted: Wanted, agent: Colleague) -> Wanted:
    """A reason that waits for an agent."""
    return replace(wanted, agent_id=agent.id, kept=True, routed=wanted.agent_id == notices.WHOEVER)


def _load(session: Session, desk: OpenDesk, agent: Colleague, now: datetime, ticket_id: int | None) -> Load:
    """What an agent has had lately, and when the agent last did something with a ticket."""
    sent = dossier.sent_to(session, agent.address, now - timedelta(days=1))
    return Load(
        sent=[Sent(at=at, ticket_id=ticket) for at, ticket in sent],
        acted_at=dossier.acted_at(session, ticket_id, agent.name) if ticket_id is not None else None,
        quiet=agent.quiet,
        now=now.astimezone(desk.settings.zone),
    )

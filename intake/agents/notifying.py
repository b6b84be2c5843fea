"""Makes the notices that are due into letters: one an agent and ticket, however much there is to tell.

Each ticket is a transaction of its own: who is told, what is told, and the letter's bytes; so a notice is neither lost
nor written twice, and one ticket's fault is no other's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session

from intake.agent_settings import NoticeSettings
from intake.agents import mailing
from intake.agents.briefing import Briefing, brief
from intake.agents.mailing import Sheet
from intake.desks import OpenDesk
from intake.directory import Directory
from replies import tokens
from replies.notice import notice
from store import answers, dossier, notices, people, routing, rows, said
from store.blobs import BlobFolder
from store.engine import writing
from store.errors import StoreUnreachable
from store.facts import Purpose
from store.models import Ticket
from store.notices import Wanted
from store.routing import Colleague

_log = structlog.get_logger(__name__)

#: Tickets that one look takes; the next look follows soon.
AT_A_TIME = 100

#: A notice that could not be written is a fault of ours, which time seldom mends.
AFTER_A_FAULT = timedelta(hours=1)


class Notifier:
    """Who tells the agents."""

    def __init__(
        self,
        settings: NoticeSettings,
        *,
        engine: Engine,
        folder: BlobFolder,
        open_desks: Mapping[str, OpenDesk],
        directory: Directory,
        now: Callable[[], datetime],
        shadow: bool = False,
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._folder = folder
        self._desks = {desk.id: desk for desk in open_desks.values()}
        self._directory = directory
        self._now = now
        self._shadow = shadow

    def send_due(self) -> int:
        """Write the letters that are due into the outbox; returns of how many tickets. Raises StoreUnreachable."""
        before = self._now() - timedelta(seconds=self._settings.wait_seconds)
        with writing(self._engine) as session:
            found = notices.due(session, before, AT_A_TIME)
        for ticket_id in found:
            try:
                with writing(self._engine) as session:
                    self._tell(session, ticket_id, before)
            except StoreUnreachable:
                raise
            except Exception:  # noqa: BLE001  # logged with its trace; one ticket's fault is no other's
                _log.exception("a notice could not be written", ticket=ticket_id)
                with writing(self._engine) as session:
                    wanted = notices.take(session, ticket_id, before)
                    notices.postpone(session, ticket_id, wanted, self._now() + AFTER_A_FAULT)
        return len(found)

    def _tell(self, session: Session, ticket_id: int, before: datetime) -> None:
        ticket = rows.one(session, Ticket, ticket_id)
        wanted = notices.take(session, ticket_id, before)
        desk = self._desks.get(ticket.desk_id)
        if not wanted or desk is None:
            return
        for agent, reasons in self._by_agent(session, ticket, wanted):
            if self._directory.knows(agent.address):
                _log.error("an agent's address is one of a desk's: nothing is sent there", agent=agent.name)
                continue
            self._write(session, desk, ticket, agent, reasons)

    def _by_agent(
        self, session: Session, ticket: Ticket, wanted: Sequence[Wanted]
    ) -> Iterable[tuple[Colleague, list[Wanted]]]:
        """Who is told what."""
        staff = {each.id: each for each in routing.working(session)}
        found: dict[int, list[Wanted]] = {}
        for each in wanted:
            if each.agent_id != notices.WHOEVER:
                found.setdefault(each.agent_id, []).append(each)
                continue
            for agent in routing.told(session, ticket, self._now()):
                found.setdefault(agent.id, []).append(each)
        return [(staff[key], reasons) for key, reasons in found.items() if key in staff]

    def _write(
        self, session: Session, desk: OpenDesk, ticket: Ticket, agent: Colleague, reasons: Sequence[Wanted]
    ) -> None:
        now, ticket_id = self._now(), ticket.id or 0
        part = people.agents_part(session, desk.id, ticket_id, agent.address)
        signed = mailing.addresses(session, desk, ticket, part, now)
        about = Briefing(
            desk=desk,
            ticket=ticket,
            agent=agent,
            reasons=reasons,
            told_id=part.told_id,
            addresses=signed,
            picture_bytes=self._settings.picture_kb * 1024,
            now=now,
        )
        briefed = brief(session, self._folder, about)
        purpose, newest = Purpose.NOTE if briefed.inside else Purpose.ANSWER, answers.newest(session, ticket_id)
        sheet = Sheet(
            letter=notice(desk.settings, briefed.view),
            kind=dossier.NOTICE,
            to=agent.address,
            address=signed.desk_address,
            message_id=tokens.message_id(
                signed.desk_address, signed.token(purpose, newest), said.letters(session, ticket_id) + 1
            ),
            thread=mailing.thread(signed.desk_address, ticket.number, f"{part.handle:010x}"),
            reply_to=signed.to(purpose, newest),
            ticket_id=ticket_id,
            files=briefed.pictures,
        )
        mailing.post(session, desk, sheet, now, shadow=self._shadow)
        if briefed.told_id:
            people.told(session, part, briefed.told_id)

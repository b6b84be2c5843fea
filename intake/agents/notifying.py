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
from intake.desks import OpenDesk
from intake.directory import Directory
from parsing.mail import Address
from replies import compose, tokens
from replies.notice import NoticeView, Said, notice
from store import dossier, notices, outbox, people, routing, rows, said
from store.engine import writing
from store.errors import StoreUnreachable
from store.facts import AGENT
from store.models import Message, Ticket
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
        open_desks: Mapping[str, OpenDesk],
        directory: Directory,
        now: Callable[[], datetime],
        shadow: bool = False,
    ) -> None:
        self._wait = timedelta(seconds=settings.wait_seconds)
        self._engine = engine
        self._desks = {desk.id: desk for desk in open_desks.values()}
        self._directory = directory
        self._now = now
        self._shadow = shadow

    def send_due(self) -> int:
        """Write the letters that are due into the outbox; returns of how many tickets. Raises StoreUnreachable."""
        before = self._now() - self._wait
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
        """Who is told what; of a closed ticket, nobody who would have to be found first."""
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
        address = _written_to(session, desk, ticket_id)
        local = now.astimezone(desk.settings.zone)
        participant = people.participant(session, ticket_id, agent.address) or people.take_part(
            session, desk.id, ticket_id, agent.address, AGENT
        )
        token = tokens.mint(desk.key.tokens, participant.handle, AGENT, tokens.expiry(AGENT, local.date()))
        heading = compose.Heading(
            from_=Address(name=desk.settings.display_name, address=address),
            to=agent.address,
            reply_to=tokens.address(address, token, desk.settings.separator),
            message_id=tokens.message_id(address, token, said.letters(session, ticket_id) + 1),
            date=local,
            references=[_thread(address, ticket.number, participant.handle)],
            auto_submitted="auto-generated",
            loop_mark=tokens.loop_mark(desk.key.tokens),
        )
        news = dossier.news(session, ticket_id, participant.told_id)
        letter = notice(desk.settings, _view(session, desk, ticket, agent, reasons, news))
        outbox.queue(
            session,
            desk_id=desk.id,
            ticket_id=ticket_id,
            mail_id=None,
            kind=dossier.NOTICE,
            message_id=heading.message_id,
            envelope_from="",
            recipients=[agent.address],
            content=compose.compose(letter, heading, desk.settings.dkim),
            now=now,
            hold="shadow" if self._shadow else "",
        )
        if news:
            people.told(session, participant, news[-1].id or 0)


def _view(
    session: Session,
    desk: OpenDesk,
    ticket: Ticket,
    agent: Colleague,
    reasons: Sequence[Wanted],
    news: Sequence[Message],
) -> NoticeView:
    ticket_id = ticket.id or 0
    return NoticeView(
        number=ticket.number,
        subject=ticket.subject,
        language=agent.language or desk.settings.languages[0],
        whys=list(dict.fromkeys(each.why.value for each in reasons)),
        customer=dossier.requester(session, ticket_id),
        due=ticket.first_reply_due_at if said.last_answer(session, ticket_id) is None else None,
        said=[_said(each) for each in news],
    )


def _said(message: Message) -> Said:
    return Said(
        at=message.received_at,
        who=message.sender_name or message.sender or "",
        text=message.new_text or message.text,
    )


def _written_to(session: Session, desk: OpenDesk, ticket_id: int) -> str:
    """The desk's address that the customer wrote to."""
    known = {address.lower(): address for address in desk.settings.addresses}
    named = dossier.written_to(session, ticket_id)
    return next((known[each.lower()] for each in named if each.lower() in known), desk.settings.addresses[0])


def _thread(address: str, number: str, handle: int) -> str:
    """The msg-id of a mail that never was: an agent's notices of a ticket refer to it, which keeps them together."""
    return f"t.{number.lower()}.{handle:010x}@{address.rpartition('@')[2].lower()}"

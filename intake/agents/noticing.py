"""Writes the notice of one ticket to one agent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from intake.agents import mailing
from intake.agents.briefing import Briefing, brief
from intake.agents.mailing import Means, Sheet
from intake.desks import OpenDesk
from intake.effects import letter_box
from replies import tokens
from replies.notice import notice
from store import answers, dossier, people, said
from store.facts import Purpose
from store.models import Ticket
from store.notices import Wanted
from store.routing import Colleague


def write(
    session: Session,
    means: Means,
    desk: OpenDesk,
    ticket: Ticket,
    agent: Colleague,
    reasons: Sequence[Wanted],
    now: datetime,
) -> None:
    """Queue the notice, and remember what it told."""
    ticket_id = ticket.id or 0
    part = people.agents_part(session, desk.id, ticket_id, agent.address)
    signed = mailing.addresses(desk, ticket, part, letter_box.desk_address(session, desk, ticket_id), now)
    about = Briefing(
        desk=desk,
        ticket=ticket,
        agent=agent,
        reasons=reasons,
        told_id=part.told_id,
        addresses=signed,
        picture_bytes=means.picture_bytes,
        now=now,
    )
    briefed = brief(session, means.folder, about)
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
    mailing.post(session, means, desk, sheet, now)
    if briefed.told_id:
        people.told(session, part, briefed.told_id)

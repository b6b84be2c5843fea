"""What the tokens of agents, and of those whom agents have asked, mean in rows. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from store import candidates, people, rows
from store.facts import AGENT, AgentToken, AskedToken, Purpose
from store.models import Ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """An agent's token that a mail presents, and that one of our keys has made."""

    handle: int
    purpose: Purpose | None
    serial: int
    good: bool  #: it has not expired
    addressed: bool  #: the mail came to its address; else it stands in a msg-id that the mail answers


def asked(session: Session, desk_id: int, sender: str, handles: Sequence[int]) -> AskedToken | None:
    """The side question that a mail answers: only from the address that was asked."""
    for participant in people.by_handles(session, desk_id, handles):
        if sender and participant.address == sender:
            ticket = candidates.survivor(session, rows.one(session, Ticket, participant.ticket_id))
            return AskedToken(ticket_id=ticket.id or 0, address=sender)
    return None


def pointed(session: Session, desk_id: int, sender: str, shown: Sequence[Shown]) -> AgentToken | None:
    """The token that counts: one that the mail came to before one that it answers, and a good one before the others."""
    for each in sorted(shown, key=lambda one: (not one.addressed, not one.good)):
        for participant in people.by_handles(session, desk_id, [each.handle]):
            ticket = candidates.survivor(session, rows.one(session, Ticket, participant.ticket_id))
            theirs = people.participant(session, ticket.id or 0, sender) if sender else None
            return AgentToken(
                ticket_id=ticket.id or 0,
                holder=people.agent_at(session, participant.address),
                purpose=each.purpose,
                serial=each.serial,
                good=each.good,
                addressed=each.addressed,
                by_customer=theirs is not None and theirs.role != AGENT,
            )
    return None

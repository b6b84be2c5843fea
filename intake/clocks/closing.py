"""Warns a customer of whom nothing has been heard, and closes the ticket where nothing is heard after that either.

The warning is an automatic letter that no mail caused, so it asks more than others: who was never told that his mail
had arrived gets none, and where we have written enough already it waits. Who gets none loses nothing: he has our
answer, and his own opens the ticket again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from intake.decision import answering
from intake.desks import OpenDesk
from intake.effects import letter_box
from intake.identity.authenticate import SUSPICIOUS
from replies import acknowledge, letters
from replies.acknowledge import Answered, Composed
from store import lookup, people, said, tallies, tickets
from store.facts import Facts
from store.models import Mail, Message, Participant, Ticket
from store.states import Move

#: Its kind in the outbox.
CLOSING = "closing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hindrance:
    """Why a customer is not warned."""

    why: str
    passes: bool  #: it may be otherwise in an hour


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A ticket about which something is due."""

    desk: OpenDesk
    ticket: Ticket
    now: datetime
    shadow: bool  #: letters are held, not sent
    ours: frozenset[str]  #: the desks' own addresses, lower case


def hindrance(session: Session, case: Case) -> Hindrance | None:
    """What stands against a warning, if anything."""
    requester = _requester(session, case.ticket.id or 0)
    if requester is None:
        return Hindrance(why="nobody to write to", passes=False)
    facts = lookup.of_address(session, case.desk.id, requester.address, case.now)
    never = _never(session, case, requester.address, facts)
    if never:
        return Hindrance(why=never, passes=False)
    enough = answering.not_now_unasked(facts, case.desk.policy)
    return Hindrance(why=enough, passes=True) if enough else None


def warn(session: Session, case: Case, closes: datetime) -> None:
    """Write to the customer that the ticket closes, and when."""
    requester = _requester(session, case.ticket.id or 0)
    if requester is None:
        return
    sender = letter_box.desk_address(session, case.desk, case.ticket.id or 0)
    composed = _composed(session, case, requester, closes, sender)
    hold = "shadow" if case.shadow else ""
    letter_box.put(session, case.desk, case.ticket, composed, CLOSING, sender=sender, now=case.now, hold=hold)
    names = [lookup.DESK_TALLY, lookup.domain_tally(requester.address)]
    tallies.add(session, case.desk.id, names, case.now)


def close(session: Session, ticket: Ticket, now: datetime) -> None:
    """Close a ticket for its customer's silence."""
    tickets.move(session, ticket.id or 0, Move.CLOSE, tickets.LOKET, now)
    tickets.add_event(session, ticket.id or 0, now, "closed", detail={"why": "nothing was heard of the customer"})


def _requester(session: Session, ticket_id: int) -> Participant | None:
    wanted = (Participant.ticket_id == ticket_id, Participant.role == "requester")
    return session.exec(select(Participant).where(*wanted).order_by(col(Participant.id))).first()


def _never(session: Session, case: Case, address: str, facts: Facts) -> str:
    """Why this customer is never written to of our own accord; "" where he may be."""
    told_of = (Message.ticket_id == case.ticket.id, Message.direction == "in", Message.identity == SUSPICIOUS)
    never = answering.never_unasked(
        address,
        facts,
        from_ourselves=address in case.ours,
        suspicious=session.exec(select(Message.id).where(*told_of).limit(1)).first() is not None,
    )
    return never or ("" if _has_been_told(session, case, address) else "was never told that the mail had arrived")


def _has_been_told(session: Session, case: Case, address: str) -> bool:
    """Whether automatic letters to this customer are the desk's policy."""
    if case.desk.policy.acknowledge == "all":
        return True
    known = people.find(session, case.desk.id, address)
    if known is not None and known.verified:
        return True
    acknowledged = (Mail.ticket_id == case.ticket.id, Mail.acknowledged == "yes")
    return session.exec(select(Mail.id).where(*acknowledged).limit(1)).first() is not None


def _composed(session: Session, case: Case, requester: Participant, closes: datetime, sender: str) -> Composed:
    """The letter: it goes on with what was said last, as far as the customer has it."""
    desk, ticket = case.desk, case.ticket
    first, last = _said(session, ticket, "in")[:1], _said(session, ticket, "out")[-1:]
    view = letters.view_of(ticket)
    return acknowledge.composed(
        desk.settings,
        letters.closing(desk.settings, view, closes, words=desk.words(ticket.language)),
        Answered(
            sender=requester.address,
            desk_address=sender,
            message_id=next(iter(last + first), None),
            references=first if last else (),
        ),
        token_key=desk.key.tokens,
        handle=requester.handle,
        sequence=said.letters(session, ticket.id or 0) + 1,
        now=case.now,
        auto_submitted="auto-generated",
    )


def _said(session: Session, ticket: Ticket, direction: str) -> list[str]:
    """The Message-IDs of a ticket's mails in one direction, in order."""
    wanted = (Message.ticket_id == ticket.id, Message.direction == direction)
    found = session.exec(select(Message.message_id).where(*wanted).order_by(col(Message.id))).all()
    return [each for each in found if each]

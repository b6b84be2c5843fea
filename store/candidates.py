"""The tickets that a mail may belong to, each with how it is tied to it and whether its sender takes part. Reads only.

A ticket that was merged leads on to the one that it went into.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from store import people
from store.facts import AGENT, ASKED, CLAIMS_TO_ANSWER, Candidate, Relation
from store.models import Finding, Participant, ThreadId, Ticket, TicketLink
from store.prepared import Prepared, several, valued

#: msg-ids of one mail that are looked up: the first names the thread, the last the mail answered (RFC 5322, 3.6.4).
MAX_REFERENCES: Final = 50

#: Merges that are followed from one ticket: more are a fault, or a circle.
MAX_MERGES: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Invited:
    """A reply token that verified."""

    handle: int  #: the participant's
    role: str  #: requester, copied
    addressed: bool  #: the mail came to its address; else it stands in a msg-id that the mail answers


@dataclass(frozen=True, kw_only=True, slots=True)
class Ties:
    """What a mail says of where it belongs."""

    desk_id: int
    sender: str  #: the From address in lower case; "" where there is none
    message_id: str | None
    references: Sequence[str] = ()  #: msg-ids, the mail directly answered last
    tokens: Sequence[Invited] = field(default=())
    numbers: Sequence[str] = ()  #: ticket numbers in its subject
    now: datetime


class _Tie(NamedTuple):
    relation: Relation
    ticket_id: int
    invited: str | None = None  #: the address that the token was made for
    addressed: bool = False


def candidates(session: Session, ties: Ties) -> list[Candidate]:
    """The candidates, the strongest tie first."""
    found = [*_by_token(session, ties), *_by_thread(session, ties), *_by_number(session, ties)]
    if not found:
        return []
    tickets = _tickets(session, (tie.ticket_id for tie in found))
    survivors = {tie.ticket_id: survivor(session, tickets[tie.ticket_id]) for tie in found}
    taking_part = _taking_part(
        session, {key for tie in found for key in (tie.ticket_id, survivors[tie.ticket_id].id or 0)}
    )
    names = _Names.of(session, ties)
    listed: dict[tuple[int, Relation], Candidate] = {}
    for tie in found:
        ticket = survivors[tie.ticket_id]
        addresses = taking_part.get(tie.ticket_id, set()) | taking_part.get(ticket.id or 0, set())
        if tie.invited is not None:
            addresses = {tie.invited}  # another participant's token says nothing about this sender
        candidate = _candidate(session, ties, tie, ticket, names, addresses)
        known = listed.get((candidate.ticket_id, candidate.relation))
        if known is None or (candidate.sender_takes_part and not known.sender_takes_part):
            listed[candidate.ticket_id, candidate.relation] = candidate
    return sorted(listed.values(), key=lambda each: each.relation)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Names:
    """By which addresses the sender is known."""

    sender: str
    mailbox: str
    others: frozenset[str]  #: further addresses of the same person
    authenticates: bool

    @classmethod
    def of(cls, session: Session, ties: Ties) -> _Names:
        known = people.same_person(session, ties.desk_id, ties.sender) if ties.sender else {}
        return cls(
            sender=ties.sender,
            mailbox=people.mailbox(ties.sender),
            others=frozenset(known),
            authenticates=known.get(ties.sender, False),
        )

    def alias(self, addresses: Iterable[str]) -> bool:
        return any(each in self.others or people.mailbox(each) == self.mailbox for each in addresses)


def _candidate(
    session: Session, ties: Ties, tie: _Tie, ticket: Ticket, names: _Names, addresses: set[str]
) -> Candidate:
    takes_part = bool(names.sender) and names.sender in addresses
    fresh = tie.addressed and not ties.references
    return Candidate(
        ticket_id=ticket.id or 0,
        number=ticket.number,
        status=ticket.status,
        relation=tie.relation,
        sender_takes_part=takes_part,
        borrowed=not takes_part and _is_borrowed(session, tie.ticket_id),
        alias_takes_part=bool(names.sender) and not takes_part and names.alias(addresses),
        sender_authenticates=names.authenticates,
        addressed=tie.addressed,
        closed_for=ties.now - ticket.closed_at if ticket.closed_at is not None else None,
        transaction_ids=_transaction_ids(session, ticket.id or 0) if fresh else frozenset(),
    )


def _is_borrowed(session: Session, ticket_id: int) -> bool:
    """Whether a ticket was opened by who answered a letter to somebody else."""
    link = select(TicketLink.id).where(TicketLink.ticket_id == ticket_id, TicketLink.why == CLAIMS_TO_ANSWER)
    return session.exec(link).first() is not None


def _by_token(session: Session, ties: Ties) -> Iterable[_Tie]:
    answered = {each.handle for each in ties.tokens if not each.addressed}
    roles = {(each.handle, each.role) for each in ties.tokens}
    for participant in people.by_handles(session, ties.desk_id, [each.handle for each in ties.tokens]):
        if (participant.handle, participant.role) in roles:  # a token is bound to its role, too
            addressed = participant.handle not in answered
            yield _Tie(Relation.TOKEN, participant.ticket_id, participant.address, addressed)


@cache
def _of_thread(count: int) -> Prepared:
    """What so many msg-ids lead to."""
    return Prepared(
        select(ThreadId.msgid, ThreadId.relation, ThreadId.ticket_id).where(
            col(ThreadId.desk_id) == bindparam("desk"), col(ThreadId.msgid).in_(several("msgid", count))
        )
    )


def _by_thread(session: Session, ties: Ties) -> Iterable[_Tie]:
    wanted, own = _shortened(ties.references), ties.message_id
    if not wanted and own is None:
        return
    msgids = [*wanted, *([own] if own else [])]
    for found in _of_thread(len(msgids)).all(session, {"desk": ties.desk_id} | valued("msgid", msgids)):
        relation = _relation(found.msgid == own, found.relation)
        if relation is not None:
            yield _Tie(relation, found.ticket_id)


def _relation(is_own: bool, relation: str) -> Relation | None:
    """How a found msg-id ties the mail to the ticket; its own Message-ID used by another mail says nothing."""
    if relation == "is":
        return None if is_own else Relation.ANSWERS
    return Relation.OVERTAKEN if is_own else Relation.SIBLING


def _by_number(session: Session, ties: Ties) -> Iterable[_Tie]:
    if ties.numbers:
        statement = select(Ticket.id).where(Ticket.desk_id == ties.desk_id, col(Ticket.number).in_(ties.numbers))
        for found in session.exec(statement).all():
            yield _Tie(Relation.NUMBER, found or 0)


@cache
def _of_keys(count: int) -> Prepared:
    """So many tickets, as far as it is asked for here."""
    columns = [col(getattr(Ticket, name)) for name in ("id", "number", "status", "closed_at", "merged_into_id")]
    return Prepared(sqlalchemy.select(*columns).where(col(Ticket.id).in_(several("ticket", count))))


def _tickets(session: Session, keys: Iterable[int]) -> Mapping[int, Any]:
    wanted = list(dict.fromkeys(keys))
    return {ticket.id: ticket for ticket in _of_keys(len(wanted)).all(session, valued("ticket", wanted))}


def survivor(session: Session, ticket: Ticket) -> Ticket:
    """The ticket that goes on where this one was merged: itself, most often."""
    for _ in range(MAX_MERGES):
        further = session.get(Ticket, ticket.merged_into_id) if ticket.merged_into_id else None
        if further is None:
            break
        ticket = further
    return ticket


@cache
def _participants(count: int) -> Prepared:
    """Who takes part in so many tickets."""
    return Prepared(
        select(Participant.ticket_id, Participant.address).where(
            col(Participant.ticket_id).in_(several("ticket", count)),
            Participant.role != AGENT,
            Participant.role != ASKED,
        )
    )


def _taking_part(session: Session, keys: set[int]) -> Mapping[int, set[str]]:
    """The participants' addresses, by ticket; agents and whom they ask answer by other ways."""
    found: dict[int, set[str]] = {}
    for ticket_id, address in _participants(len(keys)).all(session, valued("ticket", list(keys))):
        found.setdefault(ticket_id, set()).add(address)
    return found


def _transaction_ids(session: Session, ticket_id: int) -> frozenset[str]:
    statement = select(Finding.value).where(Finding.ticket_id == ticket_id, Finding.field == "transaction_ids")
    return frozenset(str(value) for value in session.exec(statement).all())


def _shortened(references: Sequence[str]) -> list[str]:
    unique = list(dict.fromkeys(references))
    return unique if len(unique) <= MAX_REFERENCES else [unique[0], *unique[1 - MAX_REFERENCES :]]

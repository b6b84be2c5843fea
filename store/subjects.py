"""A person at one desk, by all that leads to what is held of him: addresses, tickets, mails, letters. Reads only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, func, or_
from sqlmodel import Session, col, select

from store import people
from store.facts import AGENT
from store.models import (
    AccountUse,
    Desk,
    Letter,
    LetterRecipient,
    Mail,
    Mark,
    Message,
    Participant,
    Person,
    PersonAddress,
    Ticket,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A person at one desk; also one who only stands in copy, and has no row as a person."""

    desk_id: int
    desk: str
    addresses: frozenset[str]  #: all that are known as the same person's, lower case
    person_ids: tuple[int, ...]
    names: tuple[str, ...]  #: by which the person has called himself
    own: tuple[int, ...]  #: tickets of which the person is the customer
    shared: tuple[int, ...]  #: other people's tickets in which the person was heard, or is named as a recipient


def of_address(session: Session, desk: Desk, address: str) -> Subject | None:
    """Whoever has an address, at one desk; None where nothing is held of it there."""
    desk_id = desk.id or 0
    addresses = frozenset(people.same_person(session, desk_id, address)) or frozenset({people.canonical(address)})
    known = select(PersonAddress.person_id).where(
        PersonAddress.desk_id == desk_id, col(PersonAddress.address).in_(addresses)
    )
    person_ids = tuple(sorted(set(session.exec(known).all())))
    own = _own(session, desk_id, addresses, person_ids)
    subject = Subject(
        desk_id=desk_id,
        desk=desk.name,
        addresses=addresses,
        person_ids=person_ids,
        names=_names(session, desk_id, addresses, person_ids),
        own=own,
        shared=tuple(sorted(_heard_in(session, desk_id, addresses) - set(own))),
    )
    known_at_all = subject.person_ids or subject.own or subject.shared or _is_named(session, desk_id, addresses)
    return subject if known_at_all else None


def desks(session: Session, name: str | None) -> Sequence[Desk]:
    """The desk of that name, or all of them."""
    statement = select(Desk).order_by(col(Desk.id))
    return session.exec(statement.where(Desk.name == name) if name else statement).all()


def _own(session: Session, desk_id: int, addresses: Iterable[str], person_ids: Sequence[int]) -> tuple[int, ...]:
    """Tickets of the person's; one that is known as another person's is not, whoever asked for it first."""
    asked = select(Participant.ticket_id).where(
        Participant.desk_id == desk_id, col(Participant.address).in_(addresses), Participant.role == "requester"
    )
    theirs = or_(col(Ticket.person_id).in_(person_ids), col(Ticket.person_id).is_(None) & col(Ticket.id).in_(asked))
    statement = select(Ticket.id).where(Ticket.desk_id == desk_id, theirs).order_by(col(Ticket.id))
    return tuple(key or 0 for key in session.exec(statement).all())


def _heard_in(session: Session, desk_id: int, addresses: frozenset[str]) -> set[int]:
    """All tickets in which an address takes part, has written, or is named as a recipient."""
    listed = sorted(addresses)
    wrote = select(Mail.id).where(Mail.desk_id == desk_id, col(Mail.sender).in_(listed))
    statements: list[Any] = [
        select(Participant.ticket_id).where(
            Participant.desk_id == desk_id, col(Participant.address).in_(listed), Participant.role != AGENT
        ),
        select(Mail.ticket_id).where(Mail.desk_id == desk_id, col(Mail.sender).in_(listed)),
        select(Message.ticket_id).where(Message.desk_id == desk_id, col(Message.mail_id).in_(wrote)),
        select(Letter.ticket_id)
        .join(LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id))
        .where(Letter.desk_id == desk_id, func.lower(LetterRecipient.address).in_(listed)),
    ]
    found = {key for statement in statements for key in session.exec(statement).all() if key is not None}
    return found | _received_in(session, desk_id, addresses)


def _received_in(session: Session, desk_id: int, addresses: frozenset[str]) -> set[int]:
    """The tickets of messages that name an address as a recipient."""
    written = [json.dumps(each)[1:-1] for each in sorted(addresses)]  # as it stands in a JSON column
    named = [cast(col(Message.recipients), String).icontains(each, autoescape=True) for each in written]
    statement = select(Message.ticket_id, Message.recipients).where(Message.desk_id == desk_id, or_(*named))
    return {
        key
        for key, recipients in session.exec(statement).all()
        if any(people.canonical(each["address"]) in addresses for each in recipients)  # and not in a longer one
    }


def _names(session: Session, desk_id: int, addresses: Iterable[str], person_ids: Sequence[int]) -> tuple[str, ...]:
    told = list(session.exec(select(Person.name).where(col(Person.id).in_(person_ids))).all())
    wrote = select(Mail.id).where(Mail.desk_id == desk_id, col(Mail.sender).in_(list(addresses)))
    told += session.exec(
        select(Message.sender_name).where(col(Message.mail_id).in_(wrote)).distinct().order_by(Message.sender_name)
    ).all()
    return tuple(dict.fromkeys(name for name in told if name))


def _is_named(session: Session, desk_id: int, addresses: Iterable[str]) -> bool:
    """Whether an address without a ticket stands anywhere: a machine's mails, a letter, an account, a mark."""
    listed = list(addresses)
    statements: list[Any] = [
        select(Mail.id).where(Mail.desk_id == desk_id, col(Mail.sender).in_(listed)),
        select(AccountUse.id).where(AccountUse.desk_id == desk_id, col(AccountUse.address).in_(listed)),
        select(Mark.id).where(Mark.desk_id == desk_id, col(Mark.sender).in_(listed)),
        select(Letter.id)
        .join(LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id))
        .where(Letter.desk_id == desk_id, func.lower(LetterRecipient.address).in_(listed)),
    ]
    return any(session.exec(statement.limit(1)).first() is not None for statement in statements)

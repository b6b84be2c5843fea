"""Finds people by words: address, name, username, phone. An address that only takes part is found by itself.

A word matches where it stands in one of these, in any case; every word has to match the same person. Reads only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import String, cast, exists, func, or_
from sqlmodel import Session, col, select

from store.facts import AGENT
from store.models import AccountUse, AgentAddress, Finding, Mail, Participant, Person, PersonAddress, Ticket
from store.search import MAX_WORDS

#: Findings by which a person is known.
_FIELDS: Final = ("usernames", "phones", "emails")

#: A word that may be a telephone number: at least six digits, and what people write between them.
_PHONE: Final = re.compile(r"\+?[\d().-]{6,24}")
_MIN_DIGITS: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A person at one desk."""

    desk_id: int
    name: str  #: "" of an address that has written to no ticket of its own
    addresses: tuple[str, ...]  #: lower case
    tickets: tuple[str, ...]  #: the numbers of those of which the person is the customer
    first_at: datetime | None  #: the first mail
    last_at: datetime | None
    mails: int


def find(session: Session, desk_id: int, query: str, *, limit: int = 50) -> list[Found]:
    """The people of a desk for whom every word stands, who wrote last first; none for a query without words."""
    words = query.split()[:MAX_WORDS]
    if not words:
        return []
    statement = select(Person).where(Person.desk_id == desk_id, *(_holds(word) for word in words))
    known = session.exec(statement.order_by(col(Person.id).desc()).limit(limit)).all()
    found = [_person(session, each) for each in known]
    found += [
        _bare(session, desk_id, address) for address in _bare_addresses(session, desk_id, words, limit - len(found))
    ]
    return sorted(found, key=lambda each: (each.last_at is not None, each.last_at), reverse=True)


def _holds(word: str) -> Any:
    """That a person is known by a word."""
    of_person = select(PersonAddress.address).where(PersonAddress.person_id == Person.id).correlate(Person)
    of_ticket = select(Ticket.id).where(Ticket.person_id == Person.id).correlate(Person)
    value = cast(col(Finding.value), String)
    return or_(
        col(Person.name).icontains(word, autoescape=True),
        exists().where(col(PersonAddress.person_id) == Person.id, _like(PersonAddress.address, word)),
        exists().where(
            col(AccountUse.desk_id) == Person.desk_id,
            col(AccountUse.address).in_(of_person),
            _like(AccountUse.account, word),
        ),
        exists().where(
            col(Finding.ticket_id).in_(of_ticket),
            col(Finding.field).in_(_FIELDS),
            or_(*(value.icontains(each, autoescape=True) for each in _forms(word))),
        ),
    )


def _forms(word: str) -> list[str]:
    """A word, and where it is a telephone number its digits as far as every way of writing it has them."""
    digits = re.sub(r"\D", "", word).lstrip("0")
    phone = _PHONE.fullmatch(word) and len(digits) >= _MIN_DIGITS
    return [word, digits] if phone else [word]


def _like(column: Any, word: str) -> Any:
    return col(column).icontains(word, autoescape=True)


def _person(session: Session, person: Person) -> Found:
    addresses = session.exec(
        select(PersonAddress.address).where(PersonAddress.person_id == person.id).order_by(col(PersonAddress.id))
    ).all()
    numbers = session.exec(select(Ticket.number).where(Ticket.person_id == person.id).order_by(col(Ticket.id))).all()
    return _found(session, person.desk_id, person.name, addresses, numbers)


def _bare(session: Session, desk_id: int, address: str) -> Found:
    return _found(session, desk_id, "", [address], ())


def _bare_addresses(session: Session, desk_id: int, words: Sequence[str], limit: int) -> Sequence[str]:
    """Addresses that no person is known by, and no agent: those in copy, machines, whoever was asked something."""
    if limit <= 0:
        return ()
    taken = or_(
        exists().where(col(PersonAddress.desk_id) == desk_id, col(PersonAddress.address) == _address),
        exists().where(col(AgentAddress.address) == _address),
    )
    matching = [_address.icontains(word, autoescape=True) for word in words]
    return session.exec(
        select(_address).where(_SEEN.c.desk_id == desk_id, *matching, ~taken).order_by(_address).limit(limit)
    ).all()


_SEEN = (
    select(col(Participant.desk_id).label("desk_id"), col(Participant.address).label("address"))
    .where(Participant.role != AGENT)
    .union(select(Mail.desk_id, Mail.sender).where(col(Mail.sender).is_not(None)))
    .subquery()
)
_address = _SEEN.c.address


def _found(session: Session, desk_id: int, name: str, addresses: Sequence[str], numbers: Iterable[str]) -> Found:
    of_them = select(func.min(Mail.received_at), func.max(Mail.received_at), func.count())
    first, last, mails = session.exec(
        of_them.where(Mail.desk_id == desk_id, col(Mail.sender).in_(list(addresses)))
    ).one()
    return Found(
        desk_id=desk_id,
        name=name,
        addresses=tuple(addresses),
        tickets=tuple(numbers),
        first_at=first,
        last_at=last,
        mails=mails,
    )

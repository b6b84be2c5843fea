"""What is held of a person beside the conversations: addresses, accounts, lines of the ledger, letters. Reads only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from store.lookup import HARD_BOUNCES
from store.models import AccountUse, Brake, Letter, LetterRecipient, Mail, Mark, Person, PersonAddress, Ticket
from store.subjects import Subject
from store.views import instant


def told(session: Session, subject: Subject) -> dict[str, Any]:
    """All of it as plain objects for JSON."""
    return {
        "desk": subject.desk,
        "addresses": sorted(subject.addresses),
        "names": list(subject.names),
        "person": [_person(session, each) for each in subject.person_ids],
        "tickets": _numbers(session, subject.own),
        "part_in": _numbers(session, subject.shared),
        "accounts": _accounts(session, subject),
        "mails": _mails(session, subject),
        "letters": _letters(session, subject),
        "marks": _marks(session, subject),
        "brakes": _brakes(session, subject),
    }


def _person(session: Session, key: int) -> dict[str, Any]:
    person = session.exec(select(Person).where(Person.id == key)).one()
    addresses = session.exec(
        select(PersonAddress).where(PersonAddress.person_id == key).order_by(col(PersonAddress.id))
    ).all()
    return {
        "name": person.name,
        "created_at": instant(person.created_at),
        "addresses": [
            {
                "address": each.address,
                "verified": each.verified,
                "undeliverable": each.hard_bounces >= HARD_BOUNCES,
            }
            for each in addresses
        ],
    }


def _numbers(session: Session, keys: tuple[int, ...]) -> list[str]:
    statement = select(Ticket.number).where(col(Ticket.id).in_(keys)).order_by(col(Ticket.id))
    return list(session.exec(statement).all())


def _accounts(session: Session, subject: Subject) -> list[dict[str, Any]]:
    statement = (
        select(AccountUse, Ticket.number)
        .join(Ticket, col(Ticket.id) == col(AccountUse.ticket_id))
        .where(AccountUse.desk_id == subject.desk_id, col(AccountUse.address).in_(subject.addresses))
        .order_by(col(AccountUse.id))
    )
    return [
        {"account": use.account, "address": use.address, "ticket": number, "first_at": instant(use.first_at)}
        for use, number in session.exec(statement).all()
    ]


def _mails(session: Session, subject: Subject) -> list[dict[str, Any]]:
    statement = (
        select(Mail, Ticket.number)
        .outerjoin(Ticket, col(Ticket.id) == col(Mail.ticket_id))
        .where(Mail.desk_id == subject.desk_id, col(Mail.sender).in_(subject.addresses))
        .order_by(col(Mail.id))
    )
    return [
        {
            "received_at": instant(mail.received_at),
            "from": mail.sender,
            "message_id": mail.message_id,
            "state": mail.state,
            "nature": mail.nature,
            "rule": mail.rule,
            "why": mail.why,
            "acknowledged": mail.acknowledged,
            "ticket": number,
        }
        for mail, number in session.exec(statement).all()
    ]


def _letters(session: Session, subject: Subject) -> list[dict[str, Any]]:
    statement = (
        select(
            Letter.created_at,
            Letter.kind,
            Letter.message_id,
            LetterRecipient.address,
            LetterRecipient.state,
            LetterRecipient.reply,
            Ticket.number,
        )  # type: ignore[call-overload]  # SQLModel types up to four columns
        .join(LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id))
        .outerjoin(Ticket, col(Ticket.id) == col(Letter.ticket_id))
        .where(Letter.desk_id == subject.desk_id, func.lower(LetterRecipient.address).in_(subject.addresses))
        .order_by(col(Letter.id), col(LetterRecipient.id))
    )
    names = ("created_at", "kind", "message_id", "to", "state", "reply", "ticket")
    return [dict(zip(names, (instant(row[0]), *row[1:]), strict=True)) for row in session.exec(statement).all()]


def _marks(session: Session, subject: Subject) -> list[dict[str, Any]]:
    statement = (
        select(Mark.kind, Mark.sender, Mark.at)
        .where(Mark.desk_id == subject.desk_id, col(Mark.sender).in_(subject.addresses))
        .order_by(col(Mark.id))
    )
    return [{"kind": kind, "of": sender, "at": instant(at)} for kind, sender, at in session.exec(statement).all()]


def _brakes(session: Session, subject: Subject) -> list[dict[str, Any]]:
    statement = (
        select(Brake)
        .where(Brake.desk_id == subject.desk_id, col(Brake.address).in_(subject.addresses))
        .order_by(col(Brake.id))
    )
    return [
        {"address": each.address, "since": instant(each.pulled_at), "until": instant(each.until)}
        for each in session.exec(statement).all()
    ]

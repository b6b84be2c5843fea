"""Erases a person at a desk: the own tickets whole, the part in others', and what is known besides.

An agent's address is refused, a ticket that is not closed unless that is said too, and a letter that names the person
while it is still on its way to somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from store import rows as all_rows
from store import tickets
from store.erasure import mentions, parts, rows
from store.erasure.rows import ERASED, Gone
from store.erasure.words import Words
from store.errors import ErasureRefused
from store.facts import ASKED
from store.lookup import domain_tally
from store.models import (
    AccountUse,
    AgentAddress,
    Alert,
    Brake,
    Event,
    Finding,
    Letter,
    LetterRecipient,
    Mail,
    Mark,
    Message,
    Participant,
    Person,
    PersonAddress,
    Tally,
    ThreadId,
    Ticket,
)
from store.states import Move, Status
from store.subjects import Subject

#: Whose doing it was, in events of what a customer moved.
CUSTOMER = "customer"


def erase(session: Session, subject: Subject, by: str, now: datetime, *, open_too: bool = False) -> Gone:
    """Erase a person; the caller commits, and removes then what `Gone` names. Raises ErasureRefused."""
    _refuse_agents(session, subject)
    telling = mentions.letters(session, subject)
    _refuse_waiting(session, subject, telling)
    _close(session, subject, by, now, open_too=open_too)
    known = Words([*subject.addresses, *subject.names])
    own_ids = _own_message_ids(session, subject)
    gone = _own_tickets(session, subject, now) + rows.empty(session, [each.id or 0 for each in telling])
    for key in subject.shared:
        gone += parts.erase(session, key, subject, known, by, now)
    gone += mentions.hide(session, subject, now) + _without_ticket(session, subject, now)
    for piece in all_rows.chunks(own_ids):
        rows.remove(session, ThreadId, ThreadId.desk_id == subject.desk_id, col(ThreadId.msgid).in_(piece))
    _rename_movers(session, subject)
    forget(session, subject.desk_id, subject.addresses, subject.person_ids)
    for key in subject.own:
        tickets.add_event(session, key, now, ERASED, by, {"of": "a person"})
    return gone


def open_tickets(session: Session, subject: Subject) -> list[str]:
    """The numbers of the person's tickets that are not closed."""
    statement = select(Ticket.number).where(col(Ticket.id).in_(subject.own), Ticket.status != Status.CLOSED)
    return list(session.exec(statement.order_by(col(Ticket.id))).all())


def _refuse_agents(session: Session, subject: Subject) -> None:
    statement = select(AgentAddress.address).where(col(AgentAddress.address).in_(subject.addresses))
    found = session.exec(statement.order_by(AgentAddress.address)).all()
    if found:
        raise ErasureRefused(f"{', '.join(found)} is an agent's: `loket agent remove` takes it away first")


def _refuse_waiting(session: Session, subject: Subject, telling: Iterable[Letter]) -> None:
    about = [
        letter
        for key in subject.shared
        for letter in parts.letters_about(session, key, subject, _first_at(session, key, subject))
    ]
    waiting = [str(each.id) for each in (*about, *telling) if parts.waits_for_others(session, each, subject)]
    if waiting:
        raise ErasureRefused(
            f"letters {', '.join(waiting)} to others may name this person, and have not left: try again when they have,"
            " or cancel them (`loket outbox cancel`)"
        )


def _close(session: Session, subject: Subject, by: str, now: datetime, *, open_too: bool) -> None:
    not_closed = open_tickets(session, subject)
    if not_closed and not open_too:
        raise ErasureRefused(f"{', '.join(not_closed)} is not closed: close it first, or say --open-too")
    for key in subject.own:
        if all_rows.locked(session, Ticket, key).status != Status.CLOSED:
            tickets.move(session, key, Move.CLOSE, by, now)


def _own_tickets(session: Session, subject: Subject, now: datetime) -> Gone:
    """The person's tickets, but for the words of other customers who were heard there."""
    spared = []
    words = Words([*subject.addresses, *subject.names, *_found_of(session, subject)])
    for key in subject.own:
        others = [each for each in parts.messages_of(session, key) if _is_others(session, each, subject)]
        for each in others:
            parts.keep_words(session, each, subject, words, quoting=True)
            each.subject, each.identity_why = "", ""
            session.add(each)
        spared += [each.id or 0 for each in others]
    session.flush()
    return rows.tickets(session, subject.own, now, spare=frozenset(spared))


def _is_others(session: Session, message: Message, subject: Subject) -> bool:
    """Whether another customer wrote it: not the person, no agent, and nobody whom an agent asked."""
    sender = (message.sender or "").lower()
    if message.direction != "in" or not sender or sender in subject.addresses:
        return False
    asked = select(Participant.id).where(
        Participant.ticket_id == message.ticket_id, Participant.address == sender, Participant.role == ASKED
    )
    agents = select(AgentAddress.id).where(AgentAddress.address == sender)
    return session.exec(asked).first() is None and session.exec(agents).first() is None


def _found_of(session: Session, subject: Subject) -> list[str]:
    """What was found in the person's tickets, as far as it is words."""
    statement = select(Finding.value, Finding.raw).where(col(Finding.ticket_id).in_(subject.own))
    return [each for pair in session.exec(statement).all() for each in pair if isinstance(each, str)]


def _without_ticket(session: Session, subject: Subject, now: datetime) -> Gone:
    """Mails that became no ticket's, and letters of no ticket."""
    mine = (Mail.desk_id == subject.desk_id, col(Mail.sender).in_(subject.addresses))
    keys = [key or 0 for key in session.exec(select(Mail.id).where(*mine).order_by(col(Mail.id))).all()]
    gone = rows.files(session, [], keys, now) + rows.mails(session, keys)
    to_them = select(LetterRecipient.letter_id).where(func.lower(LetterRecipient.address).in_(subject.addresses))
    own = (Letter.desk_id == subject.desk_id, col(Letter.ticket_id).is_(None), col(Letter.id).in_(to_them))
    return gone + parts.letters(session, session.exec(select(Letter).where(*own)).all(), subject)


def _first_at(session: Session, ticket_id: int, subject: Subject) -> datetime | None:
    said = parts.messages_of(session, ticket_id)
    return parts.first_at(said, parts.first_heard(said, subject))


def _own_message_ids(session: Session, subject: Subject) -> list[str]:
    statement = select(Mail.message_id).where(Mail.desk_id == subject.desk_id, col(Mail.sender).in_(subject.addresses))
    return [each for each in session.exec(statement).all() if each]


def _rename_movers(session: Session, subject: Subject) -> None:
    """Of what the person moved, say that a customer did."""
    of_them = (col(Event.ticket_id).in_((*subject.own, *subject.shared)), func.lower(Event.by).in_(subject.addresses))
    session.connection().execute(update(Event).where(*of_them).values(by=CUSTOMER))


def forget(session: Session, desk_id: int, addresses: Iterable[str], person_ids: Iterable[int]) -> None:
    """Forget what is known of a person besides tickets, mails and letters."""
    listed = list(addresses)
    for table, column in ((Mark, Mark.sender), (AccountUse, AccountUse.address), (Brake, Brake.address)):
        rows.remove(session, table, table.desk_id == desk_id, col(column).in_(listed))
    rows.remove(session, Alert, col(Alert.key).in_([f"loop:{desk_id}:{each}" for each in listed]))
    of_them = list(person_ids)
    rows.remove(session, PersonAddress, col(PersonAddress.person_id).in_(of_them))
    rows.remove(session, Person, col(Person.id).in_(of_them))
    _forget_domains(session, desk_id, {domain_tally(each) for each in listed})


def _forget_domains(session: Session, desk_id: int, names: Iterable[str]) -> None:
    """Counts of domains that nobody else has."""
    left = session.exec(select(PersonAddress.address).where(PersonAddress.desk_id == desk_id)).all()
    alone = set(names) - {domain_tally(each) for each in left}
    rows.remove(session, Tally, Tally.desk_id == desk_id, col(Tally.name).in_(alone))

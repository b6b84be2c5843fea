"""What is told of a person elsewhere than in the own and shared tickets: letters to agents, what the desk itself said.

There a person is known by an address, a ticket's number or a name of two words; what customers say of others stays.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from typing import Final

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from store.erasure import parts
from store.erasure.rows import Gone
from store.erasure.words import Words, full
from store.facts import AGENT
from store.models import AgentAddress, Letter, LetterRecipient, Mail, Message, Participant, Person, Ticket
from store.subjects import Subject

#: Letters whose bytes are in memory at a time.
_AT_A_TIME: Final = 50


def letters(session: Session, subject: Subject) -> list[Letter]:
    """Letters to agents, of other tickets than the person's own and shared ones, since it was first heard of."""
    words = Words([*subject.addresses, *full(subject.names), *_numbers(session, subject)])
    found = []
    for key, content in _candidates(session, subject):
        if words.stand_in(_text(content)):
            found.append(key)
    return [each for each in (session.get(Letter, key) for key in found) if each is not None]


def hide(session: Session, subject: Subject, now: datetime) -> Gone:
    """Hide the person in agents' answers and notes on other tickets; their mails as they came go."""
    told = [*subject.addresses, *full(subject.names)]
    words, gone = Words(told), Gone()
    named = [
        col(column).icontains(each, autoescape=True) for each in told for column in (Message.text, Message.subject)
    ]
    statement = select(Message).where(
        Message.desk_id == subject.desk_id,
        Message.direction != "in",
        col(Message.ticket_id).not_in((*subject.own, *subject.shared)),
        or_(*named),
    )
    for message in session.exec(statement.order_by(col(Message.id))).all():
        told_of = words.stand_in(message.text, message.subject)
        if told_of and not _is_namesakes(session, message, words):
            parts.keep_words(session, message, subject, words, quoting=False)
            gone += parts.raws(session, [message.mail_id] if message.mail_id else [], now)
    return gone


def _is_namesakes(session: Session, message: Message, words: Words) -> bool:
    """Whether a message belongs to the ticket of somebody who has the same name."""
    ticket = session.get(Ticket, message.ticket_id)
    customer = session.get(Person, ticket.person_id) if ticket and ticket.person_id else None
    return customer is not None and words.stand_in(customer.name)


def _numbers(session: Session, subject: Subject) -> list[str]:
    return list(session.exec(select(Ticket.number).where(col(Ticket.id).in_(subject.own))).all())


def _candidates(session: Session, subject: Subject) -> Iterator[tuple[int, bytes]]:
    own = (*subject.own, *subject.shared)
    heard = col(Mail.sender).in_(subject.addresses) | col(Mail.ticket_id).in_(own)
    since = session.exec(select(func.min(Mail.received_at)).where(Mail.desk_id == subject.desk_id, heard)).one()
    if since is None:
        return
    address = func.lower(LetterRecipient.address)
    agents = or_(
        address.in_(select(AgentAddress.address)),
        address.in_(select(Participant.address).where(Participant.role == AGENT)),  # one who has left
    )
    to_agents = select(LetterRecipient.letter_id).where(agents)
    statement = (
        select(Letter.id, Letter.content)
        .where(
            Letter.desk_id == subject.desk_id,
            col(Letter.created_at) >= since,
            or_(col(Letter.ticket_id).is_(None), col(Letter.ticket_id).not_in(own) & col(Letter.id).in_(to_agents)),
        )
        .order_by(col(Letter.id))
        .execution_options(yield_per=_AT_A_TIME)
    )
    yield from ((key, content) for key, content in session.connection().execute(statement))


def _text(content: bytes) -> str:
    """A letter's headers and words, whatever they are encoded in."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    if not isinstance(mail, EmailMessage):
        return ""
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(str(value) for value in mail.values()), *parts])

"""Erases somebody's part in tickets where others are heard too.

Theirs stay their own words, with what the person is known by hidden in them. What may quote the person goes, since it
cannot be told apart: quotes below others' words, others' mails as they came, and our letters, from where the person was
first heard. Files that others sent stay in their own tickets.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import false, func
from sqlmodel import Session, col, select

from store import rows as all_rows
from store import tickets
from store.erasure import rows
from store.erasure.rows import Gone
from store.erasure.words import Words, without
from store.facts import AGENT
from store.models import (
    Answer,
    Attachment,
    Event,
    Finding,
    Letter,
    LetterRecipient,
    Mail,
    Message,
    Notice,
    Participant,
    Ticket,
)
from store.subjects import Subject


def erase(session: Session, ticket_id: int, subject: Subject, words: Words, by: str, now: datetime) -> Gone:
    """Erase a person's part in another one's ticket."""
    said = messages_of(session, ticket_id)
    own = [each for each in said if is_own(each, subject)]
    first = first_heard(said, subject)
    ids = [each.id or 0 for each in own]
    mails = _mails(session, ticket_id, own, subject)
    gone = rows.files(session, ids, mails, now) + rows.messages(session, ids) + rows.mails(session, mails)
    rest = [each for each in said if each not in own]
    late = [each for each in rest if first is not None and (each.id or 0) >= first]
    since = first_at(said, first)
    gone += raws(session, [key for key in _later_mails(session, ticket_id, since) if key not in mails], now)
    for each in rest:
        keep_words(session, each, subject, words, quoting=each in late)
    gone += letters(session, letters_about(session, ticket_id, subject, since), subject)
    _told(session, ticket_id, words)
    rows.remove(
        session,
        Participant,
        col(Participant.ticket_id) == ticket_id,
        col(Participant.address).in_(subject.addresses),
        Participant.role != AGENT,
    )
    tickets.add_event(session, ticket_id, now, "erased in part", by, {"messages": len(own)})
    return gone


def is_own(message: Message, subject: Subject) -> bool:
    """Whether the person wrote it."""
    return (message.sender or "").lower() in subject.addresses


def first_heard(said: Sequence[Message], subject: Subject) -> int | None:
    """The message with which the person came into a ticket, as its writer or a recipient; None where there is none."""
    heard = [
        each.id or 0
        for each in said
        if is_own(each, subject) or len(without(each.recipients, subject.addresses)) < len(each.recipients)
    ]
    return min(heard, default=None)


def first_at(said: Sequence[Message], first: int | None) -> datetime | None:
    """When that message came."""
    return next((each.received_at for each in said if each.id == first), None)


def keep_words(session: Session, message: Message, subject: Subject, words: Words, *, quoting: bool) -> None:
    """Leave somebody else's message without what the person is known by, and, where it may quote, without quotes."""
    message.recipients = without(message.recipients, subject.addresses)
    message.text = words.hidden(message.new_text if quoting else message.text)
    message.new_text, message.subject = words.hidden(message.new_text), words.hidden(message.subject)
    message.identity_why = words.hidden(message.identity_why)
    session.add(message)
    mail = session.get(Mail, message.mail_id) if message.mail_id else None
    if mail is not None:
        mail.why = words.hidden(mail.why)
        session.add(mail)
    session.flush()


def letters_about(session: Session, ticket_id: int, subject: Subject, since: datetime | None) -> list[Letter]:
    """Our letters of a ticket that were to the person, or were written since it was first heard: these may quote it."""
    to_them = select(LetterRecipient.letter_id).where(func.lower(LetterRecipient.address).in_(subject.addresses))
    later = false() if since is None else col(Letter.created_at) >= since
    meant = col(Letter.id).in_(to_them) | later
    statement = select(Letter).where(Letter.ticket_id == ticket_id, meant).order_by(col(Letter.id))
    return list(session.exec(statement).all())


def waits_for_others(session: Session, letter: Letter, subject: Subject) -> bool:
    """Whether a letter is still to reach somebody besides the person."""
    if letter.state not in rows.WAITING:
        return False
    statement = select(LetterRecipient.id).where(
        LetterRecipient.letter_id == letter.id,
        LetterRecipient.state == "pending",
        func.lower(LetterRecipient.address).not_in(subject.addresses),
    )
    return session.exec(statement.limit(1)).first() is not None


def letters(session: Session, found: Sequence[Letter], subject: Subject) -> Gone:
    """Erase letters; of those that went to others too, that they did so is kept."""
    gone = Gone()
    for each in found:
        of_letter = LetterRecipient.letter_id == each.id
        theirs = func.lower(LetterRecipient.address).in_(subject.addresses)
        others = session.exec(select(LetterRecipient.id).where(of_letter, ~theirs).limit(1)).first()
        if others is None:
            gone += rows.letters(session, [each.id or 0])
            continue
        gone += rows.empty(session, [each.id or 0])
        rows.blank(session, LetterRecipient, of_letter, theirs)
    return gone


def messages_of(session: Session, ticket_id: int) -> list[Message]:
    """All that was said on a ticket, in order."""
    statement = select(Message).where(Message.ticket_id == ticket_id).order_by(col(Message.id))
    return list(session.exec(statement).all())


def _mails(session: Session, ticket_id: int, own: Sequence[Message], subject: Subject) -> list[int]:
    """The person's mails in a ticket; an order or an automatic reply may be no message of it."""
    statement = select(Mail.id).where(Mail.ticket_id == ticket_id, col(Mail.sender).in_(subject.addresses))
    told = {each.mail_id for each in own} | set(session.exec(statement).all())
    return sorted(key for key in told if key is not None)


def _later_mails(session: Session, ticket_id: int, since: datetime | None) -> Sequence[int]:
    """Others' mails to a ticket since then; an agent's order, which quotes what it answers, may be no message of it."""
    if since is None:
        return ()
    statement = select(Mail.id).where(Mail.ticket_id == ticket_id, col(Mail.received_at) >= since)
    return [key or 0 for key in session.exec(statement.order_by(col(Mail.id))).all()]


def raws(session: Session, mails: Sequence[int], now: datetime) -> Gone:
    """Erase others' mails as they came; the key stays where it opens files that they sent."""
    names: list[str] = []
    for key in mails:
        mail = all_rows.one(session, Mail, key)
        with_files = select(Attachment.id).join(Message).where(Message.mail_id == key).limit(1)
        if session.exec(with_files).first() is None:
            names += rows.files(session, [], [key], now).blobs
        elif mail.raw_blob is not None:
            names.append(mail.raw_blob)
            mail.raw_blob = None
            session.add(mail)
            session.flush()
    return Gone(files=len(names), blobs=tuple(names))


def _told(session: Session, ticket_id: int, words: Words) -> None:
    """Take the person out of what is told of a ticket besides its conversation."""
    for event in session.exec(select(Event).where(Event.ticket_id == ticket_id, Event.what != rows.MOVED)).all():
        if words.stand_in(event.detail):
            rows.blank(session, Event, Event.id == event.id)
    for notice in session.exec(select(Notice).where(Notice.ticket_id == ticket_id)).all():
        if words.stand_in(notice.detail):
            rows.remove(session, Notice, Notice.id == notice.id)
    for answer in session.exec(select(Answer).where(Answer.ticket_id == ticket_id)).all():
        if words.stand_in(answer.why):
            rows.blank(session, Answer, Answer.id == answer.id)
    for finding in session.exec(select(Finding).where(Finding.ticket_id == ticket_id)).all():
        if words.stand_in(finding.value, finding.raw, finding.alternatives):
            rows.remove(session, Finding, Finding.id == finding.id)
    ticket = all_rows.one(session, Ticket, ticket_id)
    ticket.customer_subject = words.hidden(ticket.customer_subject)
    session.add(ticket)
    session.flush()

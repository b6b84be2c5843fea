"""Gathers the facts about one mail for triage. Reads only, and only the rows of one desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, case, func
from sqlmodel import Session, col, select

from store import ledger, people
from store.facts import Candidate, Facts, Relation
from store.models import Letter, LetterRecipient, Participant, ThreadId, Ticket

#: msg-ids of one mail that are looked up: the first names the thread, the last the mail answered (RFC 5322, 3.6.4).
MAX_REFERENCES = 50

#: The letter kind whose sending is rationed.
ACKNOWLEDGEMENT = "received"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What there is to know of a mail before the store is asked."""

    desk_id: int
    ingest_key: str
    message_id: str | None
    sender: str | None  #: the From address
    references: Sequence[str]  #: msg-ids, the mail directly answered last
    handles: Sequence[int]  #: of reply tokens that verified
    now: datetime


def facts(session: Session, question: Question) -> Facts:
    """What the store knows that bears on this mail."""
    earlier, shares = ledger.same(session, question.desk_id, question.ingest_key, question.message_id)
    if earlier is not None and earlier.state == ledger.DONE:
        return Facts(earlier=earlier)
    sender = people.canonical(question.sender) if question.sender else ""
    hour, day = _acknowledged(session, question.desk_id, sender, question.now) if sender else (0, 0)
    return Facts(
        earlier=earlier,
        same_message_id=shares,
        candidates=tuple(sorted(_candidates(session, question, sender), key=lambda each: each.relation)),
        sender_known=bool(sender) and people.find(session, question.desk_id, sender) is not None,
        mails_before=ledger.mails_of_sender(session, question.desk_id, sender) if sender else 0,
        acknowledged_last_hour=hour,
        acknowledged_last_day=day,
    )


def _candidates(session: Session, question: Question, sender: str) -> Iterable[Candidate]:
    seen = set()
    for candidate in [*_by_token(session, question, sender), *_by_thread(session, question, sender)]:
        if (candidate.ticket_id, candidate.relation) not in seen:
            seen.add((candidate.ticket_id, candidate.relation))
            yield candidate


def _by_token(session: Session, question: Question, sender: str) -> Iterable[Candidate]:
    for participant in people.by_handles(session, question.desk_id, question.handles):
        ticket = session.get(Ticket, participant.ticket_id)
        if ticket is not None:
            # The token is bound to its recipient: another participant's token says nothing about this sender.
            yield _candidate(ticket.id, ticket.number, ticket.status, Relation.TOKEN, participant.address == sender)


_BY_THREAD = (
    select(ThreadId.msgid, ThreadId.relation, Ticket.id, Ticket.number)
    .add_columns(col(Ticket.status), col(Participant.handle))
    .join(Ticket, col(Ticket.id) == col(ThreadId.ticket_id))
    .outerjoin(
        Participant,
        and_(col(Participant.ticket_id) == col(Ticket.id), col(Participant.address) == bindparam("sender")),
    )
    .where(col(ThreadId.desk_id) == bindparam("desk"), col(ThreadId.msgid).in_(bindparam("msgids", expanding=True)))
)


def _by_thread(session: Session, question: Question, sender: str) -> Iterable[Candidate]:
    wanted = _shortened(question.references)
    own = question.message_id
    if not wanted and own is None:
        return
    parameters = {"desk": question.desk_id, "sender": sender, "msgids": [*wanted, *([own] if own else [])]}
    for found in session.connection().execute(_BY_THREAD, parameters):
        tie = _tie(found.msgid == own, found.relation)
        if tie is not None:
            yield _candidate(found.id, found.number, found.status, tie, found.handle is not None)


def _tie(is_own: bool, relation: str) -> Relation | None:
    """How a found msg-id ties the mail to the ticket; its own Message-ID used by another mail says nothing."""
    if relation == "is":
        return None if is_own else Relation.ANSWERS
    return Relation.OVERTAKEN if is_own else Relation.SIBLING


def _candidate(ticket_id: int | None, number: str, status: str, relation: Relation, takes_part: bool) -> Candidate:
    return Candidate(
        ticket_id=ticket_id or 0, number=number, status=status, relation=relation, sender_takes_part=takes_part
    )


def _shortened(references: Sequence[str]) -> list[str]:
    unique = list(dict.fromkeys(references))
    return unique if len(unique) <= MAX_REFERENCES else [unique[0], *unique[1 - MAX_REFERENCES :]]


_ACKNOWLEDGED = (
    select(func.sum(case((col(Letter.created_at) > bindparam("hour_ago"), 1), else_=0)), func.count())
    .select_from(LetterRecipient)
    .join(Letter, col(Letter.id) == col(LetterRecipient.letter_id))
    .where(
        LetterRecipient.address == bindparam("sender"),
        Letter.desk_id == bindparam("desk"),
        Letter.kind == ACKNOWLEDGEMENT,
        col(Letter.created_at) > bindparam("day_ago"),
    )
)


def _acknowledged(session: Session, desk_id: int, sender: str, now: datetime) -> tuple[int, int]:
    """How many acknowledgements this desk has made for an address within the last hour and the last day."""
    wanted = {
        "desk": desk_id,
        "sender": sender,
        "hour_ago": now - timedelta(hours=1),
        "day_ago": now - timedelta(days=1),
    }
    hour, day = session.connection().execute(_ACKNOWLEDGED, wanted).one()
    return int(hour or 0), int(day)

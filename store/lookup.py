"""Gathers the facts about one mail for triage. Reads only, and only the rows of one desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from store import accounts, brakes, ledger, people, tallies
from store.candidates import Invited, Ties, candidates
from store.facts import Exchange, Facts, Returned
from store.models import Letter, LetterRecipient, Mail

#: The letter kind whose sending is rationed.
ACKNOWLEDGEMENT: Final = "received"

#: The letter kind that a person wrote; all others are automatic.
ANSWER: Final = "answer"

#: Letters to one sender within a day that are looked at: the ceilings are far below.
MAX_LETTERS: Final = 50

#: Letters that came back before an address counts as one that does not exist.
HARD_BOUNCES: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What there is to know of a mail before the store is asked."""

    desk_id: int
    ingest_key: str
    message_id: str | None
    sender: str | None  #: the From address
    references: Sequence[str]  #: msg-ids, the mail directly answered last
    tokens: Sequence[Invited]  #: reply tokens that verified
    now: datetime
    numbers: Sequence[str] = ()  #: ticket numbers in the subject
    returned: Sequence[Invited] = field(default=())  #: tokens of the letter that the mail reports as not delivered
    accounts: Sequence[str] = ()  #: usernames that the mail is about


def facts(session: Session, question: Question) -> Facts:
    """What the store knows that bears on this mail."""
    earlier, shares = ledger.same(session, question.desk_id, question.ingest_key, question.message_id)
    if earlier is not None and earlier.state == ledger.DONE:
        return Facts(earlier=earlier)
    sender = people.canonical(question.sender) if question.sender else ""
    return Facts(
        earlier=earlier,
        same_message_id=shares,
        candidates=tuple(candidates(session, _ties(question, sender))),
        returned=_returned(session, question),
        elsewhere=accounts.elsewhere(session, question.desk_id, question.accounts, sender),
        **(_of_sender(session, question, sender) if sender else {}),
    )


def domain_tally(address: str) -> str:
    """The name under which acknowledgements to an address's domain are counted."""
    return f"ack:{address.rpartition('@')[2]}"


#: The name under which all acknowledgements of a desk are counted.
DESK_TALLY: Final = "ack:*"


def _ties(question: Question, sender: str) -> Ties:
    return Ties(
        desk_id=question.desk_id,
        sender=sender,
        message_id=question.message_id,
        references=question.references,
        tokens=question.tokens,
        numbers=question.numbers,
        now=question.now,
    )


def _of_sender(session: Session, question: Question, sender: str) -> dict[str, Any]:
    """What is known of who wrote."""
    desk, now = question.desk_id, question.now
    known = people.find(session, desk, sender)
    letters = _letters(session, desk, sender, now)
    acknowledged = [at for at, kind in letters if kind == ACKNOWLEDGEMENT]
    counted = tallies.counts(session, desk, [DESK_TALLY, domain_tally(sender)], now)
    return {
        "sender_known": known is not None,
        "mails_before": ledger.mails_of_sender(session, desk, sender),
        "acknowledged_last_hour": sum(at > now - timedelta(hours=1) for at in acknowledged),
        "acknowledged_last_day": len(acknowledged),
        "acknowledged_to_domain": counted[domain_tally(sender)],
        "acknowledged_by_desk": counted[DESK_TALLY],
        "exchange": _exchange(session, desk, sender, [at for at, _ in letters], now),
        "braked": brakes.held(session, desk, sender, now),
        "undeliverable": known is not None and known.hard_bounces >= HARD_BOUNCES,
        "agent": people.agent_at(session, sender),
    }


_LETTERS = (
    select(Letter.created_at, Letter.kind)
    .join(LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id))
    .where(
        LetterRecipient.address == bindparam("sender"),
        Letter.desk_id == bindparam("desk"),
        Letter.kind != ANSWER,
        col(Letter.created_at) > bindparam("after"),
    )
    .order_by(col(Letter.created_at).desc())
    .limit(MAX_LETTERS)
)

_MAILS = (
    select(Mail.received_at)
    .where(
        Mail.desk_id == bindparam("desk"),
        col(Mail.sender) == bindparam("sender"),
        col(Mail.received_at) > bindparam("after"),
    )
    .order_by(col(Mail.received_at).desc())
    .limit(2 * MAX_LETTERS)
)


def _letters(session: Session, desk_id: int, sender: str, now: datetime) -> list[tuple[datetime, str]]:
    """Our automatic letters to an address within the last day: when, and of which kind."""
    wanted = {"desk": desk_id, "sender": sender, "after": now - timedelta(days=1)}
    return [(at, kind) for at, kind in session.connection().execute(_LETTERS, wanted)]


def _exchange(
    session: Session, desk_id: int, sender: str, letters: Sequence[datetime], now: datetime
) -> tuple[Exchange, ...]:
    """The last day's letters and mails; nothing where there were no letters, which is the rule."""
    if not letters:
        return ()
    wanted = {"desk": desk_id, "sender": sender, "after": now - timedelta(days=1)}
    mails = [row.received_at for row in session.connection().execute(_MAILS, wanted)]
    return (*(Exchange(at=at, ours=True) for at in letters), *(Exchange(at=at, ours=False) for at in mails))


def _returned(session: Session, question: Question) -> Returned | None:
    """The letter that came back: only its own token says so, since anybody can write a bounce."""
    for participant in people.by_handles(session, question.desk_id, [each.handle for each in question.returned]):
        return Returned(ticket_id=participant.ticket_id, address=participant.address)
    return None

"""Gathers the facts about one mail for triage. Reads only, and only the rows of one desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy
from sqlmodel import Session

from store import accounts, agent_tokens, brakes, ledger, people, rows, said, tallies
from store.agent_tokens import Shown
from store.candidates import Invited, Ties, candidates, survivor
from store.exchange import ANSWERED, exchange, written
from store.facts import AGENT, ASKED, Candidate, Exchange, Facts, Returned
from store.models import Ticket
from store.prepared import Prepared

#: Letters that came back before an address counts as one that does not exist.
HARD_BOUNCES: Final = 2


#: Of the people in a ticket so many are compared with a stranger; more are a mailing list.
MAX_NEIGHBOURS: Final = 50


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
    letter: str = ""  #: that letter's Message-ID
    accounts: Sequence[str] = ()  #: usernames that the mail is about
    agents: Sequence[Shown] = field(default=())  #: agents' tokens, expired ones too
    asked: Sequence[int] = ()  #: handles of tokens that side questions bear


def facts(session: Session, question: Question) -> Facts:
    """What the store knows that bears on this mail."""
    earlier, shares = ledger.same(session, question.desk_id, question.ingest_key, question.message_id)
    if earlier is not None and earlier.state == ledger.DONE:
        return Facts(earlier=earlier)
    sender = people.canonical(question.sender) if question.sender else ""
    tied = candidates(session, _ties(question, sender))
    known = _of_sender(session, question.desk_id, sender, question.now) if sender else {}
    return Facts(
        earlier=earlier,
        same_message_id=shares,
        candidates=tuple(tied),
        neighbours=_neighbours(session, tied, stranger=bool(sender) and not known["sender_known"]),
        returned=_returned(session, question),
        asked=agent_tokens.asked(session, question.desk_id, sender, question.asked),
        token=agent_tokens.pointed(session, question.desk_id, sender, question.agents),
        elsewhere=accounts.elsewhere(session, question.desk_id, question.accounts, sender),
        **known,
    )


def of_address(session: Session, desk_id: int, address: str, now: datetime) -> Facts:
    """What bears on a letter of our own accord to an address."""
    return Facts(**_of_sender(session, desk_id, people.canonical(address), now))


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


#: Asked of every sender in one statement: most of it is nothing, and four that find nothing cost four times as much.
_KNOWN = Prepared(
    sqlalchemy.select(
        people.BOUNCES_OF.scalar_subquery().label("bounces"),
        ledger.MAILS_OF_SENDER.scalar_subquery().label("mails"),
        people.PROVEN.exists().label("proven"),
        ANSWERED.exists().label("answered"),
        brakes.HELD.exists().label("braked"),
        brakes.REMEMBERED.exists().label("looped"),
        people.AGENT_AT.exists().label("is_agent"),
        tallies.within_hour("domain").scalar_subquery().label("to_domain"),
        tallies.within_hour("all").scalar_subquery().label("by_desk"),
    )
)


def _of_sender(session: Session, desk: int, sender: str, now: datetime) -> dict[str, Any]:
    """What is known of who wrote."""
    names = {"all": DESK_TALLY, "domain": domain_tally(sender), "tallied": tallies.oldest(now)}
    known = _KNOWN.first(session, {"desk": desk, "sender": sender, "now": now} | names)
    agent = people.agent_at(session, sender) if known.is_agent else None
    wrote = written(session, desk, sender, now)
    return {
        "sender_known": known.bounces is not None,
        "acquainted": known.proven or known.answered,
        "mails_before": known.mails,
        "acknowledged_last_hour": wrote.acknowledged_last_hour,
        "acknowledged_last_day": wrote.acknowledged_last_day,
        "written_last_day": wrote.last_day,
        "acknowledged_to_domain": known.to_domain,
        "acknowledged_by_desk": known.by_desk,
        # an agent answers notices all day long
        "exchange": exchange(session, desk, sender, now) if wrote.any and agent is None else Exchange(),
        "braked": known.braked,
        "looped": known.looped,
        "undeliverable": known.bounces is not None and known.bounces >= HARD_BOUNCES,
        "agent": agent,
    }


def _neighbours(session: Session, tied: Sequence[Candidate], *, stranger: bool) -> tuple[str, ...]:
    """Whom a sender may want to be taken for: who takes part in tickets in which he does not; a stranger, an agent."""
    others = tied and not any(each.sender_takes_part for each in tied)
    taking_part = people.taking_part(session, [each.ticket_id for each in tied], MAX_NEIGHBOURS) if others else []
    return (*taking_part, *(people.agents_addresses(session) if stranger else ()))


def _returned(session: Session, question: Question) -> Returned | None:
    """The letter that came back: its own token says so, since anybody can write a bounce, and that we wrote it."""
    for participant in people.by_handles(session, question.desk_id, [each.handle for each in question.returned]):
        letter_id = said.letter_to(session, question.letter, participant.address)
        if letter_id is not None:
            ticket = survivor(session, rows.one(session, Ticket, participant.ticket_id))
            return Returned(
                ticket_id=ticket.id or 0,
                letter_id=letter_id,
                address=participant.address,
                inside=participant.role in (AGENT, ASKED),
            )
    return None

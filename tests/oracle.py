"""Judges what a desk made of the mails that were sent to it, whatever happened in between.

Three witnesses: the sender's ledger (what was handed over, and what was answered with 250), the store, and the sink
behind the smarthost. Lost, ghosts, duplicate tickets and live tickets without a next date must be nought. A letter may
arrive twice only where an intent without a recorded answer proves that nobody could know whether the first had arrived.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from store.models import Clock, Letter, LetterAttempt, Mail, Message, Ticket
from store.states import Status
from tests.desk import Desk
from tests.servers.sinks import Sink


@dataclass
class Ledger:
    """What the sender did."""

    handed: Counter[str] = field(default_factory=Counter)  #: Message-ID → how often it was offered
    accepted: set[str] = field(default_factory=set)  #: Message-IDs that got a 250, or lie in the mailbox
    answers: dict[str, str] = field(default_factory=dict)  #: Message-ID → the one it answers


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the oracle says; all of it must be empty."""

    lost: list[str]
    ghosts: list[str]
    duplicate_tickets: list[str]
    unacknowledged: list[str]
    duplicate_letters: dict[str, int]  #: beyond what is excused
    excused_letters: int  #: duplicates for which there is an intent without an answer
    strays: list[str]  #: answers that are not in the ticket of what they answer
    undated: list[str]  #: live tickets of which nobody will be reminded

    @property
    def clean(self) -> bool:
        """Whether nothing is to be blamed."""
        return not (
            self.lost
            or self.ghosts
            or self.duplicate_tickets
            or self.unacknowledged
            or self.duplicate_letters
            or self.strays
            or self.undated
        )


def judge(ledger: Ledger, desk: Desk, sink: Sink | None) -> Verdict:
    """Compare the witnesses."""
    mails: list[Mail] = desk.rows(Mail)
    tickets = {ticket.id: ticket for ticket in desk.rows(Ticket)}
    ticket_of = {mail.message_id or "": mail.ticket_id for mail in mails}
    stored = Counter(mail.message_id or "" for mail in mails)
    said = Counter(message.message_id or "" for message in desk.rows(Message) if message.direction == "in")
    opened = Counter(mail.ticket_id for mail in mails if mail.rule == "new")
    arrived = _arrived(sink)
    excused = _excused(desk)
    answered = {mail.message_id or "" for mail in mails if mail.acknowledged == "yes"}
    extra = {msgid: count - 1 for msgid, count in arrived.items() if count > 1}
    return Verdict(
        lost=sorted(msgid for msgid in ledger.accepted if not stored[msgid] or ticket_of[msgid] not in tickets),
        ghosts=sorted(msgid for msgid in stored if msgid not in ledger.handed),  # "" is a mail that was set aside
        duplicate_tickets=sorted(
            [msgid for msgid, count in (stored | said).items() if msgid and count > 1]
            + [f"ticket {ticket} has {count} openings" for ticket, count in opened.items() if count > 1]
        ),
        unacknowledged=sorted(answered - set(arrived)) if sink is not None else [],
        duplicate_letters={msgid: count for msgid, count in extra.items() if count > excused.get(msgid, 0)},
        excused_letters=sum(min(count, excused.get(msgid, 0)) for msgid, count in extra.items()),
        strays=sorted(
            msgid
            for msgid, before in ledger.answers.items()
            if stored[msgid] and stored[before] and ticket_of[msgid] != ticket_of[before]
        ),
        undated=_undated(desk, tickets.values()),
    )


def _undated(desk: Desk, tickets: Iterable[Ticket]) -> list[str]:
    """Those that are somebody's turn and have no clock that runs."""
    running = {clock.ticket_id for clock in desk.rows(Clock) if clock.running_since is not None}
    live = [ticket for ticket in tickets if ticket.status in (Status.OPEN, Status.WAITING)]
    return sorted(ticket.number for ticket in live if ticket.id not in running)


def _arrived(sink: Sink | None) -> Counter[str]:
    """The Message-IDs that were acknowledged to somebody, and how often."""
    return Counter(
        str(received.mail["In-Reply-To"]).strip("<>") for received in (sink.received if sink is not None else [])
    )


def _excused(desk: Desk) -> Mapping[str, int]:
    """For each acknowledged mail, the tries whose final dot may have been sent without an answer being seen."""
    letters = {letter.id: letter for letter in desk.rows(Letter)}
    of_mail = {mail.id: mail.message_id or "" for mail in desk.rows(Mail)}
    open_intents = Counter(
        attempt.letter_id for attempt in desk.rows(LetterAttempt) if attempt.intent_at and not _was_answered(attempt)
    )
    return {of_mail[letters[key].mail_id]: count for key, count in open_intents.items() if letters[key].mail_id}


def _was_answered(attempt: LetterAttempt) -> bool:
    return attempt.ended_at is not None and bool(attempt.reply)

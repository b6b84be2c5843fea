"""Finds a mail's place: the ticket that it joins, or why it joins none. Pure.

The ladder, the strongest tie first: a reply token, one of our Message-IDs or any known one, an answer that was quicker,
a ticket's number in the subject. A tie is a hint, never authority: to join, the sender must take part in the ticket and
not fail authentication. Who does not gets a ticket of his own, which says what it claims to belong to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from intake.decision.thanks import is_thanks
from intake.identity.authenticate import SUSPICIOUS, VERIFIED
from parsing.mail import Nature, ParsedMail
from parsing.report import Report
from store.facts import CLAIMS_TO_ANSWER, Candidate, Relation
from store.states import Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a mail belongs."""

    joins: Candidate | None
    related: tuple[tuple[int, str], ...] = ()  #: tickets that it has to do with, and why it does not join them
    proposed: tuple[int, ...] = ()  #: tickets of which its address may be a participant's new one
    passed_on: bool = False  #: it answers a letter to somebody else, who had got it the same way


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """How the sender stands."""

    identity: str  #: verified, unverified, suspicious
    failed: bool  #: the sender's domain says that the mail is not its own
    unknown: bool = False  #: the DNS did not answer, so that nobody can say
    replayed: bool = False  #: proven by a signature alone, on a mail to somebody else


#: Why a mail does not join a ticket it is tied to, as the link between the tickets says it.
STRANGER, UNPROVEN, OTHER_TRANSACTION, LATE = CLAIMS_TO_ANSWER, "unproven", "other_transaction", "continues"
OUT_OF_SIGHT = "held"


def find(
    mail: ParsedMail, report: Report, candidates: tuple[Candidate, ...], sender: Sender, window: timedelta
) -> Place:
    """The place of a mail; a ticket that has been closed for longer than `window` is not opened again."""
    refused: dict[int, str] = {}
    proposed: list[int] = []
    for candidate in candidates:
        why = next(_reasons(mail, report, candidate, sender, window), "")
        if not why:
            return Place(joins=candidate)
        refused.setdefault(candidate.ticket_id, why)
        if why == STRANGER and candidate.relation is Relation.TOKEN and sender.identity == VERIFIED:
            proposed.append(candidate.ticket_id)  # somebody whom we invited may have passed on to another address
    return Place(
        joins=None,
        related=tuple(refused.items()),
        proposed=tuple(proposed),
        passed_on=any(each.borrowed and each.relation <= Relation.ANSWERS for each in candidates),
    )


def _reasons(
    mail: ParsedMail, report: Report, candidate: Candidate, sender: Sender, window: timedelta
) -> Iterator[str]:
    """Why the mail does not join the candidate, the first that holds."""
    if sender.identity == SUSPICIOUS or sender.failed:
        yield STRANGER
    if not candidate.sender_takes_part and not (candidate.alias_takes_part and sender.identity == VERIFIED):
        yield STRANGER
    # A From that else authenticates and now does not: anybody may have written it, and tokens are passed on. Only where
    # the DNS did not answer, a token that was made for this sender is enough.
    excused = sender.unknown and candidate.relation is Relation.TOKEN
    if candidate.sender_authenticates and (sender.identity != VERIFIED or sender.replayed) and not excused:
        yield UNPROVEN
    if candidate.relation is Relation.TOKEN and _autocompleted(mail, report, candidate):
        yield OTHER_TRANSACTION
    if _late(mail, candidate, window):
        yield LATE
    # Whoever opened it may have been somebody else; and nobody looks there.
    if candidate.status == Status.HELD and sender.identity == VERIFIED:
        yield OUT_OF_SIGHT


def _autocompleted(mail: ParsedMail, report: Report, candidate: Candidate) -> bool:
    """Whether an old reply address was only what the mail client had at hand: new matter, and no history."""
    named = {str(value) for value in report.values("transaction_ids")}
    new_matter = bool(named) and bool(candidate.transaction_ids) and named.isdisjoint(candidate.transaction_ids)
    return new_matter and candidate.addressed and not mail.references and not mail.in_reply_to and not mail.quoted


def _late(mail: ParsedMail, candidate: Candidate, window: timedelta) -> bool:
    """Whether the matter is over; a machine's mail and a word of thanks change nothing, however late."""
    if candidate.closed_for is None or candidate.closed_for <= window:
        return False
    return mail.nature is Nature.HUMAN and not is_thanks(mail)

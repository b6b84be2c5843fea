"""Decides what becomes of a mail at one desk. Pure: the mail, the report, the facts and the policy in, a decision out.

The rules stand in the order in which they are tried. Nothing here reads a clock, a row or a file, and nothing is done:
`pipeline.py` carries the decision out.
"""

from __future__ import annotations

from dataclasses import dataclass

from intake.authenticate import SUSPICIOUS, UNVERIFIED, VERIFIED
from parsing.mail import Nature, ParsedMail
from replies.addresses import sendable
from store.facts import Candidate, Facts, Relation
from store.states import Move

#: What automatic senders are called: an answer to them reaches nobody, or a machine that answers back
#: (RFC 2142, 2 and 5; RFC 3834, 2). "info", "support" and the like are people at work and stay out of the list.
ROBOTS = frozenset({
    "mailer-daemon", "postmaster", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "bounce", "bounces",
    "listserv", "majordomo", "abuse", "hostmaster", "webmaster", "root", "nobody",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What a desk has decided once and for all."""

    acknowledge: str  #: authenticated, known or all
    acknowledgements_an_hour: int  #: to one address
    acknowledgements_a_day: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What is known of one mail beside its content."""

    identity: str  #: the verdict of `authenticate`
    failed: bool  #: the sender's domain says that the mail is not its own
    null_sender: bool  #: the reverse-path was <>
    history: bool  #: it comes from an import, or from before our time
    from_ourselves: bool  #: its From is an address of one of our desks


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledge:
    """Send the requester the ticket number."""

    to: str
    repeat_findings: bool  #: only to a sender who authenticated


@dataclass(frozen=True, kw_only=True, slots=True)
class Silent:
    """Send nothing, and remember why."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """The mail has been here before: only its route is new."""

    mail_id: int
    rule: str = "repeat"
    why: str = "the same mail was taken before"


@dataclass(frozen=True, kw_only=True, slots=True)
class Join:
    """The mail belongs to a ticket that exists."""

    ticket_id: int
    rule: str
    why: str
    move: Move


@dataclass(frozen=True, kw_only=True, slots=True)
class Open:
    """The mail opens a ticket."""

    rule: str
    why: str
    acknowledgement: Acknowledge | Silent
    related: tuple[tuple[int, str], ...] = ()  #: tickets that it claims to belong to, and why it does not


@dataclass(frozen=True, kw_only=True, slots=True)
class Recover:
    """The mail could not be read when it came; its ticket stands, and now gets its words."""

    mail_id: int
    ticket_id: int
    acknowledgement: Acknowledge | Silent
    rule: str = "recover"
    why: str = "a mail that had been set aside was read at last"


Decision = Repeat | Join | Open | Recover


def triage(mail: ParsedMail, facts: Facts, policy: Policy, around: Circumstances) -> Decision:
    """The decision about one mail."""
    acknowledgement = _acknowledgement(mail, facts, policy, around)
    if facts.earlier is not None:
        if facts.earlier.state == "done" or facts.earlier.ticket_id is None:
            return Repeat(mail_id=facts.earlier.mail_id)
        return Recover(
            mail_id=facts.earlier.mail_id, ticket_id=facts.earlier.ticket_id, acknowledgement=acknowledgement
        )
    if around.identity != SUSPICIOUS and not around.failed:
        for candidate in facts.candidates:
            if candidate.sender_takes_part:
                return _join(candidate, mail, history=around.history)
    claimed = tuple(dict.fromkeys((each.ticket_id, "claims_to_answer") for each in facts.candidates))
    if claimed:
        return Open(
            rule="stranger",
            why="it refers to a ticket that its sender takes no part in",
            acknowledgement=acknowledgement,
            related=claimed,
        )
    return Open(rule="new", why="it refers to no ticket of this desk", acknowledgement=acknowledgement)


_JOIN_WHY = {
    Relation.TOKEN: ("token", "it came to the reply address of a participant"),
    Relation.ANSWERS: ("answers", "it answers a message of the ticket, and its sender takes part"),
    Relation.OVERTAKEN: ("overtaken", "a message of the ticket answers it, and was quicker"),
    Relation.SIBLING: ("sibling", "it and a message of the ticket answer the same mail, which we never had"),
}


def _join(candidate: Candidate, mail: ParsedMail, *, history: bool) -> Join:
    rule, why = _JOIN_WHY[candidate.relation]
    automatic = history or mail.nature is not Nature.HUMAN
    return Join(
        ticket_id=candidate.ticket_id,
        rule=rule,
        why=why,
        move=Move.AUTOMAT_WROTE if automatic else Move.CUSTOMER_WROTE,
    )


def _acknowledgement(mail: ParsedMail, facts: Facts, policy: Policy, around: Circumstances) -> Acknowledge | Silent:
    reason = _no_answer(mail, around) or _not_entitled(facts, policy, around.identity)
    if reason or mail.from_ is None:
        return Silent(reason=reason)
    return Acknowledge(to=mail.from_.address, repeat_findings=around.identity == VERIFIED)


def _no_answer(mail: ParsedMail, around: Circumstances) -> str:
    """Why a mail of this kind is never answered, "" where it is (RFC 3834, 2)."""
    address = mail.from_.address if mail.from_ else ""
    reasons = (
        (around.history, "history"),
        (mail.nature is not Nature.HUMAN, f"automatic: {mail.nature.value} ({mail.nature_why})"),
        (around.null_sender, "null reverse-path"),
        (around.from_ourselves, "our own address"),
        (not sendable(address), "no address to answer to"),
        (address.lower().partition("@")[0] in ROBOTS, "a role that does not read"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _not_entitled(facts: Facts, policy: Policy, identity: str) -> str:
    """Why this sender gets no acknowledgement now, "" where the sender does."""
    if identity == SUSPICIOUS:
        return "suspicious sender"
    if policy.acknowledge == "authenticated" and identity == UNVERIFIED:
        return "sender not authenticated"
    if policy.acknowledge == "known" and identity == UNVERIFIED and not facts.sender_known:
        return "sender not authenticated and not known"
    if facts.acknowledged_last_hour >= policy.acknowledgements_an_hour:
        return "enough acknowledgements within the hour"
    if facts.acknowledged_last_day >= policy.acknowledgements_a_day:
        return "enough acknowledgements within the day"
    return ""

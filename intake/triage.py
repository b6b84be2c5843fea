"""Decides what becomes of a mail at one desk. Pure: the mail, the report, the facts and the policy in, a decision out.

The rules stand in the order in which they are tried: a mail that was here before, one of our own, a letter of ours that
came back, an agent's mail (`agent_mail.py`), what has to be looked at first, the ticket that it joins (`ladder.py`), a
new ticket. Whether anything is answered is decided in `answering.py`; these three and their like stand in `decision/`.
Nothing here reads a clock, a row or a file, and nothing is done: `pipeline.py` carries the decision out.
"""

from __future__ import annotations

from dataclasses import dataclass

from intake.decision import answering, ladder
from intake.decision.agent_mail import ByAgent, ByAsked, by_agent, by_asked
from intake.decision.answering import Circumstances, Policy
from intake.decision.contact_change import asks_for_change
from intake.decision.ladder import Place, Sender
from intake.decision.thanks import is_thanks
from intake.identity.authenticate import VERIFIED
from parsing.mail import FailedRecipient, Nature, ParsedMail
from parsing.report import Report
from store.facts import Candidate, Earlier, Facts, Relation, Returned
from store.states import Move, Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledge:
    """Send the requester the ticket number."""

    to: str
    repeat_findings: bool  #: only to a sender who authenticated
    held: bool = False  #: it waits for an operator, because the desk as a whole has written so much


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
    urgent: bool = False  #: it asks to change contact data, which thieves of accounts do first


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """Somebody answered a customer past us, out of the mailbox itself."""

    ticket_id: int
    move: Move
    rule: str = "outside"
    why: str = "it was sent from the mailbox to somebody who takes part in the ticket, and belongs there"


@dataclass(frozen=True, kw_only=True, slots=True)
class PassedOver:
    """The mail is none of the desk's business: it is remembered as seen, and nothing of it is kept."""

    rule: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounced:
    """A letter of ours came back; the report joins the letter's ticket."""

    ticket_id: int
    address: str  #: whom the letter was for
    letter_id: int
    permanent: bool  #: for good, and the report names the address: that counts against it
    lost: bool  #: the letter does not arrive any more, whomever the report names; a delay is none
    detail: str  #: status and reason, as the reporter gave them
    inside: bool = False  #: it was an agent's, or went to somebody whom an agent had asked
    rule: str = "bounce"
    why: str = "it reports a letter of ours, by its token, as not delivered"
    move: Move = Move.BOUNCED


@dataclass(frozen=True, kw_only=True, slots=True)
class Open:
    """The mail opens a ticket."""

    rule: str
    why: str
    acknowledgement: Acknowledge | Silent
    related: tuple[tuple[int, str], ...] = ()  #: tickets that it has to do with, and why it does not join them
    proposed: tuple[int, ...] = ()  #: tickets of which its sender may be a participant with a new address
    urgent: bool = False  #: it asks to change contact data
    hold: str = ""  #: why the ticket is kept out of the agents' way


@dataclass(frozen=True, kw_only=True, slots=True)
class Recover:
    """The mail could not be read when it came; its ticket stands, and now gets its words."""

    mail_id: int
    ticket_id: int
    acknowledgement: Acknowledge | Silent
    rule: str = "recover"
    why: str = "a mail that had been set aside was read at last"


Decision = Repeat | Join | Outside | PassedOver | Bounced | Open | Recover | ByAgent | ByAsked

#: The rule of a mail that we sent to ourselves.
CANARY = "canary"

_JOIN_WHY = {
    Relation.TOKEN: ("token", "it came to the reply address of a participant"),
    Relation.ANSWERS: ("answers", "it answers a message of the ticket, and its sender takes part"),
    Relation.OVERTAKEN: ("overtaken", "a message of the ticket answers it, and was quicker"),
    Relation.SIBLING: ("sibling", "it and a message of the ticket answer the same mail, which we never had"),
    Relation.NUMBER: ("number", "its subject names the ticket, and its sender takes part"),
}

#: Why a mail that is tied to a ticket opens one of its own: the rule, and the sentence.
_OPEN_WHY = {
    ladder.STRANGER: ("stranger", "it refers to a ticket that its sender takes no part in"),
    ladder.UNPROVEN: (
        "unproven",
        "it refers to a ticket, and its sender, who else authenticates, does not now, or wrote to others",
    ),
    ladder.OTHER_TRANSACTION: ("other_matter", "it came to an old reply address with another transaction"),
    ladder.LATE: ("late", "the ticket that it answers has been closed for too long"),
    ladder.OUT_OF_SIGHT: ("in_sight", "the ticket that it answers is held, and its sender is proven"),
}

#: Ticket systems that write from another address each time would go on for ever.
_PASSED_ON = "it answers a letter to somebody else, as the mail did that the letter was for"

#: So would a list that writes as itself, and brings our letters back: nobody who wrote to others waits for us.
_TO_OTHERS = "it refers to a ticket, and was written to somebody else"


def triage(mail: ParsedMail, report: Report, facts: Facts, policy: Policy, around: Circumstances) -> Decision:
    """The decision about one mail."""
    agents = by_agent(mail, facts, around)
    if facts.earlier is not None:
        to_agent = Silent(reason="an agent's mail")
        return _again(facts.earlier, to_agent if agents else _acknowledgement(mail, facts, policy, around))
    if around.canary or around.sent:
        return _sent(mail, facts, around)
    if facts.returned is not None and mail.nature is Nature.BOUNCE:
        return _bounced(facts.returned, mail)
    return by_asked(mail, facts, around) or agents or _customers(mail, report, facts, policy, around)


def _customers(mail: ParsedMail, report: Report, facts: Facts, policy: Policy, around: Circumstances) -> Decision:
    """A mail that nobody else has claimed: it joins a ticket or opens one."""
    sender = Sender(identity=around.identity, failed=around.failed, unknown=around.unknown, replayed=around.replayed)
    place = ladder.find(mail, report, facts.candidates, sender, policy.reopen_within)
    if around.hold:
        return _held(place, around.hold)
    if place.joins is not None:
        return _join(place.joins, mail, report, around)
    return _open(place, mail, report, facts, policy, around)


def _again(earlier: Earlier, acknowledgement: Acknowledge | Silent) -> Repeat | Recover:
    if earlier.state == "done" or earlier.ticket_id is None:
        return Repeat(mail_id=earlier.mail_id)
    return Recover(mail_id=earlier.mail_id, ticket_id=earlier.ticket_id, acknowledgement=acknowledgement)


def _sent(mail: ParsedMail, facts: Facts, around: Circumstances) -> Outside | PassedOver:
    """What was sent by us, or from a mailbox of ours: here `facts` are about whom it was sent to."""
    if around.canary:
        return PassedOver(rule=CANARY, why="we sent it to ourselves, and it has come back")
    if around.own_letter:
        return PassedOver(rule="own_letter", why="it is a letter of ours, kept by the server that sent it")
    if mail.nature is not Nature.HUMAN:
        return PassedOver(rule="sent", why="a machine sent it")
    for candidate in facts.candidates:
        if candidate.sender_takes_part or candidate.alias_takes_part:
            held = candidate.status == Status.HELD
            return Outside(ticket_id=candidate.ticket_id, move=Move.AUTOMAT_WROTE if held else Move.WE_ANSWERED)
    return PassedOver(rule="sent", why="it answers no ticket of this desk")


def _bounced(returned: Returned, mail: ParsedMail) -> Bounced:
    """What came back counts against the address only where the report names it; a delay moves nothing."""
    reported = mail.bounce.recipients if mail.bounce else ()
    failure = next((each for each in reported if each.address.lower() == returned.address), None)
    lost = not reported or any(each.permanent for each in reported)
    return Bounced(
        ticket_id=returned.ticket_id,
        address=returned.address,
        letter_id=returned.letter_id,
        permanent=failure is not None and failure.permanent,
        lost=lost,
        detail=_told(failure or reported[0]) if reported else "",
        inside=returned.inside,
        move=Move.BOUNCED if lost and not returned.inside else Move.AUTOMAT_WROTE,
    )


def _told(failure: FailedRecipient) -> str:
    return " ".join(part for part in (failure.status, failure.reason) if part)


def _held(place: Place, hold: str) -> Open:
    joined = ((place.joins.ticket_id, ladder.STRANGER),) if place.joins else ()
    return Open(
        rule="held",
        why=f"it has to be looked at first: {hold}",
        acknowledgement=Silent(reason="held"),
        related=(*joined, *place.related),
        hold=hold,
    )


def _join(candidate: Candidate, mail: ParsedMail, report: Report, around: Circumstances) -> Join:
    rule, why = _JOIN_WHY[candidate.relation]
    return Join(
        ticket_id=candidate.ticket_id,
        rule=rule,
        why=why,
        move=_move(candidate, mail, around),
        urgent=asks_for_change(mail, report),
    )


def _move(candidate: Candidate, mail: ParsedMail, around: Circumstances) -> Move:
    """What an answer does to its ticket. Thanks close one, so they have to be the customer's own."""
    if around.history or mail.nature is not Nature.HUMAN:
        return Move.AUTOMAT_WROTE
    if not is_thanks(mail):
        return Move.CUSTOMER_WROTE
    by_token = candidate.relation is Relation.TOKEN and not candidate.sender_authenticates
    own = around.identity == VERIFIED or by_token
    return Move.CUSTOMER_THANKED if own else Move.AUTOMAT_WROTE


def _open(place: Place, mail: ParsedMail, report: Report, facts: Facts, policy: Policy, around: Circumstances) -> Open:
    rule, why = "new", "it refers to no ticket of this desk"
    if place.related:
        rule, why = _OPEN_WHY[place.related[0][1]]
    quiet = _PASSED_ON if place.passed_on else _TO_OTHERS if place.related and around.replayed else ""
    return Open(
        rule=rule,
        why=why,
        acknowledgement=Silent(reason=quiet) if quiet else _acknowledgement(mail, facts, policy, around),
        related=place.related,
        proposed=place.proposed,
        urgent=asks_for_change(mail, report),
    )


def _acknowledgement(mail: ParsedMail, facts: Facts, policy: Policy, around: Circumstances) -> Acknowledge | Silent:
    reason = answering.silence(mail, facts, policy, around)
    if reason or mail.from_ is None:
        return Silent(reason=reason)
    return Acknowledge(
        to=mail.from_.address,
        repeat_findings=around.identity == VERIFIED,
        held=answering.breaker_open(facts, policy),
    )

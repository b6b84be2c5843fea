"""Writes down what guards the desk: brakes and tallies, accounts and who wrote about them, letters that came back."""

from __future__ import annotations

from typing import Final

import structlog
from sqlmodel import Session

from intake.decision.vouching import likeness
from intake.effects.work import Work
from intake.triage import Bounced, Join, Open, Recover, Silent
from parsing.mail import Nature
from store import accounts, alerts, brakes, clocks, dossier, lookup, people, rows, tallies, tickets
from store.models import Ticket
from store.tickets import LOKET

#: The family of alerts that tell of desks whose acknowledgements are held.
BREAKER: Final = "breaker"

#: The event that a letter came back.
_BOUNCED: Final = "bounced"

_log = structlog.get_logger(__name__)


def of_open(session: Session, decision: Open | Recover, work: Work, ticket: Ticket) -> None:
    """What a new ticket is to be remembered for."""
    ticket_id = ticket.id or 0
    outcome = decision.acknowledgement
    if isinstance(outcome, Silent) and work.mail.nature is Nature.HUMAN and not work.envelope.history:
        tickets.add_event(session, ticket_id, work.now, "not acknowledged", detail={"why": outcome.reason})
    _brake(session, work)
    if isinstance(decision, Open):
        for other_id in decision.proposed:
            _propose(session, work, other_id, ticket.number)
        _urgent(session, work, ticket_id, urgent=decision.urgent)
    _accounts(session, work, ticket_id)
    _tokens(session, work)


def of_join(session: Session, decision: Join, work: Work) -> None:
    """What an answer is to be remembered for."""
    _brake(session, work)
    _urgent(session, work, decision.ticket_id, urgent=decision.urgent)
    _accounts(session, work, decision.ticket_id)
    _tokens(session, work)


def has_come_back(session: Session, decision: Bounced) -> bool:
    """Whether the letter was reported as lost before: it is lost once, however many reports say so."""
    reported = (detail for _, detail in dossier.events(session, decision.ticket_id, _BOUNCED))
    return any(each.get("lost") and each.get("letter") == decision.letter_id for each in reported)


def of_bounce(session: Session, decision: Bounced, work: Work, *, news: bool) -> None:
    """A letter came back: the ticket says so, and after the second letter the address is marked."""
    detail = {
        "address": decision.address,
        "letter": decision.letter_id,
        "lost": decision.lost,
        "permanent": decision.permanent,
        "why": decision.detail,
    }
    tickets.add_event(session, decision.ticket_id, work.now, _BOUNCED, detail=detail)
    if news and decision.permanent:
        count = people.note_bounce(session, work.desk.id, decision.address)
        if count == lookup.HARD_BOUNCES:
            marked = {"address": decision.address, "why": f"{count} letters to it came back for good"}
            tickets.add_event(session, decision.ticket_id, work.now, "address marked", detail=marked)


def of_acknowledgement(session: Session, work: Work, address: str, *, held: bool) -> None:
    """Count an acknowledgement; one that had to be held is told to the operators."""
    names = [lookup.DESK_TALLY, lookup.domain_tally(people.canonical(address))]
    tallies.add(session, work.desk.id, names, work.now)
    if held:
        sentence = (
            f"desk {work.desk.settings.name} acknowledges more than {work.desk.policy.desk_an_hour} mails an hour: "
            "further letters are held. `loket outbox list --state held` shows them, `loket outbox retry` sends them"
        )
        alerts.raise_(session, breaker_alert(work.desk.settings.name), sentence, work.now)


def breaker_alert(desk: str) -> str:
    """The key of the alert that tells of a desk's breaker."""
    return f"{BREAKER}:{desk}"


def _brake(session: Session, work: Work) -> None:
    if work.judgement.loop and work.mail.from_ is not None:
        brakes.pull(session, work.desk.id, people.canonical(work.mail.from_.address), work.now)


def _propose(session: Session, work: Work, ticket_id: int, number: str) -> None:
    address = work.mail.from_.address if work.mail.from_ else ""
    why = "it came to a participant's reply address"
    if work.resembled:
        why = f"{why}; BEWARE: {likeness(work.resembled)}"
    detail = {"address": address, "why": why, "ticket": number}
    tickets.add_event(session, ticket_id, work.now, "address proposed", detail=detail)


def _urgent(session: Session, work: Work, ticket_id: int, *, urgent: bool) -> None:
    if urgent:
        ticket = rows.one(session, Ticket, ticket_id)
        ticket.priority = "high"
        session.add(ticket)
        session.flush()
        clocks.unwind(session, ticket_id, work.now)
        detail = {"why": "it asks to change contact data"}
        tickets.add_event(session, ticket_id, work.now, "priority high", LOKET, detail)


def _accounts(session: Session, work: Work, ticket_id: int) -> None:
    if work.mail.from_ is not None:
        named = [str(value) for value in work.report.values("usernames")]
        sender = people.canonical(work.mail.from_.address)
        accounts.note(session, work.desk.id, named, sender, ticket_id, work.now)
    for account, number in work.elsewhere:
        detail = {"account": account, "why": f"{account} was used from another address", "ticket": number}
        tickets.add_event(session, ticket_id, work.now, "account elsewhere", detail=detail)


def _tokens(session: Session, work: Work) -> None:
    if work.wrong_tokens:
        _log.warning("wrong reply tokens", count=work.wrong_tokens, source=work.source, desk=work.desk.settings.name)
        tallies.add(session, work.desk.id, [work.source], work.now, work.wrong_tokens)

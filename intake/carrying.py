"""What each decision of triage means in rows: one `match`, and one function a kind of decision."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from sqlmodel import Session

from intake.agents import handling, questions, queueing, telling
from intake.decision.agent_mail import ByAgent, ByAsked
from intake.effects import acknowledgement, filing, follow_up, guarding
from intake.effects.work import Work
from intake.identity.authenticate import VERIFIED
from intake.triage import (
    CANARY,
    Acknowledge,
    Bounced,
    Decision,
    Join,
    Open,
    Outside,
    PassedOver,
    Recover,
    Repeat,
    Silent,
)
from parsing.fields.missing import still_missing
from parsing.mail import Nature
from replies import targets
from store import canaries, clocks, ledger, people, rows, tickets
from store.models import Mail, Participant, Ticket
from store.states import Move
from store.tickets import NewTicket


def carry_out(session: Session, decision: Decision, work: Work) -> None:
    """Write down what was decided, in the transaction that is open."""
    match decision:
        case Repeat(mail_id=mail_id):
            ledger.add_routes(session, mail_id, work.arrival_id, work.seen, work.recipients)
        case Join():
            _join(session, decision, work)
        case Outside():
            _note_outside(session, decision, work)
        case PassedOver():
            _pass_over(session, decision, work)
        case Bounced():
            _bounce(session, decision, work)
        case Open():
            _open(session, decision, work)
        case Recover():
            _recover(session, decision, work)
        case ByAgent():
            handling.carry_out(session, decision, work)
        case ByAsked():
            questions.answered(session, decision, work)
        case _ as never:
            assert_never(never)


def _open(session: Session, decision: Open, work: Work) -> None:
    ticket = _new_ticket(session, work, decision.hold)
    ticket_id = ticket.id or 0
    participant = _take_part(session, ticket_id, work)
    tickets.add_event(session, ticket_id, work.now, "opened", detail={"rule": decision.rule, "why": decision.why})
    tickets.link(session, ticket_id, decision.related)
    outcome = decision.acknowledgement
    mail_id = filing.ledger_row(session, decision, work, ticket_id, _said(outcome))
    _add_message(session, work, ticket_id, mail_id)
    _acknowledge(session, outcome, work, ticket, mail_id, participant)
    guarding.of_open(session, decision, work, ticket)
    follow_up.of_mail(session, work.following, work, ticket_id)
    telling.of_open(session, decision, work, ticket_id)


def _join(session: Session, decision: Join, work: Work) -> None:
    by = work.mail.from_.address if work.mail.from_ else ""
    ticket = tickets.move(session, decision.ticket_id, decision.move, by, work.now)
    ticket.missing = list(still_missing(ticket.missing, work.report.findings))
    session.add(ticket)
    session.flush()
    mail_id = filing.ledger_row(session, decision, work, decision.ticket_id, "the ticket has been acknowledged")
    _add_message(session, work, decision.ticket_id, mail_id)
    tickets.add_event(
        session, decision.ticket_id, work.now, "joined", detail={"rule": decision.rule, "why": decision.why}
    )
    guarding.of_join(session, decision, work)
    if work.identity == VERIFIED and work.sender_known:
        people.prove(session, work.desk.id, work.mail.from_.address if work.mail.from_ else "")
    follow_up.of_mail(session, work.following, work, decision.ticket_id)
    follow_up.of_answer(session, work.following, work, ticket, mail_id)
    telling.of_join(session, decision, work)


def _note_outside(session: Session, decision: Outside, work: Work) -> None:
    ticket_id, by = decision.ticket_id, work.envelope.door
    tickets.move(session, ticket_id, decision.move, by, work.now)
    mail_id = filing.ledger_row(session, decision, work, ticket_id, "what we sent is not acknowledged")
    _add_message(session, work, ticket_id, mail_id, direction="out")
    tickets.add_event(session, ticket_id, work.now, "answered_outside", by=by)


def _pass_over(session: Session, decision: PassedOver, work: Work) -> None:
    if decision.rule == CANARY and not work.envelope.sent:
        canaries.land(session, work.mail.message_id or "", work.now)
    filing.entry(session, decision, work)


def _bounce(session: Session, decision: Bounced, work: Work) -> None:
    news = decision.lost and not guarding.has_come_back(session, decision)
    tickets.move(session, decision.ticket_id, decision.move if news else Move.AUTOMAT_WROTE, "", work.now)
    mail_id = filing.ledger_row(session, decision, work, decision.ticket_id, "a bounce is never answered")
    _add_message(session, work, decision.ticket_id, mail_id, "note" if decision.inside else "in")
    guarding.of_bounce(session, decision, work, news=news)
    if news and not decision.inside:
        telling.of_bounce(session, decision, work)


def _recover(session: Session, decision: Recover, work: Work) -> None:
    ticket = rows.one(session, Ticket, decision.ticket_id)
    ticket.category, ticket.language = work.report.category, acknowledgement.language(work)
    ticket.subject = _subject(work, ticket.language)
    ticket.customer_subject, ticket.missing = work.mail.subject, list(work.report.missing)
    ticket.person_id = _person(session, work)
    participant = _take_part(session, decision.ticket_id, work)
    mail = rows.one(session, Mail, decision.mail_id)
    mail.state, mail.rule, mail.why = ledger.DONE, decision.rule, decision.why
    mail.nature, mail.acknowledged = work.mail.nature.value, _said(decision.acknowledgement)
    session.add_all([ticket, mail])
    session.flush()
    clocks.unwind(session, decision.ticket_id, work.now)
    ledger.add_routes(session, decision.mail_id, work.arrival_id, work.seen, work.recipients)
    tickets.seal(session, work.desk.id, work.wrapped_key, work.files, work.now)
    _add_message(session, work, decision.ticket_id, decision.mail_id)
    tickets.add_event(session, decision.ticket_id, work.now, "read at last")
    _acknowledge(session, decision.acknowledgement, work, ticket, decision.mail_id, participant)
    guarding.of_open(session, decision, work, ticket)
    telling.of_recovery(session, decision.ticket_id, work)


def _new_ticket(session: Session, work: Work, hold: str) -> Ticket:
    history, language = work.envelope.history, acknowledgement.language(work)
    # nobody waits for an answer to a machine's mail, and one that is held may be none
    awaited = not history and work.mail.nature is Nature.HUMAN and not hold
    return tickets.open_ticket(
        session,
        NewTicket(
            desk_id=work.desk.id,
            prefix=work.desk.settings.prefix,
            subject=_subject(work, language),
            customer_subject=work.mail.subject,
            category=work.report.category,
            language=language,
            person_id=_person(session, work),
            missing=work.report.missing,
            created_at=work.envelope.received_at if history else work.now,
            first_reply_due_at=_due(work) if awaited else None,
            history=history,
            held_for=hold,
            queue=queueing.of_mail(work, language),
        ),
    )


def _due(work: Work) -> datetime:
    return targets.first_reply_due(work.desk.settings, work.report.category, tickets.PRIORITY, work.now)


def _subject(work: Work, language: str) -> str:
    return work.desk.words(language).category_subject(work.report.category)


def _person(session: Session, work: Work) -> int | None:
    sender = work.mail.from_
    if sender is None or not sender.address:
        return None
    known = people.person_at(session, work.desk.id, sender.address) if work.sender_known else None
    verified = work.identity == VERIFIED
    if known is None:
        return people.remember(session, work.desk.id, sender.address, sender.name, work.now, verified=verified)
    if verified:
        people.prove(session, work.desk.id, sender.address)
    return known


def _take_part(session: Session, ticket_id: int, work: Work) -> Participant | None:
    if work.mail.from_ is None or not work.mail.from_.address:
        return None
    return people.take_part(session, work.desk.id, ticket_id, work.mail.from_.address, "requester")


def _add_message(session: Session, work: Work, ticket_id: int, mail_id: int, direction: str = "in") -> None:
    mail = work.mail
    said = filing.message(work, ticket_id, mail_id, direction)
    message_id = tickets.add_message(session, said, filing.attachments(work))
    if work.envelope.whole_size is not None:
        tickets.add_event(session, ticket_id, work.now, "too_large", detail={"size": work.envelope.whole_size})
    if direction == "in":
        tickets.add_findings(session, ticket_id, message_id, work.report.findings)
    references = [*mail.references, *mail.in_reply_to]
    tickets.add_thread_ids(session, work.desk.id, ticket_id, mail.message_id, references)


def _acknowledge(
    session: Session,
    outcome: Acknowledge | Silent,
    work: Work,
    ticket: Ticket,
    mail_id: int,
    requester: Participant | None,
) -> None:
    if isinstance(outcome, Acknowledge) and requester is not None:
        acknowledgement.send(session, outcome, work, ticket, mail_id, requester)


def _said(outcome: Acknowledge | Silent) -> str:
    return "yes" if isinstance(outcome, Acknowledge) else outcome.reason

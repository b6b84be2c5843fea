"""Writes down what follows: marks, what is alike, what was corrected; and the letter that an answer is worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from intake.decision.recognising import Similar
from intake.effects import guarding, letter_box
from intake.effects.work import Work
from intake.following import Following, Reply
from intake.identity.authenticate import VERIFIED
from parsing.fields.corrections import corrects
from replies import acknowledge, letters
from replies.letters import Letter, Progress, TicketView
from store import customers, findings, marks, notices, people, said, tickets
from store.models import Participant, Ticket
from store.notices import Why
from store.states import Status

#: Letters of one kind for one ticket: nobody is told twice that all is there; questions are answered, within reason.
_AT_MOST = {
    Reply.COMPLETE: (1, timedelta(days=3650)),
    Reply.DUPLICATE: (1, timedelta(days=1)),
    Reply.SECRET: (1, timedelta(days=1)),
    Reply.STATUS: (3, timedelta(days=1)),
}

#: Tickets that are told of a new one like them; more than this are an incident, which each new ticket tells of.
_TOLD = 5


def of_mail(session: Session, following: Following, work: Work, ticket_id: int) -> None:
    """What a mail that opened or joined a ticket leaves for later ones, and tells of others."""
    sender = people.canonical(work.mail.from_.address) if work.mail.from_ else ""
    marks.add(session, work.desk.id, ticket_id, sender, following.marks, work.now)
    tickets.link(session, ticket_id, tickets.not_linked(session, ticket_id, following.related))
    for similar in following.similar:
        _tell(session, ticket_id, similar, work)
        if similar.reports <= _TOLD:
            for other in dict.fromkeys(other for other, _why in following.related):
                _tell(session, other, similar, work)


def of_answer(session: Session, following: Following, work: Work, ticket: Ticket, mail_id: int) -> None:
    """What an answer corrects, and the letter that it is worth."""
    if corrects(work.mail.new_text) and _correct(session, work, ticket.id or 0, mail_id):
        notices.want(session, ticket.id or 0, Why.CONTRADICTION, work.now)
    if following.reply is not None and _may_send(session, following.reply, ticket.id or 0, work):
        _answer(session, following, following.reply, work, ticket, mail_id)


def _tell(session: Session, ticket_id: int, similar: Similar, work: Work) -> None:
    told = f"{similar.reports} reports in {similar.minutes} minutes mention {similar.what}"
    tickets.add_event(session, ticket_id, work.now, "similar reports", detail={"why": told})


def _correct(session: Session, work: Work, ticket_id: int, mail_id: int) -> bool:
    """What the sender says anew counts, and what he said before no more; an agent's own values stay.

    Returns whether anything was said otherwise.
    """
    message_id, changed = tickets.message_of(session, mail_id), 0
    for field in dict.fromkeys(each.field for each in work.report.findings if each.counts):
        wrong = findings.correct(session, ticket_id, field, work.report.values(field), before=message_id)
        if wrong:
            detail = {"field": field, "why": "the sender corrects what he said before"}
            tickets.add_event(session, ticket_id, work.now, "corrected", detail=detail)
        changed += wrong
    return changed > 0


def _may_send(session: Session, reply: Reply, ticket_id: int, work: Work) -> bool:
    most, window = _AT_MOST[reply]
    return said.letters_of(session, ticket_id, reply, work.now - window) < most


def _answer(session: Session, following: Following, reply: Reply, work: Work, ticket: Ticket, mail_id: int) -> None:
    address = work.mail.from_.address if work.mail.from_ else ""
    participant = people.participant(session, ticket.id or 0, address)
    if participant is None:
        return
    composed = acknowledge.composed(
        work.desk.settings,
        _letter(session, following, reply, work, ticket, participant),
        letter_box.answered(work, address),
        token_key=work.desk.key.tokens,
        handle=participant.handle,
        sequence=said.letters(session, ticket.id or 0) + 1,
        now=work.now,
    )
    letter_box.post(session, work, ticket, mail_id, composed, reply)
    guarding.of_acknowledgement(session, work, composed.recipient, held=False)
    tickets.add_event(session, ticket.id or 0, work.now, "answered automatically", detail={"letter": reply.value})


def _letter(
    session: Session, following: Following, reply: Reply, work: Work, ticket: Ticket, participant: Participant
) -> Letter:
    desk, speech = work.desk.settings, work.desk.words(ticket.language)
    view = _view(session, work, ticket)
    match reply:
        case Reply.STATUS:
            progress = _progress(session, work, ticket, participant.address, mistyped=following.mistyped)
            return letters.status(desk, view, progress, words=speech)
        case Reply.DUPLICATE:
            return letters.duplicate(desk, view)
        case Reply.COMPLETE:
            return letters.complete(desk, view, words=speech, repeat_findings=work.identity == VERIFIED)
        case Reply.SECRET:
            return letters.secret(desk, view)


def _view(session: Session, work: Work, ticket: Ticket) -> TicketView:
    due = ticket.first_reply_due_at
    answered = said.last_answer(session, ticket.id or 0)
    return replace(
        letters.view_of(ticket),
        findings=findings.standing(session, ticket.id or 0),
        secret=bool(work.report.secrets),
        due=due if answered is None and due is not None and due > work.now else None,
    )


def _progress(session: Session, work: Work, ticket: Ticket, address: str, *, mistyped: bool) -> Progress:
    answered, due = said.last_answer(session, ticket.id or 0), ticket.first_reply_due_at
    others = customers.tickets_of(session, work.desk.id, address)
    return Progress(
        turn=Status.OPEN if answered is None and ticket.status == Status.WAITING else ticket.status,
        answered_at=answered,
        late=answered is None and due is not None and due <= work.now,
        others=tuple(each.number for each in others if each.ticket_id != ticket.id and not each.closed),
        mistyped=mistyped,
    )

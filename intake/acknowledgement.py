"""Puts a ticket's acknowledgement into the outbox, in the ticket's transaction."""

from __future__ import annotations

from sqlmodel import Session

from intake import guarding
from intake.triage import Acknowledge
from intake.work import Work
from parsing.fields.declarations import words
from parsing.mail import AttachmentKind, Nature
from replies import language as languages
from replies.acknowledge import Answered, Composed, prepare
from replies.letters import TicketView
from store import lookup, outbox, people, rows, tickets
from store.models import Message, Participant, Ticket

#: Why a letter is held that was one too many.
BREAKER = "breaker: the desk has acknowledged more than it may within the hour"

_PICTURES = frozenset({AttachmentKind.SCREENSHOT, AttachmentKind.PHOTO})

#: A picture in a signature proves nothing, so it is not counted as a file that we have.
_UNCOUNTED = frozenset({AttachmentKind.SIGNATURE})


def language(work: Work) -> str:
    """The language in which this desk writes to this sender."""
    spoken = work.mail.language if work.report.language == "mixed" else work.report.language
    return languages.of_letters(spoken or work.mail.language, work.desk.settings.languages)


def send(
    session: Session, outcome: Acknowledge, work: Work, ticket: Ticket, mail_id: int, requester: Participant
) -> None:
    """Render the acknowledgement and queue its final bytes."""
    composed = _compose(outcome, work, ticket, requester.handle)
    letter_id = outbox.queue(
        session,
        desk_id=work.desk.id,
        ticket_id=ticket.id,
        mail_id=mail_id,
        kind=lookup.ACKNOWLEDGEMENT,
        message_id=composed.message_id,
        envelope_from=composed.envelope_from,
        recipients=[people.canonical(composed.recipient)],
        content=composed.content,
        now=work.now,
        hold="shadow" if work.shadow else BREAKER if outcome.held else "",
    )
    guarding.of_acknowledgement(session, work, composed.recipient, held=outcome.held)
    _add_message(session, work, ticket, composed, letter_id)
    tickets.add_thread_ids(session, work.desk.id, ticket.id or 0, composed.message_id)
    tickets.add_event(session, ticket.id or 0, work.now, "acknowledged", detail={"missing": list(work.report.missing)})


def _add_message(session: Session, work: Work, ticket: Ticket, composed: Composed, letter_id: int) -> None:
    message = rows.Draft(
        Message,
        desk_id=work.desk.id,
        ticket_id=ticket.id or 0,
        letter_id=letter_id,
        direction="out",
        message_id=composed.message_id,
        sender_name=work.desk.settings.display_name,
        sender=_written_to(work),
        recipients=[{"name": "", "address": composed.recipient}],
        date=work.now,
        received_at=work.now,
        subject=composed.subject,
        text=composed.text,
        new_text=composed.text,
        nature=Nature.AUTO_REPLY.value,
        identity="verified",
    )
    tickets.add_message(session, message, ())


def _compose(outcome: Acknowledge, work: Work, ticket: Ticket, handle: int) -> Composed:
    settings, kinds = work.desk.settings, [each.kind for each in work.mail.attachments]
    view = TicketView(
        number=ticket.number,
        subject=ticket.subject,
        language=ticket.language,
        category=ticket.category,
        created_at=ticket.created_at,
        findings=work.report.findings,
        pictures=sum(kind in _PICTURES for kind in kinds),
        files=sum(kind not in _PICTURES | _UNCOUNTED for kind in kinds),
        missing=tuple(ticket.missing),
        too_large=work.envelope.whole_size is not None,
    )
    answered = Answered(
        sender=outcome.to,
        desk_address=_written_to(work),
        message_id=work.mail.message_id,
        references=work.mail.references,
    )
    return prepare(
        settings,
        view,
        answered,
        token_key=work.desk.key.tokens,
        handle=handle,
        sequence=1,
        words=words(ticket.language),
        repeat_findings=outcome.repeat_findings,
        now=work.now,
    )


def _written_to(work: Work) -> str:
    """Which of the desk's addresses the customer wrote to: the letter comes from there."""
    known = {address.lower(): address for address in work.desk.settings.addresses}
    named = [*work.recipients, *(each.address for each in (*work.mail.to, *work.mail.cc))]
    return next(
        (known[address.lower()] for address in named if address.lower() in known), work.desk.settings.addresses[0]
    )

"""Puts a composed letter to a customer into the outbox and into its ticket's conversation."""

from __future__ import annotations

from sqlmodel import Session

from intake.work import Work
from parsing.mail import Nature
from replies.acknowledge import Answered, Composed
from store import outbox, people, rows, tickets
from store.models import Message, Ticket


def post(
    session: Session, work: Work, ticket: Ticket, mail_id: int, composed: Composed, kind: str, hold: str = ""
) -> None:
    """Queue a letter's final bytes, and show it on the ticket; `hold` is a reason to keep it back."""
    letter_id = outbox.queue(
        session,
        desk_id=work.desk.id,
        ticket_id=ticket.id,
        mail_id=mail_id,
        kind=kind,
        message_id=composed.message_id,
        envelope_from=composed.envelope_from,
        recipients=[people.canonical(composed.recipient)],
        content=composed.content,
        now=work.now,
        hold="shadow" if work.shadow else hold,
    )
    message = rows.Draft(
        Message,
        desk_id=work.desk.id,
        ticket_id=ticket.id or 0,
        letter_id=letter_id,
        direction="out",
        message_id=composed.message_id,
        sender_name=work.desk.settings.display_name,
        sender=written_to(work),
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
    tickets.add_thread_ids(session, work.desk.id, ticket.id or 0, composed.message_id)


def answered(work: Work, sender: str) -> Answered:
    """The mail in hand, as far as a letter to its sender refers to it."""
    return Answered(
        sender=sender,
        desk_address=written_to(work),
        message_id=work.mail.message_id,
        references=work.mail.references,
    )


def written_to(work: Work) -> str:
    """Which of the desk's addresses the customer wrote to: the letter comes from there."""
    known = {address.lower(): address for address in work.desk.settings.addresses}
    named = [*work.recipients, *(each.address for each in (*work.mail.to, *work.mail.cc))]
    return next(
        (known[address.lower()] for address in named if address.lower() in known), work.desk.settings.addresses[0]
    )

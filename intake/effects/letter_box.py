"""Puts a composed letter to a customer into the outbox and into its ticket's conversation."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from intake.desks import OpenDesk
from intake.effects.work import Work
from parsing.mail import Nature
from replies.acknowledge import Answered, Composed
from store import dossier, outbox, people, rows, tickets
from store.models import Message, Ticket


def post(
    session: Session, work: Work, ticket: Ticket, mail_id: int, composed: Composed, kind: str, hold: str = ""
) -> None:
    """Queue the letter that a mail is worth, and show it on the ticket; `hold` is a reason to keep it back."""
    held = "shadow" if work.shadow else hold
    put(session, work.desk, ticket, composed, kind, sender=written_to(work), now=work.now, mail_id=mail_id, hold=held)


def put(
    session: Session,
    desk: OpenDesk,
    ticket: Ticket,
    composed: Composed,
    kind: str,
    *,
    sender: str,
    now: datetime,
    mail_id: int | None = None,
    hold: str = "",
) -> None:
    """Queue a letter's final bytes, and show it on the ticket; `mail_id` is the mail that caused it, if one did."""
    letter_id = outbox.queue(
        session,
        desk_id=desk.id,
        ticket_id=ticket.id,
        mail_id=mail_id,
        kind=kind,
        message_id=composed.message_id,
        envelope_from=composed.envelope_from,
        recipients=[people.canonical(composed.recipient)],
        content=composed.content,
        now=now,
        hold=hold,
    )
    message = rows.Draft(
        Message,
        desk_id=desk.id,
        ticket_id=ticket.id or 0,
        letter_id=letter_id,
        direction="out",
        message_id=composed.message_id,
        sender_name=desk.settings.display_name,
        sender=sender,
        recipients=[{"name": "", "address": composed.recipient}],
        date=now,
        received_at=now,
        subject=composed.subject,
        text=composed.text,
        new_text=composed.text,
        nature=Nature.AUTO_REPLY.value,
        identity="verified",
    )
    tickets.add_message(session, message, ())
    tickets.add_thread_ids(session, desk.id, ticket.id or 0, composed.message_id)


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


def desk_address(session: Session, desk: OpenDesk, ticket_id: int) -> str:
    """Which of the desk's addresses a ticket's customer wrote to: what no mail causes comes from there."""
    known = {address.lower(): address for address in desk.settings.addresses}
    named = dossier.written_to(session, ticket_id)
    return next((known[each.lower()] for each in named if each.lower() in known), desk.settings.addresses[0])

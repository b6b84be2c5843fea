"""What every mail leaves, whatever was decided: its row in the ledger, its sealed files, its routes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlmodel import Session

from intake.effects.work import Work
from store import ledger, people, rows, tickets
from store.models import Attachment, Mail, Message


class Decided(Protocol):
    """A decision, as far as the ledger tells of it."""

    @property
    def rule(self) -> str:
        """The rule that decided."""

    @property
    def why(self) -> str:
        """That decision in a sentence."""


def ledger_row(session: Session, decision: Decided, work: Work, ticket_id: int | None, acknowledged: str) -> int:
    """Enter a mail into the ledger, with its sealed files and its routes; returns its key."""
    tickets.seal(session, work.desk.id, work.wrapped_key, work.files, work.now)
    return entry(
        session,
        decision,
        work,
        sender=people.canonical(work.mail.from_.address) if work.mail.from_ else None,
        nature=work.mail.nature.value,
        acknowledged=acknowledged,
        answers_as=work.judgement.kind or "",
        ticket_id=ticket_id,
        raw_blob=work.files[0].name,
        same_message_id=work.same_message_id,
    )


def entry(session: Session, decision: Decided, work: Work, **kept: Any) -> int:
    """Enter into the ledger that a mail was here, by which routes, and what is `kept` of it."""
    row = rows.Draft(
        Mail,
        desk_id=work.desk.id,
        ingest_key=work.ingest_key,
        message_id=work.mail.message_id,
        received_at=work.envelope.received_at,
        state=ledger.DONE,
        rule=decision.rule,
        why=decision.why,
        **kept,
    )
    mail_id = rows.add(session, row)
    ledger.add_routes(session, mail_id, work.arrival_id, work.seen, work.recipients)
    return mail_id


def attachments(work: Work) -> list[rows.Draft]:
    """The rows of a mail's files."""
    seen = {each.number: each for each in work.pictures}
    copies = _copies(work)
    return [
        rows.Draft(
            Attachment,
            message_id=0,
            position=position,
            blob=file.name,
            name=attachment.name,
            type=attachment.type,
            declared_type=attachment.declared_type,
            size=attachment.size,
            sha256=attachment.sha256,
            inline=attachment.inline,
            content_id=attachment.content_id,
            kind=attachment.kind.value,
            likeness=seen[position].likeness if position in seen else "",
            unread=seen[position].problem if position in seen else "",
            large=copies.get(position, (None, None))[0],
            small=copies.get(position, (None, None))[1],
        )
        for position, (attachment, file) in enumerate(zip(work.mail.attachments, work.files[1:], strict=False))
    ]


def _copies(work: Work) -> dict[int, tuple[str, str]]:
    """The sealed files of the pictures that may be shown, large and small, by the attachment's number."""
    names = iter([file.name for file in work.files[1 + len(work.mail.attachments) :]])
    return {each.number: (next(names), next(names)) for each in work.pictures if each.shown}


def message(work: Work, ticket_id: int, mail_id: int, direction: str, **otherwise: str) -> rows.Draft:
    """The row of what a mail says on a ticket: in, out, or note; `otherwise` stands in place of the mail's own."""
    mail = work.mail
    own: dict[str, Any] = {
        "desk_id": work.desk.id,
        "ticket_id": ticket_id,
        "mail_id": mail_id,
        "direction": direction,
        "message_id": mail.message_id,
        "sender_name": mail.from_.name if mail.from_ else "",
        "sender": mail.from_.address if mail.from_ else None,
        "recipients": [{"name": each.name, "address": each.address} for each in (*mail.to, *mail.cc)],
        "date": mail.date,
        "received_at": work.envelope.received_at,
        "subject": mail.subject,
        "text": mail.text,
        "new_text": mail.new_text,
        "nature": mail.nature.value,
        "identity": work.identity,
        "identity_why": work.identity_why,
    }
    return rows.Draft(Message, **(own | otherwise))


def add_note(
    session: Session, work: Work, ticket_id: int, mail_id: int, *, sender_name: str, handed_on: Sequence[str] = ()
) -> int:
    """Keep a mail on a ticket where no customer sees it, by its own words alone; returns the message's key.

    `handed_on` is what mails say that are attached to it, where that is to be read below them.
    """
    spoken = "\n\n".join([work.mail.spoken.strip("\n"), *handed_on]) if handed_on else work.mail.spoken
    note = message(work, ticket_id, mail_id, "note", sender_name=sender_name, text=spoken, new_text=spoken)
    key = tickets.add_message(session, note, attachments(work))
    tickets.add_thread_ids(session, work.desk.id, ticket_id, work.mail.message_id)
    return key

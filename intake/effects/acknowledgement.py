"""Puts a ticket's acknowledgement into the outbox, in the ticket's transaction."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from intake.effects import guarding, letter_box
from intake.effects.work import Work
from intake.triage import Acknowledge
from parsing.mail import AttachmentKind
from replies import language as languages
from replies import letters
from replies.acknowledge import Composed, prepare
from store import incidents, tickets
from store.exchange import ACKNOWLEDGEMENT
from store.models import Incident, Participant, Ticket

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
    composed = _compose(
        outcome, work, ticket, requester.handle, incidents.alike(session, work.desk.id, work.following.marks)
    )
    hold = BREAKER if outcome.held else ""
    letter_box.post(session, work, ticket, mail_id, composed, ACKNOWLEDGEMENT, hold)
    guarding.of_acknowledgement(session, work, composed.recipient, held=outcome.held)
    tickets.add_event(session, ticket.id or 0, work.now, "acknowledged", detail={"missing": list(work.report.missing)})


def _compose(outcome: Acknowledge, work: Work, ticket: Ticket, handle: int, incident: Incident | None) -> Composed:
    settings, kinds = work.desk.settings, [each.kind for each in work.mail.attachments]
    view = replace(
        letters.view_of(ticket),
        findings=work.report.findings,
        pictures=sum(kind in _PICTURES for kind in kinds),
        files=sum(kind not in _PICTURES | _UNCOUNTED for kind in kinds),
        too_large=work.envelope.whole_size is not None,
        secret=bool(work.report.secrets),
        due=ticket.first_reply_due_at,
        incident=incident.name if incident else "",
        incident_since=incident.begun_at if incident else None,
    )
    return prepare(
        settings,
        view,
        letter_box.answered(work, outcome.to),
        token_key=work.desk.key.tokens,
        handle=handle,
        sequence=1,
        words=work.desk.words(ticket.language),
        repeat_findings=outcome.repeat_findings,
        now=work.now,
    )

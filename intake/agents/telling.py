"""Which mails agents are told of: those that a person may have written, and our own letters that came back."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session

from intake.effects.work import Work
from intake.triage import Bounced, Join, Open
from parsing.mail import Nature, ParsedMail
from store import dossier, incidents, notices
from store.notices import Why
from store.states import Move, Status

#: Of these a person may be the writer; a machine's answer to a machine would make each notice breed another.
_WRITTEN: Final = frozenset({Nature.HUMAN, Nature.BULK})

#: How the evidence begins by which a mail that bears no mark was called automatic (see parsing/claims/nature.py).
_BY_WORDS: Final = ("words:", "subject:")


def of_open(session: Session, decision: Open, work: Work, ticket_id: int) -> None:
    """A new ticket, which may be of an incident; one that is held is told of when it is released."""
    if decision.hold or work.envelope.history or not _may_be_written(work.mail):
        return
    notices.want(session, ticket_id, Why.NEW, work.now)
    incident = incidents.alike(session, work.desk.id, work.following.marks)
    if incident is not None:
        incidents.take_in(session, incident, ticket_id, work.now)


def of_join(session: Session, decision: Join, work: Work) -> None:
    """The customer wrote, and more than thanks; perhaps on a ticket that was closed."""
    if decision.move is Move.AUTOMAT_WROTE and not work.envelope.history and _may_be_written(work.mail):
        notices.want(session, decision.ticket_id, Why.CUSTOMER_WROTE, work.now)
    if decision.move is Move.CUSTOMER_WROTE:
        notices.want(session, decision.ticket_id, Why.CUSTOMER_WROTE, work.now)
        moved = dossier.events(session, decision.ticket_id, "status")
        if moved and moved[-1][0] == work.now and moved[-1][1].get("from") == Status.CLOSED:
            notices.want(session, decision.ticket_id, Why.REOPENED, work.now)


def _may_be_written(mail: ParsedMail) -> bool:
    """Whether a person may have written it: words alone can deceive us, and then nobody else would look."""
    by_words = mail.nature is Nature.AUTO_REPLY and mail.nature_why.startswith(_BY_WORDS)
    return mail.nature in _WRITTEN or by_words


def of_recovery(session: Session, ticket_id: int, work: Work) -> None:
    """The mail could not be read at first."""
    notices.want(session, ticket_id, Why.CUSTOMER_WROTE, work.now)


def of_bounce(session: Session, decision: Bounced, work: Work) -> None:
    """A letter to the customer came back for good."""
    detail = {"address": decision.address, "why": decision.detail}
    notices.want(session, decision.ticket_id, Why.BOUNCED, work.now, detail=detail)

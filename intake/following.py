"""What follows from what was there before: a report joins the one that it repeats, a question is answered.

It stands between triage and the rows: triage finds a mail's place by what it refers to, this by what it is about.
Reads only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from intake.decision import enquiries, recognising
from intake.decision.recognising import DUPLICATE_WINDOW, Recognised, Similar
from intake.desks import OpenDesk
from intake.identity.authenticate import VERIFIED
from intake.reading.sealed import SeenPicture
from intake.triage import Decision, Join, Open
from parsing.fields.missing import still_missing
from parsing.mail import Nature, ParsedMail
from parsing.report import Report
from store import candidates, customers, marks, people, rows, tickets
from store.marks import MarkOf
from store.models import Ticket
from store.states import Move


class Reply(StrEnum):
    """The letter with which an answer is answered; also its kind in the outbox."""

    STATUS = "status"
    DUPLICATE = "duplicate"
    COMPLETE = "complete"
    SECRET = "secret"  # noqa: S105  # a letter's name


@dataclass(frozen=True, kw_only=True, slots=True)
class Following:
    """A decision, and what follows from it."""

    decision: Decision
    marks: tuple[MarkOf, ...] = ()  #: by which later reports will know this one
    similar: tuple[Similar, ...] = ()  #: what others report as well
    related: tuple[tuple[int, str], ...] = ()
    reply: Reply | None = None
    mistyped: bool = False  #: the question named a number that fails its check digit


def follow(
    session: Session,
    desk: OpenDesk,
    decision: Decision,
    mail: ParsedMail,
    report: Report,
    pictures: Sequence[SeenPicture],
    *,
    identity: str,
    silence: str,
    history: bool,
    now: datetime,
) -> Following:
    """What follows from a decision of triage; `silence` is why the sender gets no automatic letter, "" for none."""
    if history or mail.nature is not Nature.HUMAN or mail.from_ is None or not isinstance(decision, Join | Open):
        return Following(decision=decision)
    sender = people.canonical(mail.from_.address)
    contents = [desk.key.digest("content", each.sha256) for each in mail.attachments]
    own = recognising.marks(mail, report, pictures, contents, desk.key.digest)
    earlier = marks.find(session, desk.id, sender, own, now - DUPLICATE_WINDOW)
    recognised = recognising.recognise(own, earlier, sender, report.category, now)
    following = _placed(session, desk, decision, mail, report, recognised, sender, verified=identity == VERIFIED)
    following = replace(following, marks=tuple(own), similar=recognised.similar)
    if silence or not isinstance(following.decision, Join):
        return following
    return replace(following, reply=_reply(session, following.decision, mail, report, verified=identity == VERIFIED))


def _placed(
    session: Session,
    desk: OpenDesk,
    decision: Join | Open,
    mail: ParsedMail,
    report: Report,
    recognised: Recognised,
    sender: str,
    *,
    verified: bool,
) -> Following:
    """Where the mail belongs: a new report that is none joins, where its sender has authenticated, now and then."""
    repeats = ((recognised.duplicate_of, "same_report"),) if recognised.duplicate_of else ()
    if isinstance(decision, Join):
        others = [(ticket, why) for ticket, why in recognised.related if ticket != decision.ticket_id]
        return Following(decision=decision, related=tuple(others))
    if decision.rule != "new" or not verified:
        return Following(decision=decision, related=(*repeats, *recognised.related))
    if enquiries.asks(mail, report):
        own = customers.tickets_of(session, desk.id, sender)
        found = enquiries.enquiry(mail, desk.settings.prefix, own)
        if found.ticket_id is not None:
            joins = _join(session, found.ticket_id, "enquiry", "its sender asks how far a report of his has come")
            return Following(decision=joins, mistyped=found.mistyped)
    elif recognised.duplicate_of is not None and recognised.proven:
        joins = _join(session, recognised.duplicate_of, "duplicate", recognised.why)
        return Following(decision=joins, related=recognised.related)
    return Following(decision=decision, related=(*repeats, *recognised.related))


def _join(session: Session, ticket_id: int, rule: str, why: str) -> Join:
    goes_on = candidates.survivor(session, rows.one(session, Ticket, ticket_id))
    return Join(ticket_id=goes_on.id or 0, rule=rule, why=why, move=Move.CUSTOMER_WROTE)


def _reply(session: Session, decision: Join, mail: ParsedMail, report: Report, *, verified: bool) -> Reply | None:
    """The one letter that an answer is worth, the most wanted first. What a ticket says goes to nobody unproven."""
    if verified and (decision.rule == "enquiry" or enquiries.asks_in_answer(mail)):
        return Reply.STATUS
    if decision.rule == "duplicate":
        return Reply.DUPLICATE
    before = tickets.missing(session, decision.ticket_id)
    if before and not still_missing(before, report.findings):
        return Reply.COMPLETE
    return Reply.SECRET if report.secrets else None

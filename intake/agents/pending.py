"""An agent's mail that may not act: kept where agents see it, told to somebody, and never a customer's business."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Final

from sqlmodel import Session

from intake.agents import answers as public
from intake.agents import receipts
from intake.agents.away import away_until
from intake.agents.dispatch import recipients
from intake.agents.errand import Errand
from intake.decision.agent_mail import ByAgent
from intake.decision.authority import MACHINE
from intake.effects import filing
from intake.effects.work import Work
from parsing.mail import Nature
from replies.defang import defanged
from replies.order_words import Told
from store import absence, answers, notices, rows, tickets
from store.facts import AgentFacts, Purpose
from store.holding import Reason
from store.models import Ticket
from store.notices import Why
from store.tickets import NewTicket

#: Why an answer is held that came without what it needs to be sent.
UNPROVEN: Final = "unproven"

#: Why one is held whose words are like a machine's.
AUTOMATIC: Final = "automatic"

#: How many of these an agent is shown in a day while none is settled: a machine answers each letter that shows one.
MOST_ASKED: Final = 5

#: What an agent is told for each reason, as phrases of orders.toml; what is not here is about the token.
_PHRASES: Final = {
    "not an agent's address": "stranger",
    "this role": "role",
    "the sender is not proven": "unproven",
    "it was written to somebody else": "addressed",
    "a header field": "heading",
    "the signature": "heading",
    "no good reply token": "no_token",
    "its reply token has expired": "expired",
    "it has to be looked at": "looked_at",
}


def file_automatic(session: Session, decision: ByAgent, work: Work) -> None:
    """An out-of-office of an agent's, or its like: kept, and nobody is told; but who may have written it is asked."""
    mail_id = filing.ledger_row(session, decision, work, decision.ticket_id, "an agent's automatic mail")
    agent = decision.agent
    if decision.ticket_id is None:
        return
    message_id = filing.add_note(session, work, decision.ticket_id, mail_id, sender_name=agent.name if agent else "")
    _note_absence(session, decision, work)
    if agent is not None and decision.refused == MACHINE and work.mail.sounds_automatic:
        _ask(
            _errand(session, decision, work, agent, rows.one(session, Ticket, decision.ticket_id), mail_id, message_id)
        )


def _ask(errand: Errand) -> None:
    """Hold what sounds like a machine, and show it to its writer."""
    since = errand.work.now - timedelta(days=1)
    asked = answers.held_for(errand.session, errand.agent.id, AUTOMATIC, since)
    if asked < MOST_ASKED and recipients(errand.session, errand.ticket_id):
        public.hold(errand, public.written(errand), AUTOMATIC, because=[errand.speech.say("pending.machine")])


def _note_absence(session: Session, decision: ByAgent, work: Work) -> None:
    """Whose own mailbox answers one of our letters is away; a forged mail that said so would move tickets."""
    agent, desk = decision.agent, work.desk.settings
    if agent is None or decision.refused != MACHINE or work.mail.nature is not Nature.AUTO_REPLY:
        return
    told = f"{work.mail.subject}\n{work.mail.new_text}"
    until = away_until(told, work.now.astimezone(desk.zone), desk.hours.open).astimezone(UTC)
    absence.leave(session, agent.id, until)
    detail = {"until": until.isoformat()}
    tickets.add_event(session, decision.ticket_id or 0, work.now, "away", agent.name, detail)


def keep(session: Session, decision: ByAgent, work: Work) -> None:
    """A pending note on the ticket that it is about, or a held ticket; and a word to whose name it bears."""
    ticket = rows.one(session, Ticket, decision.ticket_id) if decision.ticket_id else _held_ticket(session, work)
    mail_id = filing.ledger_row(session, decision, work, ticket.id, "an agent's mail that may not act")
    own = decision.proven and decision.agent is not None
    claimed = work.mail.from_.name if work.mail.from_ else ""
    name = decision.agent.name if own and decision.agent else claimed
    message_id = filing.add_note(session, work, ticket.id or 0, mail_id, sender_name=name)
    detail = {
        "why": decision.refused,
        "message": message_id,
        "from": work.mail.from_.address if work.mail.from_ else "",
    }
    tickets.add_event(session, ticket.id or 0, work.now, "pending note", detail=detail)
    agent = decision.agent if own else decision.holder or decision.agent
    if decision.ticket_id is not None and not own:
        notices.want(session, decision.ticket_id, Why.PENDING_NOTE, work.now, detail={"sender": detail["from"]})
    elif agent is not None and ticket.assignee_id not in (None, agent.id):
        notices.want(session, ticket.id or 0, Why.NOTE, work.now, to=ticket.assignee_id)
    if agent is None or work.mail.nature is not Nature.HUMAN:
        return
    _tell(_errand(session, decision, work, agent, ticket, mail_id, message_id), decision.refused, own=own)


def _errand(
    session: Session, decision: ByAgent, work: Work, agent: AgentFacts, ticket: Ticket, mail_id: int, message_id: int
) -> Errand:
    """The mail in hand, for whom it is told to."""
    return Errand(
        session=session,
        work=work,
        agent=agent,
        ticket=ticket,
        mail_id=mail_id,
        message_id=message_id,
        purpose=decision.purpose or Purpose.ANSWER,
        serial=decision.serial,
    )


def _tell(errand: Errand, refused: str, *, own: bool) -> None:
    """Say why nothing was done. What is proven to be the agent's can be sent from here; a stranger's words cannot."""
    words = errand.speech
    why = words.say(f"pending.{_why(refused)}", sender=_sender(errand.work))
    if own and errand.purpose is Purpose.ANSWER and recipients(errand.session, errand.ticket_id):
        what = public.written(errand)
        if what.words.strip() or what.files:
            public.hold(errand, what, UNPROVEN, because=[why])
            return
    back = errand.work.mail.spoken if own else defanged(errand.work.mail.spoken)
    head = "heads.nothing_done" if own else "heads.pending"
    then = () if own else (words.say("pending.then"),)
    receipts.tell(errand, Told(headline=words.say(head), lines=(why, *then), words=back))


def _why(refused: str) -> str:
    """The phrase for a reason of `authority.refusal`, or of a mail that has to be looked at first."""
    return next((phrase for reason, phrase in _PHRASES.items() if refused.startswith(reason)), "other")


def _sender(work: Work) -> str:
    return work.mail.from_.address if work.mail.from_ else "?"


def _held_ticket(session: Session, work: Work) -> Ticket:
    """A ticket out of everybody's way, for a mail that says it is an agent's and belongs to none."""
    language = work.desk.settings.languages[0]
    new = NewTicket(
        desk_id=work.desk.id,
        prefix=work.desk.settings.prefix,
        subject=work.desk.words(language).category_subject("other"),
        customer_subject=work.mail.subject,
        category="other",
        language=language,
        person_id=None,
        missing=(),
        created_at=work.now,
        first_reply_due_at=None,
        held_for=Reason.AGENT.value,
    )
    return rows.one(session, Ticket, tickets.open_ticket(session, new).id)

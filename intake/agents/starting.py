"""Tickets that agents open: for a customer, out of a mail that they forward, or for themselves.

The sender of a forwarded mail is proposed as the customer, and becomes it only when the agent says so: a forward can be
edited, and whoever is the customer is written to. Nobody is acknowledged, and nothing is sent.
"""

from __future__ import annotations

from sqlmodel import Session

from intake.agents import customers, orders, receipts, results
from intake.agents.errand import Errand, Refused
from intake.decision.agent_mail import ByAgent
from intake.effects import acknowledgement, filing
from intake.effects.work import Work
from parsing.body import verbs
from parsing.body.commands import Orders
from parsing.body.inner import Inner, inner_sender
from parsing.body.verbs import Verb
from parsing.mail import AttachmentKind
from replies import targets
from replies.order_words import Told
from store import notices, rows, tickets
from store.facts import AgentFacts, Purpose
from store.models import Ticket
from store.notices import Why
from store.tickets import NewTicket


def start(session: Session, decision: ByAgent, work: Work, agent: AgentFacts, found: Orders) -> None:
    """Open a ticket for an agent's mail, with what it orders; where an order cannot be carried out, it is told."""
    asked = _named(found) is None and inner_sender(work.mail) is not None  # who the customer is
    ticket = _open(session, work, internal=_named(found) is None and not asked)
    mail_id = filing.ledger_row(session, decision, work, ticket.id, "an agent's mail")
    handed_on = [each.text for each in work.mail.attachments if each.kind is AttachmentKind.MAIL and each.text]
    message_id = filing.add_note(session, work, ticket.id or 0, mail_id, sender_name=agent.name, handed_on=handed_on)
    tickets.add_findings(session, ticket.id or 0, message_id, work.report.findings)
    detail = {"rule": decision.rule, "why": decision.why}
    tickets.add_event(session, ticket.id or 0, work.now, "opened", agent.name, detail)
    notices.want(session, ticket.id or 0, Why.NEW, work.now, wait=customers.PATIENCE if asked else None)
    errand = Errand(
        session=session,
        work=work,
        agent=agent,
        ticket=ticket,
        mail_id=mail_id,
        message_id=message_id,
        purpose=Purpose.ANSWER,
        serial=0,
    )
    _furnish(errand, found)


def _furnish(errand: Errand, found: Orders) -> None:
    """Its customer, and its orders."""
    speech, inner = errand.speech, inner_sender(errand.work.mail)
    try:
        with rows.undoable(errand.session):
            named = _named(found)
            said = orders.carry_out(errand, found.orders)
    except Refused as refusal:
        results.refused(errand, [results.reason(speech, refusal)], errand.work.mail.spoken)
        return
    if named is None and inner is not None:
        _propose(errand, inner)
        return
    head = "heads.opened_for" if named else "heads.opened_internal"
    lines = [speech.say(key, **values) for key, values in said]
    headline = speech.say(head, number=errand.ticket.number, address=named or "")
    receipts.tell(errand, Told(headline=headline, lines=tuple(lines)))


def _named(found: Orders) -> str | None:
    """The customer whom the agent names."""
    for order in found.orders:
        if order.verb is Verb.CUSTOMER:
            address = verbs.address_in(order.value)
            return address.lower() if address else None
    return None


def _propose(errand: Errand, inner: Inner) -> None:
    customers.propose(errand, inner)
    speech, addresses = errand.speech, errand.addresses
    mailbox = f"{inner.name} <{inner.address}>" if inner.name else inner.address
    how = speech.say("heads.proposed_attached" if inner.attached else "heads.proposed_inline")
    told = Told(
        headline=speech.say("heads.proposed", number=errand.ticket.number, address=mailbox),
        lines=(how, speech.say("heads.proposed_how", address=inner.address)),
        links=((speech.say("links.confirm"), addresses.link(Purpose.CONFIRM)),),
    )
    receipts.tell(errand, told, reply_to=Purpose.CONFIRM)


def _open(session: Session, work: Work, *, internal: bool) -> Ticket:
    """A ticket without a customer; what it is about is read out of the words as out of any mail's."""
    language = acknowledgement.language(work)
    due = targets.first_reply_due(work.desk.settings, work.report.category, tickets.PRIORITY, work.now)
    new = NewTicket(
        desk_id=work.desk.id,
        prefix=work.desk.settings.prefix,
        subject=work.desk.words(language).category_subject(work.report.category),
        customer_subject=work.mail.subject,
        category=work.report.category,
        language=language,
        person_id=None,
        missing=() if internal else work.report.missing,
        created_at=work.now,
        first_reply_due_at=None if internal else due,
    )
    return rows.one(session, Ticket, tickets.open_ticket(session, new).id)

"""`#ask ADDRESS`: a side question to a colleague or another department, whose answer comes back as a note.

Whoever is asked gets the agent's words and nothing of the ticket, at a reply address that only leads back inside.
"""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session, select

from intake.agents.answers import Written
from intake.agents.errand import Errand, Refused
from intake.decision.agent_mail import ByAsked
from intake.effects import filing, letter_box
from intake.effects.work import Work
from intake.identity.authenticate import VERIFIED
from parsing.body import verbs
from parsing.mail import Address
from replies import compose, letters, tokens
from replies.addresses import sendable
from replies.compose import Heading
from store import notices, outbox, people, rows, said, tickets
from store.facts import AGENT, ASKED
from store.models import Event, Message, Participant, Ticket
from store.notices import Why

#: The kind of these letters in the outbox.
QUESTION = "question"

_EVENT = "asked"

#: The event that warns of an answer that anybody may have written who knows its address.
UNPROVEN = "side answer unproven"


def ask(errand: Errand, value: str, what: Written) -> None:
    """Send the mail's words to an address. Raises Refused."""
    address = (verbs.address_in(value) or "").lower()
    if not what.words.strip():
        raise Refused("refused.nothing_asked")
    desk = errand.work.desk
    if not sendable(address) or address in {each.lower() for each in desk.settings.addresses}:
        raise Refused("refused.no_address", address=address)
    part = _part(errand, address)
    message = rows.one(errand.session, Message, errand.message_id)
    message.new_text = what.words
    errand.session.add(message)
    errand.session.flush()
    _queue(errand, part, what.words)
    detail = {"address": address, "agent": errand.agent.id}
    tickets.add_event(errand.session, errand.ticket_id, errand.work.now, _EVENT, errand.agent.name, detail)


def answered(session: Session, decision: ByAsked, work: Work) -> None:
    """An answer to a side question: a note, of which the agent who asked is told."""
    sender = work.mail.from_
    mail_id = filing.ledger_row(session, decision, work, decision.ticket_id, "an answer to a side question")
    filing.add_note(session, work, decision.ticket_id, mail_id, sender_name=sender.name if sender else "")
    address = people.canonical(sender.address) if sender else ""
    tickets.add_event(session, decision.ticket_id, work.now, "side answer", detail={"from": address})
    if work.identity != VERIFIED:
        why = f"the answer of {address} to a side question is not proven to be theirs"
        tickets.add_event(session, decision.ticket_id, work.now, UNPROVEN, detail={"why": why})
    if decision.human:
        notices.want(session, decision.ticket_id, Why.NOTE, work.now, to=_asker(session, decision.ticket_id, address))


def _part(errand: Errand, address: str) -> Participant:
    """The part of whom is asked; a customer of the ticket is not: the answer would be a customer's mail."""
    found = people.participant(errand.session, errand.ticket_id, address)
    if found is not None and found.role not in (AGENT, ASKED):
        raise Refused("refused.customers_address", address=address)
    return found or people.take_part(errand.session, errand.work.desk.id, errand.ticket_id, address, ASKED)


def _queue(errand: Errand, part: Participant, words: str) -> None:
    desk, ticket, now = errand.work.desk, errand.ticket, errand.work.now
    local = now.astimezone(desk.settings.zone)
    desk_address = letter_box.written_to(errand.work)
    token = tokens.mint(desk.key.tokens, part.handle, ASKED, tokens.expiry(ASKED, local.date()))
    reply_to = tokens.address(desk_address, token, desk.settings.separator)
    heading = Heading(
        from_=Address(name=desk.settings.display_name, address=desk_address),
        to=part.address,
        reply_to=reply_to,
        message_id=tokens.message_id(desk_address, token, said.letters(errand.session, errand.ticket_id) + 1),
        date=local,
        loop_mark=tokens.loop_mark(desk.key.tokens),
    )
    view = replace(letters.view_of(ticket), language=errand.speech.language)
    outbox.queue(
        errand.session,
        desk_id=desk.id,
        ticket_id=ticket.id,
        mail_id=errand.mail_id,
        kind=QUESTION,
        message_id=heading.message_id,
        envelope_from=reply_to,
        recipients=[part.address],
        content=compose.compose(letters.question(desk.settings, view, words), heading, desk.settings.dkim),
        now=now,
        hold="shadow" if errand.work.shadow else "",
    )


def _asker(session: Session, ticket_id: int, address: str) -> int | None:
    """The agent who asked that address last, while still here; else whoever has the ticket is told."""
    statement = select(Event).where(Event.ticket_id == ticket_id, Event.what == _EVENT)
    asked = [each.detail for each in session.exec(statement.order_by(Event.id)).all()]  # type: ignore[arg-type]
    asker = next((each["agent"] for each in reversed(asked) if each.get("address") == address), None)
    if asker is not None and people.agent(session, asker) is not None:
        return int(asker)
    return rows.one(session, Ticket, ticket_id).assignee_id

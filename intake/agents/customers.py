"""Who the customer of a ticket is that an agent has opened: proposed by a forward, said by the agent.

A forward can be edited, and whoever is the customer is written to: so the sender that it names becomes the customer
only when the agent says so.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlmodel import col, select

from intake.agents.errand import Errand, Refused
from intake.agents.results import Said
from parsing.body import verbs
from parsing.body.inner import Inner
from replies.addresses import sendable
from store import notices, people, tickets
from store.models import Event, Participant

#: What a word of consent is, in a reply to the proposal.
_YES: Final = frozenset(
    ("ya", "yaa", "iya", "y", "yes", "yep", "ok", "oke", "okay", "betul", "benar", "setuju", "correct", "right")
)

_PROPOSED: Final = "customer proposed"

#: Who forwards a mail is asked first who the customer is: until then, or so long, nobody is told of the ticket.
PATIENCE: Final = timedelta(hours=1)


def propose(errand: Errand, inner: Inner) -> None:
    """Remember whom a forward names."""
    detail = {"address": inner.address, "name": inner.name, "attached": inner.attached}
    tickets.add_event(errand.session, errand.ticket_id, errand.work.now, _PROPOSED, detail=detail)


def confirm(errand: Errand) -> list[Said]:
    """What the agent says to a proposal: yes, another address, or neither."""
    words = errand.orders.text.strip()
    other = verbs.address_in(words.split("\n", 1)[0]) if words else None
    proposed = _proposal(errand)
    if proposed is None:
        raise Refused("refused.nothing_proposed")
    if other is not None:
        set_customer(errand, other.lower(), "")
    elif not words or _is_yes(words):
        set_customer(errand, proposed["address"], proposed["name"])
    else:
        raise Refused("refused.not_confirmed", address=proposed["address"])
    return [("done.customer_set", {"address": other or proposed["address"]})]


def agrees(errand: Errand) -> bool:
    """Whether the mail says yes to a proposal, at whatever address: there is nobody yet to whom it could be sent."""
    waits = errand.ticket.person_id is None and _proposal(errand) is not None
    return waits and not errand.orders.orders and _is_yes(errand.orders.text.strip())


def nobody(errand: Errand) -> Refused:
    """That there is no customer who could be answered, and who may be meant."""
    proposed = _proposal(errand)
    if proposed is None:
        return Refused("refused.no_customer")
    return Refused("refused.customer_unsaid", address=proposed["address"])


def set_customer(errand: Errand, address: str, name: str) -> None:
    """Make an address the ticket's customer, where it has none. Raises Refused."""
    desk = errand.work.desk
    customer = select(Participant).where(Participant.ticket_id == errand.ticket_id, Participant.role == "requester")
    if errand.session.exec(customer).first() is not None:
        raise Refused("refused.has_customer")
    if not sendable(address) or address.lower() in {each.lower() for each in desk.settings.addresses}:
        raise Refused("refused.no_address", address=address)
    if people.agent_at(errand.session, address) is not None:
        raise Refused("refused.an_agents", address=address)
    known = people.find(errand.session, desk.id, address)
    errand.ticket.person_id = (
        known.person_id
        if known
        else people.remember(errand.session, desk.id, address, name, errand.work.now, verified=False)
    )
    errand.session.add(errand.ticket)
    errand.session.flush()
    people.take_part(errand.session, desk.id, errand.ticket_id, address, "requester")
    detail = {"address": address}
    tickets.add_event(errand.session, errand.ticket_id, errand.work.now, "customer", errand.agent.name, detail)
    notices.hasten(errand.session, errand.ticket_id, errand.work.now)


def _is_yes(words: str) -> bool:
    said = {word.strip(".,!").lower() for word in words.split("\n", 1)[0].split()}
    return bool(said) and said <= _YES


def _proposal(errand: Errand) -> dict[str, Any] | None:
    statement = select(Event).where(Event.ticket_id == errand.ticket_id, Event.what == _PROPOSED)
    found = errand.session.exec(statement.order_by(col(Event.id).desc())).first()
    return found.detail or None if found else None  # erased: nobody is proposed any more

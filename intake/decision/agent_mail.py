"""Whether a mail is an agent's, and what it may do. Pure.

What comes from an agent's registered address, or to an agent's signed address, is never a customer's mail: it opens no
customer's ticket, and nothing of it reaches one unless all of `authority.refusal` holds. What may not act is kept as a
pending note, and somebody is told. Only a customer who answers to all, and so to an agent's address too, stays one; and
whoever answers a notice that was passed on to him, at the desk's bare address.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.decision.answering import Circumstances
from intake.decision.authority import Credentials, refusal
from intake.identity.authenticate import SUSPICIOUS
from parsing.body.commands import read_orders
from parsing.mail import Nature, ParsedMail
from store.facts import AgentFacts, AgentToken, Facts, Purpose


@dataclass(frozen=True, kw_only=True, slots=True)
class ByAgent:
    """The mail is an agent's, or says so."""

    agent: AgentFacts | None  #: whose registered address the From is
    holder: AgentFacts | None  #: whose token it presents
    ticket_id: int | None  #: the ticket that it is about, as far as token or references tell
    purpose: Purpose | None  #: what it does there; None for a mail without a token
    serial: int  #: which answer the token speaks of
    refused: str  #: why it may not act; "" where it may
    proven: bool  #: the sender is the agent, whatever else is wanting
    rule: str  #: agent, agent_pending, agent_automatic
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ByAsked:
    """The mail answers an agent's side question: it is a note."""

    ticket_id: int
    human: bool  #: a person wrote it
    rule: str = "asked"
    why: str = "it answers a side question of an agent's, from the address that was asked"


def by_asked(mail: ParsedMail, facts: Facts, around: Circumstances) -> ByAsked | None:
    """Whether a mail answers a side question; what has to be looked at first does not, nor what may be anybody's.

    The reply address is a bearer's secret: a sender who is not proven is believed only where nothing speaks against
    him, and the note says so.
    """
    if facts.asked is None or around.history or around.hold or around.failed or around.identity == SUSPICIOUS:
        return None
    return ByAsked(ticket_id=facts.asked.ticket_id, human=mail.nature is Nature.HUMAN)


def by_agent(mail: ParsedMail, facts: Facts, around: Circumstances) -> ByAgent | None:
    """What an agent's mail is; None for everybody else's, and for what an import brings."""
    agent, token = facts.agent, facts.token
    if around.history or (agent is None and (token is None or token.by_customer or not token.addressed)):
        return None
    ticket_id = token.ticket_id if token else next((each.ticket_id for each in facts.candidates), None)
    mail = _as_meant(mail, token)
    own = Credentials(
        agent=agent, identity=around.identity, addressed=around.addressed, signed=around.signed, token=token
    )
    looked_at = f"it has to be looked at first: {around.hold}" if around.hold else ""
    unproven = looked_at or refusal(mail, own, None)
    refused = looked_at or refusal(mail, own, ticket_id)
    return ByAgent(
        agent=agent,
        holder=token.holder if token else None,
        ticket_id=ticket_id,
        purpose=token.purpose if token else None,
        serial=token.serial if token else 0,
        refused=refused,
        proven=not unproven,
        **_rule(mail, agent, refused),
    )


def _as_meant(mail: ParsedMail, token: AgentToken | None) -> ParsedMail:
    """The mail as a person's, where only its words are like a machine's: so are those of every second answer of a desk.

    Who quotes what is answered, or gives orders, is a person; and a note reaches no customer.
    """
    to_customer = token is None or token.purpose is Purpose.ANSWER
    by_hand = bool(mail.quoted.strip() or read_orders(mail.spoken).orders) or not to_customer
    return replace(mail, nature=Nature.HUMAN) if mail.sounds_automatic and by_hand else mail


def _rule(mail: ParsedMail, agent: AgentFacts | None, refused: str) -> dict[str, str]:
    if agent is not None and mail.nature is not Nature.HUMAN:
        return {"rule": "agent_automatic", "why": f"an agent's mail that no person wrote: {mail.nature.value}"}
    if refused:
        return {"rule": "agent_pending", "why": f"it says it is an agent's, and may not act: {refused}"}
    return {"rule": "agent", "why": f"agent {agent.name if agent else ''} wrote it, and may act"}

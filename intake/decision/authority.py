"""Whether a mail may act as an agent on a ticket. Pure: all has to hold, and the first that does not is the answer.

A From line is not an agent. What acts is a token that was made for this agent and this ticket, from one of this agent's
own registered addresses, in a mail that the address's domain has signed, and that no machine wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from intake.identity.authenticate import VERIFIED
from parsing.mail import Nature, ParsedMail
from store.facts import AgentFacts, AgentToken

#: Fields that an agent's signature has to cover, so that none of them can be exchanged in a replayed mail.
SIGNED: Final = frozenset({"from", "subject", "date", "to", "message-id"})

#: Roles that may change tickets; an auditor reads.
ACTING: Final = frozenset({"agent", "lead", "kyc"})

#: Asked last: what is refused for this alone is proven to come from the agent, whose mailbox answered by itself.
MACHINE: Final = "a machine wrote it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What an agent's mail brings with it."""

    agent: AgentFacts | None  #: the active agent whose registered address the From is
    identity: str  #: verified, unverified, suspicious
    addressed: bool  #: its To or Cc names the desk: what was signed for another is no order to us
    signed: frozenset[str] | None  #: fields that the domain's signature covers; None where something else vouches
    token: AgentToken | None  #: an agent's, that it presents


def refusal(mail: ParsedMail, credentials: Credentials, ticket_id: int | None) -> str:
    """Why the mail may not act as an agent on this ticket; "" where it may.

    Without a ticket only the sender is judged, not the token: whether it is an agent at all.
    """
    agent, signed = credentials.agent, credentials.signed
    reasons = [
        (agent is None, "not an agent's address"),
        (agent is not None and agent.role not in ACTING, "this role may not act"),
        (credentials.identity != VERIFIED, "the sender is not proven"),
        (not credentials.addressed, "it was written to somebody else"),
        (bool(mail.doubled), "a header field stands twice"),
        (signed is not None and not signed >= SIGNED, "the signature does not cover the whole heading"),
    ]
    if ticket_id is not None:
        token = credentials.token
        holder = token.holder.id if token and token.holder else None
        reasons += [
            (token is None, "no good reply token of an agent"),
            (token is not None and not token.good, "its reply token has expired"),
            (token is not None and token.purpose is None, "its reply token says nothing of what it is for"),
            (agent is not None and holder != agent.id, "the token was made for somebody else"),
            (token is not None and token.ticket_id != ticket_id, "the token was made for another ticket"),
        ]
    reasons.append((mail.nature is not Nature.HUMAN, MACHINE))
    return next((reason for holds, reason in reasons if holds), "")

"""Letters to an agent about the agent's own mail: what was not done and why, what waits, what was asked for.

They are automatic (RFC 3834), come from nowhere, and stay with the ticket's other mails in the agent's client.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import structlog
from sqlmodel import Session

from intake.agents import mailing
from intake.agents.errand import Errand
from intake.effects import letter_box
from intake.effects.work import Work
from intake.identity.authenticate import VERIFIED
from parsing.mail import Address
from replies import order_words, tokens
from replies.compose import Heading
from replies.enclosing import File
from replies.letters import Letter
from replies.order_words import Phrases, Told
from replies.straight import message_id
from store import answers, people, said, tallies
from store.facts import AgentFacts, Purpose
from store.models import Ticket

_log = structlog.get_logger(__name__)

#: The kind of these letters in the outbox.
TOLD: Final = "told"

#: Letters of this kind to one agent within an hour: nobody writes more mails, but a machine does, or a forger.
MOST_AN_HOUR: Final = 300
MOST_OF_UNPROVEN: Final = 3


def tell(
    errand: Errand,
    content: Told,
    *,
    kind: str = TOLD,
    enclosures: Sequence[File] = (),
    reply_to: Purpose | None = None,
) -> None:
    """Tell the agent something about a ticket; a reply does what the mail in hand did, unless told."""
    addresses, speech = errand.addresses, errand.speech
    serial = answers.newest(errand.session, errand.ticket_id)
    sequence = said.letters(errand.session, errand.ticket_id) + 1
    heading = _heading(
        errand.work,
        errand.agent,
        errand.desk_address,
        reply_to=addresses.to(reply_to) if reply_to else errand.reply_to(),
        own_id=tokens.message_id(errand.desk_address, addresses.token(Purpose.NOTE, serial), sequence),
    )
    letter = order_words.told(errand.work.desk.settings, speech.language, addresses.subject, content)
    _queue(errand.session, errand.work, errand.ticket, kind, heading, letter, enclosures)


def tell_without_ticket(session: Session, work: Work, agent: AgentFacts, speech: Phrases, content: Told) -> None:
    """Tell an agent something that is about no one ticket."""
    desk_address = letter_box.written_to(work)
    heading = _heading(work, agent, desk_address, reply_to=desk_address, own_id=message_id(desk_address))
    letter = order_words.told(work.desk.settings, speech.language, speech.say("heads.subject"), content)
    _queue(session, work, None, TOLD, heading, letter, ())


def _heading(work: Work, agent: AgentFacts, desk_address: str, *, reply_to: str, own_id: str) -> Heading:
    own = work.mail.from_ is not None and people.canonical(work.mail.from_.address) == agent.address
    return Heading(
        from_=Address(name=work.desk.settings.display_name, address=desk_address),
        to=agent.address,
        reply_to=reply_to,
        message_id=own_id,
        date=work.now.astimezone(work.desk.settings.zone),
        in_reply_to=work.mail.message_id if own else None,  # a stranger's msg-id is nothing to thread by
        references=work.mail.references if own else (),
        auto_submitted="auto-replied",
        loop_mark=tokens.loop_mark(work.desk.key.tokens),
    )


def _queue(
    session: Session,
    work: Work,
    ticket: Ticket | None,
    kind: str,
    heading: Heading,
    letter: Letter,
    enclosures: Sequence[File],
) -> None:
    if not _may_tell(session, work, heading.to):
        _log.warning("an agent was told enough within the hour", desk=work.desk.settings.name)
        return
    ticket_id = ticket.id if ticket else None
    mailing.queue(
        session,
        work.desk,
        heading,
        letter,
        kind,
        work.now,
        ticket_id=ticket_id,
        files=enclosures,
        shadow=work.shadow,
    )


def _may_tell(session: Session, work: Work, address: str) -> bool:
    """Whether the agent may be told once more; what is not proven to be the agent's is told of seldom."""
    sender = people.agent_at(session, work.mail.from_.address) if work.mail.from_ else None
    proven = work.identity == VERIFIED and sender is not None and sender.address == address
    name = f"told:{address}" if proven else f"unproven:{address}"
    most = MOST_AN_HOUR if proven else MOST_OF_UNPROVEN
    if tallies.counts(session, work.desk.id, [name], work.now)[name] >= most:
        return False
    tallies.add(session, work.desk.id, [name], work.now)
    return True

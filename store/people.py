"""Who writes to us: people, their addresses, and the participants of a ticket.

An address is a claim until a mail from it authenticates; this module only remembers, it grants nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from store import rows
from store.facts import AGENT, AgentFacts
from store.models import Agent, AgentAddress, Participant, Person, PersonAddress
from store.prepared import Prepared

#: Bits of a participant's handle: what a reply token has room for.
HANDLE_BITS = 40

_GOOGLE = frozenset({"gmail.com", "googlemail.com"})


def canonical(address: str) -> str:
    """The form in which addresses are compared: lower case, no surrounding blanks."""
    return address.strip().lower()


def mailbox(address: str) -> str:
    """The mailbox that an address leads to, as far as everybody knows: an extension after + leads to the same one.

    Google's mailboxes also know no dots, and bear two domains.
    """
    local, at, domain = canonical(address).rpartition("@")
    base = local.partition("+")[0] or local
    if domain in _GOOGLE:
        base, domain = base.replace(".", ""), "gmail.com"
    return f"{base}{at}{domain}"


_FIND = select(PersonAddress).where(
    PersonAddress.desk_id == bindparam("desk"), PersonAddress.address == bindparam("address")
)


#: How many letters to an address came back; no row where it has not written to the desk before.
BOUNCES_OF = select(PersonAddress.hard_bounces).where(
    PersonAddress.desk_id == bindparam("desk"), PersonAddress.address == bindparam("sender")
)


#: Whether mail from an address was proven before.
PROVEN = select(PersonAddress.id).where(
    PersonAddress.desk_id == bindparam("desk"),
    PersonAddress.address == bindparam("sender"),
    col(PersonAddress.verified),
)


def find(session: Session, desk_id: int, address: str) -> PersonAddress | None:
    """The row of an address that has written to this desk before."""
    return session.exec(_FIND, params={"desk": desk_id, "address": canonical(address)}).first()


_PERSON_AT = Prepared(
    select(PersonAddress.person_id).where(
        PersonAddress.desk_id == bindparam("desk"), PersonAddress.address == bindparam("address")
    )
)


def person_at(session: Session, desk_id: int, address: str) -> int | None:
    """The person whose address this is, where it has written to this desk before."""
    known = _PERSON_AT.first(session, {"desk": desk_id, "address": canonical(address)})
    return int(known.person_id) if known is not None else None


#: A person is one desk's: with the desk beside it SQLite would look through all addresses of the desk.
_OF_PERSON = col(PersonAddress.person_id).in_(
    select(PersonAddress.person_id)
    .where(PersonAddress.desk_id == bindparam("desk"), PersonAddress.address == bindparam("address"))
    .correlate(None)
)
_SAME_PERSON = Prepared(select(PersonAddress.address, PersonAddress.verified).where(_OF_PERSON))


def same_person(session: Session, desk_id: int, address: str) -> dict[str, bool]:
    """All addresses of whoever has this one, with whether mail from them has authenticated; none where nobody has."""
    wanted = {"desk": desk_id, "address": canonical(address)}
    return {row.address: row.verified for row in _SAME_PERSON.all(session, wanted)}


def remember(session: Session, desk_id: int, address: str, name: str, now: datetime, *, verified: bool) -> int:
    """Make a person of an address not seen before; returns the person's key."""
    person = rows.add(session, rows.Draft(Person, desk_id=desk_id, name=name, created_at=now))
    rows.add(
        session,
        rows.Draft(PersonAddress, desk_id=desk_id, person_id=person, address=canonical(address), verified=verified),
    )
    return person


_PROVE = Prepared(
    update(PersonAddress)
    .where(
        col(PersonAddress.desk_id) == bindparam("desk"),
        col(PersonAddress.address) == bindparam("sender"),
        ~col(PersonAddress.verified) | (col(PersonAddress.hard_bounces) > 0),
    )
    .values(verified=True, hard_bounces=0)
)


def prove(session: Session, desk_id: int, address: str) -> None:
    """A mail of a known address has authenticated: who writes can be written to."""
    _PROVE.run(session, {"desk": desk_id, "sender": canonical(address)})


def addresses(session: Session, person_id: int) -> list[str]:
    """All addresses of a person."""
    return list(session.exec(select(PersonAddress.address).where(PersonAddress.person_id == person_id)).all())


def take_part(session: Session, desk_id: int, ticket_id: int, address: str, role: str) -> Participant:
    """Add an address to a ticket, with a new handle."""
    participant = Participant(
        desk_id=desk_id,
        ticket_id=ticket_id,
        address=canonical(address),
        role=role,
        handle=secrets.randbits(HANDLE_BITS),
    )
    participant.id = rows.add(session, participant)
    return participant


def told(session: Session, participant: Participant, message_id: int) -> None:
    """Remember which message an agent was told of last."""
    session.connection().execute(
        update(Participant).where(col(Participant.id) == participant.id).values(told_id=message_id)
    )


def participant(session: Session, ticket_id: int, address: str) -> Participant | None:
    """An address's part in a ticket."""
    statement = select(Participant).where(Participant.ticket_id == ticket_id, Participant.address == canonical(address))
    return session.exec(statement).first()


_OF_AGENTS = Prepared(
    select(AgentAddress.address)
    .join(Agent, col(Agent.id) == col(AgentAddress.agent_id))
    .where(col(Agent.active))
    .order_by(col(AgentAddress.id))
)


def agents_addresses(session: Session) -> list[str]:
    """All addresses of agents who are active."""
    return [address for (address,) in _OF_AGENTS.all(session, {})]


def taking_part(session: Session, ticket_ids: Iterable[int], limit: int) -> list[str]:
    """The addresses in tickets, each once, the first ones first."""
    wanted = select(Participant.address).where(col(Participant.ticket_id).in_(list(ticket_ids)))
    return list(dict.fromkeys(session.exec(wanted.order_by(col(Participant.id)).limit(limit)).all()))


def agents_part(session: Session, desk_id: int, ticket_id: int, address: str) -> Participant:
    """An agent's part in a ticket, under the address that letters go to; made where there is none yet."""
    return participant(session, ticket_id, address) or take_part(session, desk_id, ticket_id, address, AGENT)


def by_handles(session: Session, desk_id: int, handles: Iterable[int]) -> list[Participant]:
    """The participants that reply tokens stand for."""
    wanted = list(handles)
    if not wanted:
        return []
    return list(
        session.exec(
            select(Participant).where(Participant.desk_id == desk_id, col(Participant.handle).in_(wanted))
        ).all()
    )


# --- agents


def add_agent(
    session: Session,
    name: str,
    role: str,
    addresses: Iterable[str],
    now: datetime,
    *,
    language: str = "",
    quiet: str = "",
) -> int:
    """Register an agent with the addresses that agent answers from."""
    agent = rows.add(session, Agent(name=name, role=role, language=language, quiet=quiet, created_at=now))
    rows.add_all(session, [AgentAddress(agent_id=agent, address=canonical(address)) for address in addresses])
    return agent


def role_of(session: Session, name: str) -> str | None:
    """What an active agent of that name may do; None where there is none."""
    return session.exec(select(Agent.role).where(Agent.name == name, col(Agent.active))).first()


def agent_named(session: Session, name: str | None) -> int | None:
    """The key of the active agent of that name, in any case of letters; None where there is none."""
    if not name:
        return None
    return session.exec(select(Agent.id).where(func.lower(Agent.name) == name.lower(), col(Agent.active))).first()


def agents(session: Session) -> list[tuple[Agent, list[str]]]:
    """All agents that are active, by name, with their addresses."""
    addresses: dict[int, list[str]] = {}
    for row in session.exec(select(AgentAddress).order_by(col(AgentAddress.address))).all():
        addresses.setdefault(row.agent_id, []).append(row.address)
    active = session.exec(select(Agent).where(col(Agent.active)).order_by(col(Agent.name))).all()
    return [(agent, addresses.get(agent.id or 0, [])) for agent in active]


def change_agent(session: Session, name: str, *, language: str | None = None, quiet: str | None = None) -> bool:
    """Change what an agent is written in, and when; False where there is none of that name."""
    given = {"language": language, "quiet": quiet}
    values = {key: value for key, value in given.items() if value is not None}
    statement = update(Agent).where(col(Agent.name) == name, col(Agent.active))
    return bool(session.connection().execute(statement.values(active=True, **values)).rowcount)


#: The active agent who answers from an address.
AGENT_AT = (
    select(Agent.id)
    .join(AgentAddress, col(AgentAddress.agent_id) == col(Agent.id))
    .where(AgentAddress.address == bindparam("sender"), col(Agent.active))
)


def agent_at(session: Session, address: str) -> AgentFacts | None:
    """The active agent who answers from this address."""
    key = session.connection().execute(AGENT_AT, {"sender": canonical(address)}).scalar()
    found = session.get(Agent, key) if key else None
    return _facts(session, found) if found else None


def agent(session: Session, key: int) -> AgentFacts | None:
    """The active agent of that key."""
    found = session.get(Agent, key)
    return _facts(session, found) if found and found.active else None


def agent_addresses(session: Session, key: int) -> list[str]:
    """All addresses that an agent writes from, the one that letters go to first."""
    statement = select(AgentAddress.address).where(AgentAddress.agent_id == key).order_by(col(AgentAddress.id))
    return list(session.exec(statement).all())


def _facts(session: Session, row: Agent) -> AgentFacts:
    addresses = agent_addresses(session, row.id or 0)
    return AgentFacts(name=row.name, role=row.role, id=row.id or 0, address=addresses[0] if addresses else "")


def note_bounce(session: Session, desk_id: int, address: str) -> int:
    """Count a letter that came back for good; returns how many did since the address last wrote."""
    known = find(session, desk_id, address)
    if known is None:
        return 0
    known.hard_bounces += 1
    session.add(known)
    session.flush()
    return known.hard_bounces


def remove_agent(session: Session, name: str) -> bool:
    """Take an agent's rights and addresses away; the row stays for the tickets' sake. False where there is none."""
    agent = session.exec(select(Agent).where(Agent.name == name, col(Agent.active))).first()
    if agent is None:
        return False
    agent.active = False
    for row in session.exec(select(AgentAddress).where(AgentAddress.agent_id == agent.id)).all():
        session.delete(row)
    session.add(agent)
    session.flush()
    return True

"""People and agents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from store import people
from store.engine import looking, writing

_NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def test_an_agent_has_several_addresses(engine: Engine) -> None:
    """They are kept without case, and listed."""
    with writing(engine) as session:
        people.add_agent(session, "Ani", "lead", ["Ani@Desk.test", "ani@home.test"], _NOW)
    with looking(engine) as session:
        ((agent, addresses),) = people.agents(session)
    assert (agent.name, agent.role, addresses) == ("Ani", "lead", ["ani@desk.test", "ani@home.test"])


def test_two_agents_never_share_an_address(engine: Engine) -> None:
    """Whose answer it is must never be a question."""
    with writing(engine) as session:
        people.add_agent(session, "Ani", "agent", ["ani@desk.test"], _NOW)
    with pytest.raises(IntegrityError), writing(engine) as session:
        people.add_agent(session, "Budi", "agent", ["ANI@desk.test"], _NOW)


def test_a_removed_agent_leaves_the_address_free(engine: Engine) -> None:
    """The row stays for the tickets' sake; the address may be given to somebody else."""
    with writing(engine) as session:
        people.add_agent(session, "Ani", "agent", ["ani@desk.test"], _NOW)
    with writing(engine) as session:
        assert people.remove_agent(session, "Ani")
        assert not people.remove_agent(session, "Nobody")
    with writing(engine) as session:
        people.add_agent(session, "Budi", "agent", ["ani@desk.test"], _NOW)
        assert [agent.name for agent, _ in people.agents(session)] == ["Budi"]

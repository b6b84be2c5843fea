"""What an agent's mail has to bring with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.decision.authority import SIGNED, Credentials, refusal
from parsing.mail import Address, Nature
from store.facts import AgentFacts, AgentToken, Purpose
from tests.intake.test_triage import _MAIL

_MAIL_OF_ANI = replace(_MAIL, from_=Address(name="Ani", address="ani@desk.test"))
_ANI, _DEWI = AgentFacts(name="Ani", role="agent", id=1), AgentFacts(name="Dewi", role="agent", id=2)
_TOKEN = AgentToken(
    ticket_id=7, holder=_ANI, purpose=Purpose.ANSWER, serial=0, good=True, addressed=True, by_customer=False
)
_GOOD = Credentials(
    agent=_ANI,
    identity="verified",
    addressed=True,
    signed=SIGNED | {"mime-version"},
    token=_TOKEN,
)


def test_all_of_it_together_may_act() -> None:
    """Token, address, proof, a person."""
    assert refusal(_MAIL_OF_ANI, _GOOD, 7) == ""
    assert refusal(_MAIL_OF_ANI, replace(_GOOD, signed=None), 7) == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"agent": None}, "not an agent's address"),
        ({"agent": AgentFacts(name="Ani", role="auditor", id=1)}, "this role may not act"),
        ({"identity": "unverified"}, "the sender is not proven"),
        ({"identity": "suspicious"}, "the sender is not proven"),
        ({"addressed": False}, "it was written to somebody else"),
        *(({"signed": SIGNED - {name}}, "the signature does not cover the whole heading") for name in sorted(SIGNED)),
        ({"token": None}, "no good reply token of an agent"),
        ({"token": replace(_TOKEN, good=False)}, "its reply token has expired"),
        ({"token": replace(_TOKEN, purpose=None)}, "its reply token says nothing of what it is for"),
        ({"token": replace(_TOKEN, holder=_DEWI)}, "the token was made for somebody else"),
        ({"token": replace(_TOKEN, holder=None)}, "the token was made for somebody else"),
        ({"token": replace(_TOKEN, ticket_id=8)}, "the token was made for another ticket"),
    ],
)
def test_whatever_is_missing_is_a_refusal(change: dict[str, object], why: str) -> None:
    """One thing is enough."""
    assert refusal(_MAIL_OF_ANI, replace(_GOOD, **change), 7) == why  # type: ignore[arg-type]


def test_a_machine_and_a_doubled_field_do_not_act() -> None:
    """An agent's out-of-office closes nothing; of two Subjects nobody knows which was meant."""
    assert refusal(replace(_MAIL_OF_ANI, nature=Nature.AUTO_REPLY), _GOOD, 7) == "a machine wrote it"
    assert refusal(replace(_MAIL_OF_ANI, doubled=("subject",)), _GOOD, 7) == "a header field stands twice"


def test_an_agent_has_several_addresses() -> None:
    """Whichever of them the mail is from: it is the agent who counts."""
    private = replace(_MAIL_OF_ANI, from_=Address(name="", address="ani@home.test"))
    assert refusal(private, _GOOD, 7) == ""


def test_without_a_ticket_only_the_sender_is_judged() -> None:
    """An agent who opens a ticket has no token for it yet."""
    assert refusal(_MAIL_OF_ANI, replace(_GOOD, token=None), None) == ""
    assert refusal(_MAIL_OF_ANI, replace(_GOOD, token=None, identity="unverified"), None) == "the sender is not proven"

"""What an agent's mail has to bring with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.authority import SIGNED, Credentials, refusal
from parsing.mail import Address, Nature
from store.facts import AgentFacts
from tests.intake.test_triage import _MAIL

_MAIL_OF_ANI = replace(_MAIL, from_=Address(name="Ani", address="ani@desk.test"))
_GOOD = Credentials(
    agent=AgentFacts(name="Ani", role="agent"),
    identity="verified",
    addressed=True,
    signed=SIGNED | {"mime-version"},
    token_role="agent",
    token_address="ani@desk.test",
    token_ticket=7,
)


def test_all_of_it_together_may_act() -> None:
    """Token, address, proof, a person."""
    assert refusal(_MAIL_OF_ANI, _GOOD, 7) == ""
    assert refusal(_MAIL_OF_ANI, replace(_GOOD, signed=None), 7) == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"agent": None}, "not an agent's address"),
        ({"agent": AgentFacts(name="Ani", role="auditor")}, "this role may not act"),
        ({"identity": "unverified"}, "the sender is not proven"),
        ({"identity": "suspicious"}, "the sender is not proven"),
        ({"addressed": False}, "it was written to somebody else"),
        *(({"signed": SIGNED - {name}}, "the signature does not cover the whole heading") for name in sorted(SIGNED)),
        ({"token_role": ""}, "no good reply token of an agent"),
        ({"token_role": "requester"}, "no good reply token of an agent"),
        ({"token_address": "budi@example.com"}, "the token was made for somebody else"),
        ({"token_ticket": 8}, "the token was made for another ticket"),
        ({"token_ticket": None}, "the token was made for another ticket"),
    ],
)
def test_whatever_is_missing_is_a_refusal(change: dict[str, object], why: str) -> None:
    """One thing is enough."""
    assert refusal(_MAIL_OF_ANI, replace(_GOOD, **change), 7) == why  # type: ignore[arg-type]


def test_a_machine_and_a_doubled_field_do_not_act() -> None:
    """An agent's out-of-office closes nothing; of two Subjects nobody knows which was meant."""
    assert refusal(replace(_MAIL_OF_ANI, nature=Nature.AUTO_REPLY), _GOOD, 7) == "a machine wrote it"
    assert refusal(replace(_MAIL_OF_ANI, doubled=("subject",)), _GOOD, 7) == "a header field stands twice"


def test_the_from_is_compared_with_whom_the_token_was_made_for() -> None:
    """Not a Reply-To, and not a display name."""
    elsewhere = replace(_MAIL_OF_ANI, from_=Address(name="ani@desk.test", address="eve@evil.test"))
    assert refusal(elsewhere, _GOOD, 7) == "the token was made for somebody else"

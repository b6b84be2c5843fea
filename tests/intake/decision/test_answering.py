"""Who is written to automatically, and when it is enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.decision import answering
from store.facts import Facts
from tests.intake.test_triage import _AROUND, _MAIL, _POLICY


def _silence(facts: Facts) -> str:
    return answering.silence(_MAIL, facts, _POLICY, _AROUND)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts(acknowledged_to_domain=100), "enough acknowledgements to the domain within the hour"),
        (Facts(acknowledged_to_domain=99), ""),
        (Facts(braked=True), "automatic letters to this sender have been stopped for a while"),
        (Facts(undeliverable=True), "letters to this address came back"),
    ],
)
def test_ceilings_beside_the_senders_own(facts: Facts, reason: str) -> None:
    """A domain has one, and an address that does not exist is not written to."""
    assert _silence(facts) == reason


def test_who_loops_is_not_answered() -> None:
    """The mail that shows it is the first without an answer."""
    assert "a loop" in answering.silence(_MAIL, Facts(), _POLICY, replace(_AROUND, loop=True))


def test_above_the_desks_ceiling_letters_are_held_not_dropped() -> None:
    """An operator looks, and sends them."""
    assert not answering.breaker_open(Facts(acknowledged_by_desk=999), _POLICY)
    assert answering.breaker_open(Facts(acknowledged_by_desk=1000), _POLICY)
    assert answering.breaker_open(Facts(), replace(_POLICY, desk_an_hour=0))

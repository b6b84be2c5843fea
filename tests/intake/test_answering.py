"""Who is written to automatically, and when it is enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake import answering
from store.facts import Exchange, Facts
from tests.intake.test_triage import _AROUND, _MAIL, _NOW, _POLICY


def _silence(facts: Facts) -> str:
    return answering.silence(_MAIL, facts, _POLICY, _AROUND)


def _exchange(*delays: float, pause: float = 0.0) -> tuple[Exchange, ...]:
    """Letters of ours, each answered after so many minutes; the last one by the mail in hand."""
    at, listed = _NOW, []
    for delay in reversed(delays):
        letter = at - timedelta(minutes=delay)
        listed.append(Exchange(at=letter, ours=True))
        at = letter - timedelta(seconds=1) - timedelta(minutes=pause)
        listed.append(Exchange(at=letter - timedelta(seconds=1), ours=False))
    return tuple(listed)


@pytest.mark.parametrize(
    ("exchange", "loops"),
    [
        ((), False),
        (_exchange(0.5), False),
        (_exchange(0.5, 0.5), False),
        (_exchange(0.1, 0.1, 0.1), True),
        (_exchange(4, 4, 4), False),
        (_exchange(4, 1, 1, 1), True),
        (_exchange(60, 60, 60, 60), False),
        (_exchange(60, 60, 60, 60, 60), True),
        (_exchange(400, 400, 400, 400, 400), False),
    ],
)
def test_a_loop_is_told_by_how_letters_are_answered(exchange: tuple[Exchange, ...], *, loops: bool) -> None:
    """Three at once in a row, four within ten minutes, five on a day: people do not do that, and need no header."""
    facts = Facts(exchange=exchange)
    assert answering.looping(facts, _NOW) == loops
    assert ("loop" in _silence(facts)) == loops


def test_letters_that_nobody_answered_are_no_loop() -> None:
    """Ten reminders on a day, and one mail."""
    letters = tuple(Exchange(at=_NOW - timedelta(minutes=minutes), ours=True) for minutes in range(1, 11))
    assert not answering.looping(Facts(exchange=letters), _NOW)


def test_a_brake_stays_pulled_and_is_not_pulled_again() -> None:
    """One loop, one alert."""
    facts = Facts(exchange=_exchange(0.1, 0.1, 0.1), braked=True)
    assert not answering.looping(facts, _NOW)
    assert "stopped for a day" in _silence(facts)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts(acknowledged_to_domain=100), "enough acknowledgements to the domain within the hour"),
        (Facts(acknowledged_to_domain=99), ""),
        (Facts(undeliverable=True), "letters to this address came back"),
    ],
)
def test_ceilings_beside_the_senders_own(facts: Facts, reason: str) -> None:
    """A domain has one, and an address that does not exist is not written to."""
    assert _silence(facts) == reason


def test_above_the_desks_ceiling_letters_are_held_not_dropped() -> None:
    """An operator looks, and sends them."""
    assert not answering.breaker_open(Facts(acknowledged_by_desk=999), _POLICY)
    assert answering.breaker_open(Facts(acknowledged_by_desk=1000), _POLICY)
    assert answering.breaker_open(Facts(), replace(_POLICY, desk_an_hour=0))

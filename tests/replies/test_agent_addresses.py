"""An agent's signed addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import unquote

import pytest

from replies import tokens
from replies.agent_addresses import AgentAddresses
from replies.tokens import MAX_SERIAL, Token
from store.facts import Purpose
from store.keys import TokenKey

_KEY = TokenKey(id=1, secret=b"k" * 32)
_TODAY = date(2026, 11, 24)
_OWN = AgentAddresses(
    desk_address="help@desk.test",
    separator="+",
    key=_KEY,
    handle=77,
    today=_TODAY,
    subject="[LKT-104231] Deposit & lain",
)


def _read(address: str) -> Token | None:
    (candidate,) = tokens.find([address])
    return tokens.verify([_KEY], candidate, _TODAY)


@pytest.mark.parametrize("purpose", Purpose)
def test_an_address_says_what_a_mail_to_it_does(purpose: Purpose) -> None:
    """For people before the token, and bound in it."""
    address = _OWN.to(purpose, 3)
    assert address.startswith(f"help+{purpose}.")
    assert address.endswith("@desk.test")
    expires = _TODAY + timedelta(days=14)
    assert _read(address.upper()) == Token(handle=77, role="agent", expires=expires, purpose=purpose, serial=3)


def test_the_word_before_the_token_grants_nothing() -> None:
    """A note address with another word stays one."""
    forged = _OWN.to(Purpose.NOTE).replace("note.", "answer.")
    found = _read(forged)
    assert found is not None
    assert found.purpose is Purpose.NOTE


def test_nothing_of_it_can_be_changed() -> None:
    """Purpose and serial are signed as handle and day are."""
    token = _OWN.token(Purpose.NOTE, 3)
    for place in range(tokens.LENGTH):
        other = "0" if token[place] != "0" else "1"
        assert tokens.verify([_KEY], token[:place] + other + token[place + 1 :], _TODAY) is None


def test_it_dies_with_its_day() -> None:
    """After two weeks an agent writes to a newer notice."""
    token = _OWN.token(Purpose.ANSWER)
    assert tokens.verify([_KEY], token, _TODAY + timedelta(days=14)) is not None
    assert tokens.verify([_KEY], token, _TODAY + timedelta(days=15)) is None


def test_a_long_address_goes_without_the_word() -> None:
    """A local part has 64 characters (RFC 5321, 4.5.3.1.1)."""
    long = replace(_OWN, desk_address=f"{'bantuan-pelanggan-kami-':x<28}@desk.test")
    assert "discard." not in long.to(Purpose.DISCARD)
    assert _read(long.to(Purpose.DISCARD)) is not None


def test_more_answers_than_a_token_can_count_are_as_the_last() -> None:
    """A collision is then shown once too often, never once too seldom."""
    found = _read(_OWN.to(Purpose.ANSWER, MAX_SERIAL + 5))
    assert found is not None
    assert found.serial == MAX_SERIAL


@pytest.mark.parametrize(("handle", "days"), [(1 << 40, 0), (-1, 0), (1, 365 * 200), (1, -365 * 7)])
def test_what_no_token_can_hold_is_refused(handle: int, days: int) -> None:
    """Instead of being cut."""
    with pytest.raises(ValueError, match="no token"):
        tokens.mint_agents(_KEY, handle, Purpose.NOTE, 0, _TODAY + timedelta(days=days))


def test_a_link_is_a_mail_with_the_tickets_subject() -> None:
    """Nothing in it breaks out of the address."""
    link = _OWN.link(Purpose.CLOSE, body="#tutup\n")
    address, _, query = link.removeprefix("mailto:").partition("?")
    assert _read(unquote(address)) is not None
    assert query == "subject=Re%3A%20%5BLKT-104231%5D%20Deposit%20%26%20lain&body=%23tutup%0A"

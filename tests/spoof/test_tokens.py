"""Thirty reply tokens that are not good, or not in the right hands; and the one that is, however it was mangled."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from replies import tokens
from store import people
from store.engine import writing
from store.keys import TokenKey
from tests.spoof.world import AGENT, CUSTOMER, World, mail, make_world
from tests.zone import domain, signed

_numbers = itertools.count(9000)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A desk that examines senders itself, and a second customer with a ticket of his own."""
    made = make_world(tmp_path_factory.mktemp("tokens"), bordered=False)
    domain(made.zone, "other.test")
    yield made
    made.counter.engine.dispose()


def _send(world: World, sender: str, address: str, *, more: str = "", by: str = "") -> list[object]:
    """A mail whose sender authenticates, to an address, or with a msg-id."""
    content = mail(f"From: {sender}", to=address, number=next(_numbers), more=more)
    content = signed(content, by or sender.rpartition("@")[2])
    return list(world.take(content, rcpt_to=(address,)))


def _swapped(text: str, at: int) -> str:
    alphabet = tokens.ALPHABET
    return text[:at] + alphabet[(alphabet.index(text[at]) + 1) % len(alphabet)] + text[at + 1 :]


#: What an attacker may make of a token that he has seen, or of nothing.
FORGED: dict[str, Callable[[World], str]] = {
    "truncated": lambda world: world.token()[:-1],
    "longer": lambda world: world.token() + "0",
    "doubled": lambda world: world.token() * 2,
    "reversed": lambda world: world.token()[::-1],
    "zeros": lambda _world: "0" * 32,
    "another version": lambda world: "z" + world.token()[1:],
    "another role": lambda world: _swapped(world.token(), 1),
    "another handle": lambda world: _swapped(world.token(), 5),
    "a later expiry": lambda world: _swapped(world.token(), 14),
    "another signature": lambda world: _swapped(world.token(), 20),
    "the last letter": lambda world: _swapped(world.token(), 31),
    "expired": lambda world: world.token(days=-1),
    "expired long ago": lambda world: world.token(days=-4000),
    "a key that is yet to come": lambda world: world.token(epoch=1),
    "a key of two rotations ago": lambda world: world.token(epoch=2),
    "no key": lambda world: _minted(world, TokenKey(id=0, secret=b"")),
    "a key of another desk": lambda world: _minted(world, TokenKey(id=0, secret=b"x" * 32)),
    "a handle of nobody": lambda world: tokens.mint(world.desk.key.tokens, 1, "requester", _tomorrow(world)),
    "a role that the participant has not": lambda world: _of_role(world, "copied"),
    "an agent's role for a customer": lambda world: _of_role(world, "agent"),
    "an agent's own": lambda world: world.token("agent"),
    "the loop mark": lambda world: tokens.loop_mark(world.desk.key.tokens).ljust(32, "0"),
    "the ticket's number": lambda world: world.ticket.number.replace("-", "").lower().ljust(32, "0"),
}


def _tomorrow(world: World) -> date:
    return world.counter.clock[-1].date() + timedelta(days=1)


def _minted(world: World, made_by: TokenKey) -> str:
    return tokens.mint(made_by, world.participant.handle, "requester", _tomorrow(world))


def _of_role(world: World, role: str) -> str:
    return tokens.mint(world.desk.key.tokens, world.participant.handle, role, _tomorrow(world))


@pytest.mark.parametrize("made", FORGED.values(), ids=FORGED)
def test_a_token_that_is_not_good_is_nothing(world: World, made: Callable[[World], str]) -> None:
    """Under the customer's own name, authenticated: only the token is wrong, so it opens a new ticket of his."""
    token = made(world)
    messages = _send(world, CUSTOMER, world.address(token))
    assert all(each.ticket_id != world.ticket.id for each in messages)
    assert messages
    as_message_id = _send(world, "eve@evil.test", "help@desk.test", more=f"In-Reply-To: <r.{token}.1@desk.test>\r\n")
    assert all(each.ticket_id != world.ticket.id for each in as_message_id)


#: The good token in other hands.
STOLEN = {
    "by address": ("help+{token}@desk.test", ""),
    "in capitals": ("HELP+{upper}@DESK.TEST", ""),
    "in the Message-ID alone": ("help@desk.test", "In-Reply-To: <r.{token}.1@desk.test>\r\n"),
    "among References": ("help@desk.test", "References: <x@y.test> <r.{token}.9@desk.test> <z@y.test>\r\n"),
    "by both": ("help+{token}@desk.test", "In-Reply-To: <r.{token}.1@desk.test>\r\n"),
    "with the customer in Reply-To": ("help+{token}@desk.test", f"Reply-To: {CUSTOMER}\r\n"),
    "with the customer in Sender": ("help+{token}@desk.test", f"Sender: {CUSTOMER}\r\n"),
}


@pytest.mark.parametrize(("address", "more"), STOLEN.values(), ids=STOLEN)
def test_a_good_token_in_other_hands_is_a_claim(world: World, address: str, more: str) -> None:
    """Passed on, or read over a shoulder: a ticket of his own, linked, and nothing told."""
    token = world.token()
    filled = {"token": token, "upper": token.upper()}
    messages = _send(world, "eve@evil.test", address.format(**filled), more=more.format(**filled))
    world.check(messages)  # type: ignore[arg-type]


@pytest.mark.parametrize(("address", "more"), STOLEN.values(), ids=STOLEN)
def test_the_same_token_in_the_right_hands_joins(world: World, address: str, more: str) -> None:
    """The control: what is refused above is refused for its sender alone."""
    token = world.token()
    filled = {"token": token, "upper": token.upper()}
    more = more.format(**filled) if "legit" not in more else ""
    (message,) = _send(world, CUSTOMER, address.format(**filled), more=more)
    assert message.ticket_id == world.ticket.id  # type: ignore[attr-defined]


def test_there_are_thirty() -> None:
    """As promised."""
    assert len(FORGED) + len(STOLEN) >= 30


def test_an_agents_token_is_no_agent(world: World) -> None:
    """It needs the agent's own address, proven; and is worthless for an agent who has left."""
    address = world.address(world.token("agent"))
    content = mail(f"From: {AGENT}", to=address, number=next(_numbers), body="#close")
    assert world.refusal(signed(content, "legit.test"), rcpt_to=(address,)) == ""
    assert world.refusal(signed(content, "evil.test"), rcpt_to=(address,)) == "the sender is not proven"
    eve = signed(mail("From: eve@evil.test", to=address, number=next(_numbers)), "evil.test")
    assert world.refusal(eve, rcpt_to=(address,)) == "not an agent's address"
    with writing(world.counter.engine) as session:
        people.remove_agent(session, "Ani")
    assert world.refusal(signed(content, "legit.test"), rcpt_to=(address,)) == "not an agent's address"

"""Twenty DKIM signatures that verify, or look as if they did, and prove nothing, at a desk that examines senders."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.spoof.world import AGENT, CUSTOMER, World, mail, make_world
from tests.zone import key, signed

_numbers = itertools.count(5000)


def _plain() -> bytes:
    """A mail in the customer's name, a new one each time."""
    return mail(
        f"From: {CUSTOMER}", number=next(_numbers), more="Subject: [LKT] Deposit\r\nIn-Reply-To: <m1@legit.test>\r\n"
    )


def _sign(domain: str = "legit.test", **more: object) -> bytes:
    return signed(_plain(), domain, **more)  # type: ignore[arg-type]


def _under(line: bytes, content: bytes) -> bytes:
    """With a line more, under From."""
    return content.replace(b"\r\nTo:", b"\r\n" + line + b"\r\nTo:", 1)


CASES: dict[str, Callable[[], bytes]] = {
    "l= with words added": lambda: _sign(length=True) + b"Transfer ke rekening 123.\r\n",
    "l= of the whole body": lambda: _sign(length=True),
    "l=0": lambda: re.sub(rb"; l=\d+", b"; l=0", _sign(length=True)),
    "a second Subject on top": lambda: b"Subject: Transfer sekarang\r\n" + _sign(),
    "a second From on top": lambda: b"From: any@evil.test\r\n" + _sign(),
    "a second From below": lambda: _under(b"From: any@evil.test", _sign()),
    "a second To": lambda: b"To: eve@evil.test\r\n" + _sign(),
    "a second Date": lambda: b"Date: Mon, 23 Nov 2026 00:00:00 +0000\r\n" + _sign(),
    "a second Message-ID": lambda: b"Message-ID: <x@evil.test>\r\n" + _sign(),
    "a second Content-Type": lambda: b"Content-Type: text/html\r\n" + _under(b"Content-Type: text/plain", _sign()),
    "a changed body": lambda: _sign().replace(b"Halo", b"Hola"),
    "a changed Subject": lambda: _sign().replace(b"Subject: [LKT]", b"Subject: [ABC]"),
    "another domain's": lambda: _sign("evil.test"),
    "another domain's, under a name of ours": lambda: _sign("evil.test").replace(b"d=evil.test", b"d=legit.test"),
    "a domain above": lambda: _sign("test"),
    "From not signed": lambda: _sign().replace(b"from", b"form"),
    "SHA-1": lambda: _sign(algorithm=b"rsa-sha1"),
    "no such selector": lambda: _sign().replace(b"s=k1", b"s=k2"),
    "an empty signature": lambda: re.sub(rb"b=[A-Za-z0-9+/=\s]+\r\n(?=From)", b"b=\r\n", _sign()),
    "somebody's own beside the forged": lambda: signed(_sign().replace(b"Halo", b"Hola"), "evil.test"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A desk that examines senders itself; the attacker's key stands in the DNS too, and one above everybody."""
    made = make_world(tmp_path_factory.mktemp("signatures"), bordered=False)
    made.zone.put("k1._domainkey.test", "TXT", key()[1])
    yield made
    made.counter.engine.dispose()


@pytest.mark.parametrize("made", CASES.values(), ids=CASES)
def test_a_signature_that_does_not_count_proves_nothing(world: World, made: Callable[[], bytes]) -> None:
    """No join, no letter, no verified; and nothing lost."""
    world.check(world.take(made()))


def test_the_same_mail_with_a_good_signature_joins(world: World) -> None:
    """The control."""
    (message,) = world.take(_sign())
    assert (message.ticket_id, message.identity) == (world.ticket.id, "verified")


def test_there_are_twenty() -> None:
    """As promised."""
    assert len(CASES) == 20


def test_an_old_signature_is_a_replay(world: World) -> None:
    """Eight days later the same bytes prove nothing."""
    content = signed(mail(f"From: {CUSTOMER}", number=next(_numbers)), "legit.test")
    messages = world.take(content, received_at=datetime.now(UTC) + timedelta(days=8))
    world.check(messages)
    assert "old" in messages[0].identity_why


@pytest.mark.parametrize("name", ["to", "date", "message-id", "subject"])
def test_an_agents_signature_covers_the_heading(world: World, name: str) -> None:
    """What it does not cover could be exchanged in a replayed mail."""
    address = world.address(world.token("agent"))
    content = mail(f"From: {AGENT}", to=address, number=next(_numbers), body="#close")
    covered = [each for each in (b"from", b"to", b"date", b"message-id", b"subject") if each != name.encode()]
    whole = signed(content, "legit.test")
    assert world.refusal(whole, rcpt_to=(address,)) == ""
    assert "does not cover" in world.refusal(signed(content, "legit.test", headers=covered), rcpt_to=(address,))


def test_an_agents_mail_to_somebody_else_is_no_order_to_us(world: World) -> None:
    """It was genuinely signed, and is replayed to our reply address."""
    address = world.address(world.token("agent"))
    content = signed(mail(f"From: {AGENT}", to="eve@evil.test", number=next(_numbers), body="#close"), "legit.test")
    assert world.refusal(content, rcpt_to=(address,)) == "it was written to somebody else"

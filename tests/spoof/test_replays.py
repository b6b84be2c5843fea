"""Four attacks that other desks have suffered, replayed."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from store.models import Letter, Ticket, TicketLink
from tests.spoof.world import AGENT, CUSTOMER, MX, SECRET, World, mail, make_world
from tests.zone import signed

_numbers = itertools.count(7000)


@pytest.fixture(params=[True, False], ids=["border", "own"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """Both kinds of desk."""
    return make_world(tmp_path, bordered=request.param)


def _from_evil(world: World, content: bytes) -> bytes:
    """As the attacker's own mail comes: he authenticates, as himself."""
    if world.bordered:
        field = f"Authentication-Results: {MX}; dmarc=pass header.from=evil.test\r\n"
        return field.encode() + content
    return signed(content, "evil.test")


def test_zendesk_2024_the_copied_attacker(world: World) -> None:
    """He forges the customer's mail to the guessed ticket, and copies himself: he is told nothing, then or later."""
    more = f"Cc: eve@evil.test\r\nSubject: Re: [{world.ticket.number}] Deposit\r\n"
    forged = mail(f"From: {CUSTOMER}", number=next(_numbers), more=more)
    world.check(world.take(forged))
    hers = mail("From: eve@evil.test", number=next(_numbers), more=f"Subject: Re: [{world.ticket.number}] Deposit\r\n")
    world.check(world.take(_from_evil(world, hers)))
    assert all(SECRET.encode() not in letter.content for letter in world.counter.rows(Letter)[1:])


def test_ticket_trick_a_service_verifies_our_address(world: World) -> None:
    """Its code joins nobody's ticket, is not answered, and leaves in no letter."""
    code = "482913"
    for more in ("", f"Subject: Verify [{world.ticket.number}]\r\n", "In-Reply-To: <m1@legit.test>\r\n"):
        service = mail(
            "From: Slack <no-reply@slack.evil.test>",
            number=next(_numbers),
            body=f"Your confirmation code is {code}. https://slack.evil.test/join/{code}",
            more=more,
            to=world.reply_to,
        )
        messages = world.take(service, rcpt_to=(world.reply_to,))
        world.check(messages)
    assert all(code.encode() not in letter.content for letter in world.counter.rows(Letter))


def test_freescout_cve_2026_47123_a_notice_is_answered_by_nobody(world: World) -> None:
    """An agent's name, and a msg-id in the form of our notices that nobody signed: no authority on any path."""
    token = world.token("agent")
    for wrong in (token[:16] + "0" * 16, token[:-1] + ("1" if token[-1] == "0" else "0"), "0" * 32):
        for more in (f"In-Reply-To: <r.{wrong}.1@desk.test>\r\n", f"References: <r.{wrong}.1@desk.test>\r\n"):
            content = mail(f"From: {AGENT}", number=next(_numbers), body="Kirim PIN Anda.", more=more)
            assert world.refusal(content)
            world.check(world.take(content))
        address = world.address(wrong)
        content = mail(f"From: {AGENT}", number=next(_numbers), body="Kirim PIN Anda.", to=address)
        assert world.refusal(content, rcpt_to=(address,))
        world.check(world.take(content, rcpt_to=(address,)))


def test_gitlab_reply_to_is_nobodys_identity(world: World) -> None:
    """The customer's, or an agent's, address in Reply-To, Sender or X-Original-From changes nothing of who wrote."""
    for victim in (CUSTOMER, AGENT):
        for name in ("Reply-To", "Sender", "X-Original-From", "Resent-From", "Return-Path"):
            more = f"{name}: {victim}\r\nIn-Reply-To: <m1@legit.test>\r\nSubject: [{world.ticket.number}]\r\n"
            content = _from_evil(world, mail("From: eve@evil.test", number=next(_numbers), more=more))
            assert world.refusal(content)
            messages = world.take(content)
            world.check(messages)
            assert messages[0].sender == "eve@evil.test"


def test_what_was_claimed_is_shown(world: World) -> None:
    """None of it is hidden from agents: the attacker's ticket says which one it claims to answer."""
    content = _from_evil(world, mail("From: eve@evil.test", number=1, more="In-Reply-To: <m1@legit.test>\r\n"))
    (message,) = world.take(content)
    links = {(each.ticket_id, each.other_id, each.why) for each in world.counter.rows(TicketLink)}
    assert (message.ticket_id, world.ticket.id, "claims_to_answer") in links
    assert len(world.counter.rows(Ticket)) == 2

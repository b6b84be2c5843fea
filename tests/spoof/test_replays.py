"""Four attacks that other desks have suffered, replayed."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from intake.settings import FormSettings
from store.models import Letter, LetterRecipient, Ticket, TicketLink
from tests.spoof.world import AGENT, CUSTOMER, EVIL_CLIENT, LEGIT_CLIENT, MX, SECRET, World, mail, make_world
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


_FORM = "kontak@legit.test"


@pytest.mark.parametrize(
    ("covers", "client", "believed"),
    [
        ((b"from", b"subject", b"date", b"to", b"message-id"), EVIL_CLIENT, False),  # anybody may have exchanged it
        ((b"from", b"subject", b"date", b"to", b"message-id"), LEGIT_CLIENT, True),  # its own server has sent it
        ((b"from", b"subject", b"date", b"to", b"message-id", b"reply-to"), EVIL_CLIENT, True),
    ],
)
def test_a_forms_old_mail_speaks_for_no_other_visitor(
    tmp_path: Path, covers: tuple[bytes, ...], client: str, *, believed: bool
) -> None:
    """Its signature is good, and the Reply-To that names the visitor is another, since it does not cover it."""
    world = make_world(tmp_path, bordered=False, forms=[FormSettings(address=_FORM)])
    before = len(world.counter.rows(Letter))
    content = mail(f"From: {_FORM}", number=next(_numbers), more="Reply-To: victim@other.test\r\n")
    content = signed(content, "legit.test", headers=covers)
    (message,) = world.take(content, client=client, mail_from=_FORM)
    assert message.sender == ("victim@other.test" if believed else _FORM)
    to = [each.address for each in world.counter.rows(LetterRecipient)][before:]
    assert ("victim@other.test" in to) == believed


def test_an_old_mail_of_the_customers_moves_little(tmp_path: Path) -> None:
    """Genuinely signed, and sent again with ids that its signature does not cover: ten letters a day, and no more."""
    world = make_world(tmp_path, bordered=False)
    old = mail(f"From: {CUSTOMER}", body="Selamat jalan ke Manado.", number=next(_numbers))
    old = signed(old, "legit.test", headers=(b"from", b"subject", b"date", b"to"))
    before = len(world.counter.rows(Letter))
    for number in range(40):
        again = old.replace(b"Message-ID: <m", b"Message-ID: <%d." % number, 1)
        assert world.take(again)[0].ticket_id != world.ticket.id
    letters = world.counter.rows(Letter)[before:]
    assert 1 <= len(letters) <= 10
    assert all(b"Manado" not in each.content for each in letters)


@pytest.mark.parametrize("bordered", [True, False])
@pytest.mark.parametrize("to", ["teman@other.test", "help@desk.test"])
def test_what_the_customer_wrote_to_others_does_not_join(tmp_path: Path, to: str, *, bordered: bool) -> None:
    """With a reference to the ticket that is added to it, or to its reply address: a new ticket; the rest is linked."""
    world = make_world(tmp_path, bordered=bordered)
    for more, recipient in ((f"In-Reply-To: {world.answered}\r\n", "help@desk.test"), ("", world.reply_to)):
        content = mail(f"From: {CUSTOMER}", body="Terima kasih banyak", number=next(_numbers), to=to)
        content = content.replace(b"\r\n\r\n", f"\r\n{more}\r\n".encode(), 1)
        (message,) = world.take_honest(content, rcpt_to=(recipient,), client=EVIL_CLIENT)
        assert message.identity == "verified"
        assert (message.ticket_id == world.ticket.id) == (to == "help@desk.test")
    ticket = next(each for each in world.counter.rows(Ticket) if each.id == world.ticket.id)
    assert (ticket.status == "waiting") == (to != "help@desk.test")

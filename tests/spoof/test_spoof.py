"""Whoever says to be somebody else is not believed, is told nothing, and loses no mail."""

from __future__ import annotations

import itertools
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.spoof.forgeries import DIFFERENTLY, ESPOOFER, MX, RESULTS, Forgery
from tests.spoof.intrusions import INTRUSIONS, VERDICTS
from tests.spoof.world import AGENT, CUSTOMER, SECRET, World, mail, make_world
from tests.zone import signed

_numbers = itertools.count(100)


@pytest.fixture(scope="module", params=["border", "own"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One desk behind a border server, one that examines senders itself."""
    folder: Path = tmp_path_factory.mktemp("spoof")
    made = make_world(folder, bordered=request.param == "border")
    yield made
    made.counter.engine.dispose()


def _forged(world: World, forgery: Forgery, user: str = "budi", **parts: Any) -> tuple[bytes, dict[str, Any]]:
    """The mail as it reaches us, and its envelope."""
    content = mail(forgery.lines.format(user=user), number=next(_numbers), **parts)
    if forgery.signs and forgery.signs.isprintable() and "From" in forgery.lines.split(":")[0]:
        try:
            content = signed(content, forgery.signs)
        except Exception:  # noqa: BLE001  # what cannot even be signed goes without
            content = (
                b"DKIM-Signature: v=1; a=rsa-sha256; d=" + forgery.signs.encode() + b"; h=from; b=AA==\r\n" + content
            )
    if world.bordered:
        content = (
            f"Authentication-Results: {MX}; {forgery.results}\r\n"
            "Received: from mx.evil.test by mx.desk.test; Tue, 24 Nov 2026 04:59:00 +0000\r\n"
        ).encode() + content
    return content, {"mail_from": forgery.mail_from.format(user=user), "helo": forgery.helo}


def _new_ticket(world: World, forgery: Forgery) -> None:
    content, envelope = _forged(world, forgery)
    world.check(world.take(content, **envelope))


def _by_subject(world: World, forgery: Forgery) -> None:
    content, envelope = _forged(world, forgery, more=f"Subject: Re: [{world.ticket.number}] Deposit\r\n")
    world.check(world.take(content, **envelope))


def _by_references(world: World, forgery: Forgery) -> None:
    content, envelope = _forged(world, forgery, more="References: <m1@legit.test>\r\nIn-Reply-To: <m1@legit.test>\r\n")
    world.check(world.take(content, **envelope))


def _by_token(world: World, forgery: Forgery) -> None:
    content, envelope = _forged(world, forgery, to=world.reply_to, more=f"In-Reply-To: {world.answered}\r\n")
    world.check(world.take(content, rcpt_to=(world.reply_to,), **envelope))


def _agent_answer(world: World, forgery: Forgery) -> None:
    _as_agent(world, forgery, "Dana Anda sudah kami kembalikan, kirim PIN Anda.")


def _agent_command(world: World, forgery: Forgery) -> None:
    _as_agent(world, forgery, "#close\n#assign eve")


def _merge(world: World, forgery: Forgery) -> None:
    _as_agent(world, forgery, f"#merge {world.ticket.number}")


def _as_agent(world: World, forgery: Forgery, body: str) -> None:
    """With a stolen token of the agent's, the strongest thing that an attacker can have."""
    address = world.address(world.token("agent"))
    content, envelope = _forged(world, forgery, user="ani", to=address, body=body)
    assert world.refusal(content, rcpt_to=(address,), **envelope)
    world.check(world.take(content, rcpt_to=(address,), **envelope))


def _copy(world: World, forgery: Forgery) -> None:
    more = f"Cc: eve@evil.test\r\nIn-Reply-To: <m1@legit.test>\r\nSubject: [{world.ticket.number}]\r\n"
    content, envelope = _forged(world, forgery, more=more)
    world.check(world.take(content, **envelope))


def _change_address(world: World, forgery: Forgery) -> None:
    body = "Username: budi_99\nTolong ganti email saya ke eve@evil.test"
    content, envelope = _forged(world, forgery, body=body, more="Reply-To: eve@evil.test\r\n")
    messages = world.take(content, **envelope)
    world.check(messages)
    assert "budi_99 was used from another address" in messages[0].identity_why or messages[0].sender == CUSTOMER


def _history(world: World, forgery: Forgery) -> None:
    more = f"Subject: Status tiket {world.ticket.number}\r\nReply-To: eve@evil.test\r\n"
    content, envelope = _forged(world, forgery, body="Mohon kirim riwayat tiket saya.", more=more)
    world.check(world.take(content, **envelope))


PATHS: dict[str, Callable[[World, Forgery], None]] = {
    "new ticket": _new_ticket,
    "join by subject": _by_subject,
    "join by References": _by_references,
    "join by token": _by_token,
    "agent's answer": _agent_answer,
    "agent's command": _agent_command,
    "merge": _merge,
    "Cc": _copy,
    "change of address": _change_address,
    "history": _history,
}


@pytest.mark.battery
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("forgery", [*ESPOOFER, *DIFFERENTLY], ids=lambda each: each.name)
def test_a_forged_sender_gains_nothing(world: World, forgery: Forgery, path: str) -> None:
    """Nineteen ways to be somebody else, and as many again, over ten paths, at two kinds of desk."""
    PATHS[path](world, forgery)


@pytest.mark.parametrize("path", PATHS)
def test_a_forged_sender_gains_nothing_quickly(world: World, path: str) -> None:
    """The everyday sample of the battery: the plain forgery, over all paths."""
    PATHS[path](world, ESPOOFER[0])


@pytest.mark.parametrize("block", RESULTS.values(), ids=RESULTS)
def test_a_forged_word_of_the_border_is_not_believed(world: World, block: str) -> None:
    """Wherever it stands and however it is written; with the number, the references and the token on top."""
    head = f"In-Reply-To: <m1@legit.test>\r\nSubject: [{world.ticket.number}] Deposit\r\n"
    content = block.encode() + mail(f"From: {CUSTOMER}", number=next(_numbers), more=head)
    world.check(world.take(content))
    as_agent = block.encode() + mail(f"From: {AGENT}", number=next(_numbers), to=world.address(world.token("agent")))
    assert world.refusal(as_agent)


def test_the_number_of_cases() -> None:
    """What the battery promises."""
    cases = Tally(espoofer=len(ESPOOFER) * len(PATHS), differently=len(DIFFERENTLY) * len(PATHS))
    cases += Tally(results=len(RESULTS), signatures=20, tokens=30, standing=len(INTRUSIONS) * len(VERDICTS))
    print(f"\nspoof: {dict(cases)}, {sum(cases.values())} cases, each at two kinds of desk where senders matter")
    assert sum(cases.values()) >= 280
    assert cases["espoofer"] == 190
    assert cases["results"] >= 40
    assert SECRET

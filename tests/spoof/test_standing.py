"""What an unproven mail changes of what stood there before, in the whole store: nothing but what it says."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from store.models import Letter, Message
from tests.spoof.intrusions import INTRUSIONS, VERDICTS, Intrusion
from tests.spoof.standing import changes, snapshot
from tests.spoof.world import AGENT, CUSTOMER, MX, World, mail, make_world

_numbers = itertools.count(40_000)


def _intrude(world: World, intrusion: Intrusion, verdict: str | None) -> frozenset[str]:
    intrusion.prepare(world)
    before = snapshot(world.counter.engine)
    for content, envelope in intrusion.mails(world):
        said = f"Authentication-Results: {MX}; {verdict}\r\n".encode() if verdict else b""
        world.take(said + content, **envelope)
    return changes(before, snapshot(world.counter.engine))


def _check_honest(world: World) -> None:
    """Whatever was sent: the customer's answer joins, his next report is acknowledged, the agent's answer leaves."""
    answer = mail(f"From: {CUSTOMER}", body="Masih belum masuk.", number=next(_numbers), to=world.reply_to)
    (message,) = world.take_honest(answer, rcpt_to=(world.reply_to,), mail_from=CUSTOMER)
    assert (message.ticket_id, message.identity) == (world.ticket.id, "verified"), message.identity_why
    before = len(world.counter.rows(Letter))
    report = "Username: budi_99\nID transaksi: TRX-20261124-9002\nPenarikan belum sampai jam 11.00 WIB.\n"
    world.take_honest(mail(f"From: {CUSTOMER}", body=report, number=next(_numbers)), mail_from=CUSTOMER)
    assert [each.kind for each in world.counter.rows(Letter)[before:]] == ["received"]
    address = world.address(world.token("agent"))
    sent = mail(f"From: {AGENT}", body="Dana sudah kembali, silakan dicek.", number=next(_numbers), to=address)
    world.take_honest(sent, rcpt_to=(address,), mail_from=AGENT)
    assert world.counter.rows(Letter)[-1].kind == "answer"


def _check(world: World, intrusion: Intrusion, verdict: str | None) -> None:
    assert _intrude(world, intrusion, verdict) <= intrusion.leaves
    _check_honest(world)
    world.counter.engine.dispose()


@pytest.mark.battery
@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("intrusion", INTRUSIONS, ids=lambda each: each.name)
def test_what_stood_there_stands(tmp_path: Path, intrusion: Intrusion, verdict: str) -> None:
    """Whatever the border says of it but pass."""
    leaves = intrusion.leaves | (intrusion.excused if verdict == "DNS failure" else frozenset())
    _check(make_world(tmp_path, bordered=True), replace(intrusion, leaves=leaves), VERDICTS[verdict])


@pytest.mark.parametrize("intrusion", INTRUSIONS, ids=lambda each: each.name)
def test_what_stood_there_stands_at_a_desk_that_examines_senders(tmp_path: Path, intrusion: Intrusion) -> None:
    """The everyday sample: by our own evaluation."""
    _check(make_world(tmp_path, bordered=False), intrusion, None)


def test_the_honest_alone(tmp_path: Path) -> None:
    """The control."""
    for bordered in (True, False):
        (tmp_path / str(bordered)).mkdir()
        world = make_world(tmp_path / str(bordered), bordered=bordered)
        _check_honest(world)
        assert len(world.counter.rows(Message)) == 6
        world.counter.engine.dispose()

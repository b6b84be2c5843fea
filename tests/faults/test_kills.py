"""Power failures at any moment: nothing is lost, nothing is made twice.

Seen to fail: with the spool files released before the commit (at before_commit the mails are lost); with the intent not
written down before the dot (at after_dot a letter arrives twice, and nothing excuses it).
"""

from __future__ import annotations

import random
import threading

import pytest

from store import crashpoints
from tests.corpus_of_reports import reports
from tests.faults.conftest import (
    SMALL_PICTURE,
    MakeDesk,
    append,
    hand_over_until_taken,
    in_parallel,
    mailbox_of,
    send_until_taken,
    settled,
)
from tests.oracle import Ledger
from tests.servers.common import free_port
from tests.servers.dovecot import Dovecot
from tests.servers.sinks import Sink


@pytest.mark.parametrize(
    ("mails", "kills"),
    [
        pytest.param(60, 3, id="small"),
        pytest.param(500, 25, id="whole", marks=[pytest.mark.battery]),
    ],
)
def test_kills_at_random_lose_nothing_and_double_nothing(
    make_desk: MakeDesk, imap_server: Dovecot, smarthost: Sink, mails: int, kills: int
) -> None:
    """SMTP, LMTP and IMAP at once, a tenth of the mails twice, SIGKILL again and again."""
    user, dice, lmtp = imap_server.new_user(), random.Random(4), free_port()
    desk = make_desk(imap=[mailbox_of(imap_server, user)], intake={"lmtp": {"listen": f"127.0.0.1:{lmtp}"}})
    desk.start()
    desk.until(lambda: b"box" in desk.command("status").stdout, "the mailbox is looked at for the first time")
    whole = list(reports(mails, picture=SMALL_PICTURE))
    by_smtp, by_imap = [each for each in whole if each.number % 2], [each for each in whole if not each.number % 2]
    by_smtp += dice.sample(by_smtp, len(by_smtp) // 10)
    by_imap += dice.sample(by_imap, len(by_imap) // 10)
    ledger = Ledger(answers={each.message_id: each.answers for each in whole if each.answers})
    done = threading.Event()

    def killer() -> None:
        for _ in range(kills):
            done.wait(dice.uniform(0.2, 2.0))
            desk.kill()
            desk.begin()
            desk.until(lambda: (desk.folder / "log").stat().st_size, "the daemon begins")

    def senders() -> None:
        half = len(by_smtp) // 2
        in_parallel(
            lambda: send_until_taken(desk, by_smtp[:half], ledger),
            lambda: hand_over_until_taken(lmtp, by_smtp[half:], ledger),
            lambda: append(imap_server, user, by_imap, ledger),
        )

    in_parallel(killer, senders)
    verdict = settled(desk, ledger, smarthost, seconds=240)
    print(f"\n{mails} mails, {kills} kills: {verdict}")
    assert verdict.clean
    assert desk.stop() == 0


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, marks=[] if point in {"after_250", "after_commit", "after_dot"} else [pytest.mark.battery])
        for point in crashpoints.POINTS
    ],
)
def test_a_kill_at_each_crash_point(make_desk: MakeDesk, imap_server: Dovecot, smarthost: Sink, point: str) -> None:
    """The daemon dies exactly there; the next one makes everything good."""
    user = imap_server.new_user()
    desk = make_desk(imap=[mailbox_of(imap_server, user)])
    desk.start()
    desk.until(lambda: b"box" in desk.command("status").stdout, "the mailbox is looked at for the first time")
    desk.kill()
    ledger, whole = Ledger(), list(reports(6, picture=SMALL_PICTURE, answers=False))
    desk.begin(LOKET_TEST="1", LOKET_CRASH_AT=point)
    died: list[bool] = []

    def watcher() -> None:
        died.append(desk.died())
        desk.start()

    in_parallel(
        watcher,
        lambda: send_until_taken(desk, whole[:3], ledger),
        lambda: append(imap_server, user, whole[3:], ledger),
    )
    verdict = settled(desk, ledger, smarthost, seconds=90)
    assert died == [True]
    assert verdict.clean, verdict
    assert desk.stop() == 0


def test_crash_points_are_refused_outside_tests(make_desk: MakeDesk) -> None:
    """A variable that somebody left behind must not kill a desk."""
    desk = make_desk()
    desk.begin(LOKET_CRASH_AT="after_250")
    assert desk.died()
    assert desk.process is not None
    assert desk.process.returncode == 1
    assert "LOKET_TEST" in (desk.folder / "log").read_text()

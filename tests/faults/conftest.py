"""What every fault needs: a sink behind a smarthost, a desk, and senders that do not give up."""

from __future__ import annotations

import smtplib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.corpus_of_reports import Report
from tests.desk import Desk
from tests.oracle import Ledger, Verdict, judge
from tests.servers import sinks
from tests.servers.dovecot import PASSWORD, Dovecot

#: Pictures of this size keep a thousand mails from being about disk speed.
SMALL_PICTURE = 3_000

MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(tmp_path: Path, smarthost: sinks.Sink) -> Iterator[MakeDesk]:
    """Makes desks whose letters go to the sink; none outlives the test."""
    made: list[Desk] = []

    def make(name: str = "desk", **more: Any) -> Desk:
        replies = {
            "deliver": "smtp",
            "smtp": {"host": "127.0.0.1", "port": smarthost.port, "tls": "none", "timeout": 10},
            "lease_seconds": 20,
        }
        made.append(Desk(folder=tmp_path / name, **({"replies": replies} | more)))
        return made[-1]

    yield make
    for desk in made:
        desk.end()


def mailbox_of(server: Dovecot, user: str) -> dict[str, Any]:
    """The settings of a polled mailbox."""
    return {
        "name": "box",
        "desk": "help",
        "host": "127.0.0.1",
        "port": server.port,
        "tls": "none",
        "username": user,
        "password": PASSWORD,
        "poll_seconds": 0.5,
    }


def send_until_taken(desk: Desk, reports: Sequence[Report], ledger: Ledger) -> None:
    """A mail server's patience: each mail is offered until it is answered with 250."""
    for report in reports:
        while True:
            ledger.handed[report.message_id] += 1
            try:
                desk.send(report.content, report.sender)
            except (OSError, smtplib.SMTPException):
                time.sleep(0.1)
                continue
            ledger.accepted.add(report.message_id)
            break


def hand_over_until_taken(port: int, reports: Sequence[Report], ledger: Ledger) -> None:
    """A mail server of the desk's own, over LMTP: likewise."""
    for report in reports:
        while report.message_id not in ledger.accepted:
            ledger.handed[report.message_id] += 1
            try:
                with smtplib.LMTP("127.0.0.1", port, "mail.test") as client:
                    client.sendmail(report.sender, ["help@desk.test"], report.content)
            except (OSError, smtplib.SMTPException):
                time.sleep(0.1)
            else:
                ledger.accepted.add(report.message_id)


def append(server: Dovecot, user: str, reports: Sequence[Report], ledger: Ledger) -> None:
    """Put mails into the mailbox, now and then."""
    for start in range(0, len(reports), 10):
        piece = reports[start : start + 10]
        for report in piece:
            ledger.handed[report.message_id] += 1
        server.append(user, *(report.content for report in piece))
        ledger.accepted.update(report.message_id for report in piece)


def in_parallel(*work: Callable[[], None]) -> None:
    """Do several things at the same time; the first failure is raised."""
    failures: list[BaseException] = []

    def run(each: Callable[[], None]) -> None:
        try:
            each()
        except BaseException as error:  # noqa: BLE001  # it is raised below
            failures.append(error)

    threads = [threading.Thread(target=run, args=[each]) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def settled(desk: Desk, ledger: Ledger, sink: sinks.Sink, *, seconds: float) -> Verdict:
    """The oracle's verdict, once the desk has nothing left to do."""

    def done() -> bool:
        return desk.drained() and not judge(ledger, desk, sink).lost

    desk.until(done, "the desk has drained", seconds=seconds)
    return judge(ledger, desk, sink)

"""Clients whose connection breaks: at the end, before the 250 is read; and at every byte of a dialogue.

Seen to fail: with the ledger's answer about the same mail left out (two tickets a mail); with the commit awaited
without a shield (a client that hangs up takes its mail along; see tests/intake/smtp too).
"""

from __future__ import annotations

import contextlib
import socket

import pytest

from store.models import Letter, Ticket
from tests.corpus_of_reports import Report, reports
from tests.desk import Desk
from tests.faults.conftest import SMALL_PICTURE, MakeDesk, send_until_taken, settled
from tests.oracle import Ledger
from tests.servers.sinks import Sink


def _dialogue(report: Report) -> bytes:
    """All that a client says, up to and with the final dot."""
    return (
        f"EHLO mx.example\r\nMAIL FROM:<{report.sender}>\r\nRCPT TO:<help@desk.test>\r\n".encode()
        + b"DATA\r\n"
        + report.content.replace(b"\r\n.", b"\r\n..")
        + b".\r\n"
    )


def _cut_off(desk: Desk, report: Report, at: int | None = None) -> None:
    """Say as much of the dialogue, in the right order, and hang up without reading what comes."""
    said = _dialogue(report)[:at]
    with socket.create_connection(("127.0.0.1", desk.port), timeout=30) as client:
        client.recv(500)
        for line in (b"EHLO", b"MAIL", b"RCPT", b"DATA"):
            head, end, rest = said.partition(b"\r\n")
            if not end or not head.startswith(line):
                break
            client.sendall(head + end)
            client.recv(2000)
            said = rest
        with contextlib.suppress(OSError):
            client.sendall(said)


@pytest.mark.parametrize(
    "count", [pytest.param(20, id="small"), pytest.param(200, id="whole", marks=[pytest.mark.battery])]
)
def test_cut_and_sent_again_is_one_ticket_and_one_acknowledgement(
    make_desk: MakeDesk, smarthost: Sink, count: int
) -> None:
    """The client lost its 250, and sends the same mail again."""
    desk = make_desk()
    desk.start()
    ledger, whole = Ledger(), list(reports(count, picture=SMALL_PICTURE, answers=False))
    for report in whole:
        ledger.handed[report.message_id] += 1
        _cut_off(desk, report)
    send_until_taken(desk, whole, ledger)
    verdict = settled(desk, ledger, smarthost, seconds=120)
    print(f"\n{count} cut and sent again: {len(desk.rows(Ticket))} tickets, {len(smarthost.received)} acknowledgements")
    assert verdict.clean, verdict
    assert len(desk.rows(Ticket)) == len(desk.rows(Letter)) == len(smarthost.received) == count
    assert desk.stop() == 0


def test_a_client_that_hangs_up_at_any_byte_changes_nothing(make_desk: MakeDesk, smarthost: Sink) -> None:
    """Before the dot nothing is taken; a mail whose dot arrived is taken, once, though nobody hears the 250."""
    desk = make_desk()
    desk.start()
    (report,) = reports(1, picture=10, seed=9)
    short = Report(
        number=0,
        sender=report.sender,
        message_id="short@mail.example",
        answers=None,
        content=b"From: <a@mail.example>\r\nMessage-ID: <short@mail.example>\r\n\r\nUsername: budi_99\r\n",
    )
    whole = len(_dialogue(short))
    for at in range(1, whole):
        _cut_off(desk, short, at)
    assert not any((desk.folder / "spool" / "new").iterdir())
    assert desk.rows(Ticket) == []
    _cut_off(desk, short)
    desk.until(lambda: len(desk.rows(Ticket)) == 1, "the mail with a dot becomes a ticket")
    ledger = Ledger()
    send_until_taken(desk, [short], ledger)
    assert settled(desk, ledger, smarthost, seconds=60).clean
    assert desk.stop() == 0
    desk.until(lambda: not any((desk.folder / "spool" / "tmp").iterdir()), "broken deliveries are cleaned up")

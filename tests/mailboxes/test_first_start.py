"""The first start at a mailbox that is full of old mail: nobody is answered who wrote a year ago."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func
from sqlmodel import select

from store.engine import looking
from store.models import Letter, Ticket
from tests.desk import Desk
from tests.intake.mailbox import mail
from tests.servers.dovecot import PASSWORD, Dovecot

SIZES = [pytest.param(400, id="small"), pytest.param(40_000, id="whole", marks=[pytest.mark.battery])]


def _fill(server: Dovecot, user: str, count: int) -> None:
    """Old mail, put where Dovecot keeps it: by IMAP it would take longer than what is measured."""
    with server.login(user):
        pass
    folder = server.folder / "mail" / user / "cur"
    owner = folder.stat()
    for number in range(count):
        path = folder / f"{1_700_000_000 + number}.M{number}P1.old:2,S"
        path.write_bytes(mail(number))
        os.chown(path, owner.st_uid, owner.st_gid)


def _desk(folder: Path, server: Dovecot, user: str, **more: Any) -> Desk:
    account = {"name": "box", "desk": "help", "host": "127.0.0.1", "port": server.port, "tls": "none"}
    return Desk(folder=folder, imap=[account | {"username": user, "password": PASSWORD, "poll_seconds": 2} | more])


def _count(desk: Desk, model: type[Any]) -> int:
    engine = desk.engine
    try:
        with looking(engine) as session:
            return int(session.exec(select(func.count()).select_from(model)).one())
    finally:
        engine.dispose()


def _door(desk: Desk) -> dict[str, Any]:
    told = json.loads(desk.command("status", "--json").stdout)
    return next((each for each in told["doors"] if each["name"] == "imap:box"), {})


@pytest.mark.parametrize("mails", SIZES)
def test_old_mail_stays_where_it_is_and_new_mail_is_taken(imap_server: Dovecot, tmp_path: Path, mails: int) -> None:
    """Ready in less than half a minute, with every old mail accounted for."""
    user = imap_server.new_user()
    _fill(imap_server, user, mails)
    desk = _desk(tmp_path / "desk", imap_server, user)
    began = time.monotonic()
    desk.start()
    try:
        desk.until(lambda: _door(desk).get("counted_at"), "the mailbox has been looked at", seconds=120)
        ready = time.monotonic() - began
        door = _door(desk)
        print(f"\n{mails} old mails: ready after {ready:.1f} s, {_count(desk, Ticket)} tickets")
        assert (door["server"], door["ledger"]) == (mails, mails)
        assert (_count(desk, Ticket), _count(desk, Letter)) == (0, 0)
        assert ready < 30
        imap_server.append(user, mail(mails + 1))
        desk.until(lambda: _count(desk, Ticket) == 1, "new mail is taken")
        assert desk.stop() == 0
    finally:
        desk.end()


@pytest.mark.parametrize("mails", SIZES)
def test_a_backlog_that_is_wanted_becomes_history(imap_server: Dovecot, tmp_path: Path, mails: int) -> None:
    """Closed tickets, no letter, and how far it is in the log."""
    user = imap_server.new_user()
    _fill(imap_server, user, mails)
    desk = _desk(tmp_path / "desk", imap_server, user, backlog=True)
    began = time.monotonic()
    desk.start()
    try:
        desk.until(lambda: _count(desk, Ticket) >= mails, "all is history", seconds=3600)
        took = time.monotonic() - began
        states = Counter(ticket.status for ticket in desk.rows(Ticket))
        steps = desk.log().count("of the backlog are taken")
        pace = f"{took:.0f} s, {mails / took:.0f} a second"
        print(f"\na backlog of {mails} mails: {dict(states)} after {pace}; {steps} lines of progress")
        assert states == {"closed": mails}
        assert _count(desk, Letter) == 0
        assert steps >= mails // 1_000
        assert desk.stop() == 0
    finally:
        desk.end()

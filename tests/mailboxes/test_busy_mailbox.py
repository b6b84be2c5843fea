"""A mailbox in which others work too: whatever was there at a look, and stayed, is taken, and taken once."""

from __future__ import annotations

import imaplib
import itertools
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from intake.doors.imap_folder import RemoteFolder
from intake.doors.imap_thread import FolderThread
from store import migrate
from store.engine import open_store
from tests.intake.mailbox import Desk, mail, polled
from tests.servers.common import until
from tests.servers.dovecot import Dovecot

#: Seconds of disturbance in the battery.
SECONDS = float(os.environ.get("LOKET_MAILBOXES_SECONDS", "300"))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """SQLite is enough: what is tested is the folder."""
    opened = open_store(f"sqlite:///{tmp_path / 'loket.db'}")
    migrate.upgrade(opened)
    yield opened
    opened.dispose()


@dataclass
class Phone:
    """Another client, which appends, flags, moves and deletes at random."""

    server: Dovecot
    user: str
    first: int  #: the number of its first mail
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)

    def work(self, seconds: float) -> None:
        """Disturb for so long."""
        end = time.monotonic() + seconds
        with self.server.login(self.user) as client:
            client.create("Archive")
            while time.monotonic() < end:
                what = self.dice.choices(["append", "flag", "move", "delete", "rest"], [40, 20, 10, 10, 20])[0]
                getattr(self, f"_{what}")(client)
                self.done[what] += 1

    def _append(self, client: imaplib.IMAP4) -> None:
        client.append("INBOX", "", "", mail(self.first + self.done["append"]))  # type: ignore[arg-type]

    def _flag(self, client: imaplib.IMAP4) -> None:
        flag = self.dice.choice(["\\Seen", "\\Flagged", "\\Answered"])
        client.uid("STORE", str(self._some(client)), self.dice.choice(["+FLAGS", "-FLAGS"]), flag)

    def _move(self, client: imaplib.IMAP4) -> None:
        client.uid("MOVE", str(self._some(client)), "Archive")

    def _delete(self, client: imaplib.IMAP4) -> None:
        client.uid("STORE", str(self._some(client)), "+FLAGS", "\\Deleted")
        client.expunge()

    def _rest(self, client: imaplib.IMAP4) -> None:
        time.sleep(self.dice.uniform(0, 0.2))
        client.noop()

    def _some(self, client: imaplib.IMAP4) -> int:
        found = client.uid("SEARCH", "UID", "1:*")[1][0].split()
        return int(self.dice.choice(found or [b"1"]))


@pytest.mark.parametrize(
    ("mails", "seconds"),
    [pytest.param(60, 3.0, id="small"), pytest.param(5_000, SECONDS, id="whole", marks=[pytest.mark.battery])],
)
def test_what_was_there_and_stayed_is_taken_once(
    imap_server: Dovecot, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mails: int, seconds: float
) -> None:
    """By IDLE and by looks, with the whole folder reconciled in between."""
    looks: list[set[int]] = []
    real = RemoteFolder.uids

    def uids(folder: RemoteFolder, *, above: int) -> list[int]:
        found = real(folder, above=above)
        looks.append(set(found))
        return found

    monkeypatch.setattr(RemoteFolder, "uids", uids)
    with polled(imap_server, engine, tmp_path) as desk:
        stop = threading.Event()
        settings = {"poll_seconds": 2, "reconcile_minutes": 0.2}
        door = desk.make(stop=stop, **settings)
        thread = FolderThread(desk.account(**settings), door, stop, random.Random(1))
        thread.start()
        until(lambda: desk.health._count is not None, "the first look")
        desk.server.append(desk.user, *(mail(number) for number in range(mails)))
        phone = Phone(imap_server, desk.user, mails, random.Random(7))
        phone.work(seconds)
        left = len(desk.server.mails(desk.user))
        until(lambda: _agrees(desk, left), "the reconcile agrees", seconds=600)
        stop.set()
        thread.join()
        _judge(desk, looks, phone, mails)


def _agrees(desk: Desk, left: int) -> bool:
    count = desk.health._count
    return count is not None and count.server == count.ledger == left


def _judge(desk: Desk, looks: list[set[int]], phone: Phone, mails: int) -> None:
    taken = desk.taken()
    uids = Counter(
        int((desk.spool.envelope(name)[0].mailbox or "/0").rpartition("/")[2]) for name in desk.spool.waiting()
    )
    stayed = {uid for look, later in itertools.pairwise(looks) for uid in look & later}
    missed = stayed - set(uids)
    count = desk.health._count
    assert count is not None
    print(
        f"\n{mails} mails, then {dict(phone.done)}: {len(looks)} searches, {len(taken)} mails taken, "
        f"{len(taken) - len(set(taken))} twice, {len(missed)} missed; server {count.server:,} / ledger {count.ledger:,}"
    )
    assert len(taken) == len(set(taken))
    assert max(uids.values()) == 1
    assert missed == set()
    present = {content.split(b"Message-ID: <")[1].split(b">")[0].decode() for content in desk.server.mails(desk.user)}
    assert present <= set(taken)

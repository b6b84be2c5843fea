"""A mailbox on a server of the tests, and doors to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from intake.doors.health import DoorReport
from intake.doors.imap import ImapDoor
from intake.settings import ImapAccount
from intake.spool import Spool
from tests.intake.conftest import customer_mail
from tests.servers.dovecot import PASSWORD, Dovecot

LIMIT = 5 << 20


@dataclass
class Desk:
    """A mailbox and the door to it."""

    server: Dovecot
    user: str
    spool: Spool
    health: DoorReport
    make: Callable[..., ImapDoor]
    account: Callable[..., ImapAccount]

    def taken(self) -> list[str]:
        """The Message-IDs of what is in the spool, in order."""
        found = []
        for name in self.spool.waiting():
            head = self.spool.open(name).content.split(b"\n\n")[0].decode()
            found.append(next(line for line in head.splitlines() if line.startswith("Message-ID")).split("<")[1][:-1])
        return found

    def flags(self) -> list[bytes]:
        """The flags of each mail on the server."""
        with self.server.login(self.user) as client:
            answer = client.fetch("1:*", "(FLAGS)")[1]
        return [line for line in answer if isinstance(line, bytes)]


def mail(number: int, body: str = "Deposit belum masuk.\n") -> bytes:
    return customer_mail(body, Message_ID=f"<{number}@example.com>")


@contextmanager
def polled(server: Dovecot, engine: Engine, folder: Path) -> Iterator[Desk]:
    """A new mailbox; a door is made as a test wants it."""
    user = server.new_user()
    spool = Spool(folder / "spool", quota=1 << 30, on_fatal=lambda error: pytest.fail(str(error)))
    health = DoorReport("imap:box", "imap", lambda: datetime.now(UTC))
    doors: list[ImapDoor] = []

    def account(**more: Any) -> ImapAccount:
        values: dict[str, Any] = {
            "name": "box",
            "desk": "help",
            "host": "127.0.0.1",
            "port": server.port,
            "tls": "none",
            "username": user,
            "password": SecretStr(PASSWORD),
        }
        return ImapAccount(**(values | more))

    def make(
        *,
        limit: int = LIMIT,
        flagging: bool = True,
        folder: int = 0,
        stop: threading.Event | None = None,
        **more: Any,
    ) -> ImapDoor:
        told = account(**more)
        doors.append(
            ImapDoor(
                told,
                told.polled[folder],
                spool=spool,
                engine=engine,
                on_mail=lambda name: None,
                health=health,
                now=lambda: datetime.now(UTC),
                stop=stop or threading.Event(),
                flagging=flagging,
                limit=limit,
            )
        )
        return doors[-1]

    try:
        yield Desk(server=server, user=user, spool=spool, health=health, make=make, account=account)
    finally:
        for door in doors:
            door.close()

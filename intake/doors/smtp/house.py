"""What all conversations of one door share: its rules, its spool, and the tallies that bound it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from intake.settings import Limits, LmtpSettings, SmtpSettings
from intake.spool import Spool

_T = TypeVar("_T")


class DoorReport(Protocol):
    """Where a door says how it does. Neither call waits for anything."""

    def worked(self) -> None:
        """A mail was taken."""

    def failed(self, sentence: str) -> None:
        """A mail could not be taken, for a fault on our side."""


@dataclass(kw_only=True, slots=True)
class Tallies:
    """What changes. Only the door's own thread touches it."""

    buffered: int = 0  #: bytes of mails in memory, on their way from the sockets to the spool
    unthanked: int = 0  #: mails that were stored, but whose client was gone before it could be told
    stopping: bool = False  #: no new transaction is begun
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)  #: what goes on without its client: commits, cleaning up


@dataclass(frozen=True, kw_only=True, slots=True)
class House:
    """One door's rules and means."""

    settings: SmtpSettings | LmtpSettings
    limits: Limits
    spool: Spool
    knows: Callable[[str], bool]  #: whether an address is ours; called on the door's thread, so it may not wait
    on_mail: Callable[[str], None]  #: called with a spool name, from a pool thread
    report: DoorReport
    now: Callable[[], datetime]  #: aware UTC
    tls: ssl.SSLContext | None
    pool: ThreadPoolExecutor  #: where files are written and fsynced, several at a time
    tallies: Tallies = field(default_factory=Tallies)

    def spawn(self, work: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Start what a vanishing client must not stop; the door waits for it before it closes."""
        task = asyncio.get_running_loop().create_task(work)
        self.tallies.tasks.add(task)
        task.add_done_callback(self.tallies.tasks.discard)
        return task

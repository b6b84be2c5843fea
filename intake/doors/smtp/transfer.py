"""One mail between a socket and the spool: portions come in on the door's thread, pool threads write them.

A mail of ordinary size is written, fsynced and renamed in one visit to the pool, for each visit costs a switch of
threads. A larger one is written a batch at a time, and the socket is not read while the disk is behind: so twenty
mails of 30 MB cost what twenty batches cost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final, ParamSpec, TypeVar

import structlog

from intake.doors.smtp.data import DataReader, Refusal
from intake.doors.smtp.house import House
from intake.spool import Incoming
from parsing.mail import Envelope

#: Bytes of one mail that wait in memory. Most mails with a screenshot fit.
BATCH: Final = 256 << 10

#: Bytes of all mails that wait in memory; above it every portion is written as it comes.
BUFFER: Final = 32 << 20

_P = ParamSpec("_P")
_T = TypeVar("_T")

_log = structlog.get_logger(__name__)


class Transfer:
    """A mail on its way. All methods belong to the door's thread.

    `ended` is done when there is nothing more to read.
    """

    def __init__(self, house: House, transport: asyncio.Transport) -> None:
        limits = house.limits
        self._house = house
        self._transport = transport
        self._reader = DataReader(max_size=limits.max_mail_size, max_received=limits.max_received)
        self._portions: list[bytes] = []
        self._waiting = 0
        self._incoming: Incoming | None = None  # touched by one pool thread at a time, never by the door's
        self._writing: asyncio.Future[Incoming] | None = None
        self._failure: BaseException | None = None
        self._paused = False
        self._stored = False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def refusal(self) -> Refusal | None:
        """Why the mail is not taken, as far as its bytes have been seen."""
        return self._reader.refusal

    @property
    def overrun(self) -> bool:
        """Whether the client goes on and on after a refusal: twice the largest mail, and nobody listens any more."""
        return self._reader.discarded > self._house.limits.max_mail_size

    def take(self, portion: bytes) -> bytes:
        """Take what the socket brought; give back what stands behind the mail's end."""
        clean = self._reader.feed(portion)
        if self._reader.refusal is not None or self._failure is not None:
            self._drop()
        elif clean:
            self._keep(clean)
        if self._reader.ended or self.overrun:
            self.stop()
        return self._reader.rest

    def fail(self, error: BaseException) -> None:
        """Something broke while portions were taken: nothing more is read, and storing raises it."""
        self._failure = self._failure or error
        self.stop()

    def stop(self) -> None:
        """Read nothing more of this mail."""
        if not self.ended.done():
            self.ended.set_result(None)

    def store(self, envelope: Envelope) -> asyncio.Task[str]:
        """Make the mail durable, whatever becomes of its client.

        The name in the spool, or what went wrong on the way.
        """
        self._stored = True
        return self._house.spawn(self._store(envelope))

    def leave(self) -> None:
        """Leave nothing behind of a mail that is not stored."""
        if not self._stored:
            self._drop()
            self._house.spawn(self._clean_up())

    async def _store(self, envelope: Envelope) -> str:
        portions = self._take_portions()
        try:
            await self._written()
            if self._failure is not None:
                raise self._failure  # noqa: TRY301  # what is kept of it is given up below
            return await self._in_pool(self._commit, portions, envelope)
        except BaseException:
            await self._in_pool(self._discard)
            raise
        finally:
            self._house.tallies.buffered -= _size(portions)

    async def _clean_up(self) -> None:
        await self._written()
        await self._in_pool(self._discard)

    def _keep(self, clean: bytes) -> None:
        self._portions.append(clean)
        self._waiting += len(clean)
        self._house.tallies.buffered += len(clean)
        if self._waiting >= self._batch() and not self._reader.ended:
            self._write_on()

    def _batch(self) -> int:
        return BATCH if self._house.tallies.buffered < BUFFER else 1

    def _write_on(self) -> None:
        if self._writing is not None:  # the disk is behind the network
            self._paused = True
            self._transport.pause_reading()
            return
        portions = self._take_portions()
        self._writing = self._in_pool(self._write, portions)
        self._writing.add_done_callback(lambda writing: self._wrote(writing, portions))

    def _wrote(self, writing: asyncio.Future[Incoming], portions: list[bytes]) -> None:
        self._writing = None
        self._house.tallies.buffered -= _size(portions)
        error = None if writing.cancelled() else writing.exception()
        if error is not None:
            self._failure = self._failure or error
            self._drop()
        elif self._waiting >= self._batch() and not self.ended.done():
            self._write_on()
        if self._paused:
            self._paused = False
            self._transport.resume_reading()

    async def _written(self) -> None:
        while self._writing is not None:
            await asyncio.wait([self._writing])

    def _take_portions(self) -> list[bytes]:
        portions, self._portions, self._waiting = self._portions, [], 0
        return portions

    def _drop(self) -> None:
        self._house.tallies.buffered -= _size(self._take_portions())

    def _in_pool(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> asyncio.Future[_T]:
        return asyncio.get_running_loop().run_in_executor(self._house.pool, partial(work, *args, **kwargs))

    def _write(self, portions: list[bytes]) -> Incoming:
        if self._incoming is None:
            self._incoming = self._house.spool.receive()
        for portion in portions:
            self._incoming.write(portion)
        return self._incoming

    def _commit(self, portions: list[bytes], envelope: Envelope) -> str:
        name = self._write(portions).commit(envelope)
        try:
            self._house.on_mail(name)
        except Exception:  # noqa: BLE001  # the mail is ours whatever becomes of the worker, which also looks by itself
            _log.exception("the worker could not be woken", mail=name)
        return name

    def _discard(self) -> None:
        if self._incoming is not None:
            self._incoming.discard()


def _size(portions: list[bytes]) -> int:
    return sum(map(len, portions))

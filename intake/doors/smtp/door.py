"""The doors of SMTP and LMTP: sockets, threads, and how many may stand there at once.

What is said there is the business of `conversation` and of `lmtp`.

A door runs an event loop in a thread of its own; the rest of the desk knows nothing of it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final

import structlog

from intake import clock
from intake.doors.smtp import listening
from intake.doors.smtp.conversation import Conversation
from intake.doors.smtp.house import DoorReport, House
from intake.doors.smtp.lmtp import LmtpConversation
from intake.doors.smtp.policy import Doorkeeper
from intake.errors import DoorBlocked
from intake.settings import Limits, LmtpSettings, SmtpSettings
from intake.spool import Spool

#: Threads that write and fsync. Fsyncs that wait at the same time share the journal's commits; more than these gain
#: nothing.
_WRITERS: Final = 8

#: A TLS handshake takes a few round trips; who needs longer holds a place for nothing.
_HANDSHAKE_SECONDS: Final = 30.0

#: How long to wait when the process has no file descriptor left for a connection.
_BREATH_SECONDS: Final = 0.2

_TOO_MANY: Final = b"421 4.3.2 Too many connections; come back soon\r\n"
_TOO_MANY_OF_YOURS: Final = b"421 4.7.0 Too many connections of yours\r\n"

_log = structlog.get_logger(__name__)


class SmtpDoor:
    """A door that listens at one or two places: SMTP with STARTTLS, and SMTP over TLS; or LMTP."""

    def __init__(
        self,
        settings: SmtpSettings | LmtpSettings,
        limits: Limits,
        spool: Spool,
        knows: Callable[[str], bool],
        health: DoorReport,
        on_mail: Callable[[str], None],
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """Prepare a door. Nothing is opened before `start`; DoorBlocked where a certificate cannot be read.

        `knows` says whether an address is ours and may not wait; `on_mail` is called with the name of each mail in
        the spool, from threads of the door's.
        """
        self._house = House(
            settings=settings,
            limits=limits,
            spool=spool,
            knows=knows,
            on_mail=on_mail,
            report=health,
            now=now,
            tls=_tls(settings),
            pool=ThreadPoolExecutor(_WRITERS, thread_name_prefix="smtp-spool"),
        )
        self._doorkeeper = Doorkeeper(self._house)
        self._conversation = LmtpConversation if isinstance(settings, LmtpSettings) else Conversation
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="smtp-door")
        self._listeners: list[tuple[socket.socket, bool]] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._visits: set[asyncio.Task[None]] = set()
        self._clients: Counter[str] = Counter()
        self._conversations: set[Conversation] = set()

    def start(self) -> None:
        """Open the door; DoorBlocked where a port cannot be had."""
        # aiosmtpd logs the addresses of mails, and addresses of ours may hold a token
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        settings = self._house.settings
        try:
            for listen, tls in settings.places:
                self._listeners.append((listening.listening(listen, settings.group), tls))
        except DoorBlocked:
            self._let_go()
            raise
        self._thread.start()

    @property
    def port(self) -> int:
        """The port of plain SMTP; where only TLS is listened for, that one's."""
        return self._ports()[0]

    @property
    def tls_port(self) -> int:
        """The port of SMTP over TLS."""
        return self._ports()[-1]

    @property
    def busy(self) -> bool:
        """Whether a mail is on its way in."""
        return bool(self._house.tallies.tasks) or any(conversation.busy for conversation in list(self._conversations))

    @property
    def unthanked(self) -> int:
        """Mails that were stored, but whose client was gone before it could be told; it will send them again."""
        return self._house.tallies.unthanked

    def stop(self, grace: float) -> None:
        """Close the door: idle clients are told 421, and mails that are on their way have so many seconds to arrive."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(grace), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._house.pool.shutdown()

    def _let_go(self) -> None:
        """Undo a start that came to nothing."""
        for listener, _ in self._listeners:
            listening.close(listener)
        self._loop.close()

    def _ports(self) -> list[int]:
        return [listener.getsockname()[1] for listener, _ in self._listeners]

    def _run(self) -> None:
        self._loop.set_exception_handler(_report_stray)
        for listener, tls in self._listeners:
            self._accepting.append(self._loop.create_task(self._accept(listener, tls)))
        self._loop.run_forever()
        self._loop.close()

    async def _accept(self, listener: socket.socket, tls: bool) -> None:
        while True:
            try:
                connection, peer = await self._loop.sock_accept(listener)
            except OSError as error:
                _log.warning("a connection could not be taken", why=str(error))
                await asyncio.sleep(_BREATH_SECONDS)
                continue
            client = listening.client(peer)
            refusal = self._refusal(client)
            if refusal is not None:
                _turn_away(connection, b"" if tls else refusal)
                continue
            visit = self._loop.create_task(self._visit(connection, client, tls))
            self._visits.add(visit)
            visit.add_done_callback(self._visits.discard)

    def _refusal(self, client: str) -> bytes | None:
        if self._clients.total() >= self._house.limits.connections:
            return _TOO_MANY
        if self._clients[client] >= self._house.limits.connections_per_client:
            return _TOO_MANY_OF_YOURS
        return None

    async def _visit(self, connection: socket.socket, client: str, tls: bool) -> None:
        """See a client in, and out. It counts from its first packet, its TLS handshake included."""
        # asyncio does this itself only for sockets that know their protocol, which accepted ones do not
        if connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conversation = self._conversation(self._house, self._doorkeeper, tls=tls)
        self._clients[client] += 1
        self._conversations.add(conversation)
        try:
            await self._loop.connect_accepted_socket(
                lambda: conversation,
                connection,
                ssl=self._house.tls if tls else None,
                ssl_handshake_timeout=_HANDSHAKE_SECONDS if tls else None,
            )
            await conversation.over
        except OSError as error:  # of the handshake: ssl.SSLError and TimeoutError are its kinds
            _log.info("no TLS came about", client=client, why=str(error))
            connection.close()
        finally:
            self._conversations.discard(conversation)
            self._clients -= Counter({client: 1})  # drops what has come to nought

    async def _close(self, grace: float) -> None:
        self._house.tallies.stopping = True
        for task in self._accepting:
            task.cancel()
        await asyncio.gather(*self._accepting, return_exceptions=True)
        for listener, _ in self._listeners:
            listening.close(listener)
        for conversation in list(self._conversations):
            if not conversation.busy:
                conversation.dismiss()
        await _wait(self._visits, grace)
        await _wait(self._house.tallies.tasks, None)  # what was begun to be stored is stored, and thanked for
        for conversation in list(self._conversations):
            conversation.dismiss(at_once=True)
        await _wait(self._visits, grace)
        await _wait(self._house.tallies.tasks, None)


async def _wait(tasks: set[asyncio.Task[Any]], seconds: float | None) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


def _tls(settings: SmtpSettings | LmtpSettings) -> ssl.SSLContext | None:
    if settings.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    except OSError as error:
        raise DoorBlocked(f"{settings.tls_certificate}: {error}") from error
    return context


def _turn_away(connection: socket.socket, reply: bytes) -> None:
    with connection:
        try:
            connection.send(reply)
        except OSError:
            return


def _report_stray(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    _log.error("a door's loop", what=context.get("message"), exc_info=context.get("exception"))

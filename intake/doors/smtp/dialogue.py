"""The outer half of an SMTP conversation: lines in, replies out, and the clock. What the lines say is `conversation`'s.

It takes the place of aiosmtpd's own loop over commands, which answers a failure with a permanent 500 and the
exception's text, takes commands that end in a bare LF, and has one timer that a NOOP sets back.
"""

from __future__ import annotations

import asyncio
from typing import Final, cast

import structlog
from aiosmtpd.smtp import SMTP

from intake.doors.smtp.house import House
from intake.doors.smtp.pace import Pace
from intake.doors.smtp.policy import STOPPING, Doorkeeper
from intake.doors.smtp.words import enhanced

#: Commands that bring no mail nearer, since the last mail (Postfix's smtpd_junk_command_limit).
_IDLE_COMMANDS: Final = 100
_BUSY_COMMANDS: Final = frozenset({"MAIL", "RCPT", "DATA"})

#: Commands whose replies wait for the next one's, where the client has sent that already (RFC 2920, 3.1): one packet
#: instead of two.
_AMID_OTHERS: Final = frozenset({"MAIL", "RCPT"})

#: Before TLS, where it is required (RFC 3207, 4).
_BEFORE_TLS: Final = frozenset({"EHLO", "HELO", "NOOP", "QUIT", "STARTTLS"})

#: A client that does not read our last words is cut off after this many seconds.
_LAST_WORDS_SECONDS: Final = 10.0

OUT_OF_STEP: Final = "554 5.5.0 You went on before our reply"

_FAILED: Final = "451 4.3.0 Something went wrong on our side; try again later"
_TOO_SLOW: Final = "421 4.4.2 That took too long"
_TOO_MANY_ERRORS: Final = "421 4.7.0 Too many errors"
_TOO_MANY_COMMANDS: Final = "421 4.7.0 Too many commands without a mail"
_BARE_NEWLINE: Final = "500 5.5.2 Lines end with CR LF"
_LINE_TOO_LONG: Final = "500 5.5.2 That line is too long"
_BAD_CHARACTER: Final = "500 5.5.2 There is a control character in that line"
_UNKNOWN_COMMAND: Final = "500 5.5.1 That command is not known here"
_NEEDS_TLS: Final = "530 5.7.0 Say STARTTLS first"

_log = structlog.get_logger(__name__)


class Dialogue(SMTP):
    """The protocol of one connection, without its commands."""

    #: The longest command line: RFC 5321, 4.5.3.1.4 wants 512 octets and more for each extension.
    line_length_limit = 2048

    #: What the greeting says that is spoken here.
    greeting = "ESMTP loket"

    def __init__(self, house: House, doorkeeper: Doorkeeper, *, tls: bool) -> None:
        """For a connection of the house; `tls` says that it is encrypted from its first byte."""
        loop = asyncio.get_running_loop()
        limits = house.limits
        self._house = house
        self._encrypted = tls
        self._errors = self._idle_commands = 0
        self._command: str | None = None  #: that is being carried out
        self._outgoing = bytearray()  #: replies that wait for the next one
        self._pace = Pace(
            grace=limits.transaction_grace, minimum_rate=limits.minimum_rate, idle=limits.idle_timeout, now=loop.time()
        )
        self.over: asyncio.Future[None] = loop.create_future()  #: done when the connection is gone
        super().__init__(
            doorkeeper,
            data_size_limit=limits.max_mail_size,
            enable_SMTPUTF8=True,
            hostname=house.settings.hostname,
            tls_context=None if tls else house.tls,
            loop=loop,
        )
        for word in self._forbidden():
            self._smtp_methods.pop(word, None)

    def _forbidden(self) -> frozenset[str]:
        """Commands that the library knows, and that are not known here: nobody logs in at a counter."""
        return frozenset({"AUTH"})

    def _tolerance(self) -> float:
        """Refused commands after which the conversation ends."""
        return self._house.limits.max_errors

    def dismiss(self, *, at_once: bool = False) -> None:
        """Say 421 and close, as the door does (RFC 5321, 3.8); `at_once` does not wait for the client to read it."""
        transport = self._line()
        if transport is not None and not transport.is_closing():
            self._put(STOPPING)
            self._close()
        if transport is not None and at_once:
            transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to talk; after STARTTLS, go on over the new transport."""
        super().connection_made(transport)
        self._encrypted = transport.get_extra_info("sslcontext") is not None

    def connection_lost(self, error: Exception | None) -> None:
        """End; a commit that is under way goes on."""
        if not self.over.done():  # after a failed handshake it comes twice
            self.over.set_result(None)
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Take bytes of commands."""
        self._pace.heard(len(data), self.loop.time())
        super().data_received(data)

    # the loop over commands, in the place of aiosmtpd's

    async def _handle_client(self) -> None:
        try:
            await self._greet()
            while self.transport is not None and not self.transport.is_closing():
                await self._answer_one()
        except ConnectionError:
            pass  # the client is gone; there is nobody to tell
        finally:
            self._writer.close()

    async def _greet(self) -> None:
        await asyncio.sleep(0)  # what came together with the connection is seen after two turns of the loop
        await asyncio.sleep(0)
        if self._unread():
            await self._part_with(OUT_OF_STEP)
            return
        await self.push(f"220 {self.hostname} {self.greeting}")

    async def _answer_one(self) -> None:
        try:
            line = await self._reader.readuntil(b"\n")
            await self._answer(line)
        except asyncio.LimitOverrunError:
            await self._skip_line()
            await self.push(_LINE_TOO_LONG)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            raise ConnectionResetError from error
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours, and the client may come back
            await self.push(await self.handle_exception(error))

    async def _skip_line(self) -> None:
        while True:
            try:
                await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as error:
                await self._reader.read(error.consumed)
            else:
                return

    async def _answer(self, line: bytes) -> None:
        text = line.decode("utf-8", "surrogateescape").removesuffix("\r\n")
        if text.endswith("\n"):  # we and the client do not mean the same by a line
            await self._part_with(_BARE_NEWLINE)
        elif any(character < " " or character == "\x7f" for character in text):
            await self.push(_BAD_CHARACTER)
        else:
            await self._carry_out(text)

    async def _carry_out(self, text: str) -> None:
        word, _, argument = text.partition(" ")
        command = word.upper()
        method = self._smtp_methods.get(command)
        if command not in _BUSY_COMMANDS:
            self._idle_commands += 1
        if self._idle_commands > _IDLE_COMMANDS:
            await self._part_with(_TOO_MANY_COMMANDS)
        elif method is None:
            await self.push(_UNKNOWN_COMMAND)
        elif self._house.settings.require_tls and not self._encrypted and command not in _BEFORE_TLS:
            await self.push(_NEEDS_TLS)
        else:
            self._command = command
            try:
                await method(argument.strip() or None)
            finally:
                self._command = None

    # replies

    async def push(self, status: str | bytes) -> None:
        """Send a reply, with an enhanced code if its kind has one; after too many refusals close."""
        await self._say(enhanced(status if isinstance(status, str) else status.decode("utf-8", "replace")))

    async def _say(self, reply: str) -> None:
        self._put(reply)
        if reply[0] in "45":
            self._errors += 1
        if reply.startswith("421"):
            self._close()
        elif self._errors >= self._tolerance():
            self._put(_TOO_MANY_ERRORS)
            self._close()
        if self._command not in _AMID_OTHERS or b"\n" not in self._buffered():
            self._send_off()
            await self._writer.drain()

    def _put(self, reply: str) -> None:
        self._outgoing += reply.encode("utf-8", "replace") + b"\r\n"

    def _send_off(self) -> None:
        if self._outgoing:
            self._writer.write(bytes(self._outgoing))
            self._outgoing.clear()

    async def handle_exception(self, error: Exception) -> str:
        """Say that it is temporary, and nothing more; what it was stands in the log."""
        _log.error("a conversation failed", exc_info=error)
        self._house.report.failed("a conversation failed; the log says how")
        return _FAILED

    async def _part_with(self, reply: str) -> None:
        await self.push(reply)
        self._close()

    def _close(self) -> None:
        self._send_off()
        transport = self._line()
        if transport is not None:
            transport.close()
            self.loop.call_later(_LAST_WORDS_SECONDS, transport.abort)

    # time

    def _reset_timeout(self, duration: float | None = None) -> None:  # noqa: ARG002 - aiosmtpd's own timer is not used
        if self._timeout_handle is None:
            self._timeout_cb()

    def _timeout_cb(self) -> None:
        """Look at the clock: one timer a connection, set anew only when it went off too early."""
        now, due = self.loop.time(), self._pace.due()
        if due <= now:
            self._put(_TOO_SLOW)
            self._close()
        else:
            wait = min(due, now + self._house.limits.idle_timeout) - now
            self._timeout_handle = self.loop.call_later(wait, self._timeout_cb)

    def _unread(self) -> bool:
        """Whether the client has said more than was carried out."""
        return bool(self._buffered())

    def _buffered(self) -> bytearray:
        buffered: bytearray = vars(self._reader)["_buffer"]  # StreamReader has no public look ahead
        return buffered

    def _line(self) -> asyncio.Transport | None:
        """The connection, as what it is; aiosmtpd knows it as the base of all transports."""
        return cast("asyncio.Transport | None", self.transport)

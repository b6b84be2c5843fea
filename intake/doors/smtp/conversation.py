"""One conversation with one SMTP client: aiosmtpd's grammar of commands, our own reading of lines and of DATA.

What aiosmtpd does by itself and what a desk cannot have: a failure becomes a permanent 500 with the exception's text,
a client that hangs up stops the storing of its mail, DATA is gathered in memory line by line and refused for a long
line, commands may end in a bare LF. So its loop over commands and its `smtp_DATA` are replaced here.

Pipelining (RFC 2920): a client may send a group of commands, but DATA, STARTTLS and its first word end a group. What
stands behind DATA or STARTTLS before our reply, or before the greeting, was put there by somebody who hopes that it
is taken for something else: the conversation ends. What stands behind a clean end of a mail is the next group of
commands, carried out after the mail is answered and never as part of it; behind a mail with refused line ends the
conversation ends.
"""

from __future__ import annotations

import asyncio
from typing import Final, TypeVar, cast

import structlog
from aiosmtpd.smtp import TLSSetupException

from intake.doors.smtp.data import Refusal
from intake.doors.smtp.dialogue import OUT_OF_STEP, Dialogue
from intake.doors.smtp.transfer import Transfer
from intake.doors.smtp.words import NULL_PATH, split_path
from intake.errors import IntakeError, SpoolFull
from parsing.mail import Envelope
from store import crashpoints

#: After refused line ends we read on to the true end, for who still sends does not hear us. Who sends nothing for this
#: many seconds takes its mail for ended.
_SILENCE_SECONDS: Final = 3.0

_GO_ON: Final = "354 End data with <CR><LF>.<CR><LF>"
_NEEDS_RECIPIENT: Final = "503 5.5.1 There is no recipient yet"
_NO_ARGUMENT: Final = "501 5.5.4 There is nothing to be said after this command"
_NO_NAME: Final = "501 5.5.4 Say who you are"
_NO_TLS: Final = "454 4.7.0 There is no TLS here, or it has begun already"
_NO_VERIFYING: Final = "252 2.5.2 Send a mail to see whether it is taken"
_FULL: Final = "452 4.3.1 No room for mail at the moment; try again later"
_NOT_STORED: Final = "451 4.3.0 Your mail could not be stored; try again later"

#: A client that sent these, or its relay, does not mean the same by a line as we do.
_OUT_OF_LINE: Final = frozenset({Refusal.LINE_ENDS, Refusal.NUL})

_Part = TypeVar("_Part")

_log = structlog.get_logger(__name__)


class Conversation(Dialogue):
    """The protocol of one connection."""

    door = "smtp"  #: what envelopes say of the way that their mail came

    _transfer: Transfer | None = None
    _silence: asyncio.TimerHandle | None = None

    @property
    def busy(self) -> bool:
        """Whether a transaction is open: MAIL was accepted, and its mail is not answered yet."""
        return self._transfer is not None or bool(self.envelope and self.envelope.mail_from)

    def data_received(self, data: bytes) -> None:
        """Give bytes to the mail that is being received, and all others to the reader of commands."""
        transfer = self._transfer
        if transfer is None or transfer.ended.done():
            super().data_received(data)
            return
        self._pace.heard(len(data), self.loop.time())
        try:
            behind = transfer.take(data)
        except Exception as error:  # noqa: BLE001 - it is answered with 451, like any other
            transfer.fail(error)
            return
        if behind:
            super().data_received(behind)
        elif transfer.refusal in _OUT_OF_LINE:
            self._listen_on(transfer)

    async def check_helo_needed(self, helo: str = "HELO") -> bool:  # noqa: ARG002 - aiosmtpd's signature
        """Let clients do without a greeting, as Postfix does (smtpd_helo_required = no)."""
        return False

    async def smtp_HELO(self, hostname: str | None) -> None:  # noqa: N802 - aiosmtpd finds commands by these names
        """Greet, without extensions (RFC 5321, 4.1.1.1)."""
        if await self._met(hostname, extended=False):
            await self._say(f"250 {self.hostname}")

    async def smtp_EHLO(self, hostname: str | None) -> None:  # noqa: N802
        """Greet, and announce what is served."""
        await self._announce(hostname)

    async def _announce(self, hostname: str | None) -> None:
        if not await self._met(hostname, extended=True):
            return
        lines = [self.hostname, f"SIZE {self._house.limits.max_mail_size}", "8BITMIME", "SMTPUTF8", "PIPELINING"]
        if self.tls_context is not None and not self._encrypted:
            lines.append("STARTTLS")
        await self._say("".join(f"250-{line}\r\n" for line in lines) + "250 ENHANCEDSTATUSCODES")

    async def smtp_MAIL(self, argument: str | None) -> None:  # noqa: N802
        """Open a transaction; from here on its clock runs."""
        await super().smtp_MAIL(argument)
        if self.busy:
            self._pace.begin_mail(self.loop.time())

    async def smtp_STARTTLS(self, argument: str | None) -> None:  # noqa: N802
        """Go on over TLS (RFC 3207).

        What stands behind the command was not said over TLS, and ends the conversation.
        """
        if argument:
            await self.push(_NO_ARGUMENT)
        elif self.tls_context is None or self._encrypted:
            await self.push(_NO_TLS)
        elif self._unread():
            await self._part_with(OUT_OF_STEP)
        else:
            await self._encrypt()

    async def smtp_VRFY(self, _argument: str | None) -> None:  # noqa: N802
        """Tell nobody which addresses there are (RFC 5321, 7.3)."""
        await self.push(_NO_VERIFYING)

    async def smtp_DATA(self, argument: str | None) -> None:  # noqa: N802
        """Take a mail: 250 is said when it is durable, and not before."""
        if argument:
            await self.push(_NO_ARGUMENT)
        elif self.envelope is None or not self.envelope.rcpt_tos:
            await self.push(_NEEDS_RECIPIENT)
        elif self._unread():
            await self._part_with(OUT_OF_STEP)
        else:
            await self._take_mail()

    def _listen_on(self, transfer: Transfer) -> None:
        if self._silence is not None:
            self._silence.cancel()
        self._silence = self.loop.call_later(_SILENCE_SECONDS, transfer.stop)

    async def _met(self, hostname: str | None, *, extended: bool) -> bool:
        if not hostname:
            await self.push(_NO_NAME)
            return False
        self._set_rset_state()  # type: ignore[no-untyped-call]
        session = self._known(self.session)
        session.host_name, session.extended_smtp = hostname, extended
        return True

    async def _encrypt(self) -> None:
        try:
            await super().smtp_STARTTLS(None)
        except TLSSetupException as error:
            _log.info("no TLS came about", client=self._client(), why=str(error.__cause__))
        if not self._encrypted:  # aiosmtpd does not hear of a client that hangs up instead of a handshake
            cast("asyncio.Transport", self._original_transport).abort()
            self.connection_lost(None)

    async def _take_mail(self) -> None:
        self._transfer = transfer = Transfer(self._house, self._known(self._line()))
        recipients = len(self._known(self.envelope).rcpt_tos)
        try:
            await self._say(_GO_ON)
            await transfer.ended
            self._pace.rest()
            reply = transfer.refusal.value if transfer.refusal else await self._stored(transfer)
        finally:
            transfer.leave()
            self._transfer = None
            self._set_post_data_state()  # type: ignore[no-untyped-call]
            self._pace.go_on(self.loop.time())
        await self._answer_mail(reply, recipients)
        if reply.startswith("250"):
            crashpoints.reach("after_250")
        if transfer.refusal in _OUT_OF_LINE or transfer.overrun:
            self._close()
        elif self._house.tallies.stopping:
            self.dismiss()

    async def _answer_mail(self, reply: str, recipients: int) -> None:  # noqa: ARG002 - LMTP answers each of them
        await self.push(reply)

    async def _stored(self, transfer: Transfer) -> str:
        storing = transfer.store(self._envelope())
        try:
            name = await asyncio.shield(storing)
        except asyncio.CancelledError:  # the client has gone; its mail is stored all the same
            storing.add_done_callback(self._unthanked)
            raise
        except IntakeError as error:
            _log.error("a mail could not be stored", why=str(error))
            self._house.report.failed(str(error))
            return _FULL if isinstance(error, SpoolFull) else _NOT_STORED
        self._errors = self._idle_commands = 0
        self._house.report.worked()
        return f"250 2.6.0 {name} accepted"

    def _unthanked(self, storing: asyncio.Task[str]) -> None:
        if not storing.cancelled() and storing.exception() is None:
            self._house.tallies.unthanked += 1
            self._house.report.worked()
            _log.warning("a mail was stored, but its client was gone before 250", mail=storing.result())

    def _envelope(self) -> Envelope:
        told = self._known(self.session).host_name
        transaction = self._known(self.envelope)
        return Envelope(
            door=self.door,
            received_at=self._house.now(),
            mail_from=(transaction.mail_from or "").removeprefix(NULL_PATH),
            rcpt_to=tuple(dict.fromkeys(transaction.rcpt_tos)),  # one that was named twice is one way
            client=self._client(),
            helo=told and told.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
            tls=self._encrypted,
        )

    def _client(self) -> str | None:
        peer = self._known(self.session).peer
        return str(peer[0]) if isinstance(peer, tuple) else None

    @staticmethod
    def _known(part: _Part | None) -> _Part:
        """A part of the library's state that is there as long as the conversation lasts."""
        if part is None:
            raise ConnectionResetError
        return part

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        return split_path(arg) or (None, None)

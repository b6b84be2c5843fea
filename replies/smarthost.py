"""Letters to a mail server that takes them further (RFC 5321, RFC 6409), over a connection that is kept.

smtplib speaks the commands; the DATA phase is ours, because the intent has to be committed between the last line and
the final dot, and because smtplib passes bare line ends on (see `wire`). Until the dot every loss of the connection is
harmless; after it, a loss is Unanswered.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from replies import addresses
from replies.errors import RepliesError, SmarthostDown
from replies.oauth import TokenSource, sasl
from replies.settings import SmarthostSettings
from replies.verdicts import ABOUT_US, OUT_OF_STEP, printable, refusal, verdict
from store import crashpoints
from store.outbox import Claim, Failed, Later, Outcome, Sent, Unanswered

#: A server that takes longer to be reached is not there.
CONNECT_SECONDS: Final = 30

#: RFC 5321, 4.5.3.2: five minutes for MAIL and RCPT, two for DATA, three for a block of it.
COMMAND_SECONDS: Final = 300

#: Servers close idle connections, firewalls forget them silently: reconnecting is cheaper than finding out.
KEEP_SECONDS: Final = 30

#: Some servers end a connection after a hundred letters, in the middle of one.
LETTERS_A_CONNECTION: Final = 90

#: A line end in whatever form, and a dot at a line's start (RFC 5321, 4.5.2).
_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"^\.", re.MULTILINE)

#: RFC 5321, 4.2.3: done; go on with the mail's lines; the server is closing.
OK: Final = 250
GO_AHEAD: Final = 354
CLOSING: Final = 421

#: RFC 5321, 4.2.1: the first code that ends a command; smtplib says -1 where there was none.
FIRST_FINAL: Final = 200

#: What a lost connection raises: smtplib's exceptions are OSErrors too.
_LOST = OSError


class Smarthost:
    """One kept connection to the smarthost; for one thread."""

    def __init__(
        self,
        settings: SmarthostSettings,
        clock: Callable[[], float] = time.monotonic,
        tokens: TokenSource | None = None,
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._clock = clock
        self._smtp: smtplib.SMTP | None = None
        self._letters = 0
        self._used_at = 0.0

    def hand_on(self, claim: Claim, intend: Callable[[], None]) -> Mapping[str, Outcome]:
        """Hand a letter on; see sender.Transport. An address that could change the dialogue fails by itself."""
        good = [each for each in claim.recipients if addresses.sendable(each)]
        bad: dict[str, Outcome] = {
            each: Failed("that is not an address") for each in claim.recipients if each not in good
        }
        if claim.envelope_from and not addresses.sendable(claim.envelope_from):
            return {each: Failed("the sender is not an address") for each in claim.recipients}
        if not good:
            return bad
        try:
            outcomes = self._transact(claim, good, intend)
        except BaseException:
            # Neither the dot nor anything after it may reach the server on this connection.
            self._drop()
            raise
        self._used_at = self._clock()
        return bad | outcomes

    def close(self) -> None:
        """End the connection politely."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except _LOST:
                smtp.close()

    def _transact(self, claim: Claim, recipients: Sequence[str], intend: Callable[[], None]) -> dict[str, Outcome]:
        smtp, (code, text) = self._begin(claim)
        if code != OK:
            return self._over(dict.fromkeys(recipients, refusal(code, text)))
        try:
            outcomes = _offer(smtp, recipients)
            accepted = [each for each in recipients if each not in outcomes]
            if not accepted:
                return self._over(outcomes)
            smtp.send(wire(claim.content))
        except _LOST as error:
            self._drop()
            return dict.fromkeys(recipients, Later(f"the connection was lost: {type(error).__name__}"))
        intend()
        return outcomes | dict.fromkeys(accepted, self._finish(smtp))

    def _begin(self, claim: Claim) -> tuple[smtplib.SMTP, tuple[int, str]]:
        """Begin a transaction: on the kept connection, or on a new one where that has gone stale."""
        kept = self._kept()
        if kept is not None:
            try:
                answer = _mail(kept, claim)
                if answer[0] not in ABOUT_US:
                    return kept, answer
            except _LOST:
                pass
            self._drop()
        smtp = self._connect()
        try:
            answer = _mail(smtp, claim)
        except _LOST as error:
            raise SmarthostDown(_what(error)) from error
        if answer[0] in ABOUT_US:
            detail = f"{answer[0]} {answer[1]}"
            raise SmarthostDown(detail)
        return smtp, answer

    def _finish(self, smtp: smtplib.SMTP) -> Outcome:
        """The final dot, and the wait for its answer."""
        crashpoints.reach("before_dot")
        try:
            assert smtp.sock is not None  # noqa: S101  # connected: DATA was answered
            smtp.sock.settimeout(self._settings.timeout)
            smtp.send(b".\r\n")
            crashpoints.reach("after_dot")
            code, raw = smtp.getreply()
            smtp.sock.settimeout(COMMAND_SECONDS)
        except _LOST:
            self._drop()
            return Unanswered()
        crashpoints.reach("after_reply")
        if code == CLOSING:
            self._drop()
        return verdict(code, _text(raw)) if code >= FIRST_FINAL else Unanswered()

    def _over(self, outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
        """Leave a transaction that comes to nothing, so that the connection can be used for the next."""
        try:
            if self._smtp is not None and _command(self._smtp, "RSET")[0] != OK:
                self._drop()
        except _LOST:
            self._drop()
        return outcomes

    def _kept(self) -> smtplib.SMTP | None:
        if self._smtp is None:
            return None
        if self._letters >= LETTERS_A_CONNECTION or self._clock() - self._used_at > KEEP_SECONDS:
            self.close()
            return None
        self._letters += 1
        return self._smtp

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        """A new connection, through TLS and AUTH as configured. Raises SmarthostDown."""
        try:
            smtp = connect(self._settings, self._tokens)
        except RepliesError as error:
            raise SmarthostDown(str(error)) from error
        except _LOST as error:
            detail = f"{self._settings.host}:{self._settings.port}: {_what(error)}"
            raise SmarthostDown(detail) from error
        self._smtp, self._letters = smtp, 1
        return smtp


def wire(content: bytes) -> bytes:
    """A mail as it goes over the wire: CRLF alone ends lines, the last line too, and dots at line starts are doubled.

    A lone CR or LF would end a line for some servers and not for others, which is how mail is smuggled; a NUL is left
    out by some, which brings a dot to the start of a line.
    """
    lines = _LINE_END.sub(b"\r\n", content.replace(b"\0", b""))
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return _DOT.sub(b"..", lines)


def tls_context(settings: SmarthostSettings) -> ssl.SSLContext:
    """TLS with the certificate checked, against the system's authorities or the configured ones."""
    return ssl.create_default_context(cafile=settings.ca_file)


def connect(settings: SmarthostSettings, tokens: TokenSource | None = None) -> smtplib.SMTP:
    """A connection to the smarthost, through TLS and AUTH as configured.

    A token that is refused before its time is renewed, and tried on a connection of its own. Raises OSError,
    smtplib.SMTPException, and what the tokens raise.
    """
    if tokens is None:
        return _connected(settings, lambda smtp: _log_in(smtp, settings))
    token = tokens.access()
    try:
        return _connected(settings, lambda smtp: _show(smtp, tokens.username, token))
    except smtplib.SMTPAuthenticationError:
        token = tokens.access(instead_of=token)
        return _connected(settings, lambda smtp: _show(smtp, tokens.username, token))


def _connected(settings: SmarthostSettings, log_in: Callable[[smtplib.SMTP], None]) -> smtplib.SMTP:
    # Our own name is given: smtplib would look it up in the DNS, which can take a minute.
    name = settings.hostname or socket.gethostname()
    if settings.tls == "implicit":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, name, timeout=CONNECT_SECONDS, context=tls_context(settings)
        )
    else:
        smtp = smtplib.SMTP(settings.host, settings.port, name, timeout=CONNECT_SECONDS)
    try:
        _greet(smtp, settings)
        log_in(smtp)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _greet(smtp: smtplib.SMTP, settings: SmarthostSettings) -> None:
    assert smtp.sock is not None  # noqa: S101  # the constructor has connected
    smtp.sock.settimeout(COMMAND_SECONDS)
    smtp.ehlo_or_helo_if_needed()
    if settings.tls == "starttls":
        smtp.starttls(context=tls_context(settings))
        smtp.ehlo()


def _log_in(smtp: smtplib.SMTP, settings: SmarthostSettings) -> None:
    if settings.username is not None and settings.password is not None:
        smtp.login(settings.username, settings.password.get_secret_value())


def _show(smtp: smtplib.SMTP, username: str, token: str) -> None:
    """Log in by XOAUTH2. What the server says before it refuses is to be answered by nothing."""
    smtp.auth("XOAUTH2", lambda challenge=None: sasl(username, token) if challenge is None else "")


def _mail(smtp: smtplib.SMTP, claim: Claim) -> tuple[int, str]:
    size = f" SIZE={len(claim.content)}" if smtp.has_extn("size") else ""
    return _command(smtp, "MAIL", f"FROM:<{claim.envelope_from}>{size}")


def _offer(smtp: smtplib.SMTP, recipients: Sequence[str]) -> dict[str, Outcome]:
    """RCPT for each, then DATA; returns what became of those that are out already."""
    outcomes: dict[str, Outcome] = {}
    for address in recipients:
        answer = verdict(*_command(smtp, "RCPT", f"TO:<{address}>"))
        if not isinstance(answer, Sent):
            outcomes[address] = answer
    left = [each for each in recipients if each not in outcomes]
    if left:
        code, text = _command(smtp, "DATA")
        if code != GO_AHEAD:
            outcomes |= dict.fromkeys(left, refusal(code, text))
    return outcomes


def _command(smtp: smtplib.SMTP, verb: str, argument: str = "") -> tuple[int, str]:
    code, raw = smtp.docmd(verb, argument)
    if code == OUT_OF_STEP or code < FIRST_FINAL:
        smtp.close()
    return code, _text(raw)


def _text(raw: bytes) -> str:
    return printable(raw.decode("utf-8", "replace"))


def _what(error: Exception) -> str:
    """An error of the connection in words that hold no secret of ours."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {_text(said) if isinstance(said, bytes) else printable(said)}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return printable(str(error)) or type(error).__name__

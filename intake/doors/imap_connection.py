"""A connection to an IMAP server: TLS, login, and limits on what it may make us read. What is asked is the folder's."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Callable
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from intake.settings import ImapAccount
from replies.oauth import TokenSource, sasl

#: A server that takes longer to answer is not there.
CONNECT_SECONDS, READ_SECONDS = 15, 60

#: Bytes of a mail that are fetched at a time.
PART = 1 << 20

#: A literal that is announced as larger than anything we ask for is a lie, and is not read.
LARGEST_LITERAL = 2 * PART

#: Bytes of the answer to one command: the largest honest one is a part, or the UIDs of a piece of a folder.
LARGEST_ANSWER = 16 * PART

#: What a server or the way to it may raise; imaplib's abort is a kind of its error.
ERRORS = (imaplib.IMAP4.error, OSError)

#: What may not stand in a name or a password: it would end the command line, and begin another one.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")

#: Bytes in a server's words come as Python shows them.
_SHOWN_BYTES = re.compile(r"""b(['"])(.*?)\1""")

#: Characters of a server's words that status repeats.
_WORDS = 200


def connect(account: ImapAccount, tokens: TokenSource | None = None) -> Any:
    """Connect and log in, over TLS as configured; one of ERRORS where that fails, or what the tokens raise.

    A token that is refused before its time is renewed, and tried on a connection of its own.
    """
    if tokens is None:
        return _connected(account, lambda client: _log_in(client, account))
    token = tokens.access()
    try:
        return _connected(account, lambda client: _show(client, account.username, token))
    except LoginError:
        token = tokens.access(instead_of=token)
        return _connected(account, lambda client: _show(client, account.username, token))


def _connected(account: ImapAccount, log_in: Callable[[Any], None]) -> Any:
    password = account.password.get_secret_value() if account.password else ""
    if any(map(_CONTROLS.search, (account.username, password, account.move_to, *account.names))):
        raise imaplib.IMAP4.error("a control character in user name, password or folder")
    context = ssl.create_default_context(cafile=str(account.tls_ca) if account.tls_ca else None)
    client = IMAPClient(
        account.host,
        account.port,
        use_uid=True,
        ssl=account.tls == "implicit",
        ssl_context=context if account.tls == "implicit" else None,
        timeout=SocketTimeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
    )
    client.normalise_times = False  # times of arrival with their offset
    _limit(client._imap)  # noqa: SLF001  # the library offers no limits
    try:
        if account.tls == "starttls":
            client.starttls(context)
        log_in(client)
    except BaseException:
        with contextlib.suppress(*ERRORS):
            client.shutdown()
        raise
    return client


def _log_in(client: Any, account: ImapAccount) -> None:
    username, password = account.username, account.password.get_secret_value() if account.password else ""
    if (username + password).isascii():
        client.login(username, password)
    else:
        client.plain_login(username, password)  # LOGIN knows only ASCII, PLAIN is UTF-8 (RFC 4616)


def _show(client: Any, username: str, token: str) -> None:
    """Log in by XOAUTH2. What the server says before it refuses is to be answered by nothing."""
    words = iter([sasl(username, token)])
    client.sasl_login("XOAUTH2", lambda _challenge: next(words, ""))


def sentence(error: Exception) -> str:
    """What went wrong with a server, for an operator, with its own words."""
    return f"{_trouble(error)} ({words(error)})"


def words(error: Exception) -> str:
    """A server's own words, cut and made printable."""
    said = _SHOWN_BYTES.sub(r"\2", str(error)) or type(error).__name__
    return "".join(sign if sign.isprintable() else " " for sign in said)[:_WORDS]


def is_refusal(error: Exception) -> bool:
    """Whether only a person can mend it: a login that is refused, a certificate that is not trusted."""
    return isinstance(error, (LoginError, ssl.SSLCertVerificationError))


def _trouble(error: Exception) -> str:
    match error:
        case LoginError():
            return "the server refuses this user name or password"
        case ssl.SSLCertVerificationError():
            return "the server's certificate is not trusted"
        case imaplib.IMAP4.abort():
            return "the connection broke"
        case imaplib.IMAP4.error():
            return "the server refuses"
        case OSError():
            return "the server cannot be reached"
        case _:
            return "the look went wrong, see the log"


def _limit(connection: Any) -> None:
    """Bound what one command may bring, by literal and in all, before it is allocated."""
    read, readline, send, taken = connection.read, connection.readline, connection.send, [0]

    def count(size: int) -> None:
        taken[0] += size
        if taken[0] > LARGEST_ANSWER:
            raise imaplib.IMAP4.abort(f"an answer of more than {LARGEST_ANSWER} bytes was not asked for")

    def limited_read(size: int) -> bytes:
        if size > LARGEST_LITERAL:
            raise imaplib.IMAP4.abort(f"a literal of {size} bytes was not asked for")
        count(size)
        return bytes(read(size))

    def limited_line() -> bytes:
        line = bytes(readline())
        count(len(line))
        return line

    def fresh_send(data: bytes) -> None:
        taken[0] = 0
        send(data)

    connection.read, connection.readline, connection.send = limited_read, limited_line, fresh_send

"""Logs in at every server that a desk uses, and says of what is wrong how to mend it."""

from __future__ import annotations

import imaplib
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator

from imapclient.exceptions import LoginError

from intake import clock
from intake.checks import checking_dns
from intake.config import Settings
from intake.doors.imap_connection import ERRORS, connect, sentence, words
from intake.errors import ServerWrong
from intake.grants import Grants
from intake.identity import examining
from intake.identity.resolver import Resolver
from intake.settings import ImapAccount
from replies import smarthost
from replies.errors import RepliesError
from replies.oauth import TokenSource
from replies.settings import SmarthostSettings
from replies.verdicts import printable
from store import keys
from store.engine import open_store
from store.errors import StoreError

#: Folders that are named where one is missing.
_NAMED = 12

#: OpenSSL's verdicts on a certificate: not yet valid, expired; of another name, of another address.
_OUT_OF_TIME, _OF_ANOTHER = (9, 10), (62, 64)

#: What is looked at, and the look.
Looks = Iterator[tuple[str, Callable[[], str]]]


def looks(settings: Settings, resolver: Resolver | None = None) -> Looks:
    """Every server that the configuration names, then the DNS: the real one unless another is given."""
    engine = open_store(settings.store_url)
    try:
        grants = Grants(settings, engine=engine, master=_master(settings), now=clock.now)
        for account in settings.intake.imap:
            tokens = grants.of(account.oauth, account.username)
            yield f"mailbox {account.name}", lambda account=account, tokens=tokens: _mailbox(account, tokens)  # type: ignore[misc]
        for what, route in _routes(settings):
            tokens = grants.of(route.oauth, route.username)
            yield what, lambda route=route, tokens=tokens: _smarthost(route, tokens)  # type: ignore[misc]
    finally:
        engine.dispose()
    yield from checking_dns.looks(settings, resolver or examining.dns(settings.intake.authentication))


def _routes(settings: Settings) -> Iterator[tuple[str, SmarthostSettings]]:
    if settings.replies.deliver == "smtp":
        yield "smarthost", settings.replies.smtp
    if settings.alerts.smtp is not None:
        yield "mail server for alerts", settings.alerts.smtp


def _master(settings: Settings) -> bytes:
    return keys.read_master(settings.data / "secret.key") if settings.oauth else b""


def _mailbox(account: ImapAccount, tokens: TokenSource | None) -> str:
    try:
        client = connect(account, tokens)
    except (*ERRORS, RepliesError, StoreError) as error:
        raise ServerWrong(_mended(error, f"{account.host}:{account.port}", "tls_ca")) from error
    try:
        there = [str(name) for _flags, _delimiter, name in client.list_folders()]
        wanted = [name for name in account.names if name.upper() != "INBOX" and name not in there]
        if wanted:
            raise ServerWrong(f"there is no folder {', '.join(wanted)}; there are {', '.join(sorted(there)[:_NAMED])}")
        for name in account.names:
            client.select_folder(name, readonly=True)
        return f"{', '.join(account.names)} at {account.host} can be read{_limits(client, account)}"
    except imaplib.IMAP4.error as error:
        raise ServerWrong(sentence(error)) from error
    finally:
        client.shutdown()


def _limits(client: object, account: ImapAccount) -> str:
    """What the server cannot do, and what that means."""
    can = client.has_capability  # type: ignore[attr-defined]
    told = []
    if account.idle and not can("IDLE"):
        told.append(f"it does not say when mail comes, so mail waits up to {account.poll_seconds:.0f} seconds")
    if account.done == "move" and not can("MOVE") and not can("UIDPLUS"):
        told.append("it can neither MOVE nor expunge single mails, so what is moved stays too, marked as deleted")
    return "".join(f"; {each}" for each in told)


def _smarthost(route: SmarthostSettings, tokens: TokenSource | None) -> str:
    place = f"{route.host}:{route.port}"
    try:
        connection = smarthost.connect(route, tokens)
        connection.quit()
    except (OSError, RepliesError, StoreError) as error:  # smtplib's exceptions are OSErrors
        raise ServerWrong(_mended(error, place, "ca_file")) from error
    return f"{place} lets us in"


def _mended(error: Exception, place: str, ca_key: str) -> str:  # noqa: PLR0911  # one remedy a kind of failure
    """What is wrong, and what to do about it."""
    match error:
        case RepliesError() | StoreError():
            return str(error)
        case LoginError() | smtplib.SMTPAuthenticationError():
            return (
                f"{place} refuses this user name or password: correct them, and reload loket; where the provider takes "
                f"no passwords, as Gmail and Microsoft 365 do not, set oauth and run `loket auth` ({_words(error)})"
            )
        case ssl.SSLCertVerificationError():
            return f"the certificate of {place} is not trusted ({error.verify_message}): {_remedy(error, ca_key)}"
        case ssl.SSLError():
            return (
                f'{place} does not speak TLS so: tls = "implicit" is for ports 993 and 465, "starttls" for 143 and 587'
            )
        case socket.gaierror(errno=socket.EAI_AGAIN):
            return f"{place}: the DNS does not answer; look at this machine's network and its /etc/resolv.conf"
        case socket.gaierror():
            return f"{place}: no server has that name; correct host"
        case TimeoutError():
            return f"{place} does not answer: correct host and port, or let them through the firewall"
        case ConnectionRefusedError():
            return f"nothing listens at {place}: correct host and port, or start that server"
        case imaplib.IMAP4.error():
            return sentence(error)
    return f"{place}: {_words(error)}"


def _remedy(error: ssl.SSLCertVerificationError, ca_key: str) -> str:
    """By what is wrong with a certificate."""
    if error.verify_code in _OUT_OF_TIME:
        return "whoever runs that server has to renew it; is this machine's clock right?"
    if error.verify_code in _OF_ANOTHER:
        return "host has to be a name that stands in it"
    return f"for an authority of your own set {ca_key} to its PEM file"


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {printable(said if isinstance(said, str) else said.decode('utf-8', 'replace'))}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return words(error)

"""One folder on an IMAP server, in the few things that the IMAP door asks of it. What they mean to us is the door's."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from intake.settings import ImapAccount

#: A server that takes longer to answer is not there.
CONNECT_SECONDS, READ_SECONDS = 15, 60

#: Bytes of a mail that are fetched at a time.
PART = 1 << 20

#: A literal that is announced as larger than anything we ask for is a lie, and is not read.
LARGEST_LITERAL = 2 * PART

#: UIDs of one command: a command line of some servers ends at 8 kB.
UIDS_AT_A_TIME = 500

#: What a server or the way to it may raise; imaplib's abort is a kind of its error.
ERRORS = (imaplib.IMAP4.error, OSError)

_SEEN, _DELETED = b"\\Seen", b"\\Deleted"

#: The keyword that we set beside \Seen, where the server keeps keywords.
KEYWORD = b"$Loket"

#: What may not stand in a name or a password: it would end the command line, and begin another one.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")

#: Bytes in a server's words come as Python shows them.
_SHOWN_BYTES = re.compile(r"""b(['"])(.*?)\1""")

#: Characters of a server's words that status repeats.
_WORDS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """A mail from the server."""

    content: bytes
    whole: bool  #: False where it was cut at the limit


class RemoteFolder:
    """A selected folder."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._keywords = False
        self.name = name
        self.uidvalidity = 0

    def select(self) -> None:
        """Select the folder, or look at it anew."""
        told = self._client.select_folder(self.name)
        if b"UIDVALIDITY" not in told:
            raise imaplib.IMAP4.error("no UIDVALIDITY, so its mails cannot be told apart")
        self.uidvalidity = int(told[b"UIDVALIDITY"])
        self._keywords = not {b"\\*", KEYWORD}.isdisjoint(told.get(b"PERMANENTFLAGS", ()))

    def last_uid(self) -> int:
        """The highest UID in the folder, 0 where it is empty."""
        found = self._client.search(["UID", "*"])
        return max(found, default=0)

    def uids(self, *, above: int) -> list[int]:
        """The UIDs above one, in order."""
        # "N:*" names the last mail even where its UID is below N (RFC 3501, 6.4.8)
        return sorted(uid for uid in self._client.search(["UID", f"{above + 1}:*"]) if uid > above)

    def arrivals(self, uids: Sequence[int]) -> Mapping[int, datetime | None]:
        """When the server got each mail (INTERNALDATE), None where it does not tell."""
        found: dict[int, datetime | None] = dict.fromkeys(uids)
        for piece in _pieces(uids):
            for uid, answer in self._client.fetch(piece, ["INTERNALDATE"]).items():
                found[uid] = answer.get(b"INTERNALDATE")
        return found

    def fetch(self, uid: int, limit: int) -> Fetched | None:
        """A mail, or its first `limit` bytes; None where it is gone. It stays unseen."""
        try:
            return self._fetch(uid, limit)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:  # some servers refuse what another client has removed (RFC 5530, EXPUNGEISSUED)
            self._client.noop()
            if self._client.search(["UID", str(uid)]):
                raise
            return None

    def flag(self, uids: Sequence[int]) -> None:
        """Mark mails as seen, and as ours where the server keeps such a mark."""
        for piece in _pieces(uids):
            self._client.add_flags(piece, [_SEEN, KEYWORD] if self._keywords else [_SEEN], silent=True)

    def move(self, uids: Sequence[int], target: str) -> None:
        """Move mails to another folder, which is made where it is missing (RFC 6851, else RFC 4315).

        Where the server can do neither, they are copied and marked as deleted: a plain EXPUNGE would also remove what
        others marked.
        """
        if not self._client.folder_exists(target):
            self._client.create_folder(target)
        for piece in _pieces(uids):
            if self._client.has_capability("MOVE"):
                self._client.move(piece, target)
                continue
            self._client.copy(piece, target)
            self._client.add_flags(piece, [_DELETED], silent=True)
            if self._client.has_capability("UIDPLUS"):
                self._client.uid_expunge(piece)

    def close(self, *, politely: bool = True) -> None:
        """End the connection; without a word where it is broken, since the answer would have to be waited for."""
        if politely:
            with contextlib.suppress(*ERRORS):
                self._client.logout()
        with contextlib.suppress(*ERRORS):
            self._client.shutdown()

    def _fetch(self, uid: int, limit: int) -> Fetched | None:
        parts: list[bytes] = []
        size = told = 0
        while size < limit:
            asked = min(PART, limit - size)
            answer = self._ask(uid, size, asked)
            if answer is None:
                return None
            part, told = _part(answer, size), int(answer.get(b"RFC822.SIZE") or 0)
            if not part:
                break
            parts.append(part)
            size += len(part)
            # A short part need not be the last one, and a size need not be true: only both together end a mail.
            if len(part) < asked and size == told:
                break
        if not parts:
            return None  # a mail without a byte is none, or a server's fault: the next look asks again
        content = b"".join(parts)
        whole = size < limit or size == told or not _part(self._ask(uid, size, 1) or {}, size)
        return Fetched(content=content[:limit], whole=whole and size <= limit)

    def _ask(self, uid: int, offset: int, size: int) -> Mapping[bytes, Any] | None:
        answer = self._client.fetch([uid], ["RFC822.SIZE", f"BODY.PEEK[]<{offset}.{size}>"]).get(uid)
        return answer or None


def open_folder(account: ImapAccount) -> RemoteFolder:
    """Connect and log in, over TLS as configured; one of ERRORS where that fails."""
    password = account.password.get_secret_value() if account.password else ""
    if any(map(_CONTROLS.search, (account.username, password, account.folder, account.move_to))):
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
    _cap_literals(client)
    try:
        if account.tls == "starttls":
            client.starttls(context)
        if (account.username + password).isascii():
            client.login(account.username, password)
        else:
            client.plain_login(account.username, password)  # LOGIN knows only ASCII, PLAIN is UTF-8 (RFC 4616)
    except BaseException:
        with contextlib.suppress(*ERRORS):
            client.shutdown()
        raise
    return RemoteFolder(client, account.folder)


def sentence(error: Exception) -> str:
    """What went wrong with a server, for an operator; its own words are cut and made printable."""
    words = _SHOWN_BYTES.sub(r"\2", str(error)) or type(error).__name__
    shown = "".join(sign if sign.isprintable() else " " for sign in words)[:_WORDS]
    return f"{_trouble(error)} ({shown})"


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


def _cap_literals(client: Any) -> None:
    read = client._imap.read  # noqa: SLF001  # the library offers no limit

    def capped(size: int) -> bytes:
        if size > LARGEST_LITERAL:
            raise imaplib.IMAP4.abort(f"a literal of {size} bytes was not asked for")
        return bytes(read(size))

    client._imap.read = capped  # noqa: SLF001  # likewise


def _part(answer: Mapping[bytes, Any], offset: int) -> bytes:
    found = answer.get(b"BODY[]<%d>" % offset)
    if found is None and offset == 0:
        found = answer.get(b"BODY[]")  # the server knows no parts, and gives the whole
    return bytes(found or b"")


def _pieces(uids: Sequence[int]) -> list[Sequence[int]]:
    return [uids[start : start + UIDS_AT_A_TIME] for start in range(0, len(uids), UIDS_AT_A_TIME)]

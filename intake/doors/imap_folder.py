"""One folder on an IMAP server, in the few things that the IMAP door asks of it. What they mean to us is the door's."""

from __future__ import annotations

import contextlib
import imaplib
import select
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from intake.doors import imap_mail
from intake.doors.imap_connection import ERRORS, READ_SECONDS, connect
from intake.doors.imap_mail import Fetched
from intake.settings import ImapAccount
from replies.oauth import TokenSource

#: UIDs of one command: a command line of some servers ends at 8 kB.
UIDS_AT_A_TIME = 500

#: Mails whose UIDs one search gives: an answer of more than a million bytes is too long a line for the library.
SEARCHED_AT_A_TIME = 50_000

#: After IDLE the server has to answer within so many seconds: a dead connection says nothing, and gives no error.
WAKING_SECONDS = 5

#: How soon a waiting door notices that it is to stop.
_SLICE_SECONDS = 0.5

_SEEN, _DELETED = b"\\Seen", b"\\Deleted"

#: The keyword that we set beside \Seen, where the server keeps keywords.
KEYWORD = b"$Loket"


class RemoteFolder:
    """A selected folder."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._keywords = False
        self._mails = 0
        self.name = name
        self.uidvalidity = 0
        self.uidnext = 0  #: what the next mail's UID will be at least, 0 where the server does not tell

    def select(self) -> None:
        """Select the folder, or look at it anew."""
        told = self._client.select_folder(self.name)
        if b"UIDVALIDITY" not in told:
            raise imaplib.IMAP4.error("no UIDVALIDITY, so its mails cannot be told apart")
        self.uidvalidity = int(told[b"UIDVALIDITY"])
        self.uidnext = int(told.get(b"UIDNEXT") or 0)
        self._mails = int(told.get(b"EXISTS") or 0)
        self._keywords = not {b"\\*", KEYWORD}.isdisjoint(told.get(b"PERMANENTFLAGS", ()))

    @property
    def idles(self) -> bool:
        """Whether the server says by itself when mail comes (RFC 2177)."""
        return bool(self._client.has_capability("IDLE"))

    def last_uid(self) -> int:
        """The highest UID in the folder, 0 where it is empty."""
        found = self._client.search(["UID", "*"])
        return max(found, default=0)

    def uids(self, *, above: int) -> list[int]:
        """The UIDs above one, in order."""
        # "N:*" names the last mail even where its UID is below N (RFC 3501, 6.4.8)
        found: set[int] = set()
        for first in range(1, max(self._mails, 1) + 1, SEARCHED_AT_A_TIME):
            last = first + SEARCHED_AT_A_TIME - 1
            numbers = [] if self._mails <= SEARCHED_AT_A_TIME else [f"{first}:{min(last, self._mails)}"]
            found.update(uid for uid in self._client.search([*numbers, "UID", f"{above + 1}:*"]) if uid > above)
        return sorted(found)

    def arrivals(self, uids: Sequence[int]) -> Mapping[int, datetime | None]:
        """When the server got each mail (INTERNALDATE), None where it does not tell."""
        found: dict[int, datetime | None] = dict.fromkeys(uids)
        for uid, answer in self._ask(uids, ["INTERNALDATE"]):
            found[uid] = answer.get(b"INTERNALDATE")
        return found

    def marks(self, uids: Sequence[int]) -> Mapping[int, str]:
        """Size and time of arrival of each mail that is there, as one word; see Fetched."""
        asked = self._ask(uids, ["RFC822.SIZE", "INTERNALDATE"])
        return {uid: imap_mail.mark_of(answer) for uid, answer in asked}

    def fetch(self, uid: int, limit: int) -> Fetched | None:
        """A mail, or of one of more than `limit` bytes its header and text; None where it is gone. It stays unseen."""
        try:
            return imap_mail.fetch(lambda items: self._client.fetch([uid], items).get(uid) or None, limit)
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

    def wait(self, seconds: float, stopped: Callable[[], bool]) -> None:
        """Wait until the server says something, at most so long (RFC 2177); then see whether it is still there.

        Raises one of ERRORS where the connection has died meanwhile.
        """
        self._client.idle()
        try:
            self._listen(time.monotonic() + seconds, stopped)
        finally:
            self._client.socket().settimeout(WAKING_SECONDS)
        self._client.idle_done()
        self._client.noop()
        self._client.socket().settimeout(READ_SECONDS)

    def close(self, *, politely: bool = True) -> None:
        """End the connection; without a word where it is broken, since the answer would have to be waited for."""
        if politely:
            with contextlib.suppress(*ERRORS):
                self._client.socket().settimeout(WAKING_SECONDS)
                self._client.logout()
        with contextlib.suppress(*ERRORS):
            self._client.shutdown()

    def _listen(self, until: float, stopped: Callable[[], bool]) -> None:
        socket, poller = self._client.socket(), select.poll()
        poller.register(socket.fileno(), select.POLLIN)
        while not stopped() and (left := until - time.monotonic()) > 0:
            if isinstance(socket, ssl.SSLSocket) and socket.pending():
                return
            if poller.poll(min(left, _SLICE_SECONDS) * 1000):
                return

    def _ask(self, uids: Sequence[int], items: list[str]) -> Iterator[tuple[int, Mapping[bytes, Any]]]:
        for piece in _pieces(uids):
            yield from self._client.fetch(piece, items).items()


def open_folder(account: ImapAccount, name: str, tokens: TokenSource | None = None) -> RemoteFolder:
    """Connect, log in; the folder is not selected yet. One of ERRORS where that fails, or what the tokens raise."""
    return RemoteFolder(connect(account, tokens), name)


def _pieces(uids: Sequence[int]) -> list[Sequence[int]]:
    return [uids[start : start + UIDS_AT_A_TIME] for start in range(0, len(uids), UIDS_AT_A_TIME)]

"""One folder on an IMAP server, in the few things that the IMAP door asks of it. What they mean to us is the door's."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from imapclient import IMAPClient, SocketTimeout

from intake.settings import ImapAccount

#: A server that takes longer to answer is not there.
CONNECT_SECONDS, READ_SECONDS = 15, 60

#: Bytes of a mail that are fetched at a time.
PART = 1 << 20

#: UIDs of one command: a command line of some servers ends at 8 kB.
UIDS_AT_A_TIME = 500

#: What a server or the way to it may raise; imaplib's abort is a kind of its error.
ERRORS = (imaplib.IMAP4.error, OSError)

_SEEN, _DELETED = b"\\Seen", b"\\Deleted"

#: The keyword that we set beside \Seen, where the server keeps keywords.
KEYWORD = b"$Loket"


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
        self.uidvalidity = int(told[b"UIDVALIDITY"])
        self._keywords = b"\\*" in told.get(b"PERMANENTFLAGS", ())

    def last_uid(self) -> int:
        """The highest UID in the folder, 0 where it is empty."""
        found = self._client.search(["UID", "*"])
        return max(found, default=0)

    def uids(self, *, above: int, since: datetime | None) -> list[int]:
        """The UIDs above one, in order; with `since`, only those of mails that the server got after that."""
        # "N:*" names the last mail even where its UID is below N (RFC 3501, 6.4.8)
        found = sorted(uid for uid in self._client.search(["UID", f"{above + 1}:*"]) if uid > above)
        if since is None:
            return found
        return [uid for uid in found if (arrived := self._arrival(uid)) is None or arrived >= since]

    def fetch(self, uid: int, limit: int) -> tuple[bytes, bool] | None:
        """A mail's first `limit` bytes, and whether that is all of it; None where it is gone. It stays unseen."""
        parts: list[bytes] = []
        size = 0
        while size < limit:
            part = self._part(uid, size, min(PART, limit - size))
            if part is None:
                return None
            parts.append(part)
            size += len(part)
            if len(part) < PART:
                return b"".join(parts), size < limit or not self._part(uid, size, 1)
        return b"".join(parts), not self._part(uid, size, 1)

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

    def close(self) -> None:
        """End the connection."""
        with contextlib.suppress(*ERRORS):
            self._client.logout()
        with contextlib.suppress(*ERRORS):
            self._client.shutdown()

    def _part(self, uid: int, offset: int, size: int) -> bytes | None:
        answer = self._client.fetch([uid], [f"BODY.PEEK[]<{offset}.{size}>"]).get(uid)
        if not answer:
            return None
        found = next((value for key, value in answer.items() if key.startswith(b"BODY[]")), None)
        return bytes(found) if found is not None else b""

    def _arrival(self, uid: int) -> datetime | None:
        answer = self._client.fetch([uid], ["INTERNALDATE"]).get(uid) or {}
        arrived = answer.get(b"INTERNALDATE")
        return arrived + timedelta(seconds=1) if arrived else None  # it knows no fractions of a second


def open_folder(account: ImapAccount) -> RemoteFolder:
    """Connect and log in, over TLS as configured; one of ERRORS where that fails."""
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
    try:
        if account.tls == "starttls":
            client.starttls(context)
        client.login(account.username, account.password.get_secret_value() if account.password else "")
    except BaseException:
        with contextlib.suppress(*ERRORS):
            client.shutdown()
        raise
    return RemoteFolder(client, account.folder)


def _pieces(uids: Sequence[int]) -> list[Sequence[int]]:
    return [uids[start : start + UIDS_AT_A_TIME] for start in range(0, len(uids), UIDS_AT_A_TIME)]

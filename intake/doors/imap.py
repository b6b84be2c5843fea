r"""The IMAP door: a mailbox that is looked at from time to time (RFC 3501).

What we have is told by a set of UIDs in the store, never by \Seen, which people and programs change, nor by a date.
The order is: mail durable in the spool, then its UID and ingest key committed, and only then a flag or a move.
Whatever dies in between, the next look repeats what is safe to repeat: a mail fetched twice is one mail to the
ledger.

The first look remembers where the folder ends and takes what comes after it; what was there before is history, and
taken only where the backlog is wanted. When the
folder's UIDVALIDITY changes, all UIDs mean nothing any more: then everything that came since our first look is fetched
again, and what we have had is told by its ingest key.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from intake.doors.health import DoorReport
from intake.doors.imap_folder import ERRORS, RemoteFolder, open_folder
from intake.errors import IntakeError
from intake.settings import ImapAccount
from intake.spool import Spool
from parsing.mail import Envelope
from parsing.message.ingest import ingest_key
from store import crashpoints, mailboxes
from store.engine import looking, writing
from store.errors import StoreUnreachable

_log = structlog.get_logger(__name__)

#: Mails after which the server is told what we have: a crash in a long backlog leaves few to be told again.
BATCH = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class _Life:
    """The folder as the store knows it."""

    id: int
    uidvalidity: int
    known: frozenset[int]
    baseline: int
    since: datetime | None  #: mails that the server got before this are not ours; None where the UID tells it


class ImapDoor:
    """One account's folder."""

    def __init__(
        self,
        account: ImapAccount,
        *,
        spool: Spool,
        engine: Engine,
        on_mail: Callable[[str], None],
        health: DoorReport,
        now: Callable[[], datetime],
        stop: threading.Event,
        flagging: bool,
        limit: int,
    ) -> None:
        """Prepare a door. With `flagging` off the server is told nothing; `limit` is the largest mail in bytes."""
        self._account = account
        self._spool = spool
        self._engine = engine
        self._on_mail = on_mail
        self._health = health
        self._now = now
        self._stop = stop
        self._tells = flagging and account.done != "leave"
        self._limit = limit
        self._folder: RemoteFolder | None = None

    def poll(self) -> int:
        """Take what is new; returns how many mails.

        What goes wrong is told to the health book, and tried again next time.
        """
        try:
            folder = self._open()
            taken = self._look(folder)
        except ERRORS as error:
            self.close()
            self._failed(str(error) or type(error).__name__)
        except (StoreUnreachable, IntakeError) as error:
            self._failed(str(error))
        else:
            self._health.worked()
            return taken
        return 0

    def close(self) -> None:
        """Let the connection go."""
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.close()

    def _failed(self, why: str) -> None:
        _log.warning("mailbox not read", account=self._account.name, why=why)
        self._health.failed(why)

    def _open(self) -> RemoteFolder:
        """The folder, selected anew; over the kept connection if that still works."""
        if self._folder is not None:
            try:
                self._folder.select()
            except ERRORS:
                self.close()
            else:
                return self._folder
        self._folder = open_folder(self._account)
        self._folder.select()
        return self._folder

    def _look(self, folder: RemoteFolder) -> int:
        life = self._life(folder)
        present = folder.uids(above=0 if self._account.backlog else life.baseline, since=life.since)
        self._tell(folder, life, [uid for uid in self._unfinished(life) if uid in set(present)])
        fresh, taken = [uid for uid in present if uid not in life.known], 0
        for start in range(0, len(fresh), BATCH):
            got = list(self._take_all(folder, life, fresh[start : start + BATCH]))
            taken += len(got)
            self._tell(folder, life, got)
            if self._stop.is_set():
                break
        return taken

    def _life(self, folder: RemoteFolder) -> _Life:
        name = self._account.name
        with looking(self._engine) as session:
            lives = mailboxes.lives(session, name, folder.name)
            current = next((life for life in lives if life.uidvalidity == folder.uidvalidity), None)
            known = mailboxes.known(session, current.id or 0) if current else set()
        since = lives[-1].created_at if len(lives) > 1 or (lives and current is None) else None
        if self._account.backlog:
            since = None
        if current is None:
            baseline = 0 if lives else folder.last_uid()
            if lives:
                _log.warning("the folder has a new UIDVALIDITY, its mails are compared anew", account=name)
            with writing(self._engine) as session:
                key = mailboxes.begin_life(session, name, folder.name, folder.uidvalidity, baseline, self._now())
        else:
            key, baseline = current.id or 0, current.baseline
        return _Life(id=key, uidvalidity=folder.uidvalidity, known=frozenset(known), baseline=baseline, since=since)

    def _take_all(self, folder: RemoteFolder, life: _Life, uids: Sequence[int]) -> Iterator[int]:
        """Take mails; gives the UIDs that are ours now and that the server may be told of."""
        for uid in uids:
            if self._stop.is_set():
                return
            fetched = folder.fetch(uid, self._limit)
            if fetched is None:
                continue  # it vanished between the search and the fetch
            content, whole = fetched
            crashpoints.reach("imap_after_fetch")
            self._take(life, uid, content, whole=whole)
            yield uid

    def _take(self, life: _Life, uid: int, content: bytes, *, whole: bool) -> None:
        key = ingest_key(content)
        state = mailboxes.STORED if self._tells and whole else mailboxes.DONE
        with looking(self._engine) as session:
            had = mailboxes.has_key(session, self._account.name, self._account.folder, key)
        name = "" if had else self._to_spool(life, uid, content)
        crashpoints.reach("imap_before_row")
        with writing(self._engine) as session:
            mailboxes.take(session, life.id, uid, key, name, state)
        crashpoints.reach("imap_after_row")
        if name:
            self._on_mail(name)
        if not whole:
            _log.warning("a mail is too large, only its beginning was taken", account=self._account.name, uid=uid)

    def _to_spool(self, life: _Life, uid: int, content: bytes) -> str:
        incoming = self._spool.receive()
        incoming.write(content)
        name = incoming.commit(
            Envelope(
                door=f"imap:{self._account.name}",
                received_at=self._now(),
                mailbox=f"{self._account.folder};{life.uidvalidity}/{uid}",
                desk=self._account.desk,
                history=uid <= life.baseline,
            )
        )
        crashpoints.reach("imap_after_spool")
        return name

    def _unfinished(self, life: _Life) -> list[int]:
        if not self._tells:
            return []
        with looking(self._engine) as session:
            return mailboxes.unfinished(session, life.id)

    def _tell(self, folder: RemoteFolder, life: _Life, uids: Sequence[int]) -> None:
        """Flag or move what is ours, as the account says."""
        if not self._tells or not uids:
            return
        with looking(self._engine) as session:
            open_ones = set(mailboxes.unfinished(session, life.id))
        told = [uid for uid in uids if uid in open_ones]
        if not told:
            return
        crashpoints.reach("imap_before_flag")
        if self._account.done == "move":
            folder.move(told, self._account.move_to)
        else:
            folder.flag(told)
        crashpoints.reach("imap_after_flag")
        with writing(self._engine) as session:
            mailboxes.finish(session, life.id, told)

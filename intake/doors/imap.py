r"""The IMAP door: a folder that is looked at from time to time (RFC 3501).

What we have is told by a set of UIDs in the store, never by \Seen, which people and programs change, nor by a date.
The order is: mail durable in the spool, then its UID and ingest key committed, and only then a flag or a move.
Whatever dies in between, the next look repeats what is safe to repeat: a mail fetched twice is one mail to the
ledger.

One mail that cannot be fetched does not keep the others waiting, nor does a server that takes no flag, nor a backlog of
old mail: who writes now comes before it, and it gives way to what the desk has to do.
"""

from __future__ import annotations

import imaplib
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from intake.doors import imap_compare, imap_life, imap_reconcile
from intake.doors.health import DoorReport
from intake.doors.imap_connection import ERRORS, is_refusal, sentence
from intake.doors.imap_folder import RemoteFolder, open_folder
from intake.doors.imap_life import Life
from intake.doors.imap_taking import Look, Taker
from intake.errors import IntakeError
from intake.settings import ImapAccount, PolledFolder
from intake.spool import Spool
from replies.errors import RepliesError
from replies.oauth import TokenSource
from store import crashpoints, mailboxes
from store.engine import looking, writing
from store.errors import StoreUnreachable

_log = structlog.get_logger(__name__)

#: Mails after which the server is told what we have: a crash in a long backlog leaves few to be told again.
BATCH = 20

#: Mails of a backlog that one look takes, after which it says how far it is; the next look brings what is new first.
MILESTONE = 1000

#: A backlog waits while more mails than these lie in the spool: who writes to another door does not wait for long.
CROWD = 200

#: It waits for so long within one look, and looks so often.
_PATIENCE_SECONDS, _PAUSE_SECONDS = 60.0, 0.5

#: Of the mails that are left after a look, as many are asked for their age.
_ASKED_FOR_AGE = 50

_SETTLED = (mailboxes.DONE, mailboxes.HELD)


class ImapDoor:
    """One folder of an account."""

    def __init__(
        self,
        account: ImapAccount,
        polled: PolledFolder,
        *,
        spool: Spool,
        engine: Engine,
        on_mail: Callable[[str], None],
        health: DoorReport,
        now: Callable[[], datetime],
        stop: threading.Event,
        flagging: bool,
        limit: int,
        tokens: TokenSource | None = None,
    ) -> None:
        """Prepare a door. With `flagging` off the server is told nothing; `limit` is the largest mail in bytes."""
        if polled.role == "sent":  # what was sent before our time belongs to no ticket
            account = account.model_copy(update={"backlog": False})
        self._account = account
        self._polled = polled
        self._spool = spool
        self._engine = engine
        self._health = health
        self._tokens = tokens
        self._now = now
        self._stop = stop
        self._tells = flagging and account.done != "leave" and polled.role == "inbox"
        self._taker = Taker(
            account,
            polled,
            spool=spool,
            engine=engine,
            on_mail=on_mail,
            now=now,
            stop=stop,
            tells=self._tells,
            limit=limit,
        )
        self._folder: RemoteFolder | None = None
        self.failures = 0  #: looks in a row that came to nothing
        self.more = False  #: whether the last look left something of a backlog

    def poll(self) -> int:
        """Take what is new; returns how many mails.

        What goes wrong is told to the health book, and tried again next time, over a new connection.
        """
        look = Look()
        self._guarded(look, lambda: self._look(self._open(), look))
        return look.taken

    def reconcile(self) -> int:
        """Look as `poll` does, then account for every mail of the folder; returns how many mails were taken."""
        look = Look()

        def whole() -> None:
            folder = self._open()
            present = folder.uids(above=0)  # before the look: what comes during it is the next one's
            life = self._look(folder, look)
            if self.more:
                return  # it is counted when all is taken
            count = imap_reconcile.reconcile(self._engine, self._spool, folder, life, present)
            self._health.counted(count.server, count.ledger)
            agrees = count.server == count.ledger
            told = f"server {count.server:,} / ledger {count.ledger:,}"
            (_log.info if agrees else _log.warning)(told, door=self._polled.door, again=count.again)

        self._guarded(look, whole)
        return look.taken

    def wait(self, seconds: float) -> bool:
        """Let the server say when something comes, at most so long; False where it cannot, or has gone."""
        folder = self._folder
        if folder is None or not self._account.idle or not folder.idles:
            return False
        try:
            folder.wait(seconds, self._stop.is_set)
        except ERRORS:
            self._drop()
            return False
        return True

    def close(self) -> None:
        """Let the connection go."""
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.close(politely=True)

    def _guarded(self, look: Look, work: Callable[[], object]) -> None:
        refused, whole, self.more = False, False, False
        try:
            work()
        except (StoreUnreachable, IntakeError) as error:
            look.troubles.append(str(error))
        except RepliesError as error:  # the login's tokens
            refused = not error.temporary
            look.troubles.append(str(error))
        except ERRORS as error:
            self._drop()
            refused = is_refusal(error)
            look.troubles.append(sentence(error))
        except Exception as error:  # noqa: BLE001  # a server may answer anything, and the timetable could only log it
            self._drop()
            _log.exception("mailbox not read", door=self._polled.door)
            look.troubles.append(sentence(error))
        else:
            whole = True
            self._health.worked()
        self.failures = 0 if whole else self.failures + 1
        if look.troubles:
            _log.warning("mailbox not read to its end", door=self._polled.door, why=look.troubles[0])
            self._health.failed(look.troubles[0], refused=refused)

    def _drop(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.close(politely=False)

    def _open(self) -> RemoteFolder:
        """The folder, selected anew; over the kept connection if that still works."""
        if self._folder is not None:
            try:
                self._folder.select()
            except ERRORS:
                self._drop()
            else:
                return self._folder
        self._folder = open_folder(self._account, self._polled.name, self._tokens)
        self._folder.select()
        return self._folder

    def _look(self, folder: RemoteFolder, look: Look) -> Life:
        life = imap_life.find(self._engine, self._account, folder, self._polled.door, self._now())
        present = folder.uids(above=life.above)
        self._note_gone(life, set(present))
        self._tell_rest(folder, life, set(present), look)
        if life.comparing is not None:
            ours = imap_compare.compare(
                self._engine, self._taker, folder, life, present, look, self._polled, self._account, self._now()
            )
            self._tell(folder, life, ours, look)
            life = imap_life.find(self._engine, self._account, folder, self._polled.door, self._now())
        if life.comparing is None:
            self._take_fresh(folder, life, present, look)
        return life

    def _take_fresh(self, folder: RemoteFolder, life: Life, present: Sequence[int], look: Look) -> None:
        fresh = [uid for uid in present if life.known.get(uid, mailboxes.GONE) == mailboxes.GONE]
        new = self._taker.in_order([uid for uid in fresh if uid > life.baseline])
        old = self._taker.in_order([uid for uid in fresh if uid <= life.baseline])
        self._take_all(folder, life, new, look)
        if old:
            tried = self._take_all(folder, life, old[:MILESTONE], look, may_wait=True)
            left = max(0, len(old) - MILESTONE)
            self.more = (left > 0 or not tried) and not look.troubles  # a server that refuses is not asked at once
            whole = len({uid for uid in (*present, *life.known) if uid <= life.baseline})
            if tried and whole > MILESTONE:
                told = f"{whole - left:,} of {whole:,} mails of the backlog are taken"
                _log.info(told, door=self._polled.door)
        self._note_age(folder, life, new)

    def _take_all(
        self, folder: RemoteFolder, life: Life, uids: Sequence[int], look: Look, *, may_wait: bool = False
    ) -> bool:
        """Take mails, a batch at a time; whether all of them were tried."""
        for start in range(0, len(uids), BATCH):
            if self._stop.is_set() or (may_wait and not self._has_room()):
                return False
            self._tell(folder, life, self._taker.take(folder, life, uids[start : start + BATCH], look), look)
        return True

    def _has_room(self) -> bool:
        """Whether the spool is no longer crowded, after some patience."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while self._spool.usage().mails > CROWD:
            if time.monotonic() > until or self._stop.wait(_PAUSE_SECONDS):
                return False
        return True

    def _note_age(self, folder: RemoteFolder, life: Life, fresh: Sequence[int]) -> None:
        """Tell the age of the oldest mail that is there and was not taken; a backlog waits for nobody."""
        if not fresh:
            self._health.unread(None)
            return
        with looking(self._engine) as session:
            known = mailboxes.known(session, life.id)
        left = sorted(uid for uid in fresh if known.get(uid, mailboxes.GONE) == mailboxes.GONE)
        arrived = [each for each in folder.arrivals(left[:_ASKED_FOR_AGE]).values() if each is not None]
        self._health.unread(min(arrived, default=None))

    def _note_gone(self, life: Life, present: set[int]) -> None:
        gone = [uid for uid, state in life.known.items() if uid not in present and state in _SETTLED]
        if gone:
            with writing(self._engine) as session:
                mailboxes.finish(session, life.id, gone, mailboxes.GONE)

    def _tell_rest(self, folder: RemoteFolder, life: Life, present: set[int], look: Look) -> None:
        """Tell the server what it was not told before a crash; of what has gone there is nothing to tell."""
        rest = sorted(uid for uid, state in life.known.items() if state == mailboxes.STORED)
        gone = [uid for uid in rest if uid not in present]
        if gone:
            with writing(self._engine) as session:
                mailboxes.finish(session, life.id, gone, mailboxes.GONE)
        if self._tells:
            self._tell(folder, life, [uid for uid in rest if uid in present], look)

    def _tell(self, folder: RemoteFolder, life: Life, uids: Sequence[int], look: Look) -> None:
        """Flag or move what is ours, as the account says; a server that refuses is asked again at the next look."""
        if not uids or look.refused:
            return
        crashpoints.reach("imap_before_flag")
        try:
            if self._account.done == "move":
                folder.move(uids, self._account.move_to)
            else:
                folder.flag(uids)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            look.refused = True
            look.troubles.append(f"done = {self._account.done}: {sentence(error)}")
            return
        crashpoints.reach("imap_after_flag")
        with writing(self._engine) as session:
            mailboxes.finish(session, life.id, uids)

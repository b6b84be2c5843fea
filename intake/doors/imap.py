r"""The IMAP door: a mailbox that is looked at from time to time (RFC 3501).

What we have is told by a set of UIDs in the store, never by \Seen, which people and programs change, nor by a date.
The order is: mail durable in the spool, then its UID and ingest key committed, and only then a flag or a move.
Whatever dies in between, the next look repeats what is safe to repeat: a mail fetched twice is one mail to the
ledger.

One mail that cannot be fetched does not keep the others waiting, nor does a server that takes no flag.
"""

from __future__ import annotations

import imaplib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from intake.doors import imap_life
from intake.doors.health import DoorReport
from intake.doors.imap_folder import ERRORS, Fetched, RemoteFolder, open_folder, sentence
from intake.doors.imap_life import Life
from intake.errors import IntakeError, SpoolFull
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
        self._troublesome: set[int] = set()  # UIDs whose fetch failed: they come last, so that they stop no other
        self._earlier: tuple[int, frozenset[str]] = (0, frozenset())  # of a life's id: what earlier lives gave us

    def poll(self) -> int:
        """Take what is new; returns how many mails.

        What goes wrong is told to the health book, and tried again next time, over a new connection.
        """
        look = _Look()
        try:
            self._look(self._open(), look)
        except (StoreUnreachable, IntakeError) as error:
            look.troubles.append(str(error))
        except ERRORS as error:
            self._drop()
            look.troubles.append(sentence(error))
        except Exception as error:  # noqa: BLE001  # a server may answer anything, and the timetable could only log it
            self._drop()
            _log.exception("mailbox not read", account=self._account.name)
            look.troubles.append(sentence(error))
        else:
            self._health.worked()
        if look.troubles:
            _log.warning("mailbox not read to its end", account=self._account.name, why=look.troubles[0])
            self._health.failed(look.troubles[0])
        return look.taken

    def close(self) -> None:
        """Let the connection go."""
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.close(politely=True)

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
        self._folder = open_folder(self._account)
        self._folder.select()
        return self._folder

    def _look(self, folder: RemoteFolder, look: _Look) -> None:
        life = imap_life.find(self._engine, self._account, folder, self._now())
        present = folder.uids(above=life.above)
        self._tell_rest(folder, life, set(present), look)
        fresh = sorted(
            (uid for uid in present if uid not in life.known), key=lambda uid: (uid in self._troublesome, uid)
        )
        for start in range(0, len(fresh), BATCH):
            if self._stop.is_set():
                break
            ours = list(self._take_all(folder, life, fresh[start : start + BATCH], look))
            self._tell(folder, life, ours, look)

    def _take_all(self, folder: RemoteFolder, life: Life, uids: Sequence[int], look: _Look) -> Iterator[int]:
        """Take mails; gives the UIDs that are ours now and that the server is to be told of."""
        for uid in uids:
            if self._stop.is_set():
                return
            if not self._spool.room_for(self._limit):
                raise SpoolFull("quota or free space")
            self._troublesome.add(uid)
            try:
                fetched = folder.fetch(uid, self._limit)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                look.troubles.append(f"mail {uid}: {sentence(error)}")
                continue
            self._troublesome.discard(uid)
            if fetched is None:
                continue  # it vanished between the search and the fetch
            crashpoints.reach("imap_after_fetch")
            if self._take(life, uid, fetched, look):
                yield uid

    def _take(self, life: Life, uid: int, fetched: Fetched, look: _Look) -> bool:
        """Make a mail ours; says whether the server is to be told."""
        tells = self._tells and fetched.whole
        key = ingest_key(fetched.content)
        name = "" if key in self._keys_before(life) else self._to_spool(life, uid, fetched.content)
        crashpoints.reach("imap_before_row")
        with writing(self._engine) as session:
            mailboxes.take(session, life.id, uid, key, name, mailboxes.STORED if tells else mailboxes.DONE)
        crashpoints.reach("imap_after_row")
        if name:
            look.taken += 1
            self._on_mail(name)
        if not fetched.whole:
            _log.warning("a mail is too large, only its beginning was taken", account=self._account.name, uid=uid)
        return tells

    def _to_spool(self, life: Life, uid: int, content: bytes) -> str:
        incoming = self._spool.receive()
        try:
            incoming.write(content)
        except IntakeError:
            incoming.discard()
            raise
        name = incoming.commit(
            Envelope(
                door=imap_life.door_name(self._account),
                received_at=self._now(),
                mailbox=f"{self._account.folder};{life.uidvalidity}/{uid}",
                desk=self._account.desk,
                history=uid <= life.baseline,
            )
        )
        crashpoints.reach("imap_after_spool")
        return name

    def _keys_before(self, life: Life) -> frozenset[str]:
        """What earlier lives of the folder gave us. In its first life the ledger alone tells what is a repetition."""
        if not life.again:
            return frozenset()
        if self._earlier[0] != life.id:
            with looking(self._engine) as session:
                keys = mailboxes.earlier_keys(session, self._account.name, self._account.folder, life.id)
            self._earlier = life.id, frozenset(keys)
        return self._earlier[1]

    def _tell_rest(self, folder: RemoteFolder, life: Life, present: set[int], look: _Look) -> None:
        """Tell the server what it was not told before a crash; of what has gone there is nothing to tell."""
        if not self._tells:
            return
        with looking(self._engine) as session:
            rest = mailboxes.unfinished(session, life.id)
        gone = [uid for uid in rest if uid not in present]
        if gone:
            with writing(self._engine) as session:
                mailboxes.finish(session, life.id, gone)
        self._tell(folder, life, [uid for uid in rest if uid in present], look)

    def _tell(self, folder: RemoteFolder, life: Life, uids: Sequence[int], look: _Look) -> None:
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


@dataclass(slots=True)
class _Look:
    """What one look brought; filled while it goes on, so that what was taken counts when it breaks off."""

    taken: int = 0
    troubles: list[str] = field(default_factory=list)  #: sentences, the first the most telling
    refused: bool = False  #: the server takes no flags or moves: it is asked once a look

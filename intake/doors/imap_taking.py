"""Takes mails out of a folder: durable in the spool, then their UIDs and ingest keys committed, a batch at a time.

The server is told nothing here. What dies in between is fetched again, and is one mail to the ledger.
"""

from __future__ import annotations

import imaplib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from intake.doors.imap_connection import sentence
from intake.doors.imap_folder import RemoteFolder
from intake.doors.imap_life import Life
from intake.doors.imap_mail import Fetched
from intake.errors import IntakeError, SpoolFull
from intake.settings import ImapAccount, PolledFolder
from intake.spool import Spool
from parsing.mail import Envelope
from parsing.message.ingest import ingest_key
from store import crashpoints, mailboxes
from store.engine import looking, writing
from store.mailboxes import Taken

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Look:
    """What one look brought; filled while it goes on, so that what was taken counts when it breaks off."""

    taken: int = 0
    troubles: list[str] = field(default_factory=list)  #: sentences, the first the most telling
    refused: bool = False  #: the server takes no flags or moves: it is asked once a look


class Taker:
    """The hands of one folder's door."""

    def __init__(
        self,
        account: ImapAccount,
        polled: PolledFolder,
        *,
        spool: Spool,
        engine: Engine,
        on_mail: Callable[[str], None],
        now: Callable[[], datetime],
        stop: threading.Event,
        tells: bool,
        limit: int,
    ) -> None:
        """Prepare to take mails of up to `limit` bytes; `tells` says whether the server will hear of them."""
        self._account = account
        self._polled = polled
        self._spool = spool
        self._engine = engine
        self._on_mail = on_mail
        self._now = now
        self._stop = stop
        self._tells = tells
        self._limit = limit
        self._troublesome: set[int] = set()  # UIDs whose fetch failed: they come last, so that they stop no other
        self._earlier: tuple[int, frozenset[str]] = (0, frozenset())  # of a life's id: what we had before it

    def in_order(self, uids: Sequence[int]) -> list[int]:
        """The order in which mails are taken."""
        return sorted(uids, key=lambda uid: (uid in self._troublesome, uid))

    def take(self, folder: RemoteFolder, life: Life, uids: Sequence[int], look: Look) -> list[int]:
        """Take mails; gives the UIDs that are ours now and that the server is to be told of.

        What was spooled is committed whatever the server does next; then its failure is raised.
        """
        taken: list[Taken] = []
        try:
            for uid, fetched in self._fetched(folder, uids, look):
                crashpoints.reach("imap_after_fetch")
                taken.append(self._to_spool(life, uid, fetched))
        finally:
            self._commit(life, taken, look)
        return [each.uid for each in taken if each.state == mailboxes.STORED]

    def compare(self, folder: RemoteFolder, life: Life, uids: Sequence[int], look: Look) -> list[int]:
        """Compare mails with those of earlier lives; gives the UIDs of such as we had. The others are held."""
        before = self._keys_before(life)
        # one that ended a look before is not to end every look: it is held without being asked for again
        compared = [Taken(uid=uid, state=mailboxes.HELD) for uid in uids if uid in self._troublesome]
        for uid, fetched in self._fetched(folder, [uid for uid in uids if uid not in self._troublesome], look):
            key = ingest_key(fetched.content)
            state = self._state(fetched) if key in before else mailboxes.HELD
            compared.append(Taken(uid=uid, state=state, ingest_key=key, mark=fetched.mark))
        with writing(self._engine) as session:
            mailboxes.take(session, life.id, compared)
        return [each.uid for each in compared if each.state == mailboxes.STORED]

    def _fetched(self, folder: RemoteFolder, uids: Sequence[int], look: Look) -> Iterator[tuple[int, Fetched]]:
        for uid in uids:
            if self._stop.is_set():
                return
            if shortage := self._spool.shortage(self._limit):
                raise SpoolFull(shortage)
            self._troublesome.add(uid)
            try:
                fetched = folder.fetch(uid, self._limit)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                look.troubles.append(f"mail {uid}: {sentence(error)}")
                continue
            self._troublesome.discard(uid)
            if fetched is not None:  # else it vanished between the search and the fetch
                yield uid, fetched

    def _to_spool(self, life: Life, uid: int, fetched: Fetched) -> Taken:
        key = ingest_key(fetched.content)
        name = "" if key in self._keys_before(life) else self._spooled(life, uid, fetched)
        if not fetched.whole:
            _log.warning("a mail is too large, its text was taken", door=self._polled.door, uid=uid, size=fetched.size)
        return Taken(uid=uid, state=self._state(fetched), ingest_key=key, spool_name=name, mark=fetched.mark)

    def _state(self, fetched: Fetched) -> str:
        return mailboxes.STORED if self._tells and fetched.whole else mailboxes.DONE

    def _commit(self, life: Life, taken: Sequence[Taken], look: Look) -> None:
        if not taken:
            return
        crashpoints.reach("imap_before_row")
        with writing(self._engine) as session:
            mailboxes.take(session, life.id, taken)
        crashpoints.reach("imap_after_row")
        for each in taken:
            if each.spool_name:
                look.taken += 1
                self._on_mail(each.spool_name)

    def _spooled(self, life: Life, uid: int, fetched: Fetched) -> str:
        incoming = self._spool.receive()
        try:
            incoming.write(fetched.content)
        except IntakeError:
            incoming.discard()
            raise
        name = incoming.commit(
            Envelope(
                door=self._polled.door,
                received_at=self._now(),
                mailbox=f"{self._polled.name};{life.uidvalidity}/{uid}",
                desk=self._account.desk,
                history=uid <= life.baseline,
                junk=self._polled.role == "junk",
                sent=self._polled.role == "sent",
                whole_size=None if fetched.whole else fetched.size,
            )
        )
        crashpoints.reach("imap_after_spool")
        return name

    def _keys_before(self, life: Life) -> frozenset[str]:
        """What earlier lives of the folder gave us. In its first life the ledger alone tells what is a repetition."""
        if not life.again:
            return frozenset()
        if self._earlier[0] != life.id or life.comparing is not None:
            with looking(self._engine) as session:
                keys = mailboxes.earlier_keys(session, self._account.name, self._polled.name, life.id)
            self._earlier = life.id, frozenset(keys)
        return self._earlier[1]

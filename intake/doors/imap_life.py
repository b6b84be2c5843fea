"""A folder's lives: from one UIDVALIDITY to the next, its UIDs mean something (RFC 3501, 2.3.1.1).

The first life begins now: what is there stays where it is, unless the backlog is wanted. A later one begins because a
server was moved or restored, and then nothing is known of any mail but its words: everything is fetched again and
compared with what we have had, by its ingest key (see `imap_compare.py`). Of the rest

* what the server got before our first look stays where it is, as before;
* what it got while we were still looking was not there then, so it was restored from somewhere: it is history;
* what it got since our last look is new mail, but only as far as that is believable: where it is very much, the server
  has given all its old mail today's date, and nobody is to be answered who wrote a year ago.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.engine import Engine

from intake.doors.imap_folder import RemoteFolder
from intake.settings import ImapAccount
from store import doors, mailboxes
from store.engine import looking, writing
from store.models import Mailbox

_log = structlog.get_logger(__name__)

#: How far a server's clock may be from ours.
CLOCK_SLACK = timedelta(minutes=5)

#: More mails than these are not taken for new ones in a life that has just begun.
FLOOD = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """The folder as the store knows it."""

    id: int
    uidvalidity: int
    above: int  #: UIDs up to this one are not ours to take
    baseline: int  #: UIDs up to this one are history
    known: Mapping[int, str]  #: what became of each UID that we have heard of
    again: bool  #: earlier mails are told by their words: see `imap_compare.py`
    comparing: int | None  #: UIDs up to this one are compared with earlier lives before any is taken


@dataclass(frozen=True, kw_only=True, slots=True)
class _Start:
    """What there is to write down of a life that begins."""

    baseline: int
    left: tuple[int, ...] = ()
    comparing: int | None = None


def find(engine: Engine, account: ImapAccount, folder: RemoteFolder, door: str, now: datetime) -> Life:
    """The life of a folder that has just been selected; it is written down where it begins.

    Raises StoreUnreachable, and what the folder raises.
    """
    with looking(engine) as session:
        lives = mailboxes.lives(session, account.name, folder.name)
        found = next((each for each in lives if each.uidvalidity == folder.uidvalidity), None)
        looked = doors.last_success(session, door)
    if found is None:
        start = _begin_again(account, folder, lives, looked) if lives else _Start(baseline=folder.last_uid())
        _write_down(engine, account, folder, start, now)
    elif folder.uidnext and folder.uidnext < found.uidnext:
        _log.warning("the folder gives UIDs anew under the old UIDVALIDITY", account=account.name, folder=folder.name)
        start = _begin_again(account, folder, lives, looked)
        with writing(engine) as session:
            mailboxes.doubt(session, found.id or 0, start.baseline, start.comparing or 0)
            mailboxes.leave(session, found.id or 0, start.left)
    return _as_it_stands(engine, account, folder)


def _write_down(engine: Engine, account: ImapAccount, folder: RemoteFolder, start: _Start, now: datetime) -> None:
    with writing(engine) as session:
        life_id = mailboxes.begin_life(
            session,
            account.name,
            folder.name,
            folder.uidvalidity,
            start.baseline,
            now,
            comparing=start.comparing,
        )
        mailboxes.leave(session, life_id, start.left)


def _as_it_stands(engine: Engine, account: ImapAccount, folder: RemoteFolder) -> Life:
    with looking(engine) as session:
        lives = mailboxes.lives(session, account.name, folder.name)
        life = next(each for each in lives if each.uidvalidity == folder.uidvalidity)
        known = mailboxes.known(session, life.id or 0)
    if folder.uidnext > life.uidnext:
        with writing(engine) as session:
            mailboxes.note_next(session, life.id or 0, folder.uidnext)
    return Life(
        id=life.id or 0,
        uidvalidity=life.uidvalidity,
        above=0 if life.again or account.backlog else life.baseline,
        baseline=life.baseline,
        known=known,
        again=life.again,
        comparing=life.comparing,
    )


def _begin_again(account: ImapAccount, folder: RemoteFolder, lives: list[Mailbox], looked: datetime | None) -> _Start:
    first_look = min(life.created_at for life in lives)
    last_look = max(looked or first_look, *(life.created_at for life in lives))
    arrivals = folder.arrivals(folder.uids(above=0))
    before = () if account.backlog else _before(arrivals, first_look)
    baseline = _baseline(arrivals, last_look)
    _log.warning(
        "the folder has a new UIDVALIDITY, its mails are compared anew",
        account=account.name,
        folder=folder.name,
        mails=len(arrivals),
        left=len(before),
        as_new=sum(uid > baseline for uid in arrivals),
    )
    return _Start(baseline=baseline, left=before, comparing=max(arrivals, default=0))


def _before(arrivals: Mapping[int, datetime | None], first_look: datetime) -> tuple[int, ...]:
    limit = first_look - CLOCK_SLACK
    return tuple(uid for uid, arrived in arrivals.items() if arrived is not None and arrived < limit)


def _baseline(arrivals: Mapping[int, datetime | None], last_look: datetime) -> int:
    """The highest UID of history."""
    limit = last_look - CLOCK_SLACK
    last = max(arrivals, default=0)
    first_new = min((uid for uid, arrived in arrivals.items() if arrived is not None and arrived >= limit), default=0)
    new = sum(uid >= first_new for uid in arrivals) if first_new else 0
    return first_new - 1 if 0 < new <= FLOOD else last

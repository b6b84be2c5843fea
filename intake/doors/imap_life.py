"""A folder's lives: from one UIDVALIDITY to the next, its UIDs mean something (RFC 3501, 2.3.1.1).

The first life begins now: what is there stays where it is, unless the backlog is wanted. A later one begins because a
server was moved or restored, and then nothing is known of any mail but its words: everything is fetched again, and what
we have had is told by its ingest key. Of the rest

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
from store import mailboxes
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
    known: frozenset[int]  #: UIDs that are settled: taken, or left where they are
    again: bool  #: there were lives before this one


@dataclass(frozen=True, kw_only=True, slots=True)
class _Start:
    """What there is to write down of a life that begins."""

    baseline: int
    left: tuple[int, ...] = ()


def door_name(account: ImapAccount) -> str:
    """What an account's door is called in envelopes and in the health book."""
    return f"imap:{account.name}"


def find(engine: Engine, account: ImapAccount, folder: RemoteFolder, now: datetime) -> Life:
    """The life of a folder that has just been selected; it is written down where it begins.

    Raises StoreUnreachable, and what the folder raises.
    """
    with looking(engine) as session:
        lives = mailboxes.lives(session, account.name, folder.name)
        life = next((each for each in lives if each.uidvalidity == folder.uidvalidity), None)
        looked = mailboxes.last_success(session, door_name(account))
    if life is None:
        start = _begin_again(account, folder, lives, looked) if lives else _Start(baseline=folder.last_uid())
        with writing(engine) as session:
            key = mailboxes.begin_life(session, account.name, folder.name, folder.uidvalidity, start.baseline, now)
            mailboxes.leave(session, key, start.left)
        baseline = start.baseline
    else:
        key, baseline = life.id or 0, life.baseline
    with looking(engine) as session:
        known = frozenset(mailboxes.known(session, key))
    again = any(each.id != key for each in lives)
    above = 0 if again or account.backlog else baseline
    return Life(id=key, uidvalidity=folder.uidvalidity, above=above, baseline=baseline, known=known, again=again)


def _begin_again(account: ImapAccount, folder: RemoteFolder, lives: list[Mailbox], looked: datetime | None) -> _Start:
    first_look = min(life.created_at for life in lives)
    last_look = max(looked or first_look, *(life.created_at for life in lives))
    arrivals = folder.arrivals(folder.uids(above=0))
    before = () if account.backlog else _before(arrivals, first_look)
    baseline = _baseline(arrivals, last_look)
    _log.warning(
        "the folder has a new UIDVALIDITY, its mails are compared anew",
        account=account.name,
        mails=len(arrivals),
        left=len(before),
        as_new=sum(uid > baseline for uid in arrivals),
    )
    return _Start(baseline=baseline, left=before)


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

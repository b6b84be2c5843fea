"""Compares a folder that has begun a new life with what it gave us before, and holds what is like nothing of it.

A few mails that are new to us are taken; of many nobody knows what they are (a restored archive, another mailbox), so
they are held, nobody is answered, and the operators are told how to let them in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine

from intake.doors.imap_folder import RemoteFolder
from intake.doors.imap_life import FLOOD, Life
from intake.doors.imap_taking import Look, Taker
from intake.settings import ImapAccount, PolledFolder
from store import alerts, mailboxes
from store.engine import writing

_log = structlog.get_logger(__name__)

#: Mails that are compared between two commits.
BATCH = 50


def compare(
    engine: Engine,
    taker: Taker,
    folder: RemoteFolder,
    life: Life,
    present: Sequence[int],
    look: Look,
    polled: PolledFolder,
    account: ImapAccount,
    now: datetime,
) -> list[int]:
    """Compare what is left to be compared; gives the UIDs of mails that we had, and that the server is to be told of.

    Until all are compared nothing of this life is taken. What cannot be fetched twice is held like what we never had.
    """
    ours: list[int] = []
    left = _left(life.known, present, life.comparing or 0)
    for start in range(0, len(left), BATCH):
        ours += taker.compare(folder, life, left[start : start + BATCH], look)
    with writing(engine) as session:
        if not _left(mailboxes.known(session, life.id), folder.uids(above=0), life.comparing or 0):
            held = mailboxes.compared(session, life.id, FLOOD)
            _log.warning("the folder has been compared", door=polled.door, mails=len(left), held=held)
            if held:
                alerts.raise_(session, alert_key(account.name, polled.name), _told(account, polled, held), now)
    return ours


def alert_key(account: str, folder: str) -> str:
    """Under which key an operator hears of held mails."""
    return f"held:{account}/{folder}"


def _left(known: Mapping[int, str], present: Sequence[int], comparing: int) -> list[int]:
    return [uid for uid in present if uid <= comparing and known.get(uid, mailboxes.GONE) == mailboxes.GONE]


def _told(account: ImapAccount, polled: PolledFolder, held: int) -> str:
    return (
        f"{held:,} mails in {polled.name} are like none that we had before its UIDVALIDITY changed; "
        f"`loket mailbox release {account.name}` takes them as history, `loket mailbox leave {account.name}` does not"
    )

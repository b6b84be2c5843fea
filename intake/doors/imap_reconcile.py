"""Accounts for every mail of a folder: what is there, against what the store and the spool know of it.

A UID that bears another mail than it did, or whose mail is in neither, is forgotten, so that the next look fetches it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Engine

from intake.doors.imap_folder import RemoteFolder
from intake.doors.imap_life import Life
from intake.spool import Spool
from store import mailboxes
from store.engine import looking, writing

_OURS = (mailboxes.STORED, mailboxes.DONE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciled:
    """What a reconcile found."""

    server: int  #: mails in the folder
    ledger: int  #: of them, those that we can account for
    again: int  #: of them, those that are to be fetched again


def reconcile(engine: Engine, spool: Spool, folder: RemoteFolder, life: Life, present: Sequence[int]) -> Reconciled:
    """Compare a folder's UIDs with the store's. Raises StoreUnreachable, and what the folder raises."""
    with looking(engine) as session:
        known = mailboxes.known(session, life.id)
        marks = mailboxes.marks(session, life.id)
        lost = mailboxes.lost(session, life.id)
    there = set(present)
    now = folder.marks(sorted(there & set(marks)))
    again = {uid for uid, mark in now.items() if mark != marks[uid]}
    again |= {uid for uid, name in lost.items() if uid in there and not spool.holds(name)}
    with writing(engine) as session:
        mailboxes.forget(session, life.id, sorted(again))
        mailboxes.confirm(session, life.id)
    still = set(folder.uids(above=0)) & there  # what has left meanwhile is nobody's to account for
    ours = {uid for uid in still if uid <= life.above or (known.get(uid) in _OURS and uid not in again)}
    return Reconciled(server=len(still), ledger=len(ours), again=len(again))

"""Polled mailboxes: which UIDs we have, folder life by folder life; and how every door does.

A UID means something only together with its UIDVALIDITY (RFC 3501, 2.3.1.1): when that changes, the folder begins a new
life, in which every UID is unknown again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from store import rows
from store.models import DoorHealth, Mailbox, MailboxUid

#: A mail is ours, but the server has not been told: it is to be flagged or moved.
STORED = "stored"
#: The server knows it too, or was not to be told.
DONE = "done"


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """What a reconcile found."""

    server: int  #: mails in the folder
    ledger: int  #: of them, those that we can account for
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """How a door does, as far as it knows itself; what it does not know is None."""

    success: datetime | None = None
    failure: tuple[datetime, str] | None = None  #: the last one, and why
    failing_since: datetime | None = None  #: the first failure since the last success
    oldest_unread: datetime | None = None  #: when the oldest mail came that is there and not taken
    count: Count | None = None


def lives(session: Session, account: str, folder: str) -> list[Mailbox]:
    """The lives of a folder that we have seen, the newest first."""
    statement = select(Mailbox).where(Mailbox.account == account, Mailbox.folder == folder)
    return list(session.exec(statement.order_by(col(Mailbox.id).desc())).all())


def begin_life(session: Session, account: str, folder: str, uidvalidity: int, baseline: int, now: datetime) -> int:
    """Remember a folder with a new UIDVALIDITY; UIDs up to `baseline` are not ours to take."""
    life = Mailbox(account=account, folder=folder, uidvalidity=uidvalidity, baseline=baseline, created_at=now)
    return rows.add(session, life)


def known(session: Session, mailbox_id: int) -> set[int]:
    """The UIDs that we have."""
    return set(session.exec(select(MailboxUid.uid).where(MailboxUid.mailbox_id == mailbox_id)).all())


def unfinished(session: Session, mailbox_id: int) -> list[int]:
    """The UIDs that we have and that are still to be flagged or moved."""
    statement = select(MailboxUid.uid).where(MailboxUid.mailbox_id == mailbox_id, MailboxUid.state == STORED)
    return sorted(session.exec(statement).all())


def take(session: Session, mailbox_id: int, uid: int, ingest_key: str, spool_name: str, state: str) -> None:
    """Write down that a mail is ours."""
    row = MailboxUid(mailbox_id=mailbox_id, uid=uid, ingest_key=ingest_key, spool_name=spool_name, state=state)
    rows.add(session, row)


def finish(session: Session, mailbox_id: int, uids: Sequence[int]) -> None:
    """Write down that the server has been told."""
    for piece in rows.chunks(uids):
        session.connection().execute(
            update(MailboxUid)
            .where(col(MailboxUid.mailbox_id) == mailbox_id, col(MailboxUid.uid).in_(piece))
            .values(state=DONE)
        )


def earlier_keys(session: Session, account: str, folder: str, mailbox_id: int) -> set[str]:
    """The ingest keys of all mails that a folder gave us in its earlier lives."""
    statement = (
        select(MailboxUid.ingest_key)
        .join(Mailbox, col(Mailbox.id) == col(MailboxUid.mailbox_id))
        .where(Mailbox.account == account, Mailbox.folder == folder, Mailbox.id != mailbox_id)
    )
    return set(session.exec(statement).all())


def leave(session: Session, mailbox_id: int, uids: Iterable[int]) -> None:
    """Write down mails that are not ours to take, and stay where they are."""
    rows.add_all(
        session,
        [MailboxUid(mailbox_id=mailbox_id, uid=uid, ingest_key="", spool_name="", state=DONE) for uid in uids],
    )


def note_health(session: Session, name: str, kind: str, told: Health) -> None:
    """Write down how a door does; a time that is None leaves the older one as it is.

    A failure goes with the first success after it: what stands there is still wrong.
    """
    row = session.get(DoorHealth, name) or DoorHealth(name=name, kind=kind)
    row.kind = kind
    row.last_success = told.success or row.last_success
    if told.failure is not None:
        row.last_error_at, row.last_error = told.failure
    if row.last_success and row.last_error_at and row.last_error_at < row.last_success:
        row.last_error_at = row.last_error = None
    row.failing_since, row.oldest_unread_at = told.failing_since, told.oldest_unread
    if told.count is not None:
        row.server_count, row.ledger_count, row.counted_at = told.count.server, told.count.ledger, told.count.at
    session.add(row)
    session.flush()


def last_success(session: Session, door: str) -> datetime | None:
    """When a door last did its work, None where it never did; a little late, as health is written from time to time."""
    row = session.get(DoorHealth, door)
    return row.last_success if row else None


def health(session: Session) -> Iterable[DoorHealth]:
    """Every door that ever told how it does, by name."""
    return session.exec(select(DoorHealth).order_by(DoorHealth.name)).all()

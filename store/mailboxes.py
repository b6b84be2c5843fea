"""Polled mailboxes: which UIDs we have, folder life by folder life.

A UID means something only together with its UIDVALIDITY (RFC 3501, 2.3.1.1): when that changes, the folder begins a new
life, in which every UID is unknown again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from store import rows
from store.models import Arrival, Mailbox, MailboxUid

#: A mail is ours, but the server has not been told: it is to be flagged or moved.
STORED = "stored"
#: The server knows it too, or was not to be told.
DONE = "done"
#: Not ours yet: after a change of UIDVALIDITY it is like nothing that we had, and there is too much of its kind.
HELD = "held"
#: It has left the folder; whatever bears its UID now is another mail.
GONE = "gone"


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A mail of a folder, and what became of it."""

    uid: int
    state: str
    ingest_key: str = ""
    spool_name: str = ""  #: "" where nothing new came of it
    mark: str = ""  #: size and time of arrival as the server told them


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """A folder in one of its lives, in numbers."""

    id: int
    account: str
    folder: str
    uidvalidity: int
    since: datetime
    taken: int
    held: int
    comparing: bool  #: its mails are still being compared with those of earlier lives


def lives(session: Session, account: str, folder: str) -> list[Mailbox]:
    """The lives of a folder that we have seen, the newest first."""
    statement = select(Mailbox).where(Mailbox.account == account, Mailbox.folder == folder)
    return list(session.exec(statement.order_by(col(Mailbox.id).desc())).all())


def begin_life(
    session: Session,
    account: str,
    folder: str,
    uidvalidity: int,
    baseline: int,
    now: datetime,
    *,
    comparing: int | None = None,
) -> int:
    """Remember a folder with a new UIDVALIDITY; UIDs up to `baseline` are history, or not ours to take.

    Those up to `comparing` have to be compared with what earlier lives gave us.
    """
    life = Mailbox(
        account=account,
        folder=folder,
        uidvalidity=uidvalidity,
        baseline=baseline,
        created_at=now,
        again=comparing is not None,
        comparing=comparing,
    )
    return rows.add(session, life)


def known(session: Session, mailbox_id: int) -> dict[int, str]:
    """The UIDs that we have heard of, and what became of each."""
    statement = select(MailboxUid.uid, MailboxUid.state).where(MailboxUid.mailbox_id == mailbox_id)
    return dict(session.exec(statement).all())


def marks(session: Session, mailbox_id: int) -> dict[int, str]:
    """Of the UIDs that we have, their marks, as far as they have one."""
    statement = select(MailboxUid.uid, MailboxUid.mark).where(
        MailboxUid.mailbox_id == mailbox_id, MailboxUid.mark != "", col(MailboxUid.state).in_((STORED, DONE))
    )
    return dict(session.exec(statement).all())


def lost(session: Session, mailbox_id: int) -> dict[int, str]:
    """The UIDs of mails that went into the spool and that the ledger does not know; with their spool names."""
    statement = (
        select(MailboxUid.uid, MailboxUid.spool_name)
        .join(Arrival, col(Arrival.spool_name) == col(MailboxUid.spool_name), isouter=True)
        .where(MailboxUid.mailbox_id == mailbox_id, MailboxUid.spool_name != "", col(Arrival.id).is_(None))
        .where(MailboxUid.state != GONE)
    )
    return dict(session.exec(statement).all())


def take(session: Session, mailbox_id: int, taken: Sequence[Taken]) -> None:
    """Write down mails that are ours; what stood there of their UIDs is over."""
    for piece in rows.chunks([each.uid for each in taken]):
        session.connection().execute(
            delete(MailboxUid).where(
                col(MailboxUid.mailbox_id) == mailbox_id,
                col(MailboxUid.uid).in_(piece),
                col(MailboxUid.state).in_((HELD, GONE)),
            )
        )
    rows.add_all(
        session,
        [
            rows.Draft(
                MailboxUid,
                mailbox_id=mailbox_id,
                uid=each.uid,
                state=each.state,
                ingest_key=each.ingest_key,
                spool_name=each.spool_name,
                mark=each.mark,
            )
            for each in taken
        ],
    )


def finish(session: Session, mailbox_id: int, uids: Sequence[int], state: str = DONE) -> None:
    """Write down that the server has been told, or whatever else has become of mails."""
    for piece in rows.chunks(uids):
        session.connection().execute(
            update(MailboxUid)
            .where(col(MailboxUid.mailbox_id) == mailbox_id, col(MailboxUid.uid).in_(piece))
            .values(state=state)
        )


def forget(session: Session, mailbox_id: int, uids: Sequence[int]) -> None:
    """Know nothing of these UIDs any more: the next look fetches them."""
    for piece in rows.chunks(uids):
        session.connection().execute(
            delete(MailboxUid).where(col(MailboxUid.mailbox_id) == mailbox_id, col(MailboxUid.uid).in_(piece))
        )


def confirm(session: Session, mailbox_id: int) -> None:
    """What has reached the ledger is not looked for again, so that the ledger may forget it in its own time."""
    reached = select(Arrival.spool_name).where(Arrival.spool_name == MailboxUid.spool_name).exists()
    session.connection().execute(
        update(MailboxUid).where(col(MailboxUid.mailbox_id) == mailbox_id, reached).values(spool_name="")
    )


def note_next(session: Session, mailbox_id: int, uidnext: int) -> None:
    """Remember the highest UIDNEXT that the server has told."""
    session.connection().execute(update(Mailbox).where(col(Mailbox.id) == mailbox_id).values(uidnext=uidnext))


def doubt(session: Session, mailbox_id: int, baseline: int, comparing: int) -> None:
    """The server gives UIDs anew without a new UIDVALIDITY: what we know of them is worth nothing, all is compared."""
    session.connection().execute(update(MailboxUid).where(col(MailboxUid.mailbox_id) == mailbox_id).values(state=GONE))
    values = {"uidnext": 0, "again": True, "comparing": comparing, "baseline": baseline}
    session.connection().execute(update(Mailbox).where(col(Mailbox.id) == mailbox_id).values(**values))


def compared(session: Session, mailbox_id: int, at_most: int) -> int:
    """The comparing is over: up to so many mails that are like none before are let go to be taken, more stay held.

    Returns how many stay.
    """
    session.connection().execute(update(Mailbox).where(col(Mailbox.id) == mailbox_id).values(comparing=None))
    held = held_count(session, mailbox_id)
    if held > at_most:
        return held
    forget_held(session, mailbox_id)
    return 0


def held_count(session: Session, mailbox_id: int) -> int:
    """How many mails of a life wait for the operator."""
    counted = select(func.count()).where(MailboxUid.mailbox_id == mailbox_id, MailboxUid.state == HELD)
    return int(session.exec(counted).one())


def overview(session: Session) -> list[Overview]:
    """Every life of every folder, the newest first."""
    counted = select(MailboxUid.mailbox_id, MailboxUid.state, func.count()).group_by(
        col(MailboxUid.mailbox_id), col(MailboxUid.state)
    )
    counts = {(life, state): count for life, state, count in session.exec(counted).all()}
    return [
        Overview(
            id=life.id or 0,
            account=life.account,
            folder=life.folder,
            uidvalidity=life.uidvalidity,
            since=life.created_at,
            taken=sum(counts.get((life.id or 0, state), 0) for state in (STORED, DONE, GONE)),
            held=counts.get((life.id or 0, HELD), 0),
            comparing=life.comparing is not None,
        )
        for life in session.exec(select(Mailbox).order_by(col(Mailbox.id).desc())).all()
    ]


def release(session: Session, mailbox_id: int, *, as_new: bool) -> int:
    """Let a life's held mails be taken, as history or as new mail; returns how many."""
    held = [uid for uid, state in known(session, mailbox_id).items() if state == HELD]
    life = rows.one(session, Mailbox, mailbox_id)
    if held:
        life.baseline = min(life.baseline, min(held) - 1) if as_new else max(life.baseline, *held)
        session.add(life)
        session.flush()
        forget_held(session, mailbox_id)
    return len(held)


def leave_held(session: Session, mailbox_id: int) -> int:
    """Leave a life's held mails where they are; returns how many."""
    held = [uid for uid, state in known(session, mailbox_id).items() if state == HELD]
    finish(session, mailbox_id, held)
    return len(held)


def forget_held(session: Session, mailbox_id: int) -> None:
    """Let held mails be taken, by the next look."""
    session.connection().execute(
        delete(MailboxUid).where(col(MailboxUid.mailbox_id) == mailbox_id, col(MailboxUid.state) == HELD)
    )


def earlier_keys(session: Session, account: str, folder: str, mailbox_id: int) -> set[str]:
    """The ingest keys of all mails that a folder gave us in its earlier lives, or that have left it in this one."""
    statement = (
        select(MailboxUid.ingest_key)
        .join(Mailbox, col(Mailbox.id) == col(MailboxUid.mailbox_id))
        .where(Mailbox.account == account, Mailbox.folder == folder)
        .where((col(Mailbox.id) != mailbox_id) | (col(MailboxUid.state) == GONE))
    )
    return set(session.exec(statement).all())


def leave(session: Session, mailbox_id: int, uids: Iterable[int]) -> None:
    """Write down mails that are not ours to take, and stay where they are."""
    take(session, mailbox_id, [Taken(uid=uid, state=DONE) for uid in uids])

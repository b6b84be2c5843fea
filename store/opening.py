"""Opens sealed files, and remembers who did and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from store import keys, rows, tickets
from store.blobs import BlobFolder
from store.errors import BlobErased, BlobGuarded, NoSuchRow
from store.keys import DeskKey
from store.models import Access, Attachment, Blob, Desk, Mail, Message, SealingKey

#: Who may open what is guarded: secrets, identity cards, and the mails that hold them.
ROLES = frozenset({"lead", "kyc", "auditor"})


def open_blob(
    session: Session,
    folder: BlobFolder,
    master: bytes,
    name: str,
    *,
    by: str,
    reason: str,
    now: datetime,
    role: str | None = None,
) -> bytes:
    """A sealed file's content; the access is recorded, on its ticket too. `role` is that of who opens it.

    Raises NoSuchRow, BlobGuarded, BlobDamaged, BlobErased, KeyMismatch.
    """
    blob = rows.one(session, Blob, name)
    _permit(blob, role)
    found = folder.read(name, mail_key(session, master, blob))
    _record(session, name, by, reason, now)
    return found


def open_for_agent(
    session: Session,
    folder: BlobFolder,
    desk_key: DeskKey,
    name: str,
    *,
    by: str,
    reason: str,
    now: datetime,
    role: str,
) -> bytes:
    """Likewise for an agent, with the desk's key. Raises NoSuchRow, BlobGuarded, BlobDamaged, BlobErased."""
    _permit(rows.one(session, Blob, name), role)
    found = content(session, folder, desk_key, name)
    _record(session, name, by, reason, now)
    return found


def mail_key(session: Session, master: bytes, blob: Blob) -> bytes:
    """The key that a blob is sealed with."""
    sealing = rows.one(session, SealingKey, blob.key_id)
    desk = rows.one(session, Desk, blob.desk_id)
    if sealing.wrapped is None:
        raise BlobErased(blob.name)
    return keys.open_desk_key(master, desk.wrapped_key).unwrap(sealing.wrapped)


def content(session: Session, folder: BlobFolder, desk_key: DeskKey, name: str) -> bytes:
    """A sealed file's content, to send on what an agent has written: no access is recorded."""
    sealing = rows.one(session, SealingKey, rows.one(session, Blob, name).key_id)
    if sealing.wrapped is None:
        raise BlobErased(name)
    return folder.read(name, desk_key.unwrap(sealing.wrapped))


def raw_mail(session: Session, folder: BlobFolder, master: bytes, mail: Mail) -> bytes:
    """A mail's bytes as they came; for the desk's own use, so no access is recorded."""
    if mail.raw_blob is None:
        raise NoSuchRow(str(mail.id))
    blob = rows.one(session, Blob, mail.raw_blob)
    return folder.read(blob.name, mail_key(session, master, blob))


def permitted(guard: str, role: str | None) -> bool:
    """Whether that role opens what is guarded for that reason; what is not guarded is open to everybody."""
    return not guard or role in ROLES


def record_all(session: Session, names: Iterable[str], by: str, reason: str, now: datetime) -> None:
    """Remember that sealed files are handed over together; what became of their tickets is the caller's to say."""
    rows.add_all(session, [rows.Draft(Access, blob=name, at=now, by=by, reason=reason) for name in names])


def _permit(blob: Blob, role: str | None) -> None:
    if not permitted(blob.guard, role):
        raise BlobGuarded(blob.guard)


def _record(session: Session, name: str, by: str, reason: str, now: datetime) -> None:
    record_all(session, [name], by, reason, now)
    ticket_id = _ticket_of(session, name)
    if ticket_id is not None:
        tickets.add_event(session, ticket_id, now, "opened a sealed file", by, {"blob": name, "reason": reason})


def _ticket_of(session: Session, name: str) -> int | None:
    of_mail = session.exec(select(Mail.ticket_id).where(Mail.raw_blob == name)).first()
    if of_mail is not None:
        return of_mail
    return session.exec(
        select(Message.ticket_id)
        .join(Attachment)  # by its foreign key
        .where(or_(*(col(column) == name for column in (Attachment.blob, Attachment.large, Attachment.small))))
    ).first()

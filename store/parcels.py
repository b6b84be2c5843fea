"""What is handed over of a ticket: what is told of it, and its mails, letters and files as they came and went.

Reads only, and opens nothing: a sealed piece comes with its key, for whoever may open it and has that recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from parsing.message.names import safe_name
from store import outbox, people, rows, views
from store.keys import DeskKey
from store.models import Attachment, Blob, Letter, LetterRecipient, Mail, Message, SealingKey, Ticket

#: Why a piece has no content.
ERASED: Final = "it has been erased"
NOT_KEPT: Final = "nobody keeps it once it has left"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """A sealed file, and what opens it."""

    blob: str
    key: bytes
    guard: str  #: why only few may open it, "" where that is not so


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One file of a parcel."""

    path: str  #: within it
    at: datetime
    content: bytes = b""
    sealed: Sealed | None = None  #: in place of the content
    lacking: str = ""  #: why it cannot be had at all


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """What is handed over of one ticket."""

    ticket_id: int | None  #: None for what belongs to no ticket
    desk: str
    told: Mapping[str, Any]  #: in the shape of the interface
    pieces: Sequence[Piece]
    beside: Mapping[int, Sequence[str]] = field(default_factory=dict)  #: their paths, by the message that they are of


def of_ticket(session: Session, key: DeskKey, ticket: Ticket) -> Parcel:
    """All of a ticket. Raises KeyMismatch."""
    told = views.ticket(session, ticket)
    messages = session.exec(select(Message).where(Message.ticket_id == ticket.id).order_by(col(Message.id))).all()
    mails = session.exec(
        select(Mail)
        .where((col(Mail.ticket_id) == ticket.id) | col(Mail.id).in_([each.mail_id for each in messages]))
        .order_by(col(Mail.id))
    ).all()
    letters = session.exec(select(Letter).where(Letter.ticket_id == ticket.id).order_by(col(Letter.id))).all()
    return _parcel(session, key, ticket, told, messages, mails, letters)


def of_part(session: Session, key: DeskKey, ticket: Ticket, addresses: Collection[str]) -> Parcel:
    """What somebody said in another one's ticket, and what we wrote to him there. Raises KeyMismatch."""
    told = views.ticket(session, ticket)
    mails = _mails(session, ticket.desk_id, addresses, col(Mail.ticket_id) == ticket.id)
    ids = {each.id for each in mails}
    messages = [
        each
        for each in session.exec(select(Message).where(Message.ticket_id == ticket.id).order_by(col(Message.id))).all()
        if each.mail_id in ids or people.canonical(each.sender or "") in addresses
    ]
    own = {each.id for each in messages}
    parts = {
        "number": ticket.number,
        "desk": told["desk"],
        "subject": ticket.subject,
        "participants": [each for each in told["participants"] if each["address"] in addresses],
        "messages": [each for each in told["messages"] if each["id"] in own],
    }
    letters = _letters(session, ticket.desk_id, addresses, col(Letter.ticket_id) == ticket.id)
    return _parcel(session, key, ticket, parts, messages, mails, letters)


def without_ticket(session: Session, key: DeskKey, desk_id: int, desk: str, addresses: Collection[str]) -> Parcel:
    """An address's mails that became no ticket's, and our letters to it of no ticket. Raises KeyMismatch."""
    mails = _mails(session, desk_id, addresses, col(Mail.ticket_id).is_(None))
    letters = _letters(session, desk_id, addresses, col(Letter.ticket_id).is_(None))
    return _parcel(session, key, None, {"number": "", "desk": desk}, (), mails, letters)


def _parcel(
    session: Session,
    key: DeskKey,
    ticket: Ticket | None,
    told: Mapping[str, Any],
    messages: Sequence[Message],
    mails: Sequence[Mail],
    letters: Sequence[Letter],
) -> Parcel:
    sealed = _Opener(session, key)
    came = {each.id: _mail(sealed, each, number) for number, each in enumerate(mails, 1)}
    went = {each.id: _letter(each, number) for number, each in enumerate(letters, 1)}
    beside: dict[int, list[str]] = {}
    files: list[Piece] = []
    for number, message in enumerate(messages, 1):
        own = [piece for piece in (came.get(message.mail_id), went.get(message.letter_id)) if piece is not None]
        with_it = _files(session, sealed, message, number)
        files += with_it
        beside[message.id or 0] = [piece.path for piece in (*own, *with_it)]
    pieces = [*(piece for piece in came.values() if piece), *went.values(), *files]
    return Parcel(
        ticket_id=ticket.id if ticket else None, desk=str(told["desk"]), told=told, pieces=pieces, beside=beside
    )


class _Opener:
    """Finds the keys of sealed files."""

    def __init__(self, session: Session, key: DeskKey) -> None:
        self._session = session
        self._key = key
        self._keys: dict[int, bytes | None] = {}

    def piece(self, path: str, at: datetime, name: str) -> Piece:
        blob = rows.one(self._session, Blob, name)
        if blob.key_id not in self._keys:
            wrapped = rows.one(self._session, SealingKey, blob.key_id).wrapped
            self._keys[blob.key_id] = self._key.unwrap(wrapped) if wrapped else None
        key = self._keys[blob.key_id]
        if key is None:
            return Piece(path=path, at=at, lacking=ERASED)
        return Piece(path=path, at=at, sealed=Sealed(blob=name, key=key, guard=blob.guard))


def _mail(sealed: _Opener, mail: Mail, number: int) -> Piece | None:
    """A mail as it came; None where nothing was kept of it."""
    return sealed.piece(f"mails/{number:03}.eml", mail.received_at, mail.raw_blob) if mail.raw_blob else None


def _letter(letter: Letter, number: int) -> Piece:
    """A letter of ours as it went, or will."""
    path = f"letters/{number:03}-{letter.kind}.eml"
    if letter.kind == outbox.SEALED:  # a copy of a sealed file: that stands among the files, and is told there
        return Piece(path=path, at=letter.created_at, lacking=NOT_KEPT)
    lacking = "" if letter.content else ERASED
    return Piece(path=path, at=letter.created_at, content=letter.content, lacking=lacking)


def _files(session: Session, sealed: _Opener, message: Message, number: int) -> list[Piece]:
    statement = select(Attachment).where(Attachment.message_id == message.id).order_by(col(Attachment.id))
    return [
        sealed.piece(f"files/{number:03}-{_file_name(each)}", message.received_at, each.blob)
        for each in session.exec(statement).all()
    ]


def _file_name(file: Attachment) -> str:
    """A name that no file system takes amiss, told apart by the file's place in its mail."""
    shown = "".join("_" if character in '<>:"|?*' else character for character in safe_name(file.name))
    return f"{file.position + 1}-{shown or 'file'}"


def _mails(session: Session, desk_id: int, addresses: Iterable[str], *where: Any) -> Sequence[Mail]:
    own = (Mail.desk_id == desk_id, col(Mail.sender).in_(list(addresses)))
    return session.exec(select(Mail).where(*own, *where).order_by(col(Mail.id))).all()


def _letters(session: Session, desk_id: int, addresses: Iterable[str], *where: Any) -> Sequence[Letter]:
    to_them = select(LetterRecipient.letter_id).where(func.lower(LetterRecipient.address).in_(list(addresses)))
    own = (Letter.desk_id == desk_id, col(Letter.id).in_(to_them))
    return session.exec(select(Letter).where(*own, *where).order_by(col(Letter.id))).all()

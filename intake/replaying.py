"""What the site's rules would change: stored mail read anew, beside what was read when it came.

It opens sealed mail, and each opening is recorded. Nothing that is stored is changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from parsing.mail import Envelope, RawMail
from parsing.reading import read
from parsing.report import ReportSettings
from store import ledger, opening
from store.blobs import BlobFolder
from store.engine import looking, writing
from store.errors import BlobDamaged, BlobErased, BlobGuarded
from store.models import Finding, Mail, Message, Ticket

#: Mails whose opening is recorded in one transaction: the store is not held while they are read.
_AT_A_TIME = 50

#: Who read what no agent has put in its place.
_READER = "loket"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A mail of which something would be read otherwise."""

    ticket: str  #: its number
    message_id: str | None
    changes: dict[str, dict[str, list[Any]]]  #: field, or "category" → what goes ("gone") and what comes ("new")


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """What came of it."""

    changes: Sequence[Change]
    read: int  #: mails
    closed: int  #: mails that could not be opened: guarded, erased or damaged


@dataclass(frozen=True, slots=True)
class _Opened:
    """A stored mail, open."""

    mail: Mail
    content: bytes


def replay(
    engine: Engine,
    folder: BlobFolder,
    master: bytes,
    settings: ReportSettings,
    *,
    since: datetime,
    by: str,
    role: str | None,
    now: datetime,
) -> Replay:
    """Read all mail of people that came since then; `role` is that of who asks, for mail that is guarded."""
    with looking(engine) as session:
        waiting = iter(_mails(session, since))
    changes, count, closed = [], 0, 0
    while batch := list(islice(waiting, _AT_A_TIME)):
        with writing(engine) as session:
            opened = [_open(session, folder, master, mail, by=by, role=role, now=now) for mail in batch]
        with looking(engine) as session:
            for each in opened:
                count, closed = count + (each is not None), closed + (each is None)
                change = _change(session, each, settings) if each else None
                if change is not None:
                    changes.append(change)
    return Replay(changes=changes, read=count, closed=closed)


def _mails(session: Session, since: datetime) -> Sequence[Mail]:
    return session.exec(
        select(Mail)
        .where(Mail.received_at >= since, Mail.state == ledger.DONE, Mail.nature == "human")
        .where(col(Mail.raw_blob).is_not(None))
        .order_by(col(Mail.id))
    ).all()


def _open(
    session: Session, folder: BlobFolder, master: bytes, mail: Mail, *, by: str, role: str | None, now: datetime
) -> _Opened | None:
    try:
        content = opening.open_blob(
            session, folder, master, mail.raw_blob or "", by=by, role=role, reason="rules replay", now=now
        )
    except (BlobGuarded, BlobErased, BlobDamaged):
        return None
    return _Opened(mail, content)


def _change(session: Session, opened: _Opened, settings: ReportSettings) -> Change | None:
    """What would be read otherwise; None where nothing would."""
    mail = opened.mail
    envelope = Envelope(door="replay", received_at=mail.received_at)
    report = read(RawMail(content=opened.content, envelope=envelope), settings).report
    message = session.exec(select(Message).where(Message.mail_id == mail.id, Message.direction == "in")).first()
    ticket = session.get(Ticket, mail.ticket_id)
    if message is None or ticket is None:
        return None
    before = _by_field((each.field, each.value) for each in _stored(session, message))
    after = _by_field((each.field, each.value) for each in report.findings)
    if _opened_it(session, ticket, message):
        before["category"], after["category"] = {json.dumps(ticket.category)}, {json.dumps(str(report.category))}
    changes = {
        name: {"gone": _listed(before.get(name, set()) - after.get(name, set())), "new": _listed(new)}
        for name in sorted({*before, *after})
        if before.get(name, set()) != after.get(name, set())
        for new in [after.get(name, set()) - before.get(name, set())]
    }
    return Change(ticket=ticket.number, message_id=mail.message_id, changes=changes) if changes else None


def _stored(session: Session, message: Message) -> Iterable[Finding]:
    """What was read in the mail's words when it came; pictures are not looked at again."""
    return session.exec(
        select(Finding).where(Finding.message_id == message.id, Finding.by == _READER, col(Finding.standing).is_(None))
    ).all()


def _opened_it(session: Session, ticket: Ticket, message: Message) -> bool:
    """Whether the ticket's category was told from this mail."""
    first = session.exec(select(Message.id).where(Message.ticket_id == ticket.id).order_by(col(Message.id))).first()
    return first == message.id


def _by_field(found: Iterable[tuple[str, Any]]) -> dict[str, set[str]]:
    values: dict[str, set[str]] = {}
    for field, value in found:
        plain = {name: value[name] for name in value if name != "text"} if isinstance(value, dict) else value
        values.setdefault(field, set()).add(json.dumps(plain, ensure_ascii=False, sort_keys=True, default=dict))
    return values


def _listed(values: Iterable[str]) -> list[Any]:
    return [json.loads(value) for value in sorted(values)]


def lines(change: Change) -> Iterator[str]:
    """A change in words, one line a field."""
    for name, each in change.changes.items():
        gone, new = (", ".join(map(_said, each[side])) or "nothing" for side in ("gone", "new"))
        yield f"{change.ticket}  {name}: {gone} → {new}"


def _said(value: Any) -> str:
    return " ".join(str(part) for part in value.values()) if isinstance(value, dict) else str(value)

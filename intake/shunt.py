"""Sets aside what could not be read: the raw mail is sealed, and a ticket that refers to it is opened all the same.

Nothing of the mail is interpreted here but what the ingest key is made of, which is plain byte work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session

from intake import desks
from intake.desks import OpenDesk
from intake.effects.work import Held
from parsing.fields.declarations import words
from parsing.mail import AttachmentKind
from parsing.message.ingest import ingest_key
from parsing.report import Category
from replies import targets
from store import ledger, notices, rows, tickets
from store.blobs import BlobFolder, Staged
from store.engine import writing
from store.models import Attachment, Mail, Message
from store.notices import Why
from store.tickets import NewTicket, SealedFile

_log = structlog.get_logger(__name__)

#: What the raw mail is called where it hangs on its ticket.
RAW_NAME = "mail.eml"


class Shunt:
    """The way of a mail that does not let itself be read."""

    def __init__(
        self,
        *,
        engine: Engine,
        folder: BlobFolder,
        open_desks: Mapping[str, OpenDesk],
        now: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._folder = folder
        self._desks = open_desks
        self._now = now

    def set_aside(self, held: Held, content: bytes, error: str) -> None:
        """Seal a mail and open a minimal ticket for it at each of its desks, durably."""
        key = ingest_key(content)
        staged = {name: self._folder.stage(content, seal) for name, seal in held.keys.items()}
        with writing(self._engine) as session:
            adopted: list[tuple[str, str]] = []
            for name, file in staged.items():
                adopted += self._keep(session, self._desks[name], held, key, file, error)
            self._folder.adopt(adopted)
            ledger.settle(session, [held.arrival_id], ledger.SHUNTED, error)
        _log.error("mail set aside", spool=held.spool_name, error=error)

    def _keep(
        self, session: Session, desk: OpenDesk, held: Held, key: str, staged: Staged, error: str
    ) -> list[tuple[str, str]]:
        known, _ = ledger.same(session, desk.id, key, None)
        if known is not None:
            ledger.add_routes(session, known.mail_id, held.arrival_id, held.seen, held.envelope.rcpt_to)
            self._folder.drop_staged([staged.passing_name])
            return []
        seal = held.keys[desk.settings.name]
        (file,) = desks.seal_names(desk, seal, [staged])
        tickets.seal(session, desk.id, desk.key.wrap(seal), [file], self._now())
        self._open(session, desk, held, key, file, error)
        return [(staged.passing_name, file.name)]

    def _open(self, session: Session, desk: OpenDesk, held: Held, key: str, file: SealedFile, error: str) -> None:
        ticket_id = tickets.open_ticket(session, self._minimal(desk, held)).id or 0
        mail_id = rows.add(
            session,
            rows.Draft(
                Mail,
                desk_id=desk.id,
                ingest_key=key,
                received_at=held.envelope.received_at,
                state=ledger.SHUNTED,
                rule="unreadable",
                why=error,
                acknowledged="it could not be read",
                ticket_id=ticket_id,
                raw_blob=file.name,
            ),
        )
        ledger.add_routes(session, mail_id, held.arrival_id, held.seen, held.envelope.rcpt_to)
        tickets.add_message(session, _message(desk, held, ticket_id, mail_id), [_raw_attachment(file)])
        tickets.add_event(session, ticket_id, self._now(), "unreadable", detail={"error": error})
        if not held.envelope.history:
            notices.want(session, ticket_id, Why.UNREADABLE, self._now())

    def _minimal(self, desk: OpenDesk, held: Held) -> NewTicket:
        language, now = desk.settings.languages[0], self._now()
        return NewTicket(
            desk_id=desk.id,
            prefix=desk.settings.prefix,
            subject=words(language).category_subject(Category.OTHER),
            customer_subject="",
            category=Category.OTHER,
            language=language,
            person_id=None,
            missing=(),
            created_at=now,
            first_reply_due_at=None if held.envelope.history else _due(desk, now),
            history=held.envelope.history,
        )


def _due(desk: OpenDesk, now: datetime) -> datetime:
    return targets.first_reply_due(desk.settings, Category.OTHER, tickets.PRIORITY, now)


def _message(desk: OpenDesk, held: Held, ticket_id: int, mail_id: int) -> rows.Draft:
    return rows.Draft(
        Message,
        desk_id=desk.id,
        ticket_id=ticket_id,
        mail_id=mail_id,
        direction="in",
        received_at=held.envelope.received_at,
        identity="unverified",
    )


def _raw_attachment(file: SealedFile) -> rows.Draft:
    return rows.Draft(
        Attachment,
        message_id=0,
        position=0,
        blob=file.name,
        name=RAW_NAME,
        type="message/rfc822",
        declared_type="message/rfc822",
        size=file.size,
        sha256="",
        inline=False,
        kind=AttachmentKind.MAIL.value,
    )

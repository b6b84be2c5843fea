"""Puts a mail that was set aside back into the spool, as it came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Engine

from intake.spool import Spool
from parsing.mail import Envelope
from store import ledger, opening, rows
from store.blobs import BlobFolder
from store.engine import looking
from store.errors import MoveRefused
from store.models import Arrival, Desk, Ticket


def put_back(engine: Engine, folder: BlobFolder, master: bytes, spool: Spool, arrival_id: int, now: datetime) -> str:
    """Spool a shunted mail again; returns its name there.

    Raises NoSuchRow, MoveRefused where it was not set aside, and what opening a sealed mail may raise.
    """
    with looking(engine) as session:
        arrival = rows.one(session, Arrival, arrival_id)
        shunted = [mail for mail in ledger.mails_of(session, arrival) if mail.state == ledger.SHUNTED]
        if not shunted:
            raise MoveRefused(f"mail {arrival_id} was not set aside")
        mail = shunted[0]
        content = opening.raw_mail(session, folder, master, mail)
        desk = rows.one(session, Desk, mail.desk_id).name
        ticket = session.get(Ticket, mail.ticket_id) if mail.ticket_id else None
        recipients = tuple(route.recipient for route in ledger.routes(session, mail.id or 0) if route.recipient)
    incoming = spool.receive()
    try:
        incoming.write(content)
        return incoming.commit(
            Envelope(
                door=arrival.door,
                received_at=now,
                rcpt_to=recipients,
                mailbox=arrival.mailbox,
                desk=desk,
                history=ticket is not None and ticket.history,
            )
        )
    except BaseException:
        incoming.discard()
        raise

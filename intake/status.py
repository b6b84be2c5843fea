"""How the desk does, in numbers: what waits where, and for how long."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Engine

from intake.spool import Spool
from store import ledger, mailboxes, outbox_control, tickets, views
from store.engine import looking


def status(engine: Engine, spool: Spool, now: datetime) -> dict[str, Any]:
    """The object that `status --json` prints. Raises StoreUnreachable."""
    waiting = spool.usage()
    with looking(engine) as session:
        return {
            "spool": {"new": waiting.mails, "oldest_seconds": round(waiting.oldest_seconds)},
            "mail": ledger.counts(session),
            "tickets": tickets.counts(session),
            "messages": views.message_count(session),
            "outbox": asdict(outbox_control.counts(session, now)),
            "doors": [
                {
                    "name": door.name,
                    "kind": door.kind,
                    "last_success": views.instant(door.last_success),
                    "last_error": door.last_error,
                }
                for door in mailboxes.health(session)
            ],
        }

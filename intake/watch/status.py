"""How the desk does, in numbers: what waits where, and for how long."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Engine

from intake.spool import Spool
from store import alerts, doors, ledger, outbox_control, tickets, views
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
                    "oldest_unread_seconds": _age(door.oldest_unread_at, now),
                    "server": door.server_count,
                    "ledger": door.ledger_count,
                    "counted_at": views.instant(door.counted_at),
                }
                for door in doors.listed(session)
            ],
            "alerts": [
                {"key": each.key, "since": views.instant(each.raised_at), "sentence": each.sentence}
                for each in alerts.current(session)
            ],
        }


def _age(then: datetime | None, now: datetime) -> int | None:
    return None if then is None else max(0, round((now - then).total_seconds()))

"""Automatic letters to an address, stopped for a while because somebody there answers every one of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from store import alerts
from store.models import Brake

_HELD = select(Brake.id).where(
    Brake.desk_id == bindparam("desk"), Brake.address == bindparam("address"), col(Brake.until) > bindparam("now")
)


def held(session: Session, desk_id: int, address: str, now: datetime) -> bool:
    """Whether automatic letters of this desk to this address are stopped."""
    return session.connection().execute(_HELD, {"desk": desk_id, "address": address, "now": now}).first() is not None


def pull(session: Session, desk_id: int, address: str, until: datetime, now: datetime) -> None:
    """Stop automatic letters to an address, and tell the operators once."""
    alert = f"loop:{desk_id}:{address}"
    session.add(Brake(desk_id=desk_id, address=address, pulled_at=now, until=until, alert=alert))
    session.flush()
    sentence = (
        f"{address} answers every automatic letter: none is sent to it until {until:%Y-%m-%d %H:%M} UTC; "
        "people's answers leave. `loket ticket list` shows what it sent"
    )
    alerts.raise_(session, alert, sentence, now)


def let_go(session: Session, now: datetime) -> None:
    """Forget brakes whose time is over, and that there was something to tell of them."""
    over = session.exec(select(Brake).where(col(Brake.until) <= now)).all()
    for brake in over:
        alerts.clear(session, brake.alert, now)
        session.delete(brake)
    session.flush()

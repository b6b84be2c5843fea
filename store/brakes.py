"""Automatic letters to an address, stopped for a while because somebody there answers every one of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from store import alerts
from store.models import Brake

#: For how long automatic letters stop, and for how long again where it goes on hours later: some machines remind once a
#: day.
FIRST: Final = timedelta(hours=24)
LATER: Final = timedelta(hours=6)
LONGER: Final = timedelta(hours=48)

#: The brake by which automatic letters of a desk to an address are stopped now.
HELD = select(Brake.id).where(
    Brake.desk_id == bindparam("desk"), Brake.address == bindparam("sender"), col(Brake.until) > bindparam("now")
)


def pull(session: Session, desk_id: int, address: str, now: datetime) -> None:
    """Stop automatic letters to an address, longer where it goes on hours later; tell the operators once."""
    brake = session.exec(select(Brake).where(Brake.desk_id == desk_id, Brake.address == address)).first()
    if brake is None:
        alert = f"loop:{desk_id}:{address}"
        brake = Brake(desk_id=desk_id, address=address, pulled_at=now, until=now + FIRST, alert=alert)
    elif now - brake.pulled_at >= LATER:
        brake.until = max(brake.until, now + LONGER)
    session.add(brake)
    session.flush()
    sentence = (
        f"{address} answers every automatic letter: none is sent to it until {brake.until:%Y-%m-%d %H:%M} UTC; "
        "people's answers leave. `loket ticket list` shows what it sent"
    )
    alerts.raise_(session, brake.alert, sentence, now)


def let_go(session: Session, now: datetime) -> None:
    """Forget brakes whose time is over, and that there was something to tell of them."""
    over = session.exec(select(Brake).where(col(Brake.until) <= now)).all()
    for brake in over:
        alerts.clear(session, brake.alert, now)
        session.delete(brake)
    session.flush()

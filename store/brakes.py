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

#: For how long a brake that is over is remembered: what its sender said then is not answered again, and not told anew.
MEMORY: Final = timedelta(days=7)

#: The brake that stops automatic letters of a desk to an address, or did within the last days.
REMEMBERED = select(Brake.id).where(Brake.desk_id == bindparam("desk"), Brake.address == bindparam("sender"))

#: The one that stops them now.
HELD = REMEMBERED.where(col(Brake.until) > bindparam("now"))


def pull(session: Session, desk_id: int, address: str, now: datetime) -> None:
    """Stop automatic letters to an address, longer where it goes on hours later; tell the operators the first time."""
    brake = session.exec(select(Brake).where(Brake.desk_id == desk_id, Brake.address == address)).first()
    if brake is None:
        alert = f"loop:{desk_id}:{address}"
        until = now + FIRST
        session.add(Brake(desk_id=desk_id, address=address, pulled_at=now, until=until, alert=alert))
        alerts.raise_(session, alert, _sentence(address, until), now)
    elif now - brake.pulled_at >= LATER:
        brake.until = max(brake.until, now + LONGER)
        session.add(brake)
    session.flush()


def let_go(session: Session, now: datetime) -> None:
    """Say that brakes whose time is over are over, and forget those that were over long since."""
    over = session.exec(select(Brake).where(col(Brake.until) <= now)).all()
    for brake in over:
        alerts.clear(session, brake.alert, now)
        if brake.until <= now - MEMORY:
            session.delete(brake)
    session.flush()


def _sentence(address: str, until: datetime) -> str:
    return (
        f"{address} answers every automatic letter: none is sent to it until {until:%Y-%m-%d %H:%M} UTC, or longer if "
        "it goes on; people's answers leave. `loket ticket list` shows what it sent"
    )

"""The desks' rows: a name, its key, and the serial of its newest ticket."""

from __future__ import annotations

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from store import keys, numbers, rows
from store.errors import NoSuchRow
from store.keys import DeskKey
from store.models import Desk
from store.prepared import Prepared


def ensure(session: Session, names: list[str], master: bytes) -> dict[str, tuple[int, DeskKey]]:
    """Each desk's row key and opened desk key, by name; a desk not seen before gets both.

    Raises KeyMismatch where the master key is not the one that these desks were made with.
    """
    known = {desk.name: desk for desk in session.exec(select(Desk)).all()}
    opened = {}
    for name in names:
        desk = known.get(name)
        if desk is None:
            desk = Desk(name=name, last_number=numbers.FIRST_SERIAL - 1, wrapped_key=keys.new_desk_key(master))
            desk.id = rows.add(session, desk)
        opened[name] = (desk.id or 0, keys.open_desk_key(master, desk.wrapped_key, desk.token_epoch))
    return opened


def rotate_tokens(session: Session, name: str) -> None:
    """Give a desk a new token key; the last one's tokens stay good until the next rotation. Raises NoSuchRow."""
    desk = session.exec(select(Desk).where(Desk.name == name)).first()
    if desk is None:
        raise NoSuchRow(name)
    desk.token_epoch += 1
    session.add(desk)
    session.flush()


_NEXT = Prepared(
    update(Desk)
    .where(col(Desk.id) == bindparam("desk"))
    .values(last_number=col(Desk.last_number) + 1)
    .returning(col(Desk.last_number))
)


def next_number(session: Session, desk_id: int, prefix: str) -> str:
    """Take the desk's next ticket number; its row stays locked until the transaction ends, so none is given twice."""
    (serial,) = _NEXT.first(session, {"desk": desk_id})
    return numbers.number(prefix, serial)

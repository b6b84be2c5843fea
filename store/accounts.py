"""From which addresses an account was written about: who claims another's account is seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from store import rows
from store.models import AccountUse, Ticket
from store.prepared import Prepared, several, valued

#: Accounts of one mail that are looked up, and other uses that are told: enough to make an agent look.
MAX_ACCOUNTS: Final = 10
MAX_TOLD: Final = 3


@cache
def _elsewhere(count: int) -> Prepared:
    """Other uses of so many accounts."""
    return Prepared(
        select(AccountUse.account, Ticket.number)
        .join(Ticket, col(Ticket.id) == col(AccountUse.ticket_id))
        .where(
            AccountUse.desk_id == bindparam("desk"),
            col(AccountUse.account).in_(several("account", count)),
            AccountUse.address != bindparam("sender"),
        )
        .order_by(col(AccountUse.id))
    )


def elsewhere(session: Session, desk_id: int, accounts: Sequence[str], sender: str) -> tuple[tuple[str, str], ...]:
    """Accounts that were written about from another address, each with the number of the first ticket there."""
    wanted = [account.lower() for account in accounts[:MAX_ACCOUNTS]]
    if not wanted:
        return ()
    first: dict[str, str] = {}
    asked = {"desk": desk_id, "sender": sender} | valued("account", wanted)
    for account, number in _elsewhere(len(wanted)).all(session, asked):
        first.setdefault(account, number)
    return tuple((account, first[account.lower()]) for account in accounts if account.lower() in first)[:MAX_TOLD]


def note(session: Session, desk_id: int, accounts: Sequence[str], sender: str, ticket_id: int, now: datetime) -> None:
    """Remember that this address wrote about these accounts."""
    rows.add_missing(
        session,
        [
            rows.Draft(AccountUse, desk_id=desk_id, account=account, address=sender, ticket_id=ticket_id, first_at=now)
            for account in dict.fromkeys(each.lower() for each in accounts[:MAX_ACCOUNTS])
        ],
    )

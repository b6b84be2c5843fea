"""OAuth2 grants, sealed by the master key: every token that a provider returns is committed before it is used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from store import keys
from store.models import Grant

_USE = "oauth"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tokens:
    """A grant, opened."""

    revision: int  #: 0 where there is none
    refresh: str | None
    access: str | None
    access_until: datetime | None
    renewed_at: datetime | None
    dies_at: datetime | None
    fixed: bool
    refused: str


NONE = Tokens(
    revision=0,
    refresh=None,
    access=None,
    access_until=None,
    renewed_at=None,
    dies_at=None,
    fixed=False,
    refused="",
)


def read(session: Session, master: bytes, name: str) -> Tokens:
    """A grant's tokens; NONE where there is no grant. Raises KeyMismatch for another store's master key."""
    row = session.get(Grant, name)
    if row is None:
        return NONE
    return Tokens(
        revision=row.revision,
        refresh=_opened(master, row.refresh),
        access=_opened(master, row.access),
        access_until=row.access_until,
        renewed_at=row.renewed_at,
        dies_at=row.dies_at,
        fixed=row.fixed,
        refused=row.refused,
    )


def write(session: Session, master: bytes, name: str, tokens: Tokens, now: datetime) -> None:
    """Put a fresh grant in the place of whatever there was: a person has just allowed it."""
    row = session.get(Grant, name) or Grant(name=name, issued_at=now, renewed_at=now, revision=0)
    row.revision += 1
    row.issued_at = row.renewed_at = now
    row.refresh, row.access = _sealed(master, tokens.refresh), _sealed(master, tokens.access)
    row.access_until, row.dies_at, row.fixed, row.refused = tokens.access_until, tokens.dies_at, tokens.fixed, ""
    session.add(row)
    session.flush()


def renew(session: Session, master: bytes, name: str, tokens: Tokens, now: datetime) -> bool:
    """Write down renewed tokens; False where the grant is another one by now, and nothing was written."""
    changed = session.connection().execute(
        update(Grant)
        .where(col(Grant.name) == name, col(Grant.revision) == tokens.revision)
        .values(
            revision=tokens.revision + 1,
            refresh=_sealed(master, tokens.refresh),
            access=_sealed(master, tokens.access),
            access_until=tokens.access_until,
            renewed_at=now,
            dies_at=tokens.dies_at,
            fixed=tokens.fixed,
            refused="",
        )
    )
    return changed.rowcount == 1


def refuse(session: Session, name: str, revision: int, why: str) -> bool:
    """Write down that the provider takes this grant no more; False where it is another one by now."""
    changed = session.connection().execute(
        update(Grant).where(col(Grant.name) == name, col(Grant.revision) == revision).values(refused=why)
    )
    return changed.rowcount == 1


def _sealed(master: bytes, token: str | None) -> bytes | None:
    return None if token is None else keys.seal(master, _USE, token.encode())


def _opened(master: bytes, sealed: bytes | None) -> str | None:
    return None if sealed is None else keys.unseal(master, _USE, sealed).decode()

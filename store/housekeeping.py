"""Clears away what nothing refers to any more."""

from __future__ import annotations

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from store import rows
from store.blobs import BlobFolder
from store.engine import looking
from store.models import Blob, SealingKey


def collect_orphans(engine: Engine, folder: BlobFolder) -> int:
    """Remove sealed files that no row names and that are too old to get one, or whose key is gone; returns how many."""
    removed = 0
    for names in rows.chunks(list(folder.old_names())):
        with looking(engine) as session:
            of_use = select(Blob.name).join(SealingKey).where(col(SealingKey.wrapped).is_not(None))
            named = set(session.exec(of_use.where(col(Blob.name).in_(names))).all())
        for name in set(names) - named:
            folder.erase(name)
            removed += 1
    return removed

"""Sealed files that no row names are collected, but not before they can get one no more."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import Engine

from store import housekeeping, keys, rows
from store.blobs import BlobFolder
from store.engine import writing
from store.models import Blob, Desk, SealingKey

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def test_only_old_files_without_a_row_are_collected(engine: Engine, tmp_path: Path) -> None:
    """One that is named, a new one, one without a row, one that is erased; and what was staged and never adopted."""
    folder = BlobFolder(tmp_path)
    names = {"aa": "named", "bb": "fresh", "cc": "orphaned", "dd": "erased"}
    for name, content in names.items():
        staged = folder.stage(content.encode(), keys.new_key())
        folder.adopt([(staged.passing_name, name)])
    left = folder.stage(b"left", keys.new_key())
    with writing(engine) as session:
        desk = rows.add(session, Desk(name="help", wrapped_key=b"k"))
        key = rows.add(session, SealingKey(desk_id=desk, wrapped=b"w", created_at=NOW))
        gone = rows.add(session, SealingKey(desk_id=desk, wrapped=None, created_at=NOW, erased_at=NOW))
        for name, key_id in (("aa", key), ("dd", gone)):
            named = {"name": name, "desk_id": desk, "key_id": key_id}
            rows.add(session, Blob(**named, content_digest="d", size=5, created_at=NOW))
    for path in (*(tmp_path / "files" / name for name in ("aa", "cc", "dd")), tmp_path / "tmp" / left.passing_name):
        os.utime(path, (0, 0))
    assert housekeeping.collect_orphans(engine, folder) == 2
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == ["aa", "bb"]
    assert list((tmp_path / "tmp").iterdir()) == []

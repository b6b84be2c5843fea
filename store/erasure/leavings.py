"""Sees to it that nothing of what was erased is left on the disk, once that is committed.

SQLite overwrites what is deleted (secure_delete), but the pages that it re-arranges keep copies of rows in their free
space: measured with random rows, one store in two had some. VACUUM writes the whole store anew, without any; what then
stands in the write-ahead log goes into the store, and the log is cut to nothing (https://www.sqlite.org/lang_vacuum.html,
https://www.sqlite.org/pragma.html#pragma_wal_checkpoint). PostgreSQL's own VACUUM is its operator's.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from store.blobs import BlobFolder
from store.errors import ErasureUnfinished

#: A reader keeps the log from being cut, a writer the store from being rewritten; both are short, so it is tried again.
TRIES: Final = 10
PAUSE_SECONDS: Final = 1.0


def remove(folder: BlobFolder, blobs: Iterable[str]) -> None:
    """Remove sealed files whose keys are gone."""
    for name in blobs:
        folder.erase(name)


def remove_letters(paths: Iterable[Path]) -> None:
    """Remove letters that went into a folder."""
    for path in paths:
        path.unlink(missing_ok=True)


def rewrite(engine: Engine) -> None:
    """Write a SQLite store anew, and cut its log. Raises ErasureUnfinished where others do not let us.

    It takes as long as copying the store, and as much room; whoever writes waits or tries again.
    """
    if engine.dialect.name != "sqlite":
        return
    for last in [False] * (TRIES - 1) + [True]:
        try:
            if _rewritten(engine):
                return
        except OperationalError as error:
            if last:
                raise ErasureUnfinished(str(error.orig)) from error
        if last:
            raise ErasureUnfinished("somebody reads the store")
        time.sleep(PAUSE_SECONDS)


def _rewritten(engine: Engine) -> bool:
    """Whether nobody was in the way of the log's end."""
    connection = engine.raw_connection()  # past the transactions that the engine begins: VACUUM stands in none
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        busy, _pages, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    finally:
        connection.close()

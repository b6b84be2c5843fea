"""What tests of all packages need: the store on both databases, and the real servers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from store import migrate
from store.engine import open_store
from tests.servers import dovecot, postgres, sinks


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Postgres]:
    """One PostgreSQL server for the whole run."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store with today's schema, to be copied: making one takes a sixth of a second, a thousand times."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    engine = open_store(f"sqlite:///{path}")
    migrate.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path) -> Iterator[str]:
    """An empty store with today's schema, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = shutil.copy(empty_sqlite, tmp_path / "loket.db")
        yield f"sqlite:///{path}"
        return
    server: postgres.Postgres = request.getfixturevalue("postgresql")
    with server.database() as url:
        yield url


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    """That store, opened."""
    opened = open_store(store_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def imap_server() -> Iterator[dovecot.Dovecot]:
    """One Dovecot for the whole run; each test takes a mailbox of its own."""
    # not pytest's own folder, which only its user may enter, and which other runs tidy up
    kept = tempfile.TemporaryDirectory(prefix="loket-dovecot-", ignore_cleanup_errors=True)
    with kept as folder, dovecot.running(Path(folder)) as server:
        yield server


@pytest.fixture
def smarthost() -> Iterator[sinks.Sink]:
    """A mail server that takes everything and remembers it."""
    with sinks.running() as sink:
        yield sink

"""A PostgreSQL of the tests' own, on a free port, in a folder that goes away."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from store import migrate
from store.engine import open_store
from tests.servers import common

_TEMPLATE = "loket_template"


@dataclass
class Postgres:
    """A running server."""

    port: int
    serial: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        """What [store] url says."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """A database with today's schema, for one test; gives its URL."""
        name = f"test_{next(self.serial)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run one statement as the superuser."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


@contextmanager
def running() -> Iterator[Postgres]:
    """Start a server, and end it."""
    folder = Path(tempfile.mkdtemp(prefix="loket-pg-"))
    as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    if as_owner:
        shutil.chown(folder, "postgres", "postgres")
    subprocess.run(
        [*as_owner, common.program("initdb", "postgresql"), "-D", folder / "db", "-U", "postgres", "-A", "trust", "-N"],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    server = Postgres(port=common.free_port())
    # nothing here outlives the run, so the disk need not be waited for
    options = [f"-cport={server.port}", "-clisten_addresses=127.0.0.1", f"-cunix_socket_directories={folder}"]
    options += ["-cfsync=off", "-cfull_page_writes=off", "-cmax_connections=60"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*as_owner, common.program("postgres", "postgresql"), "-D", folder / "db", *options],
            stdout=log,
            stderr=log,
            cwd=folder,
        )
    try:
        common.until(lambda: common.answers(server.port), "PostgreSQL starts")
        common.until(lambda: _ready(server), "PostgreSQL takes connections")
        server.execute(f"CREATE DATABASE {_TEMPLATE}")
        engine = open_store(server.url(_TEMPLATE))
        migrate.upgrade(engine)
        engine.dispose()
        yield server
    finally:
        common.end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _ready(server: Postgres) -> bool:
    try:
        server.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True

"""What commands work on: the configuration, the store and the spool, opened as far as each command needs them."""

from __future__ import annotations

import getpass
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session

from intake import config
from intake.config import Settings
from intake.spool import Spool
from store import keys, migrate, people
from store.blobs import BlobFolder
from store.engine import open_store
from store.errors import NoSuchRow


def settings(ctx: click.Context) -> Settings:
    """The configuration; ConfigurationWrong where it cannot be used."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    return config.load(config.locate(ctx.obj))


@contextmanager
def store(found: Settings) -> Iterator[Engine]:
    """The store, in this version's schema."""
    engine = open_store(found.store_url)
    try:
        migrate.require_current(engine)
        yield engine
    finally:
        engine.dispose()


def spool(found: Settings) -> Spool:
    """The spool; it needs no daemon."""
    return Spool(found.data / "spool", quota=found.intake.limits.spool_quota, on_fatal=_give_up)


def blobs(found: Settings) -> BlobFolder:
    """The sealed files."""
    return BlobFolder(found.data / "blobs")


def master(found: Settings) -> bytes:
    """The key of all keys; KeyMissing where it is not there."""
    return keys.read_master(found.data / "secret.key")


def desk_of(found: Settings, name: str | None) -> str:
    """The desk that is meant: the named one, or the only one."""
    if name is None and len(found.desks) == 1:
        return next(iter(found.desks))
    if name not in found.desks:
        listed = ", ".join(found.desks)
        raise click.UsageError(f"which desk? --desk takes one of: {listed}")
    return name


def operator() -> str:
    """Who sits at the keyboard, for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in containers
        return "operator"


def acting(session: Session, agent: str | None) -> str:
    """Whose name a deed bears: the agent's whom --as names, else the operator's. Raises NoSuchRow."""
    if agent is not None and people.agent_named(session, agent) is None:
        raise NoSuchRow(agent)
    return agent or operator()


def file_argument(exists: bool = True) -> click.Path:
    """A path given on the command line."""
    return click.Path(exists=exists, path_type=Path)


def _give_up(error: OSError) -> NoReturn:
    raise SystemExit(75) from error  # EX_TEMPFAIL: nothing was promised yet

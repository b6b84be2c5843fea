"""Packs what is handed over into a zip file, which overwrites nothing and is its owner's alone.

Who opens which sealed file, and why, is in the store before the first of them is opened.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import click
from sqlalchemy.engine import Engine

from intake.cli import conversations, opened
from intake.config import Settings
from store import opening, people, tickets
from store.blobs import BlobFolder
from store.engine import looking, writing
from store.errors import BlobDamaged, NoSuchRow
from store.parcels import Parcel, Piece

#: A zip file knows no earlier day.
_FIRST_DAY = datetime(1980, 1, 1, tzinfo=UTC)

_GUARDED = {
    "secret": "a secret stands in it, and only a lead, kyc or auditor opens it: --as NAME",
    "identity": "an identity document, and only a lead, kyc or auditor opens it: --as NAME",
}
_DAMAGED = "it is missing or was changed on disk"


@dataclass(frozen=True, kw_only=True, slots=True)
class Handing:
    """Who hands over, and why."""

    by: str
    role: str | None  #: the agent's, None for the operator of the machine
    reason: str
    now: datetime


def handing(engine: Engine, agent: str | None, reason: str, now: datetime) -> Handing:
    """Who hands over: the named agent, or whoever sits at the keyboard. Raises NoSuchRow, UsageError."""
    if not reason.strip():
        raise click.UsageError("--reason: say why; it is kept with your name")
    if agent is None:
        return Handing(by=opened.operator(), role=None, reason=reason, now=now)
    with looking(engine) as session:
        role = people.role_of(session, agent)
    if role is None:
        raise NoSuchRow(agent)
    return Handing(by=agent, role=role, reason=reason, now=now)


class Parcels:
    """A zip file that is being filled."""

    def __init__(self, archive: zipfile.ZipFile, engine: Engine, found: Settings, who: Handing) -> None:
        self._archive = archive
        self._engine = engine
        self._found = found
        self._who = who
        self._blobs: BlobFolder = opened.blobs(found)
        self.left_out: list[str] = []  #: a line each

    def add(self, parcel: Parcel, folder: str) -> None:
        """Put a parcel into a folder of the archive; what may not be opened stays out, and a line says so."""
        left_out = {piece.path: why for piece in parcel.pieces if (why := self._hindrance(piece))}
        wanted = [piece for piece in parcel.pieces if piece.path not in left_out]
        self._record(parcel, wanted, len(left_out))
        for piece in wanted:
            try:
                self._write(f"{folder}/{piece.path}", self._content(piece), piece.at)
            except BlobDamaged:
                left_out[piece.path] = _DAMAGED
        self.left_out += [f"{folder}/{path}: {why}" for path, why in left_out.items()]
        if parcel.ticket_id is not None:
            self.add_json(f"{folder}/ticket.json", parcel.told)
            text = conversations.of_ticket(parcel.told, parcel.beside, left_out, self._zone(parcel.desk))
            self._write(f"{folder}/conversation.txt", text.encode(), self._who.now)

    def add_json(self, path: str, told: Mapping[str, Any]) -> None:
        """Put an object into the archive."""
        self._write(path, (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode(), self._who.now)

    def close(self) -> None:
        """Say in the archive too what was left out."""
        if self.left_out:
            self._write("left_out.txt", "".join(f"{line}\n" for line in self.left_out).encode(), self._who.now)

    def _hindrance(self, piece: Piece) -> str:
        if piece.sealed is not None and not opening.permitted(piece.sealed.guard, self._who.role):
            return _GUARDED.get(piece.sealed.guard, piece.sealed.guard)
        return piece.lacking

    def _record(self, parcel: Parcel, wanted: Sequence[Piece], left_out: int) -> None:
        names = dict.fromkeys(piece.sealed.blob for piece in wanted if piece.sealed)
        who = self._who
        with writing(self._engine) as session:
            opening.record_all(session, names, who.by, who.reason, who.now)
            if parcel.ticket_id is not None:
                detail = {"reason": who.reason, "files": len(wanted), "left_out": left_out}
                tickets.add_event(session, parcel.ticket_id, who.now, "exported", who.by, detail)

    def _content(self, piece: Piece) -> bytes:
        return self._blobs.read(piece.sealed.blob, piece.sealed.key) if piece.sealed else piece.content

    def _write(self, path: str, content: bytes, at: datetime) -> None:
        info = zipfile.ZipInfo(path, max(at, _FIRST_DAY).astimezone(UTC).timetuple()[:6])
        info.external_attr = 0o600 << 16
        self._archive.writestr(info, content, zipfile.ZIP_DEFLATED)

    def _zone(self, desk: str) -> tzinfo:
        settings = self._found.desks.get(desk)
        return settings.zone if settings else UTC


@contextmanager
def packing(engine: Engine, found: Settings, who: Handing, place: Path) -> Iterator[Parcels]:
    """A new zip file to fill; where that fails, there is none. UsageError where the file is there already."""
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise click.UsageError(f"{place} is there already, and nothing is overwritten") from error
    except OSError as error:
        raise click.UsageError(f"{place}: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            parcels = Parcels(archive, engine, found, who)
            yield parcels
            parcels.close()
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    for line in parcels.left_out:
        click.echo(f"left out: {line}", err=True)


def options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What every command asks that hands something over."""
    for option in (
        click.option("--as", "agent", metavar="NAME", help="The agent that you are; guarded files go to some roles."),
        click.option("--reason", required=True, help="Why it is handed over; it is kept with your name."),
        click.option("--to", "place", required=True, type=click.Path(path_type=Path), help="A new zip file."),
    ):
        function = option(function)
    return function

"""The real daemon in a process of its own, with hands to start, kill and watch it."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine
from sqlmodel import SQLModel, select

from store import keys
from store.engine import looking, open_store
from tests.servers import common

ROOT = Path(__file__).parents[1]

#: Seconds that a daemon may take for what it is asked, on a machine that does other things too.
PATIENCE_SECONDS = 60

_RUNS = "loket runs"

_LOKET = [sys.executable, "-m", "intake.cli"]


@dataclass
class Desk:
    """A daemon and its folder."""

    folder: Path
    url: str | None = None  #: of the store; else SQLite in the folder
    desks: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"help": {"addresses": ["help@desk.test"]}})
    imap: Sequence[Mapping[str, Any]] = ()
    replies: Mapping[str, Any] = field(default_factory=dict)
    intake: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)  #: further tables
    wrapper: Sequence[str] = ()  #: a command that runs the daemon's, like strace
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        """Write the configuration."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or common.free_port()
        self.url = self.url or f"sqlite:///{self.folder}/loket.db"
        values = {
            "data": str(self.folder),
            "desks": {name: {"acknowledge": "all"} | dict(desk) for name, desk in self.desks.items()},
            "intake": {
                "smtp": {"listen": f"127.0.0.1:{self.port}"},
                "limits": {"connections_per_client": 200},
                "imap": list(self.imap),
            }
            | {"authentication": {"evaluate": False}}  # tests have no DNS
            | dict(self.intake),
            "replies": dict(self.replies),
            "store": {"url": self.url},
            "timetable": {"outbox_seconds": 0.5, "spool_seconds": 1, "health_seconds": 1, "watch_seconds": 1},
        } | dict(self.more)
        self.config.write_text(_toml(values))
        if not (self.folder / "secret.key").exists():
            keys.create_master(self.folder / "secret.key")

    @property
    def config(self) -> Path:
        """The configuration's file."""
        return self.folder / "config.toml"

    @property
    def engine(self) -> Engine:
        """The store, for looking."""
        assert self.url is not None
        return open_store(self.url)

    def start(self, **environment: str) -> None:
        """Start the daemon, and wait until it runs, with all that it can have."""
        before = self.log().count(_RUNS)
        self.begin(**environment)
        common.until(lambda: self.log().count(_RUNS) > before or not self.alive, "the daemon runs")

    def log(self) -> str:
        """What it has told."""
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def begin(self, **environment: str) -> None:
        """Start the daemon."""
        told = os.environ | {"PYTHONPATH": str(ROOT)} | self.environment | environment
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, *_LOKET, "--config", str(self.config), "run"],
                stdout=log,
                stderr=log,
                env=told,
                cwd=self.folder,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End it as a power failure does; its children are left to notice by themselves."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        """End it kindly; returns its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout=PATIENCE_SECONDS)
        finally:
            self.end()

    def end(self) -> None:
        """Leave no process behind."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            self.process.wait()

    def died(self) -> bool:
        """Whether it is dead, waiting a while for it."""
        try:
            common.until(lambda: not self.alive, "the daemon dies", seconds=PATIENCE_SECONDS)
        except TimeoutError:
            return False
        return True

    def command(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run a command of loket's with this configuration."""
        return subprocess.run(
            [*_LOKET, "--config", str(self.config), *arguments],
            input=stdin,
            capture_output=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def send(self, content: bytes, sender: str = "budi@example.com", *recipients: str) -> None:
        """Send a mail by SMTP, once; whatever goes wrong is raised."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE_SECONDS) as client:
            client.sendmail(sender, recipients or ["help@desk.test"], content)

    def rows(self, model: type[Any]) -> list[Any]:
        """All rows of a table."""
        engine = self.engine
        try:
            with looking(engine) as session:
                return list(session.exec(select(model)).all())
        finally:
            engine.dispose()

    def until(self, holds: Callable[[], object], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until something holds; the log is part of the failure."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"{what}\n{(self.folder / 'log').read_text()[-4000:]}")
            time.sleep(0.1)

    def drained(self) -> bool:
        """Whether nothing waits any more: neither in the spool nor in the outbox."""
        if any((self.folder / "spool" / "new").iterdir()):
            return False
        told = json.loads(self.command("status", "--json").stdout or b"{}")
        return bool(told) and told["outbox"]["pending"] == 0 and told["spool"]["new"] == 0


def _toml(values: Mapping[str, Any], path: str = "") -> str:
    """Write a configuration: what it needs of TOML, and no more."""
    lines, tables = [], []
    for key, value in values.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            tables.append(f"\n[{name}]\n{_toml(value, name)}")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            tables += [f"\n[[{name}]]\n{_toml(each, name)}" for each in value]
        else:
            lines.append(f"{key} = {json.dumps(value)}\n")
    return "".join(lines) + "".join(tables)


Model = type[SQLModel]

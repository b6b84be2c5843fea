"""The children in which mails are read: real processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pebble import ProcessExpired

from intake.reading import children
from intake.sandbox import Sandbox
from intake.spool import Spool
from parsing.mail import Envelope
from parsing.report import ReportSettings
from store import keys
from store.blobs import BlobFolder
from tests.intake import deadly
from tests.intake.conftest import customer_mail


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """One child."""
    running = Sandbox(readers=1, blobs=tmp_path / "blobs", settings=ReportSettings())
    yield running
    running.stop()


@pytest.fixture
def spooled(tmp_path: Path) -> Path:
    """A mail in a spool."""
    spool = Spool(tmp_path / "spool", quota=1 << 20, on_fatal=lambda error: pytest.fail(str(error)))
    incoming = spool.receive()
    incoming.write(customer_mail())
    return spool.path(incoming.commit(Envelope(door="smtp", received_at=datetime.now(UTC))))


def test_a_mail_comes_back_read_and_sealed(sandbox: Sandbox, spooled: Path, tmp_path: Path) -> None:
    """As values; its bytes are in the staged file, under the key that was given."""
    key = keys.new_key()
    reading = sandbox.read(spooled, "0" * 64, {"help": key}).result()
    (raw,) = reading.staged["help"]
    assert reading.mail.message_id == "1@example.com"
    folder = BlobFolder(tmp_path / "blobs")
    folder.adopt([(raw.passing_name, "ab12")])
    assert folder.read("ab12", key) == customer_mail()


@pytest.mark.parametrize(
    ("deed", "outcome"),
    [(deadly.hang, TimeoutError), (deadly.eat, MemoryError), (deadly.die, (ProcessExpired, BrokenProcessPool))],
    ids=["hangs", "eats memory", "dies"],
)
def test_what_a_child_suffers_costs_one_future(
    sandbox: Sandbox, spooled: Path, deed: Callable[[], None], outcome: type[Exception] | tuple[type[Exception], ...]
) -> None:
    """The next mail finds a child again."""
    with pytest.raises(outcome):
        sandbox._pool.schedule(deed, timeout=1 if deed is deadly.hang else 60).result()
    assert sandbox.read(spooled, "0" * 64, {}).result().mail.message_id == "1@example.com"


def test_a_child_that_is_killed_while_it_rests_is_replaced(sandbox: Sandbox, spooled: Path) -> None:
    """As by the OOM killer; pebble gives such a pool up, and the next mail gets a new one."""
    sandbox.read(spooled, "0" * 64, {}).result()
    for process in list(sandbox._pool._pool_manager.worker_manager.workers.values()):
        process.kill()
        process.join()
    reading = sandbox.read(spooled, "0" * 64, {})
    try:
        reading.result(timeout=30)
    except BrokenProcessPool:
        assert sandbox.broken
    assert sandbox.read(spooled, "0" * 64, {}).result().mail.message_id == "1@example.com"


class _Barren:
    """A pool that can start no child, as pebble tells it."""

    @property
    def active(self) -> bool:
        raise BrokenProcessPool("no process left")

    def schedule(self, *_: object, **__: object) -> None:
        """As it does when it starts its children."""
        raise BrokenProcessPool("no process left")

    def stop(self) -> None:
        """There is nothing to stop."""

    def join(self) -> None:
        """Nor to wait for."""


def test_a_machine_that_has_no_process_left_is_no_mails_fault(
    sandbox: Sandbox, spooled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an OSError, like a full disk; with processes to be had again the mail is read."""
    with monkeypatch.context() as crowded:
        crowded.setattr(children, "pool", lambda readers, niceness: _Barren())
        sandbox._stop_reading()
        for _ in range(2):
            with pytest.raises(ChildProcessError):
                sandbox.read(spooled, "0" * 64, {"help": keys.new_key()})
            assert sandbox.broken
    assert sandbox.read(spooled, "0" * 64, {"help": keys.new_key()}).result().mail.message_id == "1@example.com"

"""The durable folder: nothing that is incomplete is ever taken for a mail, and nothing complete is ever lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import SpoolCorrupt, SpoolFailed, SpoolFull
from intake.spool import Spool
from intake.spooled import read_spooled, trailer
from parsing.mail import Envelope

ROOT = Path(__file__).parents[2]
ENVELOPE = Envelope(
    door="smtp",
    received_at=datetime(2026, 11, 24, 5, 0, 0, 123456, tzinfo=UTC),
    mail_from="",
    rcpt_to=("help@desk.test", "jö@desk.test"),
    client="192.0.2.1",
    helo="mx.example",
    tls=True,
    mailbox="INBOX;1/2",
    desk="help",
    history=True,
)


class Ended(Exception):
    """The process would have ended."""


def _end(error: OSError) -> NoReturn:
    raise Ended from error


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """An empty one."""
    return Spool(tmp_path, quota=1 << 20, on_fatal=_end)


def _put(spool: Spool, content: bytes = b"mail") -> str:
    incoming = spool.receive()
    incoming.write(content)
    return incoming.commit(ENVELOPE)


@pytest.mark.parametrize("content", [b"", b"a", b"a\r\nLOKET-END 0000000001\n", b"\0\xff" * 5000], ids=len)
def test_what_goes_in_comes_out(spool: Spool, content: bytes) -> None:
    """Byte for byte, with its envelope, size and digest; whatever the mail's own end looks like."""
    name = _put(spool, content)
    raw = spool.open(name)
    assert (raw.content, raw.envelope) == (content, ENVELOPE)
    envelope, size, digest = spool.envelope(name)
    assert (envelope, size, len(digest)) == (ENVELOPE, len(content), 64)
    assert spool.path(name).stat().st_mode & 0o777 == 0o600


def test_a_mail_is_seen_only_when_it_is_whole(spool: Spool, tmp_path: Path) -> None:
    """While it is written it lies elsewhere; given up, it leaves nothing."""
    incoming = spool.receive()
    incoming.write(b"half")
    assert spool.waiting() == []
    incoming.discard()
    incoming.discard()
    assert list((tmp_path / "tmp").iterdir()) == []


@given(st.integers(0, 400))
def test_a_file_that_was_cut_anywhere_is_told(cut: int) -> None:
    """No prefix of a spooled file is a spooled file."""
    whole = b"mail" * 20 + trailer(ENVELOPE, 80, "0" * 64)
    path = Path(f"/tmp/loket-cut-{os.getpid()}")
    path.write_bytes(whole[: min(cut, len(whole) - 1)])
    try:
        with pytest.raises(SpoolCorrupt):
            read_spooled(path)
    finally:
        path.unlink()


def test_a_damaged_file_is_set_aside_and_kept(spool: Spool, tmp_path: Path) -> None:
    """Only a person may delete it."""
    name = _put(spool)
    spool.path(name).write_bytes(b"noise")
    with pytest.raises(SpoolCorrupt):
        spool.open(name)
    spool.set_aside(name)
    assert spool.waiting() == []
    assert (tmp_path / "corrupt" / name).read_bytes() == b"noise"


def test_names_sort_by_arrival_and_are_unique(spool: Spool) -> None:
    """Over threads, too."""
    names: list[str] = []
    threads = [threading.Thread(target=lambda: names.extend(_put(spool) for _ in range(25))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 100
    first, second = _put(spool), _put(spool)
    assert first < second
    assert spool.waiting() == sorted([*names, first, second])


def test_no_name_leads_out_of_the_folder(spool: Spool) -> None:
    """A name comes from the spool, never from outside."""
    for name in ("../x.mail", "/etc/passwd", "x"):
        with pytest.raises(SpoolCorrupt):
            spool.path(name)


def test_release_may_be_repeated(spool: Spool) -> None:
    """The daemon may have died between two of its steps."""
    name = _put(spool)
    spool.release([name])
    spool.release([name])
    assert spool.waiting() == []
    assert spool.usage().size == 0


def test_the_quota_counts_what_waits(tmp_path: Path) -> None:
    """What other processes brought is counted at the next look."""
    spool, other = (Spool(tmp_path, quota=10_000, on_fatal=_end) for _ in range(2))
    assert spool.shortage(9_000) == ""
    name = _put(other, b"x" * 5_000)
    assert spool.usage().mails == 1
    assert "the spool holds" in spool.shortage(9_000)
    spool.release([name])
    assert spool.shortage(9_000) == ""


@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, SpoolFull), (errno.EDQUOT, SpoolFull), (errno.EROFS, SpoolFailed)]
)
@pytest.mark.parametrize("call", ["write", "close", "rename"])
def test_a_disk_that_refuses_leaves_nothing_behind(
    spool: Spool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception], call: str
) -> None:
    """Temporary for the sender, and the half-written file is gone."""
    real, armed = getattr(os, call), [True]

    def fail(*arguments: Any, **more: Any) -> Any:
        if armed:
            armed.clear()
            if call == "close":
                real(*arguments)
            raise OSError(number, os.strerror(number))
        return real(*arguments, **more)

    incoming = spool.receive()
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(error):
        incoming.write(b"x")
        incoming.commit(ENVELOPE)
    incoming.discard()
    monkeypatch.undo()
    assert spool.waiting() == []
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("which", [1, 2], ids=["the file's", "the folder's"])
def test_a_failed_fsync_is_fatal(spool: Spool, monkeypatch: pytest.MonkeyPatch, which: int) -> None:
    """Nothing that the kernel says of this file is true any more: trying again may lie."""
    calls = iter(range(1, 10))

    def fail(_descriptor: int) -> None:
        if next(calls) == which:
            raise OSError(errno.EIO, "planted")

    incoming = spool.receive()
    incoming.write(b"x")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Ended):
        incoming.commit(ENVELOPE)


def test_the_daemons_process_ends_at_a_failed_fsync(tmp_path: Path) -> None:
    """Without another write; whoever watches over it starts it anew."""
    program = f"""
import errno, os, sys
sys.path.insert(0, {str(ROOT)!r})
from datetime import UTC, datetime
from pathlib import Path
from intake.daemon import _die
from intake.spool import Spool
from parsing.mail import Envelope
spool = Spool(Path({str(tmp_path)!r}), quota=1 << 20, on_fatal=_die)
incoming = spool.receive()
incoming.write(b"x")
def fail(descriptor): raise OSError(errno.EIO, "planted")
os.fsync = fail
try:
    incoming.commit(Envelope(door="smtp", received_at=datetime.now(UTC)))
finally:
    print("still here")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=60)
    assert done.returncode == 1
    assert b"still here" not in done.stdout


def test_leavings_are_swept_when_they_are_old(spool: Spool, tmp_path: Path) -> None:
    """A delivery that is under way is not."""
    old, fresh = tmp_path / "tmp" / "old.mail", tmp_path / "tmp" / "fresh.mail"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert spool.sweep(timedelta(hours=36)) == 1
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == ["fresh.mail"]

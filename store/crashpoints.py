"""Named places where a test may kill the process, as the OOM killer would: no handler runs, nothing is flushed.

A daemon calls `arm` once at its start. Without LOKET_CRASH_AT in the environment a point costs one comparison; with it,
but without LOKET_TEST=1, the daemon does not start. The armed point belongs to the process, like its signal handlers:
that is why it is not passed in.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from store.errors import CrashPointRefused

VARIABLE: Final = "LOKET_CRASH_AT"
PERMISSION: Final = "LOKET_TEST"

#: Every point, in the order in which a mail passes them: into the spool, into the store, out of the outbox.
POINTS: tuple[str, ...] = (
    # intake/spool.py and the doors
    "after_spool_write",
    "after_spool_fsync",
    "after_spool_rename",
    "after_spool_dirfsync",
    "after_250",
    # intake/doors/imap.py
    "imap_after_fetch",
    "imap_after_spool",
    "imap_before_row",
    "imap_after_row",
    "imap_before_flag",
    "imap_after_flag",
    # intake/worker.py and intake/pipeline.py
    "before_claim_mail",
    "after_claim_mail",
    "before_adopt",
    "before_commit",
    "after_commit",
    "after_release",
    # replies/sender.py
    "before_claim",
    "after_claim",
    "before_intent",
    "after_intent",
    "before_dot",
    "after_dot",
    "after_reply",
    "after_sent_commit",
)


@dataclass(slots=True)
class _Fuse:
    """The armed point, and how many more times it is passed unharmed."""

    name: str | None = None
    passes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


_FUSE: Final = _Fuse()


def arm(environ: Mapping[str, str]) -> None:
    """Read LOKET_CRASH_AT: "NAME", or "NAME:N" for the Nth time that the process comes by (from 1).

    Raises CrashPointRefused for an unknown name, a count that is none, or a process that is not under test.
    """
    wanted = environ.get(VARIABLE)
    if wanted is None:
        _FUSE.name = None
        return
    if environ.get(PERMISSION) != "1":
        detail = f"{VARIABLE} is set, {PERMISSION}=1 is not"
        raise CrashPointRefused(detail)
    name, _, count = wanted.partition(":")
    if name not in POINTS or not (count or "1").isdecimal() or int(count or "1") < 1:
        raise CrashPointRefused(wanted)
    _FUSE.name, _FUSE.passes = name, int(count or "1") - 1


def reach(name: str) -> None:
    """Die here by SIGKILL if this is the armed point."""
    if _FUSE.name != name:
        return
    with _FUSE.lock:  # the doors' threads come by at the same time
        if _FUSE.passes == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        _FUSE.passes -= 1

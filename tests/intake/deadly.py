"""What a mail might do to its reader; run in the sandbox's children."""

from __future__ import annotations

import os
import signal


def hang() -> None:
    """Never come back."""
    while True:
        pass


def eat() -> None:
    """Take more memory than there is for one mail."""
    hoard = []
    while True:
        hoard.append(bytearray(64 << 20))


def die() -> None:
    """As a segmentation fault in a library does."""
    os.kill(os.getpid(), signal.SIGSEGV)

"""What the worker asks of who reads mails; `sandbox.py` does it in child processes, tests do it themselves."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from intake.reading.sealed import SealedReading


class Reader(Protocol):
    """Who reads mails: the sandbox."""

    def read(self, path: Path, sha256: str, keys: Mapping[str, bytes], /) -> Future[SealedReading]:
        """Start to read a spool file."""
        ...

    def warm_up(self) -> None:
        """Wait until somebody is there to read."""
        ...

    @property
    def broken(self) -> bool:
        """Whether what is being read will never end."""
        ...

    @property
    def looking(self) -> int:
        """How many mails have been read and wait for a look at their pictures."""
        ...

    def tend(self) -> None:
        """See to it that every look ends."""
        ...

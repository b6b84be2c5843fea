"""Letters into a folder, one .eml each: the default's and the demo's way, and a pick-up folder for other programs.

A file is there whole or not at all, and is named from its Message-ID, so a repeat overwrites what it repeats.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from replies.errors import SmarthostDown
from store import crashpoints
from store.outbox import Claim, Outcome, Sent

#: File systems take 255 bytes; the ending and the temporary name's dot need a few.
MAX_NAME: Final = 200

_UNSAFE = re.compile(r"[^A-Za-z0-9@+_=.-]")


class Folder:
    """A folder that takes letters."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hand_on(self, claim: Claim, intend: Callable[[], None]) -> Mapping[str, Outcome]:
        """Write the letter; its rename is the point of no return. Raises SmarthostDown where the disk refuses it."""
        name = file_name(claim.message_id)
        temporary = self._folder / f".{name}.tmp"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write(temporary, claim.content)
            intend()
            crashpoints.reach("before_dot")
            temporary.rename(self._folder / name)
            _sync_folder(self._folder)
        except BaseException as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            if isinstance(error, OSError):
                detail = f"{self._folder}: {error.strerror}"
                raise SmarthostDown(detail) from error
            raise
        crashpoints.reach("after_dot")
        crashpoints.reach("after_reply")
        return {address: Sent(f"written to {name}") for address in claim.recipients}

    def close(self) -> None:
        """Nothing is kept open."""


def file_name(message_id: str) -> str:
    """The file's name for a Message-ID, without anything that a file system or a shell would take amiss."""
    stem = _UNSAFE.sub("_", message_id).lstrip(".")
    if len(stem) > MAX_NAME or stem != message_id:
        # Two ids may look alike once changed or cut; their hashes do not.
        stem = f"{stem[: MAX_NAME - 17]}-{hashlib.sha256(message_id.encode()).hexdigest()[:16]}"
    return f"{stem}.eml"


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:  # noqa: PTH123  # a descriptor has no path
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    # A rename is durable once its folder is (reliability: fsync of file and folder both).
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

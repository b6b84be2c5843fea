"""Asks clamd about a mail (its INSTREAM command). A scanner that does not answer says nothing good."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Final

#: Bytes a chunk; clamd sets no limit of its own but that of the whole stream.
_CHUNK: Final = 1 << 16

#: clamd's answer is one line: "stream: OK", "stream: Eicar-Signature FOUND".
_MAX_ANSWER: Final = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """What the scanner said."""

    clean: bool
    found: str = ""  #: the name of what was found; "" where it is clean, or where the scanner did not answer
    trouble: str = ""  #: why it did not answer


class Clamd:
    """A clamd at a socket's path, or at HOST:PORT."""

    def __init__(self, place: str, timeout: float) -> None:
        self._place = place
        self._timeout = timeout

    def scan(self, content: bytes) -> Scan:
        """The scanner's verdict on a whole mail. Never raises: trouble is a verdict too."""
        try:
            answer = self._ask(content)
        except OSError as error:
            return Scan(clean=False, trouble=error.strerror or str(error) or type(error).__name__)
        if answer == "stream: OK":
            return Scan(clean=True)
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return Scan(clean=False, found=answer.removeprefix("stream: ").removesuffix(" FOUND")[:100])
        return Scan(clean=False, trouble=answer[:100] or "no answer")

    def _ask(self, content: bytes) -> str:
        with self._connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                piece = content[start : start + _CHUNK]
                connection.sendall(struct.pack("!I", len(piece)) + piece)
            connection.sendall(struct.pack("!I", 0))
            answer = b""
            while b"\0" not in answer and len(answer) < _MAX_ANSWER and (more := connection.recv(_MAX_ANSWER)):
                answer += more
        return answer.partition(b"\0")[0].decode("ascii", "replace").strip()

    def _connected(self) -> socket.socket:
        if self._place.startswith("/"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self._timeout)
            try:
                connection.connect(self._place)
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = self._place.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=self._timeout)

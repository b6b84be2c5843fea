"""clamd, the scanner's daemon: one of the tests' own that speaks its protocol, and the real one with one signature."""

from __future__ import annotations

import contextlib
import socket
import struct
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import common

#: What both take for malware, put together at run time so that this file is none.
BAD = b"-".join([b"loket", b"malware", b"of", b"the", b"tests"])

#: What clamd calls it.
NAME = "Loket.Test"

#: Bytes of a stream that both take (StreamMaxLength).
LIMIT = 1 << 20


@dataclass
class FakeClamd:
    """A server that does with a stream as clamd 1.4 does, or as it is told."""

    port: int = 0
    manner: str = ""  #: "" as clamd, "silent", "hang up", or the words of an answer
    streams: list[bytes] = field(default_factory=list)

    @property
    def place(self) -> str:
        """As the settings name it."""
        return f"127.0.0.1:{self.port}"

    def serve(self, listener: socket.socket) -> None:
        """One client after the other, until the listener is closed."""
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(10)
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        reader = connection.makefile("rb")
        with reader:
            if reader.read(10) != b"zINSTREAM\0":
                connection.sendall(b"UNKNOWN COMMAND\0")
                return
            if self.manner == "hang up":
                return
            stream = b""
            while (size := struct.unpack("!I", reader.read(4))[0]) > 0:
                stream += reader.read(size)
                if len(stream) > LIMIT:  # it does not wait for the rest
                    connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            self.streams.append(stream)
            if self.manner == "silent":
                connection.recv(1)
                return
            told = f"stream: {NAME}.UNOFFICIAL FOUND" if BAD in stream else "stream: OK"
            connection.sendall((self.manner or told).encode() + b"\0")


@contextmanager
def pretending(manner: str = "") -> Iterator[FakeClamd]:
    """Start one of ours, and end it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = FakeClamd(port=listener.getsockname()[1], manner=manner)
        thread = threading.Thread(target=server.serve, args=[listener])
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(15)


_CONFIG = """
Foreground yes
DatabaseDirectory {folder}/db
LocalSocket {folder}/socket
TCPSocket {port}
TCPAddr 127.0.0.1
StreamMaxLength {limit}
PidFile {folder}/pid
LogFile {folder}/log
"""


@contextmanager
def running() -> Iterator[tuple[str, str, subprocess.Popen[bytes]]]:
    """Start the real one: its socket's path, its HOST:PORT, and its process."""
    program = common.program("clamd", "clamav-daemon")
    with tempfile.TemporaryDirectory(prefix="loket-clamd-") as name:
        folder, port = Path(name), common.free_port()
        folder.chmod(0o755)
        (folder / "db").mkdir()
        (folder / "db" / "own.ndb").write_text(f"{NAME}:0:*:{BAD.hex()}\n")
        config = folder / "clamd.conf"
        config.write_text(_CONFIG.format(folder=folder, port=port, limit=LIMIT))
        process = subprocess.Popen([program, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            common.until(lambda: common.answers(port), "clamd starts")
            yield str(folder / "socket"), f"127.0.0.1:{port}", process
        finally:
            common.end(process)

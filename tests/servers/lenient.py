"""A mail server that takes for a line's end whatever might be one, and so for a mail's end: smuggling's other half.

CR LF, LF, CR and CR CR LF end lines, NULs are left out, and a dot between any two of them ends a mail. What stands
behind is the next command, pipelined or not.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_END = re.compile(rb"\r\r\n|\r\n|\n|\r")


@dataclass
class Lenient:
    """What arrived."""

    port: int = 0
    mails: list[list[bytes]] = field(default_factory=list)  #: the lines of each
    commands: list[bytes] = field(default_factory=list)
    senders: list[bytes] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        """One client after the other, until the listener is closed."""
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"220 lenient\r\n")
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        mail: list[bytes] | None = None
        for line in _lines(connection):
            if mail is not None:
                if line == b".":
                    self.mails.append(mail)
                    mail = None
                    connection.sendall(b"250 taken\r\n")
                else:
                    mail.append(line.removeprefix(b"."))
                continue
            self.commands.append(line)
            word = line[:4].upper()
            if word == b"MAIL":
                self.senders.append(line)
            mail = [] if word == b"DATA" else None
            connection.sendall(b"354 go on\r\n" if word == b"DATA" else b"250 well\r\n")
            if word == b"QUIT":
                return


def _lines(connection: socket.socket) -> Iterator[bytes]:
    """Lines, however they end; a CR at the end of what has come may have an LF behind it, or be an end by itself."""
    held = b""
    while portion := connection.recv(1 << 16):
        held += portion.replace(b"\0", b"")
        whole = held if not held.endswith(b"\r") else held[: -len(held) + len(held.rstrip(b"\r"))]
        pieces = _END.split(whole)
        held = pieces[-1] + held[len(whole) :]
        yield from pieces[:-1]


@contextmanager
def running() -> Iterator[Lenient]:
    """Start a server, and end it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Lenient(port=listener.getsockname()[1])
        thread = threading.Thread(target=server.serve, args=[listener], daemon=True)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)

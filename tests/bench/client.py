"""A sender that is no bottleneck: prebuilt bytes over raw sockets, in a process of its own.

python -m tests.bench.client PORT CONNECTIONS FOLDER prints a JSON object: seconds, and the times from dot to 250.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from pathlib import Path

_REPLY_LIMIT = 4096


def main(port: int, connections: int, folder: Path) -> None:
    """Send every file of a folder once, over so many connections at a time."""
    mails = [path.read_bytes() for path in sorted(folder.iterdir())]
    waiting, waits = iter(mails), list[float]()
    lock = threading.Lock()
    failures: list[str] = []

    def run() -> None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _reply(connection)
                _say(connection, b"EHLO bench.example\r\n")
                while True:
                    with lock:
                        mail = next(waiting, None)
                    if mail is None:
                        return
                    wait = _send(connection, mail)
                    with lock:
                        waits.append(wait)
        except (OSError, ValueError) as error:
            failures.append(repr(error))

    threads = [threading.Thread(target=run) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"seconds": time.perf_counter() - began, "waits": waits, "failures": failures}))


def _send(connection: socket.socket, mail: bytes) -> float:
    """One transaction; the envelope's commands go together (RFC 2920). Returns the seconds from dot to 250."""
    connection.sendall(b"MAIL FROM:<a@bench.example>\r\nRCPT TO:<help@desk.test>\r\n")
    _reply(connection, 2)
    _say(connection, b"DATA\r\n")
    connection.sendall(mail)
    began = time.perf_counter()
    answer = _say(connection, b".\r\n")
    if not answer.startswith(b"250"):
        raise ValueError(answer)
    return time.perf_counter() - began


def _say(connection: socket.socket, line: bytes) -> bytes:
    connection.sendall(line)
    return _reply(connection)


def _reply(connection: socket.socket, count: int = 1) -> bytes:
    """So many replies; the last line of each has a blank behind its code."""
    got = b""
    while True:
        got += connection.recv(_REPLY_LIMIT)
        lines = got.split(b"\r\n")[:-1]
        if got.endswith(b"\r\n") and sum(line[3:4] == b" " for line in lines) >= count:
            return lines[-1]
        if not got:
            raise ValueError("the server hung up")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))

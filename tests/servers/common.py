"""What all servers of the tests share: finding their programs, free ports, waiting until they answer, ending by pid."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

#: Seconds that a server may take to start on a busy machine.
PATIENCE_SECONDS = 60

_PLACES = ["/usr/sbin", "/usr/lib/postfix/sbin", "/usr/lib/dovecot", "/usr/lib/postgresql/15/bin"]


def program(name: str, package: str) -> str:
    """The path of a program; the run fails where it is missing, and says which Debian package has it."""
    versions = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *_PLACES, *versions]))
    if found is None:
        message = f"{name} is missing: apt-get install {package}"
        raise RuntimeError(message)
    return found


#: Below the ports that Linux gives to connections, so that none of these takes a port before its server does.
_PORTS = range(12_000, 32_000)

_next_port = itertools.cycle(random.sample(_PORTS, len(_PORTS)))


def free_port() -> int:
    """A port of the loopback that nobody uses now; other runs look elsewhere first."""
    for port in _next_port:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError  # a cycle has no end


def until(holds: Callable[[], object], what: str, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something holds; TimeoutError, with its name, where it does not."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that we started, kindly at first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

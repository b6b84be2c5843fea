"""The sockets at which a door stands: TCP or unix, and for whom a connection there counts."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import stat
from pathlib import Path
from typing import Any, Final

from intake.errors import DoorBlocked

UNIX: Final = "unix:"

#: Connections that the kernel keeps until we take them.
_BACKLOG: Final = 1024

#: A unix socket is for its owner and its group; the group is the mail server's.
_SOCKET_MODE: Final = 0o660

#: For whom all connections of a unix socket count.
_NEIGHBOUR: Final = "local"


def listening(listen: str, group: str | None = None) -> socket.socket:
    """Listen at HOST:PORT, or at unix:PATH for a group. DoorBlocked where that cannot be."""
    try:
        listener = _at_path(Path(listen.removeprefix(UNIX)), group) if listen.startswith(UNIX) else _at_port(listen)
    except (OSError, LookupError) as error:
        raise DoorBlocked(f"{listen}: {error}") from error
    listener.setblocking(False)
    return listener


def close(listener: socket.socket) -> None:
    """Stop to listen; a unix socket leaves no file behind."""
    place = listener.getsockname()
    listener.close()
    if isinstance(place, str):
        Path(place).unlink(missing_ok=True)


def client(peer: Any) -> str:
    """Whom connections are counted for: an IPv4 address, or the /64 that one IPv6 customer is usually given."""
    if not isinstance(peer, tuple):
        return _NEIGHBOUR
    address = ipaddress.ip_address(str(peer[0]).partition("%")[0])
    return str(
        address if isinstance(address, ipaddress.IPv4Address) else ipaddress.ip_network((address, 64), strict=False)
    )


def _at_port(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, int(port)), family=family, backlog=_BACKLOG)


def _at_path(path: Path, group: str | None) -> socket.socket:
    _clear(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o777)  # nobody connects before it is known who may
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        if group is not None:
            shutil.chown(path, group=group)
        path.chmod(_SOCKET_MODE)
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _clear(path: Path) -> None:
    """Remove a socket that a daemon left that is no more; one at which somebody answers stays, and is in the way."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            return
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if probe.connect_ex(str(path)) != 0:
            path.unlink()

"""A Postfix of the tests' own: a queue that sends to us and retries as real senders do, and a smarthost for letters.

It listens on one free port of the loopback and relays each domain where a test says; nothing else leaves it. It needs
root, as Postfix's master does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import common

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
multi_instance_name = postfix-loket-{port}
multi_instance_enable = yes
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
myhostname = sender.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_host_lookup = native
transport_maps = inline:{{ {routes} }}
default_transport = error:5.1.2 the tests know no way there
message_size_limit = 62914560
mailbox_size_limit = 0
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 5s
smtp_connection_cache_on_demand = no
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
in_flow_delay = 0
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running server."""

    folder: Path
    port: int  #: where it takes mail from anybody on this machine

    def waiting(self) -> int:
        """How many mails its queue holds."""
        places = ("maildrop", "incoming", "active", "deferred")
        return sum(1 for place in places for _ in _files(self.folder / "queue" / place))

    def flush(self) -> None:
        """Try everything in the queue now."""
        _run(["postqueue", "-c", self.folder / "config", "-f"])

    def log(self) -> str:
        """What it did."""
        path = self.folder / "log" / "mail.log"
        return path.read_text(errors="replace") if path.exists() else ""


@contextmanager
def running(routes: Mapping[str, str], more: str = "") -> Iterator[Postfix]:
    """Start a server, and end it; `more` are further lines of main.cf.

    `routes` says for each domain where its mail goes: "smtp:[127.0.0.1]:PORT", "lmtp:inet:127.0.0.1:PORT", "discard:".
    """
    common.program("postfix", "postfix")
    folder = Path(tempfile.mkdtemp(prefix="loket-postfix-"))
    folder.chmod(0o755)
    server = Postfix(folder=folder, port=common.free_port())
    _furnish(server, routes, more)
    postfix = ["postfix", "-c", folder / "config"]
    try:
        _run([*postfix, "start"])
        common.until(lambda: common.answers(server.port), "Postfix starts")
        yield server
    finally:
        subprocess.run([common.program("postfix", "postfix"), *postfix[1:], "abort"], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _furnish(server: Postfix, routes: Mapping[str, str], more: str) -> None:
    for name in ("config", "queue", "data", "log"):
        (server.folder / name).mkdir()
    shutil.chown(server.folder / "data", "postfix", "postfix")
    table = ", ".join(f"{{ {domain} = {way} }}" for domain, way in routes.items())
    daemons = "/usr/lib/postfix/sbin"
    config = server.folder / "config"
    (config / "main.cf").write_text(
        _MAIN.format(folder=server.folder, port=server.port, routes=table, daemons=daemons).lstrip() + more
    )
    (config / "master.cf").write_text(_MASTER.format(port=server.port).lstrip())


def _run(command: list[str | Path]) -> None:
    """Run one of Postfix's own commands; what it complains of is told."""
    name = common.program(str(command[0]), "postfix")
    done = subprocess.run([name, *command[1:]], capture_output=True, check=False, text=True, timeout=60)
    if done.returncode != 0:
        message = f"{command[0]}: {done.stderr or done.stdout}"
        raise RuntimeError(message)


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in names:
            yield Path(place) / name

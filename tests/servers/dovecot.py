"""A Dovecot of the tests' own: IMAP and LMTP on free ports, mailboxes made when somebody logs in."""

from __future__ import annotations

import contextlib
import getpass
import grp
import imaplib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import common

PASSWORD = "sesame"  # of mailboxes that live for a minute

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
{tls}
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 100
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
default_process_limit = 200
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service auth {{
  inet_listener {{
    address = 127.0.0.1
    port = {auth}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""

_TLS = """ssl = yes
ssl_cert = <{tls_certificate}
ssl_key = <{tls_key}"""

_OAUTH2 = """
introspection_mode = post
introspection_url = {introspection}
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
timeout_msecs = 5000
"""


@dataclass
class Dovecot:
    """A server."""

    folder: Path
    pair: Mapping[str, Path] | None = None  #: its certificate and key, where it speaks TLS on a port of its own
    password: str = PASSWORD
    port: int = field(default_factory=common.free_port)
    tls_port: int = field(default_factory=common.free_port)
    lmtp_port: int = field(default_factory=common.free_port)
    auth_port: int = field(default_factory=common.free_port)  #: where a Postfix may ask who somebody is
    serial: Iterator[int] = field(default_factory=itertools.count)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, as it is configured now."""
        self.configure()
        with (self.folder / "out").open("wb") as out:
            program = common.program("dovecot", "dovecot-imapd")
            self.process = process = subprocess.Popen(
                [program, "-F", "-c", self._config], stdout=out, stderr=out, start_new_session=True
            )
        common.until(lambda: common.answers(self.port) or process.poll() is not None, "Dovecot starts")
        if process.poll() is not None:
            raise RuntimeError((self.folder / "out").read_text())

    def stop(self) -> None:
        """End it with its sessions, which outlive it otherwise; its mailboxes stay."""
        if self.process is not None:
            common.end(self.process)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def reload(self) -> None:
        """Have it read its configuration anew; sessions go on."""
        self.configure()
        self._doveadm("reload")

    def configure(self) -> None:
        """Write its configuration."""
        uid, gid = _owner()
        internal = "dovecot" if os.geteuid() == 0 else getpass.getuser()
        config = _CONFIG.format(
            folder=self.folder,
            user=internal,
            group=grp.getgrgid(pwd.getpwnam(internal).pw_gid).gr_name,
            uid=uid,
            gid=gid,
            imap=self.port,
            imaps=self.tls_port if self.pair else 0,
            lmtp=self.lmtp_port,
            auth=self.auth_port,
            tls=_TLS.format(**self.pair) if self.pair else "ssl = no",
            password=self.password,
        )
        self._config.write_text(config)

    @property
    def _config(self) -> Path:
        return self.folder / "dovecot.conf"

    def _doveadm(self, *command: str) -> None:
        doveadm = common.program("doveadm", "dovecot-core")
        subprocess.run([doveadm, "-c", self._config, *command], check=False, capture_output=True)

    def new_user(self) -> str:
        """A mailbox that nobody used before."""
        return f"user{next(self.serial)}@mail.test"

    @contextmanager
    def login(self, user: str, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """Another client of the mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(user, self.password)
        client.select(folder)
        try:
            yield client
        finally:
            client.logout()

    def kick(self, user: str) -> None:
        """End all sessions of a user."""
        self._doveadm("kick", user)

    def append(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Put mails into a mailbox."""
        with self.login(user) as client:
            for content in mails:
                status, answer = client.append(folder, "", "", content)  # type: ignore[arg-type]
                assert status == "OK", answer

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """The mails of a mailbox, in order; their flags stay as they are."""
        with self.login(user, folder) as client:
            _, found = client.search(None, "ALL")
            numbers = found[0].split()
            return [client.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]  # type: ignore[index,misc]


@contextmanager
def running(folder: Path, introspection: str = "", pair: Mapping[str, Path] | None = None) -> Iterator[Dovecot]:
    """Start a server, and end it; `introspection` is where it asks whether an access token holds (RFC 7662)."""
    folder = folder.resolve()
    server = Dovecot(folder=folder, pair=pair)
    uid, gid = _owner()
    for name in ("run", "state", "mail", "home"):
        (folder / name).mkdir()
        os.chown(folder / name, uid, gid)
    for parent in [folder, *folder.parents]:
        if str(parent).startswith("/tmp") and parent != Path("/tmp"):
            parent.chmod(0o755)  # its processes have another user than the tests
    (folder / "oauth2.conf").write_text(_OAUTH2.format(introspection=introspection or "http://127.0.0.1:1/"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> tuple[int, int]:
    """Who owns the mailboxes: not root, whom Dovecot refuses."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("mail")
    return nobody.pw_uid, nobody.pw_gid

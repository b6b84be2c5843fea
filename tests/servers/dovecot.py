"""A Dovecot of the tests' own: IMAP and LMTP on free ports, mailboxes made when somebody logs in."""

from __future__ import annotations

import getpass
import grp
import imaplib
import itertools
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
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
ssl = no
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
    port = 0
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
    """A running server."""

    folder: Path
    port: int
    lmtp_port: int
    serial: Iterator[int] = field(default_factory=itertools.count)

    def new_user(self) -> str:
        """A mailbox that nobody used before."""
        return f"user{next(self.serial)}@mail.test"

    @contextmanager
    def login(self, user: str, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """Another client of the mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(user, PASSWORD)
        client.select(folder)
        try:
            yield client
        finally:
            client.logout()

    def kick(self, user: str) -> None:
        """End all sessions of a user."""
        doveadm = common.program("doveadm", "dovecot-core")
        subprocess.run([doveadm, "-c", self.folder / "dovecot.conf", "kick", user], check=False, capture_output=True)

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
def running(folder: Path, introspection: str = "") -> Iterator[Dovecot]:
    """Start a server, and end it; `introspection` is where it asks whether an access token holds (RFC 7662)."""
    folder = folder.resolve()
    server = Dovecot(folder=folder, port=common.free_port(), lmtp_port=common.free_port())
    uid, gid = _owner()
    for name in ("run", "state", "mail", "home"):
        (folder / name).mkdir()
        os.chown(folder / name, uid, gid)
    for parent in [folder, *folder.parents]:
        if str(parent).startswith("/tmp") and parent != Path("/tmp"):
            parent.chmod(0o755)  # its processes have another user than the tests
    internal = "dovecot" if os.geteuid() == 0 else getpass.getuser()
    config = _CONFIG.format(
        folder=folder,
        user=internal,
        group=grp.getgrgid(pwd.getpwnam(internal).pw_gid).gr_name,
        uid=uid,
        gid=gid,
        imap=server.port,
        lmtp=server.lmtp_port,
        password=PASSWORD,
    )
    (folder / "dovecot.conf").write_text(config)
    (folder / "oauth2.conf").write_text(_OAUTH2.format(introspection=introspection or "http://127.0.0.1:1/"))
    with (folder / "out").open("wb") as out:
        process = subprocess.Popen(
            [common.program("dovecot", "dovecot-imapd"), "-F", "-c", folder / "dovecot.conf"], stdout=out, stderr=out
        )
    try:
        common.until(lambda: common.answers(server.port) or process.poll() is not None, "Dovecot starts")
        if process.poll() is not None:
            raise RuntimeError((folder / "out").read_text())
        yield server
    finally:
        common.end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> tuple[int, int]:
    """Who owns the mailboxes: not root, whom Dovecot refuses."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("mail")
    return nobody.pw_uid, nobody.pw_gid

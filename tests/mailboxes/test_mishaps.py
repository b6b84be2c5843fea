"""What happens to a mailbox in a year: the real daemon, a real Dovecot, and what an operator would read of it.

Whatever it is, nothing is lost and nothing doubled; the alert and `check --online` say what to do; its end is told too.
"""

from __future__ import annotations

import json
import os
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from store.models import Letter, Mail, Ticket
from tests.desk import ROOT, Desk
from tests.intake.conftest import customer_mail
from tests.intake.mailbox import mail
from tests.servers import certificates, dovecot
from tests.servers.dovecot import PASSWORD, Dovecot


@pytest.fixture
def pair(tmp_path: Path) -> dict[str, Path]:
    """The server's certificate and its key."""
    return certificates.make(tmp_path)


@pytest.fixture
def server(pair: dict[str, Path]) -> Iterator[Dovecot]:
    """A Dovecot of the test's own, which it may stop."""
    with (
        tempfile.TemporaryDirectory(prefix="loket-dovecot-", ignore_cleanup_errors=True) as folder,
        dovecot.running(Path(folder), pair=pair) as server,
    ):
        yield server


class Room:
    """A desk that reads one mailbox, and what its operator hears."""

    def __init__(
        self,
        folder: Path,
        server: Dovecot,
        *,
        wrapper: Sequence[str] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
        **account: Any,
    ) -> None:
        self.server, self.user, self.heard = server, server.new_user(), folder / "heard"
        self.folder = (account.get("folders") or ["INBOX"])[0]
        known = {"name": "box", "desk": "help", "host": "127.0.0.1", "port": server.port, "tls": "none"}
        known |= {"username": self.user, "password_file": "box-password", "poll_seconds": 1}
        pager = ["/bin/sh", "-c", f'echo "$LOKET_ALERT_STATE: $LOKET_ALERT_SENTENCE" >>{self.heard}']
        self.desk = Desk(
            folder=folder / "desk",
            imap=[known | account],
            more={"alerts": {"command": pager, "door_minutes": 0.02}},
            wrapper=wrapper,
            environment=dict(environment),
        )
        self.set_password(PASSWORD)

    def set_password(self, password: str) -> None:
        """Write it where the configuration says."""
        (self.desk.folder / "box-password").write_text(password)

    def open(self) -> None:
        """Start, and wait for the first look."""
        self.desk.start()
        self.desk.until(lambda: self.door().get("counted_at"), "the mailbox has been looked at")

    def door(self) -> dict[str, Any]:
        """The mailbox's line in `status`."""
        told = json.loads(self.desk.command("status", "--json").stdout)
        return next((each for each in told["doors"] if each["name"] == "imap:box"), {})

    def put(self, *numbers: int) -> None:
        """Mail comes."""
        self.server.append(self.user, *map(mail, numbers), folder=self.folder)

    def has(self, count: int) -> float:
        """Wait until the desk has so many mails; gives how long it took."""
        began = time.monotonic()
        self.desk.until(lambda: len(self.desk.rows(Mail)) >= count, f"{count} mails are taken")
        return time.monotonic() - began

    def hears(self, *words: str) -> None:
        """Wait until the operator is told all these words in one line."""
        self.desk.until(lambda: any(all(word in line for word in words) for line in self._lines()), " ".join(words))

    def check(self) -> str:
        """What `check --online` says of the mailbox."""
        command = [*self.desk.wrapper, sys.executable, "-m", "intake.cli", "--config", str(self.desk.config)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run([*command, "check", "--online"], capture_output=True, env=environment, check=False)
        lines = done.stdout.decode().splitlines()
        return next(line for line in lines if "mailbox box" in line)

    def close(self, mails: int) -> None:
        """Nothing was lost, nothing doubled, and nothing is wrong any more."""
        self.desk.until(self.desk.drained, "the desk has drained")
        assert self.desk.command("status").returncode == 0
        rows = [len(self.desk.rows(model)) for model in (Mail, Ticket, Letter)]
        assert rows == [mails] * 3
        assert self.desk.stop() == 0

    def _lines(self) -> list[str]:
        return self.heard.read_text().splitlines() if self.heard.exists() else []


@pytest.fixture
def rooms(tmp_path: Path, server: Dovecot) -> Iterator[Any]:
    """Makes rooms; no daemon outlives the test."""
    made: list[Room] = []

    def make(**account: Any) -> Room:
        made.append(Room(tmp_path, server, **account))
        return made[-1]

    yield make
    for room in made:
        room.desk.end()


@pytest.mark.battery
def test_a_server_that_is_restarted_while_we_wait_for_it(rooms: Any, server: Dovecot) -> None:
    """Its sessions end in the middle of IDLE; it is away for a while, and mail has come when it is back."""
    room = rooms()
    room.open()
    room.put(1)
    room.has(1)
    server.stop()
    room.hears("wrong: imap:box has not worked since", "cannot be reached", "loket check --online")
    assert "nothing listens at 127.0.0.1" in room.check()
    server.start()
    room.put(2)
    print(f"\nback after a restart: mail taken after {room.has(2):.1f} s")
    room.hears("over: imap:box")
    room.close(2)


def test_a_password_that_is_changed_in_mid_run(rooms: Any, server: Dovecot) -> None:
    """Two refusals are an incident; the new one is read at a reload."""
    room = rooms()
    room.open()
    room.put(1)
    room.has(1)
    server.password = "another"
    server.reload()
    server.kick(room.user)
    room.put(2)
    room.hears("wrong: imap:box", "refuses this user name or password")
    assert "correct them, and reload loket" in room.check()
    room.set_password("another")
    assert room.desk.process is not None
    os.kill(room.desk.process.pid, signal.SIGHUP)
    room.has(2)
    room.hears("over: imap:box")
    room.close(2)


@pytest.mark.battery
def test_a_folder_that_is_renamed_and_one_that_is_deleted(rooms: Any, server: Dovecot) -> None:
    """Back under its name it goes on; made anew, with what it held put back, it brings only what is new."""
    room = rooms(folders=["Support"])
    with server.login(room.user) as owner:
        owner.create("Support")
    room.open()
    room.put(1)
    room.has(1)
    with server.login(room.user) as owner:
        owner.rename("Support", "Bantuan")
    room.hears("wrong: imap:box", "doesn't exist: Support")
    assert "there is no folder Support; there are Bantuan, INBOX" in room.check()
    with server.login(room.user) as owner:
        owner.rename("Bantuan", "Support")
    room.put(2)
    room.has(2)
    room.hears("over: imap:box")
    with server.login(room.user) as owner:
        owner.delete("Support")
    room.desk.until(lambda: room.desk.command("status").returncode == 1, "the second incident")
    with server.login(room.user) as owner:
        owner.create("Support")
    room.put(1, 2, 3)
    room.has(3)
    room.desk.until(lambda: room.desk.command("status").returncode == 0, "it is over")
    room.close(3)


@pytest.mark.battery
@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [({"ended": True}, "has to renew it"), ({"address": "127.0.0.2"}, "host has to be a name that stands in it")],
)
def test_a_certificate_that_has_expired_or_is_of_another_name(
    rooms: Any, server: Dovecot, pair: dict[str, Path], wrong: dict[str, Any], remedy: str
) -> None:
    """No password is shown to such a server, and no mail is taken from it."""
    room = rooms(tls="implicit", port=server.tls_port, tls_ca=str(pair["tls_certificate"]))
    room.open()
    certificates.make(pair["tls_key"].parent, **wrong)
    server.stop()
    server.start()
    room.put(1)
    room.hears("wrong: imap:box", "certificate is not trusted")
    assert remedy in room.check()
    assert room.desk.rows(Mail) == []
    certificates.make(pair["tls_key"].parent)
    server.stop()
    server.start()
    room.has(1)
    room.hears("over: imap:box")
    room.close(1)


def test_a_second_daemon_in_the_same_folder(rooms: Any) -> None:
    """It says so and ends; the first one goes on."""
    room = rooms()
    room.open()
    second = room.desk.command("run")
    assert second.returncode == 1
    assert b"Another loket works in this data folder" in second.stderr
    room.put(1)
    room.has(1)
    room.close(1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 120 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def _fill(disk: Path, left: int) -> None:
    state = os.statvfs(disk)
    with (disk / "filler").open("ab") as filler:
        filler.write(bytes(state.f_bavail * state.f_frsize - left))


@pytest.mark.battery
def test_a_disk_that_fills_up(server: Dovecot, small_disk: Path) -> None:
    """While the largest mail has no room every door says later; with not a byte left the daemon lives on too."""
    room = Room(small_disk, server)
    try:
        room.open()
        _fill(small_disk, 40 << 20)
        room.put(1)
        room.hears("wrong: no mail is taken", "MiB left, and 75 are needed")
        with pytest.raises(smtplib.SMTPSenderRefused, match="No room for mail"):
            room.desk.send(mail(2), "b@example.com")
        assert room.desk.command("deliver", "--to", "help@desk.test", stdin=mail(3)).returncode == os.EX_TEMPFAIL
        assert b"no mail is taken: the disk of" in room.desk.command("check").stdout
        _fill(small_disk, 0)
        room.desk.until(lambda: "database or disk is full" in room.desk.log(), "the store has no room either")
        (small_disk / "filler").unlink()
        print(f"\na full disk has room again: the mail is taken after {room.has(1):.1f} s")
        room.hears("over: no mail is taken")
        room.desk.send(mail(2), "b@example.com")
        room.has(2)
        room.close(2)
    finally:
        room.desk.end()


@pytest.mark.battery
def test_a_dns_that_does_not_answer(tmp_path: Path, server: Dovecot, pair: dict[str, Path]) -> None:
    """It goes away in mid-run, for the server's name alone stood in it; it is told from a name that there is not."""
    certificates.make(pair["tls_key"].parent, address="imap.desk.test")
    server.stop()
    server.start()
    hosts, resolver = tmp_path / "hosts", tmp_path / "resolv.conf"
    known = "127.0.0.1 localhost imap.desk.test\n"
    hosts.write_text(known)
    resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")  # where nobody answers
    mounts = f"mount --bind {hosts} /etc/hosts && mount --bind {resolver} /etc/resolv.conf"
    apart = ["unshare", "--mount", "sh", "-c", f'{mounts} && exec "$@"', "sh"]
    told = {"host": "imap.desk.test", "port": server.tls_port, "tls": "implicit"}
    room = Room(tmp_path, server, wrapper=apart, tls_ca=str(pair["tls_certificate"]), **told)
    try:
        room.open()
        hosts.write_text("127.0.0.1 localhost\n")
        server.kick(room.user)
        room.put(1)
        room.hears("wrong: imap:box", "cannot be reached", "name resolution")
        assert "the DNS does not answer" in room.check()
        hosts.write_text(known)
        room.has(1)
        room.hears("over: imap:box")
        room.close(1)
    finally:
        room.desk.end()


#: A machine whose clock goes wrong while a daemon runs: read by Python when it starts.
_WRONG_CLOCK = """
import os, time
from datetime import UTC, datetime, timedelta
from apscheduler.schedulers import base
from intake import clock

true, true_ns = time.time, time.time_ns

def wrong():
    return float(open(os.environ["WRONG_CLOCK"]).read() or 0)

class Clock(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(seconds=wrong())

time.time, time.time_ns = lambda: true() + wrong(), lambda: true_ns() + int(wrong() * 1e9)
base.datetime, clock.now = Clock, lambda: Clock.now(UTC)
"""


@pytest.mark.battery
def test_a_clock_that_is_set(tmp_path: Path, server: Dovecot) -> None:
    """Back a day, two days on, to the year 2080, and right again: mail is taken and letters leave all the while."""
    (tmp_path / "sitecustomize.py").write_text(_WRONG_CLOCK)
    wrong = tmp_path / "wrong"
    wrong.write_text("0")
    environment = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "WRONG_CLOCK": str(wrong)}
    room = Room(tmp_path, server, environment=environment)
    try:
        room.open()
        for number, seconds in enumerate((-86_400, 172_800, 1_700_000_000, 0), 1):
            wrong.write_text(str(seconds))
            time.sleep(1)
            room.desk.send(_report(number), f"u{number}@example.com")
            began = time.monotonic()
            room.desk.until(lambda number=number: _sent(room.desk) == number, "its letter")  # type: ignore[misc]
            print(f"\na clock {seconds:,} s wrong: the letter has left after {time.monotonic() - began:.1f} s", end="")
        assert room.desk.log().count("the machine's clock was set") == 4
        room.close(4)
    finally:
        room.desk.end()


def _report(number: int) -> bytes:
    """Each from somebody else, so that each is acknowledged."""
    told = {"Message_ID": f"<{number}@example.com>", "From": f"u{number}@example.com"}
    return customer_mail(f"Username: u_{number}\n", **told)


def _sent(desk: Desk) -> int:
    return sum(letter.state == "sent" for letter in desk.rows(Letter))

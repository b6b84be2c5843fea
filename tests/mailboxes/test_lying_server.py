"""The whole desk at a server that lies: nothing is taken twice, nobody is answered twice, memory stays small."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store.models import Letter, Mail, MailboxUid, Ticket
from tests.desk import Desk
from tests.intake.conftest import customer_mail
from tests.intake.mailbox import mail
from tests.servers import imap_liar
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.imap_liar import Hang, Liar, literal

GIGABYTES = 2 << 30


@pytest.fixture
def liar() -> Iterator[Liar]:
    with imap_liar.running() as server:
        yield server


def _account(port: int, **more: Any) -> dict[str, Any]:
    known = {"name": "box", "desk": "help", "host": "127.0.0.1", "port": port, "tls": "none", "username": "u"}
    return known | {"password": PASSWORD, "poll_seconds": 1, "done": "leave"} | more


def _door(desk: Desk, name: str = "imap:box") -> dict[str, Any]:
    told = json.loads(desk.command("status", "--json").stdout)
    return next(each for each in told["doors"] if each["name"] == name)


def _started(folder: Path, **account: Any) -> Desk:
    desk = Desk(folder=folder, imap=[_account(**account)])
    desk.start()
    desk.until(lambda: _door(desk)["counted_at"], "the mailbox has been looked at")
    return desk


@pytest.mark.parametrize(
    "mails", [pytest.param(100, id="small"), pytest.param(5_000, id="whole", marks=[pytest.mark.battery])]
)
def test_a_new_uidvalidity_opens_no_ticket_and_sends_no_letter(liar: Liar, tmp_path: Path, mails: int) -> None:
    """All of it comes again under new UIDs, and all of it is known."""
    desk = _started(tmp_path / "desk", port=liar.port)
    try:
        liar.mails = {uid: mail(uid) for uid in range(1, mails + 1)}
        desk.until(lambda: len(desk.rows(Mail)) == mails, "all mails are taken", seconds=900)
        before = len(desk.rows(Ticket)), len(desk.rows(Letter))
        liar.mails = {uid + mails: content for uid, content in liar.mails.items()}
        liar.uidvalidity = 2
        desk.until(lambda: "has been compared" in desk.log(), "it is compared", seconds=900)
        liar.mails[3 * mails] = mail(3 * mails)
        desk.until(lambda: len(desk.rows(Mail)) == mails + 1, "what comes after it is taken", seconds=60)
        after = len(desk.rows(Ticket)), len(desk.rows(Letter))
        print(f"\n{mails} mails under a new UIDVALIDITY: {after[0] - before[0] - 1} tickets of them")
        assert after[0] == before[0] + 1
        assert after[1] <= before[1] + 1
        assert all("BODY.PEEK[" in line and "BODY[" not in line for line in liar.said("FETCH") if "BODY" in line)
        assert liar.said("STORE") == liar.said("MOVE") == liar.said("EXPUNGE") == []
        assert desk.stop() == 0
    finally:
        desk.end()


def test_a_literal_of_two_gigabytes_costs_no_memory(liar: Liar, tmp_path: Path) -> None:
    """It is announced, and not waited for; another mail is taken all the same."""
    desk = _started(tmp_path / "desk", port=liar.port)
    try:
        lie = f"* 1 FETCH (UID 1 BODY[]<0> {{{GIGABYTES}}}\r\n".encode() + b"x" * 65_536
        liar.lies["FETCH"] = lambda tag, rest: lie if rest.startswith("1 ") else None
        liar.mails = {1: mail(1), 2: mail(2)}
        desk.until(lambda: len(desk.rows(Mail)) == 1, "the other mail is taken")
        desk.until(lambda: "was not asked for" in str(_door(desk)["last_error"]), "the lie is told")
        assert desk.process is not None
        peak = _peak(desk.process.pid)
        print(f"\na literal of 2 GiB announced: peak of the daemon's memory {peak} MiB")
        assert peak < 150
        assert desk.stop() == 0
    finally:
        desk.end()


def _report(number: int) -> bytes:
    """Each from somebody else, so that each is acknowledged."""
    who = f"u{number}@example.com"
    return customer_mail(f"Username: u_{number}\n", Message_ID=f"<{number}@example.com>", From=who)


def _bye(tag: str, rest: str) -> bytes | None:
    raise Hang(b"* BYE going down\r\n")


def _bye_in_a_literal(tag: str, rest: str) -> bytes | None:
    raise Hang(b"* 1 FETCH (UID 1 BODY[]<0> {100}\r\nFrom: b* BYE going down\r\n")


def _literal_too_long(tag: str, rest: str) -> bytes | None:
    uid = int(rest.split(" ", maxsplit=1)[0])
    raise Hang(f"* 1 FETCH (UID {uid} BODY[]<0> {{90000}}\r\n".encode() + _report(uid) + f")\r\n{tag} OK\r\n".encode())


def _literal_too_short(tag: str, rest: str) -> bytes | None:
    uid = int(rest.split(" ", maxsplit=1)[0])
    return f"* 1 FETCH (UID {uid} BODY[]<0> {{10}}\r\n".encode() + _report(uid) + f")\r\n{tag} OK\r\n".encode()


def _two_gigabytes(tag: str, rest: str) -> bytes | None:
    return f"* 1 FETCH (UID 1 BODY[]<0> {{{GIGABYTES}}}\r\n".encode() + b"x" * 65_536


def _of_another_mail(tag: str, rest: str) -> bytes | None:
    return b"* 1 FETCH (UID 4711 " + literal("BODY[]<0>", _report(9)) + f")\r\n{tag} OK\r\n".encode()


_LIES = [_bye, _bye_in_a_literal, _literal_too_long, _literal_too_short, _two_gigabytes, _of_another_mail]


@pytest.mark.battery
def test_each_lie_costs_bye_and_doubles_none(liar: Liar, tmp_path: Path) -> None:
    """At a server without MOVE and UIDPLUS, which uses UIDs again. It hears of a mail when its row is committed."""
    liar.capabilities = "IMAP4rev1"
    desk = _started(tmp_path / "desk", port=liar.port, done="move", reconcile_minutes=0.05)
    told: list[tuple[set[int], set[int]]] = []

    def look(tag: str, rest: str) -> None:
        uids = {uid for part in rest.split(" ", maxsplit=1)[0].split(",") for uid in _range(part)}
        told.append((uids, {row.uid for row in desk.rows(MailboxUid)}))

    liar.lies["COPY"] = look
    try:
        for number, lie in enumerate(_LIES, 1):
            left = [lie, lie]
            liar.lies["FETCH"] = lambda tag, rest, left=left: left.pop()(tag, rest) if left else None  # type: ignore[misc]
            liar.mails[2 * number], liar.mails[2 * number + 1] = _report(2 * number), _report(2 * number + 1)
            desk.until(lambda number=number: len(desk.rows(Mail)) == 2 * number, lie.__name__, seconds=120)
            print(f"\n{lie.__name__.strip('_')}: both mails taken", end="")
        liar.mails[2] = _report(100)
        desk.until(lambda: len(desk.rows(Mail)) == 2 * len(_LIES) + 1, "a UID that is used again", seconds=120)
        desk.until(desk.drained, "the desk has drained")
        rows = [len(desk.rows(model)) for model in (Mail, Ticket, Letter)]
        assert desk.process is not None
        peak = _peak(desk.process.pid)
        print(f"\n{len(_LIES) + 1} lies: {rows[0]} mails, {rows[1]} tickets, {rows[2]} letters; {peak} MiB at the most")
        assert rows == [2 * len(_LIES) + 1] * 3
        assert peak < 150
        assert told
        assert all(uids <= committed for uids, committed in told)
        assert all("BODY.PEEK[" in line and "BODY[" not in line for line in liar.said("FETCH") if "BODY" in line)
        assert liar.said("MOVE") == liar.said("EXPUNGE") == []
        assert desk.stop() == 0
    finally:
        desk.end()


def _range(part: str) -> range:
    first, _, last = part.partition(":")
    return range(int(first), int(last or first) + 1)


def _peak(pid: int) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) >> 10


def test_a_silent_idle_costs_at_most_a_look(liar: Liar, tmp_path: Path) -> None:
    """It promises to say when mail comes, and does not."""
    liar.capabilities += " IDLE"
    desk = _started(tmp_path / "desk", port=liar.port, poll_seconds=3)
    try:
        liar.mails = {1: mail(1)}
        began = time.monotonic()
        desk.until(lambda: desk.rows(Mail), "the mail is taken")
        waited = time.monotonic() - began
        print(f"\na silent IDLE, looks every 3 s: the mail was taken after {waited:.1f} s")
        assert waited < 3 + 10
        assert desk.stop() == 0
    finally:
        desk.end()


def test_one_mail_in_three_folders_is_one_ticket_and_one_letter(imap_server: Dovecot, tmp_path: Path) -> None:
    """As Gmail's labels have it; the ledger knows all the ways by which it came."""
    user = imap_server.new_user()
    with imap_server.login(user) as client:
        for name in ("Label", "All Mail"):
            client.create(f'"{name}"')
    folders = ["INBOX", "Label", "All Mail"]
    desk = _started(tmp_path / "desk", port=imap_server.port, username=user, folders=folders, done="flag")
    try:
        for door in ("imap:box/Label", "imap:box/All Mail"):
            desk.until(lambda door=door: _door(desk, door)["counted_at"], f"{door} has been looked at")
        for name in folders:
            imap_server.append(user, mail(1), folder=f'"{name}"')
        desk.until(lambda: b"All Mail" in desk.command("why", "1@example.com").stdout, "it came by the last way too")
        desk.until(lambda: desk.command("why", "1@example.com").stdout.count(b"imap:box") == 3, "by all three ways")
        assert (len(desk.rows(Ticket)), len(desk.rows(Letter))) == (1, 1)
        assert desk.stop() == 0
    finally:
        desk.end()

"""A mailbox without a password: the real daemon, Dovecot's own OAuth2, and a token server that rotates strictly."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from replies.smarthost import KEEP_SECONDS
from store.models import Letter, Mail
from tests.desk import Desk
from tests.servers import dovecot, postfix, token_server
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix
from tests.servers.sinks import Sink
from tests.servers.token_server import TokenServer


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with token_server.running() as server:
        yield server


@pytest.fixture
def mailboxes(tokens: TokenServer) -> Iterator[Dovecot]:
    with (
        tempfile.TemporaryDirectory(prefix="loket-dovecot-", ignore_cleanup_errors=True) as folder,
        dovecot.running(Path(folder), introspection=tokens.url("introspect")) as server,
    ):
        yield server


def _desk(folder: Path, mailboxes: Dovecot, tokens: TokenServer, user: str) -> Desk:
    login = {"client_id": "loket", "token_url": tokens.url("token"), "device_url": tokens.url("device")}
    account = {"name": "box", "desk": "help", "host": "127.0.0.1", "port": mailboxes.port, "tls": "none"}
    account |= {"username": user, "oauth": "test", "poll_seconds": 1, "idle": False}
    return Desk(folder=folder, imap=[account], more={"oauth": {"test": login}})


def _mail(number: int) -> bytes:
    return f"Message-ID: <{number}@example.com>\nFrom: a{number}@example.com\n\nUsername: budi_{number}\n".encode()


def _status(desk: Desk) -> tuple[int, dict[str, Any]]:
    done = desk.command("status", "--json")
    return done.returncode, json.loads(done.stdout)


def _door(desk: Desk) -> dict[str, Any]:
    return next(each for each in _status(desk)[1]["doors"] if each["name"] == "imap:box")


@pytest.mark.parametrize("restarts", [1, pytest.param(10, marks=[pytest.mark.battery])])
def test_a_login_lives_through_restarts_ends_and_revocation(
    mailboxes: Dovecot, tokens: TokenServer, tmp_path: Path, restarts: int
) -> None:
    """Refresh tokens that work once, access tokens that end in mid-session, and a revocation that `auth` mends."""
    user = mailboxes.new_user()
    tokens.username = user
    tokens.lasts = 301  # a second more than is thought too short to begin with: each start asks for another one
    desk = _desk(tmp_path / "desk", mailboxes, tokens, user)
    desk.command("migrate")
    done = desk.command("auth", "test")
    assert done.returncode == 0, done.stderr
    assert b"ABCD-EFGH" in done.stderr
    desk.start()
    try:
        desk.until(lambda: _door(desk)["last_success"], "the mailbox has been looked at")
        for number in range(restarts):
            mailboxes.append(user, _mail(number))
            desk.until(lambda number=number: len(desk.rows(Mail)) == number + 1, "the mail is taken")
            (desk.stop if number % 2 else desk.kill)()
            desk.start()
        print(f"\n{restarts} restarts: {len(tokens.used)} refresh tokens used up, {tokens.thefts} used twice")
        assert tokens.thefts == 0

        tokens.expire()
        _hang_up(mailboxes, user)
        mailboxes.append(user, _mail(100))
        desk.until(lambda: len(desk.rows(Mail)) == restarts + 1, "the mail is taken after the token's end")

        tokens.revoke()
        _hang_up(mailboxes, user)
        mailboxes.append(user, _mail(101))
        desk.until(lambda: _status(desk)[0] == 1, "status says that something is wrong", seconds=15)
        assert b"box" in desk.command("check", "--online").stdout
        alert = next(each for each in _status(desk)[1]["alerts"] if each["key"] == f"oauth:test:{user}:refused")
        assert "loket auth test" in alert["sentence"]
        before = _failed_looks(desk, alert["since"])
        print(f"revoked: {before} looks had failed when the alert was raised")
        assert before < 2
        assert len(desk.rows(Mail)) == restarts + 1

        assert desk.command("auth", "test").returncode == 0
        desk.until(lambda: len(desk.rows(Mail)) == restarts + 2, "the mail is taken after `auth`")
        desk.until(lambda: _status(desk)[0] == 0, "nothing is wrong any more")
        assert desk.stop() == 0
    finally:
        desk.end()
    log = desk.log()
    assert all(token not in log for token in (*tokens.access, *tokens.refresh, *tokens.used))


def _failed_looks(desk: Desk, before: str) -> int:
    """How many looks had come to nothing by then, since the login was last renewed."""
    lines = desk.log().rpartition("loket runs")[2].splitlines()
    return sum(1 for line in lines if "not read to its end" in line and line[:19] < before[:19])


def _hang_up(mailboxes: Dovecot, user: str) -> None:
    """End the server's sessions, as it does where it checks tokens again."""
    mailboxes.kick(user)


@pytest.fixture
def submission(mailboxes: Dovecot, smarthost: Sink) -> Iterator[Postfix]:
    """A Postfix that takes letters from who logs in, as Dovecot tells, and from nobody else."""
    sasl = f"""
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{mailboxes.auth_port}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
"""
    with postfix.running({"example.com": f"smtp:[127.0.0.1]:{smarthost.port}"}, sasl) as server:
        yield server


def _sending(folder: Path, tokens: TokenServer, user: str, submission: Postfix) -> Desk:
    """A desk that has leave to send by that login, and a door of its own to be written to."""
    login = {"client_id": "loket", "token_url": tokens.url("token"), "device_url": tokens.url("device")}
    route = {"host": "127.0.0.1", "port": submission.port, "tls": "none", "username": user, "oauth": "test"}
    desk = Desk(folder=folder, more={"oauth": {"test": login}}, replies={"deliver": "smtp", "smtp": route})
    tokens.username = user
    desk.command("migrate")
    assert desk.command("auth", "test").returncode == 0
    return desk


def test_a_token_that_ended_before_its_time_keeps_no_letter_waiting(
    mailboxes: Dovecot, tokens: TokenServer, submission: Postfix, tmp_path: Path
) -> None:
    """The mail server refuses it, and is shown another one at once; after a revocation it is said what to do."""
    desk = _sending(tmp_path / "desk", tokens, mailboxes.new_user(), submission)
    for mishap in (lambda: None, tokens.expire):
        mishap()
        assert b"lets us in" in desk.command("check", "--online").stdout
    tokens.revoke()
    told = desk.command("check", "--online").stdout.decode()
    assert "`loket auth test" in next(line for line in told.splitlines() if "smarthost" in line)
    assert len(tokens.used) == 1


@pytest.mark.battery
def test_letters_wait_while_the_login_is_revoked(
    mailboxes: Dovecot, tokens: TokenServer, submission: Postfix, smarthost: Sink, tmp_path: Path
) -> None:
    """None of them fails; after `auth` each leaves once."""
    desk = _sending(tmp_path / "desk", tokens, mailboxes.new_user(), submission)
    desk.start()
    try:
        desk.send(_mail(1), "a1@example.com")
        desk.until(lambda: len(smarthost.received) == 1, "the first letter")
        tokens.expire()
        time.sleep(KEEP_SECONDS + 1)  # so that the next letter needs a connection of its own
        desk.send(_mail(2), "a2@example.com")
        began = time.monotonic()
        desk.until(lambda: len(smarthost.received) == 2, "a letter after the token's end")
        print(f"\nafter an access token's end: the letter has left {time.monotonic() - began:.1f} s later")
        assert "letters wait" not in desk.log()

        tokens.revoke()
        time.sleep(KEEP_SECONDS + 1)
        desk.send(_mail(3), "a3@example.com")
        desk.until(lambda: _status(desk)[0] == 1, "status says that something is wrong")
        desk.until(lambda: "letters wait" in desk.log(), "the letter waits")
        assert [letter.state for letter in desk.rows(Letter)] == ["sent", "sent", "pending"]
        assert desk.command("auth", "test").returncode == 0
        desk.until(lambda: len(smarthost.received) == 3, "the letter that waited", seconds=90)
        desk.until(lambda: _status(desk)[0] == 0, "nothing is wrong any more")
        assert sorted(each.rcpt_to[0] for each in smarthost.received) == [f"a{n}@example.com" for n in (1, 2, 3)]
        assert desk.stop() == 0
    finally:
        desk.end()
    log = desk.log()
    assert all(token not in log for token in (*tokens.access, *tokens.refresh, *tokens.used))

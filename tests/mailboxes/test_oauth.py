"""A mailbox without a password: the real daemon, Dovecot's own OAuth2, and a token server that rotates strictly."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store.models import Mail
from tests.desk import Desk
from tests.servers import dovecot, token_server
from tests.servers.dovecot import Dovecot
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
        keys = {each["key"]: each["sentence"] for each in _status(desk)[1]["alerts"]}
        assert "loket auth test" in keys[f"oauth:test:{user}:refused"]
        assert len(desk.rows(Mail)) == restarts + 1

        assert desk.command("auth", "test").returncode == 0
        desk.until(lambda: len(desk.rows(Mail)) == restarts + 2, "the mail is taken after `auth`")
        desk.until(lambda: _status(desk)[0] == 0, "nothing is wrong any more")
        assert desk.stop() == 0
    finally:
        desk.end()
    log = desk.log()
    assert all(token not in log for token in (*tokens.access, *tokens.refresh, *tokens.used))


def _hang_up(mailboxes: Dovecot, user: str) -> None:
    """End the server's sessions, as it does where it checks tokens again."""
    mailboxes.kick(user)

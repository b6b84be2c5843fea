"""Logins by OAuth2: tokens are kept before they are used, renewed ahead, and their end is told with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.engine import Engine

from replies import consent
from replies.errors import GrantMissing, GrantRefused, TokenServerDown
from replies.oauth import TokenSource
from replies.oauth_settings import OAuthSettings
from store import alerts, grants, keys
from store.engine import looking, writing
from store.errors import StoreUnreachable
from tests.servers import token_server
from tests.servers.token_server import TokenServer

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)

Make = Callable[..., TokenSource]


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with token_server.running() as server:
        yield server


class Clock:
    """A clock to set."""

    time = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _settings(server: TokenServer, **more: Any) -> OAuthSettings:
    known = {"name": "test", "client_id": "loket", "token_url": server.url("token"), "device_url": server.url("device")}
    return OAuthSettings(**(known | more))


@pytest.fixture
def make(server: TokenServer, engine: Engine, tmp_path: Path, clock: Clock) -> Make:
    """Sources as a daemon has them after each start."""
    master = keys.new_key()

    def make(**more: Any) -> TokenSource:
        lock = tmp_path / "oauth.lock"
        return TokenSource(_settings(server, **more), "u@mail.test", engine=engine, master=master, lock=lock, now=clock)

    return make


def _allow(source: TokenSource, server: TokenServer) -> None:
    device = consent.announce(source._settings)
    assert device is not None
    source.grant(consent.wait(source._settings, device, lambda seconds: None))


def _alerts(engine: Engine) -> dict[str, str]:
    with looking(engine) as session:
        return {each.key: each.sentence for each in alerts.current(session)}


def test_a_token_is_kept_until_shortly_before_its_end(make: Make, server: TokenServer, clock: Clock) -> None:
    """Then another one is asked for, ahead of time."""
    source = make()
    _allow(source, server)
    first = source.access()
    clock.time += timedelta(minutes=54)
    assert source.access() == first
    clock.time += timedelta(minutes=2)
    assert source.access() != first


def test_refresh_tokens_that_work_once_survive_ten_restarts(make: Make, server: TokenServer, clock: Clock) -> None:
    """Each that is returned is kept before it is used; a single one that was not would end it all."""
    _allow(make(), server)
    seen = set()
    for _ in range(10):
        clock.time += timedelta(hours=2)
        seen.add(make().access())
    assert len(seen) == 10
    assert server.thefts == 0


def test_many_who_ask_at_once_are_one_question(make: Make, server: TokenServer, clock: Clock) -> None:
    """Of two who use the same refresh token, the second is a thief to the provider."""
    _allow(make(), server)
    clock.time += timedelta(hours=2)
    source, other = make(), make()
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda number: (source if number % 2 else other).access(), range(16)))
    assert len(tokens) == 1
    assert server.thefts == 0
    assert len([each for each in server.asked if each["grant_type"] == "refresh_token"]) == 1


def test_a_token_that_a_server_refused_is_replaced_before_its_time(make: Make, server: TokenServer) -> None:
    """It was revoked, or its server's clock is another."""
    source = make()
    _allow(source, server)
    first = source.access()
    assert source.access(instead_of=first) != first


def test_revocation_is_an_incident_with_its_remedy_and_auth_mends_it(
    make: Make, server: TokenServer, engine: Engine, clock: Clock
) -> None:
    """A dead login is not asked for again and again."""
    source = make()
    _allow(source, server)
    server.revoke()
    clock.time += timedelta(hours=2)
    for _ in range(3):
        with pytest.raises(GrantRefused, match=r"loket auth test --user u@mail\.test"):
            source.access()
    assert len([each for each in server.asked if each["grant_type"] == "refresh_token"]) == 1
    assert "expired or revoked" in _alerts(engine)["oauth:test:u@mail.test:refused"]
    _allow(make(), server)
    assert source.access()
    assert _alerts(engine) == {}


def test_a_login_that_nobody_allowed_says_how(make: Make, engine: Engine) -> None:
    """With the command to run."""
    with pytest.raises(GrantMissing, match="loket auth test"):
        make().access()
    assert list(_alerts(engine)) == ["oauth:test:u@mail.test:refused"]


def test_a_server_that_is_down_is_no_refusal(make: Make, server: TokenServer, engine: Engine, clock: Clock) -> None:
    """It is asked again, and nothing of the grant is lost."""
    source = make()
    _allow(source, server)
    clock.time += timedelta(hours=2)
    server.down = True
    with pytest.raises(TokenServerDown):
        source.access()
    server.down = False
    assert source.access()
    assert _alerts(engine) == {}


def test_its_death_is_told_a_week_ahead(make: Make, server: TokenServer, engine: Engine, clock: Clock) -> None:
    """Where the provider says when, using the login does not move it."""
    server.dies, server.rotates = 30 * 86_400, False
    source = make()
    _allow(source, server)
    clock.time += timedelta(days=22)
    source.keep()
    assert _alerts(engine) == {}
    clock.time += timedelta(days=2)
    source.keep()
    assert "dies on 2026-12-24: run `loket auth test" in _alerts(engine)["oauth:test:u@mail.test:dies"]
    _allow(source, server)
    source.keep()
    assert _alerts(engine) == {}


def test_a_login_that_nothing_uses_is_used_once_a_day(make: Make, server: TokenServer, clock: Clock) -> None:
    """So it does not die of rest."""
    source = make(lifetime_days=90)
    _allow(source, server)
    for _ in range(20):
        clock.time += timedelta(days=30)
        source.keep()
    assert source.access()


def test_what_the_store_did_not_take_is_written_as_soon_as_it_does(
    make: Make, server: TokenServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old refresh token is dead by then."""
    source = make()
    _allow(source, server)
    clock.time += timedelta(hours=2)
    with monkeypatch.context() as away:
        away.setattr(grants, "renew", _away)
        with pytest.raises(StoreUnreachable):
            source.access()
    assert source.access()
    clock.time += timedelta(hours=2)
    assert make().access()
    assert server.thefts == 0


def _away(*args: object) -> bool:
    raise StoreUnreachable("planted")


def test_no_token_stands_in_the_store_in_the_open(make: Make, server: TokenServer, engine: Engine) -> None:
    """And another store's key opens none."""
    source = make()
    _allow(source, server)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT refresh, access FROM oauth_grant")).one()
    stored = b"".join(bytes(each) for each in row)
    for token in (*server.refresh, *server.access):
        assert token.encode() not in stored


def test_auth_wins_over_a_renewal_that_was_under_way(make: Make, server: TokenServer, engine: Engine) -> None:
    """What was read before is of an older revision, and writes nothing."""
    source = make()
    _allow(source, server)
    with looking(engine) as session:
        old = grants.read(session, source._master, source.name)
    _allow(source, server)
    with writing(engine) as session:
        assert not grants.renew(session, source._master, source.name, old, NOON)
        assert not grants.refuse(session, source.name, old.revision, "no")


def test_an_application_needs_no_refresh_token(make: Make, server: TokenServer, clock: Clock) -> None:
    """An administrator allowed it for good."""
    source = make(flow="application", client_secret="s")
    first = source.access()
    assert source.access() == first
    clock.time += timedelta(hours=2)
    assert source.access() != first
    assert {each["grant_type"] for each in server.asked} == {"client_credentials"}


def test_a_device_is_asked_after_until_it_is_allowed(make: Make, server: TokenServer) -> None:
    """At the pace that the provider wants (RFC 8628, 3.5)."""
    server.pending = 3
    source, slept = make(), list[float]()
    device = consent.announce(source._settings)
    assert device is not None
    source.grant(consent.wait(source._settings, device, slept.append))
    assert slept == [1, 1, 1, 1]
    assert source.access()


def test_where_devices_get_no_mail_a_browser_is_sent(make: Make, server: TokenServer) -> None:
    """As Google has it: the address that the browser ends at is handed back, and only for our own question."""
    server.no_devices = True
    source = make(auth_url="https://example.com/auth")
    assert consent.announce(source._settings) is None
    browser = consent.browse(source._settings, source.username)
    server.codes.add("xyz")
    with pytest.raises(GrantRefused):
        consent.redeem(source._settings, browser, f"{consent.REDIRECT}?code=xyz&state=another")
    source.grant(consent.redeem(source._settings, browser, f"{consent.REDIRECT}?code=xyz&state={browser.state}"))
    assert source.access()
    assert server.asked[-1]["code_verifier"] == browser.verifier


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("other", {}),
        ("google", {"flow": "application", "client_secret": "s"}),
        ("microsoft", {"flow": "application"}),
        ("other", {"token_url": "http://token.example.com/"}),
    ],
)
def test_a_login_that_cannot_work_is_refused(name: str, more: dict[str, Any]) -> None:
    """Before anybody waits for it."""
    with pytest.raises(ValidationError):
        OAuthSettings(name=name, client_id="c", **more)


def test_the_providers_addresses_are_known() -> None:
    """With the tenant that was told, and the scope that the flow needs."""
    google = OAuthSettings(name="google", client_id="c").endpoints
    assert (google.token_url, google.scope) == ("https://oauth2.googleapis.com/token", "https://mail.google.com/")
    desk = OAuthSettings(name="desk", provider="microsoft", tenant="contoh.test", client_id="c").endpoints
    assert desk.token_url == "https://login.microsoftonline.com/contoh.test/oauth2/v2.0/token"
    assert "offline_access" in desk.scope
    settings = {"flow": "application", "client_secret": "s"}
    application = OAuthSettings(name="microsoft", client_id="c", **settings).endpoints  # type: ignore[arg-type]
    assert application.scope == "https://outlook.office365.com/.default"

"""`check`: what is wrong at a server is named, with how to mend it; and how near a provider's limit is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from intake import clock, config
from intake.checks import checking, forecast
from replies.settings import SmarthostSettings
from store import desks, keys, migrate, outbox
from store.engine import open_store, writing
from tests import zone
from tests.servers import certificates, sinks
from tests.servers.common import free_port
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.zone import Zone


@pytest.fixture
def sink() -> Iterator[sinks.Sink]:
    with sinks.running() as sink:
        yield sink


def _told(folder: Path, text: str, *, online: bool = True, dns: Zone | None = None) -> dict[str, tuple[bool, str]]:
    place = folder / "config.toml"
    place.write_text(f'data = "{folder}"\n[desks.help]\naddresses = ["help@desk.test"]\n{text}')
    if not (folder / "secret.key").exists():
        keys.create_master(folder / "secret.key")
    found = checking.check(config.load(place), {}, online=online, resolver=dns or Zone())
    return {each.what: (each.well, each.told) for each in found}


def _mailbox(port: int, **more: Any) -> str:
    values = {"name": "box", "desk": "help", "host": "127.0.0.1", "port": port, "tls": "none", "password": PASSWORD}
    lines = [f"{name} = {_toml(value)}" for name, value in (values | {"username": "u@mail.test"} | more).items()]
    return "[[intake.imap]]\n" + "\n".join(lines)


def _toml(value: Any) -> str:
    return str(value).replace("'", '"') if isinstance(value, (int, list)) else f'"{value}"'


def test_a_mailbox_that_can_be_read_is_well(imap_server: Dovecot, tmp_path: Path) -> None:
    """Every folder of it."""
    well, told = _told(tmp_path, _mailbox(imap_server.port))["mailbox box"]
    assert well, told
    assert "INBOX at 127.0.0.1 can be read" in told


@pytest.mark.parametrize(
    ("more", "remedy"),
    [
        ({"password": "wrong"}, "loket auth"),
        ({"folders": ["INBOX", "Bantuan"]}, "there is no folder Bantuan; there are INBOX"),
        ({"tls": "implicit"}, 'tls = "implicit" is for ports 993'),
        ({"port": 1}, "nothing listens at 127.0.0.1:1"),
        ({"host": "no-such-host.invalid", "tls": "implicit"}, "correct host"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_named_with_its_remedy(
    imap_server: Dovecot, tmp_path: Path, more: dict[str, Any], remedy: str
) -> None:
    """An operator reads what to do, not an exception."""
    port = more.pop("port", imap_server.port)
    well, told = _told(tmp_path, _mailbox(port, **more))["mailbox box"]
    assert not well
    assert remedy in told


def test_a_login_that_nobody_allowed_is_named_with_its_command(imap_server: Dovecot, tmp_path: Path) -> None:
    """Before the daemon runs into it."""
    login = '\n[oauth.test]\nclient_id = "x"\ntoken_url = "http://127.0.0.1:1/"\n'
    engine = open_store(f"sqlite:///{tmp_path}/loket.db")
    migrate.upgrade(engine)
    engine.dispose()
    well, told = _told(tmp_path, _mailbox(imap_server.port, oauth="test") + login)["mailbox box"]
    assert not well
    assert "loket auth test --user u@mail.test" in told


def test_a_smarthost_is_logged_in_at(sink: sinks.Sink, tmp_path: Path) -> None:
    """And what is wrong with it is named."""
    text = '[replies]\ndeliver = "smtp"\n[replies.smtp]\nhost = "127.0.0.1"\nport = {}\ntls = "{}"\n'
    assert _told(tmp_path, text.format(sink.port, "none"))["smarthost"][0]
    well, told = _told(tmp_path, text.format(sink.port, "implicit"))["smarthost"]
    assert not well
    assert "ports 993 and 465" in told
    assert "nothing listens" in _told(tmp_path, text.format(free_port(), "none"))["smarthost"][1]


def test_a_certificate_of_strangers_is_named(tmp_path: Path) -> None:
    """With the key that makes it trusted."""
    pair = certificates.make(tmp_path)
    with sinks.running_tls(pair) as port:
        text = f'[replies]\ndeliver = "smtp"\n[replies.smtp]\nhost = "127.0.0.1"\nport = {port}\ntls = "implicit"\n'
        well, told = _told(tmp_path, text)["smarthost"]
        assert not well
        assert "set ca_file" in told
        assert _told(tmp_path, f'{text}ca_file = "{pair["tls_certificate"]}"\n')["smarthost"][0]


def test_letters_of_a_day_are_compared_with_the_providers_limit(tmp_path: Path) -> None:
    """Before the provider says so to the customers' cost."""
    engine = open_store(f"sqlite:///{tmp_path}/loket.db")
    migrate.upgrade(engine)
    now = clock.now()
    with writing(engine) as session:
        ((desk_id, _key),) = desks.ensure(session, ["help"], keys.new_key()).values()
        for number in range(9):
            outbox.queue(
                session,
                desk_id=desk_id,
                ticket_id=None,
                mail_id=None,
                kind="received",
                message_id=f"{number}@desk.test",
                envelope_from="",
                recipients=["a@example.com"],
                content=b"x",
                now=now - timedelta(days=2 if number < 8 else 9),
            )
    route = SmarthostSettings(host="smtp.example.com", daily_limit=10)
    assert forecast.forecast(engine, route, now) == (
        True,
        "8 on the busiest of the last 7 days; smtp.example.com takes 10",
    )
    well, told = forecast.forecast(engine, SmarthostSettings(host="smtp.example.com", daily_limit=9), now)
    assert not well
    assert "wait for the next day" in told
    assert forecast.forecast(engine, SmarthostSettings(host="smtp.example.com"), now)[0]
    engine.dispose()


@pytest.mark.parametrize(
    ("host", "username", "limit"),
    [
        ("smtp.gmail.com", "desk@gmail.com", 500),
        ("smtp.gmail.com", "desk@example.com", 2_000),
        ("smtp.office365.com", "desk@example.com", 10_000),
        ("smtp.example.com", "desk@example.com", None),
    ],
)
def test_the_great_providers_limits_are_known(host: str, username: str, limit: int | None) -> None:
    """A private account has less than a paid one."""
    assert forecast.limit_of(SmarthostSettings(host=host, username=username, password="x")) == limit


def test_the_record_to_publish_is_printed(tmp_path: Path) -> None:
    """And addresses that no key signs for are named, and a key that most receivers do not know."""
    (tmp_path / "dkim.pem").write_bytes(zone.key()[0])
    text = 'dkim = {domain = "desk.test", selector = "s1", key_file = "dkim.pem"}\n'
    well, told = _told(tmp_path, text, online=False)["signatures of help"]
    assert well
    assert told.startswith(
        'rsa, 2048 bits; to be published:\n      s1._domainkey.desk.test. IN TXT "v=DKIM1; k=rsa; p='
    )
    assert zone.key()[1] in told.replace('" "', "")
    (tmp_path / "dkim.pem").write_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    assert "know rsa alone" in _told(tmp_path, text, online=False)["signatures of help"][1]


def test_letters_that_nobody_signs_are_told(tmp_path: Path) -> None:
    """Without a key the mail server has to; with one, for each address."""
    (tmp_path / "dkim.pem").write_bytes(zone.key()[0])
    text = '[replies]\ndeliver = "smtp"\n'
    assert "see to it that the mail server signs" in _told(tmp_path, text, online=False)["signatures of help"][1]
    text = '[desks.two]\nprefix = "TWO"\naddresses = ["a@two.test", "b@other.test"]\n'
    text += 'dkim = {domain = "two.test", key_file = "dkim.pem"}\n'
    well, told = _told(tmp_path, text, online=False)["signatures of two"]
    assert not well
    assert told.startswith("letters from b@other.test are not signed")


@pytest.mark.parametrize(
    ("terms", "well", "words"),
    [
        ("closed_days = 400\nheld_days = 30", True, "closed tickets 400, held and refused ones 30"),
        ("closed_days = 10", False, "longer than reopen_days = 14"),
        ("closed_days = 30\nheld_days = 60", False, "after closed_days = 30 all the same"),
    ],
)
def test_terms_that_cannot_be_meant_are_told(tmp_path: Path, terms: str, well: bool, words: str) -> None:
    """A ticket that may still be answered is not to be erased; nor does refused mail outlive the rest."""
    found = _told(tmp_path, f"[retention]\n{terms}\n", online=False)["retention of help"]
    assert (found[0], words in found[1]) == (well, True), found


def test_where_nothing_is_erased_nothing_is_told_of_it(tmp_path: Path) -> None:
    """It is off unless somebody wants it."""
    assert "retention of help" not in _told(tmp_path, "", online=False)

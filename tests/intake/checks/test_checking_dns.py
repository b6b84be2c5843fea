"""`check --online`: what the DNS says of a desk's domain, told with the record that mends it."""

from __future__ import annotations

from typing import Any

import pytest

from intake.checks import checking_dns
from intake.config import Settings
from intake.errors import ServerWrong
from tests.zone import Zone, key

RELAY = "198.51.100.7"  # where smtp.desk.test is, in the world


def _zone() -> Zone:
    """A domain with which all is well."""
    zone = Zone()
    zone.put("desk.test", "MX", "mx.desk.test").put("mx.desk.test", "A", "198.51.100.9")
    zone.put("smtp.desk.test", "A", RELAY).put(RELAY, "PTR", "smtp.desk.test")
    zone.put("desk.test", "TXT", "v=spf1 ip4:198.51.100.0/24 -all", "another=1")
    zone.put("_dmarc.desk.test", "TXT", "v=DMARC1; p=quarantine")
    zone.put("s1._domainkey.desk.test", "TXT", key()[1])
    return zone


def _settings(host: str = "smtp.desk.test", *, dkim: bool = True, **more: Any) -> Settings:
    desk: dict[str, Any] = {"addresses": ["help@desk.test"]}
    if dkim:
        desk["dkim"] = {"domain": "desk.test", "selector": "s1", "key": key()[0].decode()}
    replies = {"deliver": "smtp", "smtp": {"host": host, "allow_plain": True}}
    return Settings(**({"desks": {"help": desk}, "replies": replies} | more))


def _told(zone: Zone, settings: Settings | None = None) -> dict[str, tuple[bool, str]]:
    told = {}
    for what, look in checking_dns.looks(settings or _settings(), zone):
        try:
            told[what] = True, look()
        except ServerWrong as error:
            told[what] = False, str(error)
    return told


def test_a_domain_with_everything_is_well() -> None:
    """Each thing is named all the same."""
    told = _told(_zone())
    names = [f"{what} of desk.test" for what in ("MX", "DKIM", "SPF", "DMARC")]
    assert list(told) == [*names, "name of smtp.desk.test"]
    assert all(well for well, _ in told.values()), told
    assert told["DMARC of desk.test"][1] == "p=quarantine at desk.test"
    assert "s1._domainkey.desk.test is our key's (rsa, 2048 bits)" in told["DKIM of desk.test"][1]


@pytest.mark.parametrize(
    ("what", "change", "remedy"),
    [
        ("SPF", {("desk.test", "TXT"): []}, f'publish desk.test. IN TXT "v=spf1 ip4:{RELAY} ~all"'),
        ("SPF", {("desk.test", "TXT"): ["v=spf1 -all"]}, f"from {RELAY} (fail): put ip4:{RELAY} into it"),
        ("SPF", {("desk.test", "TXT"): ["v=spf1 -all", "v=spf1 a -all"]}, "make one of them"),
        (
            "DKIM",
            {("s1._domainkey.desk.test", "TXT"): []},
            'publish s1._domainkey.desk.test. IN TXT "v=DKIM1; k=rsa; p=',
        ),
        ("DKIM", {("s1._domainkey.desk.test", "TXT"): ["v=DKIM1; p="]}, "is of no key: publish"),
        ("DKIM", {("s1._domainkey.desk.test", "TXT"): ["v=DKIM1; p=AAAA"]}, "is another key's: publish"),
        ("DKIM", {("s1._domainkey.desk.test", "TXT"): [key()[1].replace("rsa", "ed25519")]}, "another kind of key"),
        ("DKIM", {("s1._domainkey.desk.test", "TXT"): [key()[1]] * 2}, "take away all but one"),
        ("DMARC", {("_dmarc.desk.test", "TXT"): []}, 'publish _dmarc.desk.test. IN TXT "v=DMARC1; p=none; rua=mailto:'),
        ("DMARC", {("_dmarc.desk.test", "TXT"): ["v=DMARC1; p=none"] * 2}, "several records"),
        ("MX", {("desk.test", "MX"): []}, "publish desk.test. IN MX 10"),
        ("MX", {("desk.test", "MX"): [""]}, "no mail is taken there"),
        ("MX", {("mx.desk.test", "A"): []}, "mx.desk.test has no address"),
    ],
)
def test_what_is_missing_is_told_with_its_remedy(what: str, change: dict[Any, list[str]], remedy: str) -> None:
    """The record to publish, in whole, where it is known."""
    zone = _zone()
    zone.records |= change
    well, told = _told(zone)[f"{what} of desk.test"]
    assert not well
    assert remedy in told


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({(RELAY, "PTR"): []}, "set its PTR record to smtp.desk.test"),
        ({(RELAY, "PTR"): ["pool-7.isp.test"]}, "does not lead back to it"),
    ],
)
def test_a_server_needs_a_name_that_leads_back(change: dict[Any, list[str]], remedy: str) -> None:
    """Without one, great receivers turn it away."""
    zone = _zone()
    zone.records |= change
    well, told = _told(zone)["name of smtp.desk.test"]
    assert not well
    assert remedy in told


def test_a_dead_dns_is_no_verdict() -> None:
    """It is told as what it is, and not as a record that is missing."""
    zone = _zone()
    zone.dead |= {"desk.test", "_dmarc.desk.test", "s1._domainkey.desk.test"}
    told = _told(zone)
    for what in ("MX", "DKIM", "SPF", "DMARC"):
        assert not told[f"{what} of desk.test"][0]
        assert told[f"{what} of desk.test"][1].startswith("the DNS does not answer, so nothing is known")


def test_a_great_provider_is_known() -> None:
    """By what it asks to publish, whatever its addresses are today, and by where it takes mail."""
    box = {"imap": [{"name": "box", "desk": "help", "host": "imap.gmail.com", "username": "u", "password": "p"}]}
    settings = _settings("smtp.gmail.com", dkim=False, intake=box)
    zone = _zone().put("smtp.gmail.com", "A", "203.0.113.1")
    told = _told(zone, settings)
    assert "put include:_spf.google.com into it" in told["SPF of desk.test"][1]
    assert not told["DKIM of desk.test"][0]
    assert "nothing but a signature speaks for them" in told["DKIM of desk.test"][1]
    assert told["MX of desk.test"][1].endswith("--probe tries it")
    zone.records[("desk.test", "TXT")] = ["v=spf1 include:_spf.google.com ~all"]
    zone.put("google._domainkey.desk.test", "TXT", key()[1])
    zone.records[("desk.test", "MX")] = ["smtp.google.com"]
    zone.put("smtp.google.com", "A", "203.0.113.2")
    told = _told(zone, settings)
    assert told["SPF of desk.test"][0]
    assert told["DKIM of desk.test"] == (True, "signed by smtp.gmail.com, by google")
    assert told["MX of desk.test"] == (True, "smtp.google.com: it leads to the mailbox at imap.gmail.com")


def test_a_providers_servers_may_be_taken_in_by_way_of_others() -> None:
    """A domain with much to include has a record of its own for that; a circle ends."""
    zone = _zone().put("smtp.gmail.com", "A", "203.0.113.1")
    zone.records[("desk.test", "TXT")] = ["v=spf1 include:_spf.desk.test ~all"]
    zone.put("_spf.desk.test", "TXT", "v=spf1 include:desk.test include:_spf.google.com ~all")
    assert _told(zone, _settings("smtp.gmail.com"))["SPF of desk.test"][0]
    zone.records[("_spf.desk.test", "TXT")] = ["v=spf1 include:desk.test ~all"]
    assert not _told(zone, _settings("smtp.gmail.com"))["SPF of desk.test"][0]


def test_a_relay_of_our_own_network_is_not_guessed_at() -> None:
    """Its address in the world is not known here; what to look at is told."""
    zone = _zone().put("relay.lan.test", "A", "10.0.0.5")
    told = _told(zone, _settings("relay.lan.test", dkim=False))
    assert "cannot be seen from here" in told["SPF of desk.test"][1]
    assert "whether relay.lan.test signs cannot be seen from here" in told["DKIM of desk.test"][1]
    assert "needs a name that leads back to it" in told["name of relay.lan.test"][1]
    assert all(well for well, _ in told.values())


def test_mx_leads_to_our_door_or_mailbox() -> None:
    """By the name that the door greets with, or by the address of the mailbox's server."""
    door = {"smtp": {"listen": "0.0.0.0:25", "hostname": "mx.desk.test"}}
    assert "our own door" in _told(_zone(), _settings(intake=door))["MX of desk.test"][1]
    box = {"imap": [{"name": "b", "desk": "help", "host": "imap.desk.test", "username": "u", "password": "p"}]}
    zone = _zone().put("imap.desk.test", "A", "198.51.100.9")
    assert "the mailbox at imap.desk.test" in _told(zone, _settings(intake=box))["MX of desk.test"][1]


def test_dmarc_says_what_it_asks_for() -> None:
    """And whether our signature is what it wants."""
    zone = _zone()
    zone.records[("_dmarc.desk.test", "TXT")] = ["v=DMARC1; p=none"]
    assert "ask for quarantine" in _told(zone)["DMARC of desk.test"][1]
    zone.records[("_dmarc.help.desk.test", "TXT")] = ["v=DMARC1; p=reject; adkim=s"]
    zone.put("help.desk.test", "MX", "mx.desk.test")
    desk = {"addresses": ["x@help.desk.test"], "dkim": {"domain": "desk.test", "key": key()[0].decode()}}
    well, told = _told(zone, _settings(desks={"help": desk}))["DMARC of help.desk.test"]
    assert not well
    assert "adkim=s wants a signature by help.desk.test itself" in told

"""The real resolver against a real DNS server: what it says, what it does not, and that a failure is never "none"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from intake.identity import dmarc, resolver, signatures, spf
from intake.identity.authenticate import Standing
from intake.identity.evaluation import evaluate
from intake.identity.resolver import DnsFailed, DnsResolver
from parsing.mail import Envelope
from tests.servers import names
from tests.servers.names import Names
from tests.zone import key, signed

_KEY = key(2048)[1]
_PIECES = " ".join(f'"{_KEY[start : start + 255]}"' for start in range(0, len(_KEY), 255))

_RECORDS = {
    ("example.com", "TXT"): ['"v=spf1 ip4:198.51.100.7 -all"', '"another=" "word"'],
    ("_dmarc.example.com", "TXT"): ['"v=DMARC1; p=reject"'],
    ("k1._domainkey.example.com", "TXT"): [_PIECES],
    ("example.com", "MX"): ["20 b.example.com.", "10 A.example.com."],
    ("a.example.com", "A"): ["198.51.100.7"],
    ("a.example.com", "AAAA"): ["2001:db8::7"],
    ("alias.example.com", "CNAME"): ["a.example.com."],
    ("7.100.51.198.in-addr.arpa", "PTR"): ["a.example.com."],
    ("long.example.com", "TXT"): [f'"{"x" * 255}" ' * 20],
}

_MANNERS = {
    "silent.example.com": names.SILENT,
    "servfail.example.com": names.SERVFAIL,
    "refused.example.com": names.REFUSED,
    "nothing.example.com": names.NOTHING,
    "garbage.example.com": names.GARBAGE,
    "strange.example.com": names.STRANGE,
    "short.example.com": names.TRUNCATED_ALONE,
    "k1._domainkey.example.com": names.TRUNCATED,
}

_MAIL = (
    b"From: Budi <budi@{0}>\r\nTo: help@desk.test\r\nSubject: Deposit\r\n"
    b"Date: Tue, 24 Nov 2026 11:58:00 +0700\r\nMessage-ID: <1@x>\r\n\r\nBelum masuk.\r\n"
)


@pytest.fixture
def server() -> Iterator[Names]:
    with names.running(Names(_RECORDS, _MANNERS)) as server:
        yield server


@pytest.fixture
def dns(server: Names) -> DnsResolver:
    return _resolver(server)


def _resolver(server: Names, clock: list[float] | None = None) -> DnsResolver:
    told = clock or [0.0]
    return DnsResolver(nameservers=["127.0.0.1"], port=server.port, lifetime=1.0, clock=lambda: told[-1])


def test_each_kind_of_question_is_answered(dns: DnsResolver) -> None:
    """Strings of one record are joined, exchangers are in their order, names are plain."""
    assert sorted(dns.txt("example.com")) == [b"another=word", b"v=spf1 ip4:198.51.100.7 -all"]
    assert dns.mail_servers("Example.COM") == [(10, "a.example.com"), (20, "b.example.com")]
    assert (dns.addresses("a.example.com", "A"), dns.addresses("a.example.com", "AAAA")) == (
        ["198.51.100.7"],
        ["2001:db8::7"],
    )
    assert dns.names("198.51.100.7") == ["a.example.com"]


def test_an_answer_that_is_cut_short_is_asked_for_over_tcp(server: Names, dns: DnsResolver) -> None:
    """Keys of 2048 bits are longer than what old networks pass on in one packet."""
    assert dns.txt("k1._domainkey.example.com") == [_KEY.encode()]
    assert [protocol for protocol, _ in server.asked] == ["udp", "tcp"]


@pytest.mark.parametrize("name", ["nobody.example.com", "nothing.example.com", "a..example.com", "x" * 64 + ".com"])
def test_what_is_not_there_is_none(dns: DnsResolver, name: str) -> None:
    """No such name, a name without such records, and what can be no name."""
    assert dns.txt(name) == []


@pytest.mark.parametrize("manner", ["silent", "servfail", "refused", "garbage", "strange", "short"])
def test_a_failure_is_never_none(dns: DnsResolver, manner: str) -> None:
    """No answer, a refusal, another question's answer, or half of one: nothing is known."""
    with pytest.raises(DnsFailed):
        dns.txt(f"{manner}.example.com")


def test_what_is_too_long_is_left_out(dns: DnsResolver) -> None:
    """No honest record is."""
    assert len("x" * 255 * 20) > resolver.MAX_TXT
    assert dns.txt("long.example.com") == []


def test_answers_are_kept_for_their_time_and_failures_for_less(server: Names) -> None:
    """A burst of mail asks once."""
    clock = [0.0]
    dns = _resolver(server, clock)
    for _ in range(3):
        dns.txt("example.com")
        with pytest.raises(DnsFailed):
            dns.txt("servfail.example.com")
    failures = server.asked.count(("udp", "servfail.example.com"))
    assert server.asked.count(("udp", "example.com")) == 1
    clock.append(resolver.FAILURE_SECONDS + 1)
    dns.txt("example.com")
    with pytest.raises(DnsFailed):
        dns.txt("servfail.example.com")
    assert server.asked.count(("udp", "example.com")) == 1
    assert server.asked.count(("udp", "servfail.example.com")) > failures
    clock.append(server.ttl + 1.0)
    dns.txt("example.com")
    assert server.asked.count(("udp", "example.com")) == 2


def test_a_sender_is_examined_by_it(dns: DnsResolver) -> None:
    """SPF, DKIM and DMARC, all the way from the wire."""
    content = _MAIL.replace(b"{0}", b"example.com")
    envelope = _envelope("budi@example.com")
    assert spf.check(dns, client="198.51.100.7", sender="budi@example.com", helo="x") == ("pass", "example.com")
    assert [each.result for each in signatures.check(dns, signed(content, "example.com"), datetime.now(UTC))] == [
        "pass"
    ]
    assert dmarc.policy(dns, "example.com").record is not None
    assert evaluate(dns, content, envelope, "budi@example.com").standing is Standing.PASS


@pytest.mark.parametrize("manner", ["servfail", "silent", "refused"])
@pytest.mark.parametrize("where", ["", "_dmarc.", "k1._domainkey."])
def test_a_sender_whose_dns_fails_is_unknown(server: Names, where: str, manner: str) -> None:
    """Whatever it is that does not answer: neither a pass, nor a failure, nor "nothing speaks against it"."""
    server.manners = {f"{where}example.com": manner}
    server.records = {each: _RECORDS[each] for each in _RECORDS if each[0] != f"{where}example.com"}
    if where != "k1._domainkey.":
        content = _MAIL.replace(b"{0}", b"example.com")
    else:
        content = signed(_MAIL.replace(b"{0}", b"example.com"), "example.com")
    envelope = _envelope("budi@example.com", "203.0.113.9" if where == "k1._domainkey." else "198.51.100.7")
    proof = evaluate(_resolver(server), content, envelope, "budi@example.com")
    assert proof.standing is Standing.UNKNOWN
    assert "DNS" in proof.told


def _envelope(sender: str, client: str = "198.51.100.7") -> Envelope:
    return Envelope(door="smtp", received_at=datetime.now(UTC), mail_from=sender, client=client, helo="a.example.com")

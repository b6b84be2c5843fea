"""Our own evaluation of SPF, DKIM and DMARC, against a local zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from intake.identity import dmarc, signatures, spf
from intake.identity.authenticate import Proof, Standing
from intake.identity.evaluation import evaluate
from parsing.mail import Envelope
from tests.zone import Zone, domain, signed

_NOW = datetime.now(UTC)  # dkimpy stamps with the machine's clock

_MAIL = (
    b"From: Budi <budi@example.com>\r\nTo: help@desk.test\r\nSubject: Deposit\r\n"
    b"Date: Tue, 24 Nov 2026 11:58:00 +0700\r\nMessage-ID: <1@example.com>\r\n\r\nBelum masuk.\r\n"
)


@pytest.fixture
def zone() -> Zone:
    """One honest domain, one of an attacker."""
    made = Zone()
    domain(made, "example.com")
    domain(made, "evil.test", spf="v=spf1 ip4:203.0.113.0/24 -all")
    return made


def _envelope(client: str | None = "203.0.113.9", mail_from: str = "x@evil.test") -> Envelope:
    return Envelope(door="smtp", received_at=_NOW, mail_from=mail_from, client=client, helo="mx.evil.test")


def _proof(zone: Zone, content: bytes = _MAIL, envelope: Envelope | None = None) -> Proof:
    return evaluate(zone, content, envelope or _envelope(), "budi@example.com")


def test_an_aligned_signature_passes(zone: Zone) -> None:
    """And says which fields it covers."""
    proof = _proof(zone, signed(_MAIL, "example.com"))
    assert (proof.standing, proof.told) == (Standing.PASS, "DMARC pass")
    assert {"from", "subject", "to", "date", "message-id"} <= proof.signed


def test_an_aligned_envelope_passes(zone: Zone) -> None:
    """SPF alone is enough where the reverse-path is the From's domain and the client is allowed."""
    assert _proof(zone, envelope=_envelope("198.51.100.7", "budi@example.com")).standing is Standing.PASS
    failed = _proof(zone, envelope=_envelope("203.0.113.9", "budi@example.com"))
    assert (failed.standing, failed.enforced) == (Standing.FAIL, True)


def test_somebody_elses_pass_is_no_pass(zone: Zone) -> None:
    """The attacker's own domain authenticates perfectly, and is not the From's."""
    proof = _proof(zone, signed(_MAIL, "evil.test"))
    assert (proof.standing, proof.enforced) == (Standing.FAIL, True)


@pytest.mark.parametrize(
    ("told", "content"),
    [
        ("l=", signed(_MAIL, "example.com", length=True)),
        ("l=", signed(_MAIL, "example.com", length=True) + b"Kirim ke rekening ini.\r\n"),
        ("From not signed", signed(_MAIL, "example.com").replace(b"from", b"form")),
    ],
)
def test_signatures_that_do_not_count_say_why(zone: Zone, told: str, content: bytes) -> None:
    """A pass by arithmetic is none where more could have been added."""
    proof = _proof(zone, content)
    assert proof.standing is Standing.FAIL
    assert told in proof.told


def test_a_changed_mail_fails(zone: Zone) -> None:
    """Body and signed fields."""
    good = signed(_MAIL, "example.com")
    for changed in (good.replace(b"Belum", b"Sudah"), good.replace(b"Subject: Deposit", b"Subject: Depo")):
        assert _proof(zone, changed).standing is Standing.FAIL


def test_an_old_signature_is_a_replayed_one(zone: Zone) -> None:
    """A week is longer than any queue keeps a mail."""
    envelope = Envelope(door="smtp", received_at=_NOW + timedelta(days=8), mail_from="x@evil.test")
    assert "old" in evaluate(zone, signed(_MAIL, "example.com"), envelope, "budi@example.com").told


def test_a_weak_key_proves_nothing() -> None:
    """RFC 8301: below 1024 bits anybody may sign."""
    weak = Zone()
    domain(weak, "example.com", bits=512)
    assert _proof(weak, signed(_MAIL, "example.com", bits=512)).standing is Standing.FAIL


@pytest.mark.parametrize("dead", ["_dmarc.example.com", "k1._domainkey.example.com"])
def test_a_dns_failure_is_unknown_never_none(zone: Zone, dead: str) -> None:
    """Neither the sender's domain nor the lack of a record may be concluded from silence."""
    zone.dead.add(dead)
    proof = _proof(zone, signed(_MAIL, "example.com"))
    assert proof.standing is Standing.UNKNOWN
    assert "DNS" in proof.told


def test_spf_that_cannot_be_asked_is_unknown(zone: Zone) -> None:
    """The envelope is aligned, and the record does not come."""
    zone.dead.add("example.com")
    assert _proof(zone, envelope=_envelope("198.51.100.7", "budi@example.com")).standing is Standing.UNKNOWN


@pytest.mark.parametrize("client", [None, "127.0.0.1", "192.168.1.4", "::1", "nonsense"])
def test_spf_says_nothing_of_our_own_relays(zone: Zone, client: str | None) -> None:
    """Behind a relay the client is not the sender's."""
    assert not spf.foreign(client)
    assert _proof(zone, envelope=_envelope(client, "budi@example.com")).told == "DMARC fail"


def test_spf_follows_includes_and_stops_at_its_limits(zone: Zone) -> None:
    """RFC 7208, 4.6.4: ten look-ups; and a record that is nonsense is an error, not a pass."""
    zone.put("a.test", "TXT", "v=spf1 include:b.test -all").put("b.test", "TXT", "v=spf1 a mx -all")
    zone.put("b.test", "A", "198.51.100.1").put("b.test", "MX", "m.b.test").put("m.b.test", "A", "198.51.100.2")
    assert spf.check(zone, client="198.51.100.2", sender="x@a.test", helo="h") == ("pass", "a.test")
    zone.put("loop.test", "TXT", "v=spf1 include:loop.test -all").put("bad.test", "TXT", "v=spf1 ip4:1.2.3 %{ -all")
    assert spf.check(zone, client="198.51.100.2", sender="x@loop.test", helo="h")[0] == "permerror"
    assert spf.check(zone, client="198.51.100.2", sender="x@bad.test", helo="h")[0] == "permerror"
    assert spf.check(zone, client="198.51.100.2", sender="", helo="a.test") == ("pass", "a.test")


def test_without_a_dmarc_record_an_aligned_pass_still_counts() -> None:
    """Many small domains publish none; then alignment is strict, and a hard SPF fail is a fail."""
    small = Zone()
    domain(small, "example.com", policy="")
    assert _proof(small, signed(_MAIL, "example.com")).told == "DKIM pass"
    assert _proof(small, envelope=_envelope("198.51.100.7", "budi@example.com")).told == "SPF pass"
    assert _proof(small, envelope=_envelope("203.0.113.9", "budi@example.com")).told == "SPF fail"
    assert _proof(small).standing is Standing.NONE


def test_the_tree_walk_finds_the_organization() -> None:
    """RFC 9989, 4.10: at most eight questions; psd=y stands above an organization, psd=n is one."""
    zone = Zone()
    zone.put("_dmarc.example.com", "TXT", "v=DMARC1; p=reject; sp=none")
    zone.put("_dmarc.co.test", "TXT", "v=DMARC1; p=reject; psd=y")
    assert dmarc.policy(zone, "a.b.example.com").organization == "example.com"
    assert dmarc.policy(zone, "shop.toko.co.test").organization == "toko.co.test"
    zone.asked.clear()
    found = dmarc.policy(zone, "a.b.c.d.e.f.g.h.i.j.mail.example.com")
    assert [name for name, _ in zone.asked][1] == "_dmarc.g.h.i.j.mail.example.com"
    assert (len(zone.asked), found.organization) == (8, "example.com")
    assert found.record is not None
    assert found.record.asks(zone, "a.mail.example.com") == "none"


@pytest.mark.parametrize(
    "record",
    ["v=DMARC2; p=reject", "p=reject", "V=dmarc1; p=reject", " ", "v=DMARC1", "v=DMARC1; p=banana"],
)
def test_records_that_ask_for_nothing(record: str) -> None:
    """What is no DMARC record is none, and an unknown policy is "none"."""
    found = dmarc.policy(Zone().put("_dmarc.example.com", "TXT", record), "example.com").record
    assert found is None or found.policy == "none"


def test_two_records_are_none() -> None:
    """RFC 9989, 4.10: nobody knows which is meant."""
    zone = Zone().put("_dmarc.example.com", "TXT", "v=DMARC1; p=none", "v=DMARC1; p=reject")
    assert dmarc.policy(zone, "example.com").record is None


def test_relaxed_alignment_is_within_an_organization(zone: Zone) -> None:
    """mail.example.com speaks for example.com unless it asks for strictness; example.com.evil.test never does."""
    zone.put("k1._domainkey.mail.example.com", "TXT", zone.records["k1._domainkey.example.com", "TXT"][0])
    zone.put("k1._domainkey.example.com.evil.test", "TXT", zone.records["k1._domainkey.evil.test", "TXT"][0])
    assert _proof(zone, signed(_MAIL, "mail.example.com")).standing is Standing.PASS
    assert _proof(zone, signed(_MAIL, "example.com.evil.test")).standing is Standing.FAIL
    zone.records["_dmarc.example.com", "TXT"] = ["v=DMARC1; p=none; adkim=s"]
    proof = _proof(zone, signed(_MAIL, "mail.example.com"))
    assert (proof.standing, proof.enforced) == (Standing.FAIL, False)


def test_a_subdomain_that_is_not_there_has_its_own_policy() -> None:
    """np= (RFC 9989, 4.7) is for names that only forgers use."""
    zone = (
        Zone().put("_dmarc.example.com", "TXT", "v=DMARC1; p=none; np=reject").put("real.example.com", "A", "192.0.2.1")
    )
    record = dmarc.policy(zone, "ghost.example.com").record
    assert record is not None
    assert (record.asks(zone, "ghost.example.com"), record.asks(zone, "real.example.com")) == ("reject", "none")


@pytest.mark.parametrize(
    "body",
    [b" " * 500_000 + b"x", b"\r\n" * 200_000 + b"x", b"\t \t" * 200_000],
)
def test_bodies_that_would_keep_dkim_busy_do_not(zone: Zone, body: bytes) -> None:
    """The library's way to the relaxed form grows with the square of a run of blanks; ours does not."""
    content = signed(_MAIL, "example.com") + body
    began = datetime.now(UTC)
    assert signatures.check(zone, content, _NOW)[0].result == "fail"
    assert datetime.now(UTC) - began < timedelta(seconds=2)


def test_nonsense_in_signatures_is_no_pass(zone: Zone) -> None:
    """Whatever stands there, it is a result and never an exception."""
    nonsense = [b"", b"v=1", b"v=1; a=rsa-sha256; d=; s=; h=from; bh=; b=", b"\xff\xfe; d=\xff", b"a" * 10_000]
    nonsense += [
        b"v=1; a=rsa-sha256; c=x/y/z; d=example.com; s=k1; h=from; bh=AA==; b=AA==",
        b"x=" + b" " * 4000 + b";",
    ]
    for value in nonsense:
        content = b"DKIM-Signature: " + value + b"\r\n" + _MAIL
        assert all(each.result != "pass" for each in signatures.check(zone, content, _NOW))

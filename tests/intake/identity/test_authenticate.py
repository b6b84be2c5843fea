"""Whose word is believed about a sender."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.identity.authenticate import UNEXAMINED, Proof, Standing, by_border, identity
from parsing.mail import Address, AuthResult, Identity, Nature, ParsedMail

_TRUSTED = frozenset({"mx.desk.test"})


def _mail(*results: AuthResult, sender: str = "budi@example.com", suspicious: bool = False) -> ParsedMail:
    return ParsedMail(
        message_id=None,
        subject="",
        from_=Address(name="", address=sender),
        to=(),
        cc=(),
        reply_to=(),
        delivered_to=(),
        date=None,
        in_reply_to=(),
        references=(),
        text="",
        html=None,
        new_text="",
        quoted="",
        signature="",
        language=None,
        identity=Identity(suspicious=suspicious),
        authentication=results,
        nature=Nature.HUMAN,
        nature_why="",
        bounce=None,
        attachments=(),
        problems=(),
    )


def _verdict(mail: ParsedMail, trusted: frozenset[str] = _TRUSTED, received_above: int = 0) -> str:
    return identity(mail, by_border(mail, trusted, received_above))


def _result(method: str, result: str, *properties: tuple[str, str], by: str = "mx.desk.test") -> AuthResult:
    return AuthResult(authserv_id=by, method=method, result=result, properties=properties, received_below=1)


_DMARC_PASS = _result("dmarc", "pass", ("header.from", "example.com"))
_DMARC_FAIL = _result("dmarc", "fail", ("policy.dmarc", "none"))


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ((_DMARC_PASS,), "verified"),
        ((_DMARC_FAIL, _result("dkim", "pass", ("header.d", "example.com"))), "unverified"),
        ((_result("dmarc", "fail", ("policy.dmarc", "reject")),), "suspicious"),
        ((_result("dmarc", "fail"),), "suspicious"),
        ((_result("dkim", "pass", ("header.d", "example.com")),), "verified"),
        ((_result("dkim", "pass", ("header.d", "evil.test")),), "unverified"),
        ((_result("dkim", "pass", ("header.d", "notexample.com")),), "unverified"),
        ((_result("dkim", "pass", ("header.d", "example.com"), ("header.d", "evil.test")),), "unverified"),
        ((_result("spf", "pass", ("smtp.mailfrom", "bounce@example.com")),), "verified"),
        ((_result("spf", "pass", ("smtp.mailfrom", "x@evil.test")),), "unverified"),
        ((_result("spf", "softfail", ("smtp.mailfrom", "x@example.com")),), "unverified"),
        ((_result("dmarc", "temperror"),), "unverified"),
        ((_result("dmarc", "pass", ("header.from", "evil.test")),), "unverified"),
        ((_result("", "unreadable"), _DMARC_PASS), "unverified"),
        ((), "unverified"),
    ],
)
def test_what_a_trusted_server_says_counts(results: tuple[AuthResult, ...], expected: str) -> None:
    """DMARC decides; without it an aligned DKIM or SPF pass does; anything else is no proof."""
    assert _verdict(_mail(*results)) == expected


def test_a_dns_failure_is_never_none() -> None:
    """It is unknown how the sender stands, which is neither a pass nor a fail, and is told as what it is."""
    for result in (_result("dmarc", "temperror"), _result("spf", "temperror", ("smtp.mailfrom", "example.com"))):
        proof = by_border(_mail(result), _TRUSTED)
        assert proof.standing is Standing.UNKNOWN
        assert "DNS" in proof.told


def test_a_hard_fail_of_spf_counts_where_there_is_no_dmarc() -> None:
    """The domain says that such mail is not its own, though not what to do about it."""
    proof = by_border(_mail(_result("spf", "fail", ("smtp.mailfrom", "x@example.com"))), _TRUSTED)
    assert (proof.standing, proof.enforced) == (Standing.FAIL, False)


def test_what_a_stranger_says_does_not_count() -> None:
    """A field under a name that is not one of our border servers' proves nothing."""
    forged = replace(_DMARC_PASS, authserv_id="mx.desk.test.evil.test")
    assert _verdict(_mail(forged)) == "unverified"
    assert _verdict(_mail(_DMARC_PASS), frozenset()) == "unverified"


def test_only_the_newest_trusted_word_counts() -> None:
    """Two trusted servers: the topmost saw the mail as it is now."""
    older = replace(_DMARC_PASS, authserv_id="old.desk.test", field=1)
    assert _verdict(_mail(_DMARC_FAIL, older), _TRUSTED | {"old.desk.test"}) == "unverified"


def test_a_field_below_the_borders_received_is_the_senders() -> None:
    """Whatever name it bears; only a desk whose border writes there says so, and then only the topmost counts."""
    below = replace(_DMARC_PASS, received_above=1)
    assert _verdict(_mail(below)) == "unverified"
    assert _verdict(_mail(below), received_above=1) == "verified"
    genuine = replace(_result("dkim", "none"), received_above=1)
    assert _verdict(_mail(genuine, replace(below, field=1)), received_above=1) == "unverified"


def test_filters_that_write_a_field_each_are_heard_together() -> None:
    """One for DKIM and one for DMARC, both above the border's Received; where there is none, only the topmost."""
    dkim = _result("dkim", "pass", ("header.d", "lists.example.com"))
    dmarc = replace(_DMARC_PASS, field=1)
    assert _verdict(_mail(dkim, dmarc)) == "verified"
    bare = (replace(dkim, received_below=0), replace(dmarc, received_below=0))
    assert _verdict(_mail(*bare)) == "unverified"


def test_a_from_with_a_defect_is_suspicious_whatever_was_authenticated() -> None:
    """No result helps a mail whose From can be read in two ways."""
    assert _verdict(_mail(_DMARC_PASS, suspicious=True)) == "suspicious"


def test_a_field_that_stands_twice_is_no_pass() -> None:
    """A signature covers one Subject, and the reader is shown the other."""
    mail = replace(_mail(), doubled=("subject",))
    assert identity(mail, Proof(standing=Standing.PASS, told="DMARC pass")) == "unverified"
    assert identity(_mail(), UNEXAMINED) == "unverified"

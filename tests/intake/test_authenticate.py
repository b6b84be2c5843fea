"""Whose word is believed about a sender."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.authenticate import verdict
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


def _result(method: str, result: str, *properties: tuple[str, str], by: str = "mx.desk.test") -> AuthResult:
    return AuthResult(authserv_id=by, method=method, result=result, properties=properties)


_DMARC_PASS = _result("dmarc", "pass", ("header.from", "example.com"))


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ((_DMARC_PASS,), "verified"),
        ((_result("dmarc", "fail"), _result("dkim", "pass", ("header.d", "example.com"))), "unverified"),
        ((_result("dkim", "pass", ("header.d", "example.com")),), "verified"),
        ((_result("dkim", "pass", ("header.d", "evil.test")),), "unverified"),
        ((_result("dkim", "pass", ("header.d", "notexample.com")),), "unverified"),
        ((_result("dkim", "pass", ("header.d", "example.com"), ("header.d", "evil.test")),), "unverified"),
        ((_result("spf", "pass", ("smtp.mailfrom", "bounce@example.com")),), "verified"),
        ((_result("spf", "pass", ("smtp.mailfrom", "x@evil.test")),), "unverified"),
        ((_result("spf", "softfail", ("smtp.mailfrom", "x@example.com")),), "unverified"),
        ((_result("dmarc", "temperror"),), "unverified"),
        ((), "unverified"),
    ],
)
def test_what_a_trusted_server_says_counts(results: tuple[AuthResult, ...], expected: str) -> None:
    """DMARC decides; without it an aligned DKIM or SPF pass does; anything else is no proof."""
    assert verdict(_mail(*results), _TRUSTED) == expected


def test_what_a_stranger_says_does_not_count() -> None:
    """A field under a name that is not one of our border servers' proves nothing."""
    forged = replace(_DMARC_PASS, authserv_id="mx.desk.test.evil.test")
    assert verdict(_mail(forged), _TRUSTED) == "unverified"
    assert verdict(_mail(_DMARC_PASS), frozenset()) == "unverified"


def test_only_the_newest_trusted_word_counts() -> None:
    """Two trusted servers: the topmost saw the mail as it is now."""
    older = replace(_DMARC_PASS, authserv_id="old.desk.test")
    newest = _result("dmarc", "fail")
    assert verdict(_mail(newest, older), _TRUSTED | {"old.desk.test"}) == "unverified"


def test_a_from_with_a_defect_is_suspicious_whatever_was_authenticated() -> None:
    """No result helps a mail whose From can be read in two ways."""
    assert verdict(_mail(_DMARC_PASS, suspicious=True), _TRUSTED) == "suspicious"

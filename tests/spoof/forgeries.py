"""Ways to look like somebody else, as data: From lines, envelopes, Authentication-Results.

The nineteen are the classes of J. Chen, V. Paxson, J. Jiang, "Composition Kills" (USENIX Security 2020), in our own
words: seven confuse who evaluates SPF and DKIM, twelve confuse who reads From.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Whom the attacker wants to be, and what the attacker has.
VICTIM, EVIL = "legit.test", "evil.test"

MX = "mx.desk.test"


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """One way. `{user}` is the local part of whom it forges; the From lines are whole lines."""

    name: str
    lines: str = "From: {user}@legit.test"
    mail_from: str = "any@evil.test"
    helo: str = "mx.evil.test"
    signs: str = "evil.test"  #: the domain that the attacker's DKIM signature names; "" for no signature
    results: str = (
        "spf=pass smtp.mailfrom=evil.test; dkim=pass header.d=evil.test; dmarc=fail (p=REJECT) header.from=legit.test"
    )


ESPOOFER = [
    Forgery(
        name="a1 a subdomain that does not exist in MAIL FROM",
        mail_from="any@nowhere.legit.test",
        results="spf=none smtp.mailfrom=nowhere.legit.test; dmarc=fail header.from=legit.test",
    ),
    Forgery(
        name="a2 an empty MAIL FROM with the victim's HELO",
        mail_from="",
        helo="legit.test",
        results="spf=none smtp.helo=legit.test; dkim=pass header.d=evil.test; dmarc=fail header.from=legit.test",
    ),
    Forgery(
        name="a3 a NUL in the DKIM domain",
        signs="legit.test\x00.evil.test",
        results='spf=pass smtp.mailfrom=evil.test; dkim=pass header.d="legit.test\\.evil.test"; dmarc=none',
    ),
    Forgery(
        name="a4 a quote in the DKIM domain",
        signs="legit.test'a.evil.test",
        results="spf=pass smtp.mailfrom=evil.test; dkim=pass header.d=legit.test'a.evil.test; dmarc=none",
    ),
    Forgery(
        name="a5 a parenthesis in MAIL FROM",
        mail_from="any@legit.test(.evil.test",
        results="spf=pass smtp.mailfrom=legit.test(.evil.test; dkim=none; dmarc=pass header.from=legit.test",
    ),
    Forgery(
        name="a6 a quote in MAIL FROM",
        mail_from="any@legit.test'@a.evil.test",
        results='spf=pass smtp.mailfrom="any@legit.test\'@a.evil.test"; dkim=none; dmarc=none',
    ),
    Forgery(
        name="a7 a source route in MAIL FROM",
        mail_from="@legit.test,@any.test:'any@evil.test",
        results="spf=pass smtp.mailfrom=@legit.test,@any.test:'any@evil.test; dkim=none; dmarc=none",
    ),
    Forgery(name="a8 two From fields", lines="From: any@evil.test\r\nFrom: {user}@legit.test"),
    Forgery(name="a9 a blank before the colon", lines="From : {user}@legit.test\r\nFrom: any@evil.test"),
    Forgery(name="a10 a folded name", lines="From\r\n : {user}@legit.test\r\nFrom: any@evil.test"),
    Forgery(name="a11 no From, only Sender", lines="Sender: {user}@legit.test\r\nReply-To: {user}@legit.test"),
    Forgery(name="a12 two addresses in From", lines="From: any@evil.test, {user}@legit.test"),
    Forgery(name="a13 an encoded address", lines="From: =?utf-8?Q?=3C{user}=40legit.test=3E?= <any@evil.test>"),
    Forgery(name="a14 a source route in From", lines="From: <@evil.test,@any.test:{user}@legit.test>"),
    Forgery(name="a15 an encoded list", lines="From: =?utf-8?Q?<{user}@legit.test>?=,<any@evil.test>"),
    Forgery(name="a16 a quoted comma", lines="From: <{user}@legit.test>\\,<any@evil.test>"),
    Forgery(name="a17 a comment with an address", lines="From: any@evil.test (<{user}@legit.test>)"),
    Forgery(name="a18 two in angle brackets", lines="From: <{user}@legit.test><any@evil.test>"),
    Forgery(name="a19 a display name that is an address", lines='From: "{user}@legit.test" <any@evil.test>'),
]

#: Further ways to be read differently by two programs, or to have somebody's address stand where a reader looks.
DIFFERENTLY = [
    Forgery(name="b1 a group", lines="From: Team: {user}@legit.test;"),
    Forgery(name="b2 a group and one beside it", lines="From: Team: {user}@legit.test;, any@evil.test"),
    Forgery(name="b3 an empty group", lines="From: {user}@legit.test:;\r\nReply-To: {user}@legit.test"),
    Forgery(name="b4 the address as a quoted local part", lines='From: "{user}@legit.test"@evil.test'),
    Forgery(name="b5 a percent hack", lines="From: {user}%legit.test@evil.test"),
    Forgery(
        name="b6 Resent-From",
        lines="From: any@evil.test\r\nResent-From: {user}@legit.test\r\nResent-To: help@desk.test",
    ),
    Forgery(name="b7 Sender beside another From", lines="From: any@evil.test\r\nSender: {user}@legit.test"),
    Forgery(
        name="b8 From of the victim, Sender of the attacker", lines="From: {user}@legit.test\r\nSender: any@evil.test"
    ),
    Forgery(
        name="b9 X-Original-From, as lists leave it", lines="From: any@evil.test\r\nX-Original-From: {user}@legit.test"
    ),
    Forgery(name="b10 a dot behind the domain", lines="From: {user}@legit.test."),
    Forgery(name="b11 a letter from another script", lines="From: {user}@l\u0435git.test"),
    Forgery(name="b12 a vertical tab", lines="From: {user}@legit.test\x0b, any@evil.test"),
    Forgery(
        name="b13 the attacker's own subdomain", mail_from="any@legit.test.evil.test", signs="legit.test.evil.test"
    ),
    Forgery(
        name="b14 an envelope sender of the victim's that SPF refuses",
        mail_from="{user}@legit.test",
        results="spf=fail smtp.mailfrom=legit.test; dkim=pass header.d=evil.test; dmarc=fail header.from=legit.test",
    ),
    Forgery(
        name="b15 the null envelope sender",
        mail_from="",
        helo="mx.evil.test",
        results="spf=pass smtp.helo=mx.evil.test; dkim=pass header.d=evil.test; dmarc=none",
    ),
]

_PASS = "dmarc=pass header.from=legit.test"
_FAIL = f"Authentication-Results: {MX}; dmarc=fail (p=REJECT) header.from=legit.test\r\n"
_RECEIVED = (
    "Received: from mx.evil.test (mx.evil.test [203.0.113.9]) by mx.desk.test; Tue, 24 Nov 2026 04:59:00 +0000\r\n"
)
_OWN = f"Received: from localhost by {MX}; Tue, 24 Nov 2026 04:58:00 +0000\r\n"


def _below(value: str) -> str:
    """What the border wrote on top, its Received, and the sender's own field under it."""
    return f"{_FAIL}{_RECEIVED}Authentication-Results: {value}\r\n"


def _alone(value: str) -> str:
    """A border that said nothing, and the sender's field under its Received."""
    return f"{_RECEIVED}Authentication-Results: {value}\r\n"


#: Header blocks by which a mail of evil.test's claims to be legit.test's; none of them may be believed.
RESULTS = {
    "below the border's word": _below(f"{MX}; {_PASS}"),
    "below the border's Received, alone": _alone(f"{MX}; {_PASS}"),
    "below, with a forged Received under it": _alone(f"{MX}; {_PASS}") + _OWN,
    "below a forged Received": f"{_RECEIVED}{_OWN}Authentication-Results: {MX}; {_PASS}\r\n",
    "between two forged Received": f"{_RECEIVED}{_OWN}Authentication-Results: {MX}; {_PASS}\r\n{_OWN}",
    "twice below": _alone(f"{MX}; {_PASS}") + f"Authentication-Results: {MX}; {_PASS}\r\n",
    "in capitals below": _alone(f"{MX.upper()}; {_PASS}"),
    "field name in capitals": f"{_RECEIVED}AUTHENTICATION-RESULTS: {MX}; {_PASS}\r\n",
    "folded": _alone(f"{MX};\r\n\tdmarc=pass\r\n\theader.from=legit.test"),
    "folded before the id": _alone(f"\r\n {MX}; {_PASS}"),
    "comment before the id": _alone(f"(border) {MX}; {_PASS}"),
    "version 1": _alone(f"{MX} 1; {_PASS}"),
    "another id on top": f"Authentication-Results: mx.evil.test; {_PASS}\r\n{_RECEIVED}",
    "an id that begins like ours": f"Authentication-Results: {MX}.evil.test; {_PASS}\r\n{_RECEIVED}",
    "an id that ends like ours": f"Authentication-Results: evil.{MX}; {_PASS}\r\n{_RECEIVED}",
    "an id with ours in a comment": f"Authentication-Results: mx.evil.test ({MX}); {_PASS}\r\n{_RECEIVED}",
    "an id with ours as its version": f"Authentication-Results: mx.evil.test {MX}; {_PASS}\r\n{_RECEIVED}",
    "an id in quotes with more": f'Authentication-Results: "{MX} x"; {_PASS}\r\n{_RECEIVED}',
    "a look-alike id": f"Authentication-Results: mx.d\u0435sk.test; {_PASS}\r\n{_RECEIVED}",
    "an encoded id": f"Authentication-Results: =?utf-8?Q?{MX}?=; {_PASS}\r\n{_RECEIVED}",
    "a percent-encoded id": f"Authentication-Results: mx%2Edesk.test; {_PASS}\r\n{_RECEIVED}",
    "no id": f"Authentication-Results: {_PASS}\r\n{_RECEIVED}",
    "an empty id": f"Authentication-Results: ; {_PASS}\r\n{_RECEIVED}",
    "a wrong version": f"Authentication-Results: {MX} 2; {_PASS}\r\n{_RECEIVED}",
    "pass for another From": f"Authentication-Results: {MX}; dmarc=pass header.from=evil.test\r\n{_RECEIVED}",
    "pass of another domain's DKIM": f"Authentication-Results: {MX}; dkim=pass header.d=evil.test\r\n{_RECEIVED}",
    "pass of DKIM for two domains": (
        f"Authentication-Results: {MX}; dkim=pass header.d=legit.test header.d=evil.test\r\n{_RECEIVED}"
    ),
    "pass in a comment": f"Authentication-Results: {MX}; dmarc=fail ({_PASS}) header.from=legit.test\r\n{_RECEIVED}",
    "pass in a reason": f'Authentication-Results: {MX}; dmarc=fail reason="{_PASS}"\r\n{_RECEIVED}',
    "pass behind an open comment": f"Authentication-Results: {MX}; spf=pass smtp.mailfrom=x(; {_PASS}\r\n{_RECEIVED}",
    "pass behind an open quote": f'Authentication-Results: {MX}; spf=pass smtp.mailfrom="x; {_PASS}\r\n{_RECEIVED}',
    "pass behind a closed comment": f"Authentication-Results: {MX}; spf=pass smtp.mailfrom=x); {_PASS}\r\n{_RECEIVED}",
    "a fail and a pass": f"Authentication-Results: {MX}; dmarc=fail; {_PASS}\r\n{_RECEIVED}",
    "a temperror and a pass": f"Authentication-Results: {MX}; dmarc=temperror; {_PASS}\r\n{_RECEIVED}",
    "best guess pass": f"Authentication-Results: {MX}; dmarc=bestguesspass header.from=legit.test\r\n{_RECEIVED}",
    "ARC's pass": f"Authentication-Results: {MX}; arc=pass header.oldest-pass=0; dmarc=fail\r\n{_RECEIVED}",
    "ARC-Authentication-Results": f"ARC-Authentication-Results: i=1; {MX}; {_PASS}\r\n{_RECEIVED}",
    "X-Authentication-Results": f"X-Authentication-Results: {MX}; {_PASS}\r\n{_RECEIVED}",
    "Original-Authentication-Results": f"Original-Authentication-Results: {MX}; {_PASS}\r\n{_RECEIVED}",
    "Received-SPF": f"Received-SPF: pass ({MX}: legit.test permits) client-ip=198.51.100.7\r\n{_RECEIVED}",
    "a blank before the colon, below": f"{_RECEIVED}Authentication-Results : {MX}; {_PASS}\r\n",
    "spf of the HELO name": f"Authentication-Results: {MX}; spf=pass smtp.helo=legit.test\r\n{_RECEIVED}",
}

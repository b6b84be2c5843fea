"""Our DKIM signatures, as strangers verify them: dkimpy, against the record that we print."""

from __future__ import annotations

import base64
import re
import smtplib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from intake.identity import signatures
from parsing.mail import Address
from replies import dkim_keys
from replies.acknowledge import Composed
from replies.compose import Heading, compose
from replies.letters import Letter
from replies.settings import DeskSettings, DkimSettings
from tests.servers import common, postfix, sinks
from tests.zone import Zone, key

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
SEED = base64.b64encode(bytes(range(32))).decode()


def _pem(private: Any) -> str:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _settings(domain: str = "contoh.id", selector: str = "s1", secret: str | None = None) -> DkimSettings:
    return DkimSettings(domain=domain, selector=selector, key=secret or key()[0].decode())


def _published(*keys: DkimSettings) -> Zone:
    """A zone with what `check` tells to publish."""
    zone = Zone()
    for each in keys:
        line = dkim_keys.zone_line(dkim_keys.read(each.key.get_secret_value()), each.selector, each.domain)
        name, _, strings = line.partition(". IN TXT ")
        zone.put(name, "TXT", "".join(re.findall('"([^"]{1,255})"', strings)))
    return zone


def _mail(*keys: DkimSettings, author: str = "bantuan@contoh.id", text: str = "Halo,  dua  spasi \n\n\n") -> bytes:
    heading = Heading(
        from_=Address(name="Bantuan Contoh \N{MIDDLE DOT} dengan nama yang panjang sekali sekali", address=author),
        to="budi@example.com",
        reply_to="bantuan+token@contoh.id",
        message_id="r.token.1@contoh.id",
        date=NOW,
        in_reply_to="b@mail.example",
        references=tuple(f"{number}@mail.example" for number in range(9)),
        auto_submitted="auto-replied",
    )
    return compose(Letter(subject="[LKT-104231] Deposit belum masuk", text=text, html="<p>Halo</p>"), heading, keys)


def _results(zone: Zone, content: bytes) -> list[tuple[str, str]]:
    return [(each.domain, each.result) for each in signatures.check(zone, content, NOW)]


@pytest.mark.parametrize("secret", [None, SEED, _pem(ed25519.Ed25519PrivateKey.generate())])
@pytest.mark.parametrize("text", ["Halo,  dua  spasi \n\n\n", "", ".\n.\nFrom me\n", "é" * 5000])
def test_a_letter_verifies_by_the_record_that_we_print(secret: str | None, text: str) -> None:
    """An rsa key and an ed25519 one, however the words look."""
    settings = _settings(secret=secret)
    assert _results(_published(settings), _mail(settings, text=text)) == [("contoh.id", "pass")]


def test_the_acknowledgement_is_signed(desk: DeskSettings, acknowledge: Callable[..., Composed]) -> None:
    """By each key of its desk: ed25519 for those who know it, rsa for the others."""
    keys = [_settings(), _settings(selector="e1", secret=SEED)]
    composed = acknowledge("id", desk=desk.model_copy(update={"dkim": keys}))
    assert _results(_published(*keys), composed.content) == [("contoh.id", "pass")] * 2
    assert composed.content.startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=contoh.id;\r\n s=s1;")
    signature = composed.content.partition(b"From:")[0]
    assert max(map(len, signature.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"From: ", b"From: x@evil.test\r\nFrom: "),
        (b"Subject: ", b"Subject: Kirim uang\r\nSubject: "),
        (b"To: budi", b"To: x@evil.test\r\nTo: budi"),
        (b"Date: ", b"Cc: x@evil.test\r\nDate: "),
        (b"Reply-To: ", b"Reply-To: x@evil.test\r\nReply-To: "),
        (b"Reply-To: bantuan+", b"Reply-To: evil+"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nContent-Type: text/html"),
        (b"auto-replied", b"no"),
        (b"In-Reply-To: <b@", b"In-Reply-To: <c@"),
        (b"Halo", b"Hola"),
    ],
)
def test_what_a_reader_acts_on_cannot_be_changed_or_added(old: bytes, new: bytes) -> None:
    """A second Subject is what a reader may show, and a second Reply-To where it may answer."""
    settings = _settings()
    content = _mail(settings)
    assert content.count(old) >= 1
    assert _results(_published(settings), content.replace(old, new, 1)) == [("contoh.id", "fail")]


def test_what_relays_do_is_survived() -> None:
    """They put fields on top, fold anew, and cut blanks at line ends."""
    settings = _settings()
    content = b"Received: from a by b; x\r\nX-Spam: no\r\n" + _mail(settings).replace(b"To: budi", b"To:  \r\n\tbudi")
    assert _results(_published(settings), content) == [("contoh.id", "pass")]


def test_the_whole_body_is_signed() -> None:
    """Without l=, since what follows a signed length is anybody's."""
    settings = _settings()
    content = _mail(settings)
    assert b" l=" not in content.partition(b"From:")[0]
    assert _results(_published(settings), content + b"Kirim uang ke sini.\r\n") == [("contoh.id", "fail")]


def test_only_keys_that_speak_for_the_sender_sign() -> None:
    """A signature of another domain helps nobody; one of a domain above is aligned."""
    above, own, other = _settings("contoh.id"), _settings("mail.contoh.id", "s2"), _settings("lain.id", "s3")
    content = _mail(above, own, other, author="bantuan@mail.contoh.id")
    assert _results(_published(above, own, other), content) == [("contoh.id", "pass"), ("mail.contoh.id", "pass")]
    assert b"DKIM-Signature" not in _mail(own, author="bantuan@contoh.id")


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("x", "neither PEM nor base64"),
        ("eHg=", "has 32 bytes, this one has 2"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "has to be a private key in PEM"),
        (key(512)[0].decode(), "512 bits is not taken"),
        (_pem(ec.generate_private_key(ec.SECP256R1())), "rsa and ed25519 alone"),
    ],
)
def test_a_key_that_cannot_sign_is_refused_with_the_remedy(secret: str, why: str) -> None:
    """At the start, not when the first letter is to leave."""
    with pytest.raises(ValidationError, match=why):
        _settings(secret=secret)


def test_a_key_for_nobody_is_refused() -> None:
    """Its signatures would count for none of the desk's addresses."""
    with pytest.raises(ValidationError, match=r"none of the desk's addresses is at lain\.id"):
        DeskSettings(addresses=["bantuan@contoh.id"], dkim=_settings("lain.id").model_dump())
    assert DeskSettings(addresses=["bantuan@a.contoh.id"], dkim=_settings().model_dump()).dkim[0].selector == "s1"


def test_a_large_record_is_cut_into_strings() -> None:
    """As a zone file wants it (RFC 1035, 3.3)."""
    large = rsa.generate_private_key(public_exponent=65537, key_size=4096)
    line = dkim_keys.zone_line(large, "s1", "contoh.id")
    strings = re.findall('"([^"]*)"', line)
    assert "".join(strings) == dkim_keys.record(large)
    assert [len(each) for each in strings[:-1]] == [255, 255]


def test_a_signature_survives_a_real_relay() -> None:
    """Postfix adds its trace and hands the letter on; the receiver verifies it."""
    settings = [_settings(), _settings(selector="e1", secret=SEED)]
    content = _mail(*settings)
    with sinks.running() as sink, postfix.running({"example.com": f"smtp:[127.0.0.1]:{sink.port}"}) as relay:
        with smtplib.SMTP("127.0.0.1", relay.port, "desk.test") as client:
            client.sendmail("", ["budi@example.com"], content)
        common.until(lambda: sink.received, "the letter arrives")
    (received,) = sink.received
    assert received.content.startswith(b"Received:")
    assert _results(_published(*settings), received.content) == [("contoh.id", "pass")] * 2
    later = signatures.check(_published(*settings), received.content, NOW + timedelta(days=8))
    assert {each.result for each in later} == {"old"}

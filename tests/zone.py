"""A local DNS zone in place of the network, and domains that sign in it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from intake.identity.resolver import DnsFailed

#: 512 bits, which nobody makes any more; it protects nothing.
_WEAK = (
    b"-----BEGIN RSA PRIVATE KEY-----\n"
    b"MIIBOgIBAAJBAJJn1dcfDzHoHYTGUv68WamiS3hrocCzhzYLhJkCZkxHqA1d7r+h\n"
    b"Szv6l1we/llT9VlfHqrmtziVhhty2a+c/q8CAwEAAQJASdKd2ylIKiwWplqygsxK\n"
    b"keTKFWCAYYClDzVjmRvCpXdBIgu3GeO0/1+8OkxNjVqvhVcaTrzYm0rQ9HQzEQvT\n"
    b"QQIhAMKCaZ1quz3dN9MW51pJSlGVjyjVnX4ewW+fxA6F+mmRAiEAwLBlTaWw9uVo\n"
    b"3FTkiNvOmjx0sMOdS9Dnn49tmbaKxD8CIHwW2u40czPqd3zRtdLhwun9chFpBkq5\n"
    b"sEpYMKnbS4AhAiEAwENB0WgyWygsqSxLnAM28s6/4GBO4wdfFeaXBXkOnSECIBjp\n"
    b"ETJHmF60Hb82oQsT8gijl9uIfwyZvvLqAfv0pfVU\n"
    b"-----END RSA PRIVATE KEY-----\n"
)
_WEAK_PUBLIC = (
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAJJn1dcfDzHoHYTGUv68WamiS3hrocCzhzYLhJkCZkxHqA1d7r+hSzv6l1we/llT9VlfHqrm"
    "tziVhhty2a+c/q8CAwEAAQ=="
)


@dataclass
class Zone:
    """What there is in the DNS; names in `dead` do not answer."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def put(self, name: str, kind: str, *values: str) -> Zone:
        """Add records."""
        self.records.setdefault((name, kind), []).extend(values)
        return self

    def txt(self, name: str) -> Sequence[bytes]:
        return [value.encode() for value in self._ask(name, "TXT")]

    def addresses(self, name: str, kind: str) -> Sequence[str]:
        return self._ask(name, kind)

    def mail_servers(self, name: str) -> Sequence[tuple[int, str]]:
        return [(10, value) for value in self._ask(name, "MX")]

    def names(self, address: str) -> Sequence[str]:
        return self._ask(address, "PTR")

    def _ask(self, name: str, kind: str) -> list[str]:
        self.asked.append((name.lower(), kind))
        if name.lower() in self.dead:
            raise DnsFailed(name)
        return self.records.get((name.lower(), kind), [])


@cache
def key(bits: int = 2048) -> tuple[bytes, str]:
    """A private key as PEM, and its public half as a DKIM record. One for all: what differs is where it stands."""
    if bits == 512:
        return _WEAK, f"v=DKIM1; k=rsa; p={_WEAK_PUBLIC}"
    private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def domain(
    zone: Zone, name: str, *, policy: str = "reject", spf: str = "v=spf1 ip4:198.51.100.0/24 -all", bits: int = 2048
) -> None:
    """A domain that publishes SPF, a DKIM key and, unless its policy is "", a DMARC record."""
    zone.put(name, "TXT", spf).put(f"k1._domainkey.{name}", "TXT", key(bits)[1])
    if policy:
        zone.put(f"_dmarc.{name}", "TXT", f"v=DMARC1; p={policy}")


def signed(
    content: bytes,
    name: str,
    *,
    length: bool = False,
    bits: int = 2048,
    headers: Sequence[bytes] | None = None,
    algorithm: bytes = b"rsa-sha256",
    change: Callable[[bytes], bytes] = lambda content: content,
) -> bytes:
    """The mail with a DKIM signature of that domain on top; `change` happens to it on its way."""
    stamp = dkim.sign(
        content,
        b"k1",
        name.encode(),
        key(bits)[0],
        canonicalize=(b"relaxed", b"relaxed"),
        length=length,
        include_headers=headers,
        signature_algorithm=algorithm,
    )
    return change(stamp + content)

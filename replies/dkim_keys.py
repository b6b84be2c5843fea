"""The private keys that letters are signed with, and what the DNS has to say of them (RFC 6376, RFC 8463)."""

from __future__ import annotations

import base64
import binascii
from functools import cache
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

Key = RSAPrivateKey | Ed25519PrivateKey

#: RFC 8301, 3.2: signers must not use fewer, and should use twice as many.
MIN_BITS: Final = 1024
GOOD_BITS: Final = 2048

#: RFC 8301 asks verifiers for keys up to here; the record of a larger one no longer fits an answer of the DNS by UDP.
MAX_BITS: Final = 4096

#: An ed25519 key without PEM around it is its seed (RFC 8463, A.2; so dknewkey writes it).
_SEED_BYTES: Final = 32

#: RFC 1035, 3.3: the longest string of a TXT record; readers join them (RFC 6376, 3.6.2.2).
_TXT_STRING: Final = 255


@cache
def read(text: str) -> Key:
    """The key in a text: PEM of an RSA or ed25519 key, or an ed25519 seed in base64.

    ValueError says what is wrong with it. Kept, because a large key takes long to be read and each letter needs it.
    """
    key = _pem(text) if "-----BEGIN" in text else _seed(text)
    if isinstance(key, RSAPrivateKey) and not MIN_BITS <= key.key_size <= MAX_BITS:
        msg = f"a DKIM key of {key.key_size} bits is not taken by receivers: openssl genrsa -out dkim.pem {GOOD_BITS}"
        raise ValueError(msg)
    return key


def kind(key: Key) -> str:
    """What the k= of its record says."""
    return "rsa" if isinstance(key, RSAPrivateKey) else "ed25519"


def algorithm(key: Key) -> str:
    """What the a= of a signature says."""
    return f"{kind(key)}-sha256"


def told(key: Key) -> str:
    """A key in two words."""
    return f"rsa, {key.key_size} bits" if isinstance(key, RSAPrivateKey) else "ed25519"


def public(key: Key) -> bytes:
    """What the p= of its record holds, in base64."""
    if isinstance(key, RSAPrivateKey):
        raw = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw)


def place(selector: str, domain: str) -> str:
    """Where the record belongs."""
    return f"{selector}._domainkey.{domain}"


def record(key: Key) -> str:
    """What the record says."""
    return f"v=DKIM1; k={kind(key)}; p={public(key).decode()}"


def zone_line(key: Key, selector: str, domain: str) -> str:
    """The record as a zone file has it; a provider's form takes the words without quotes and in one piece."""
    text = record(key)
    strings = [f'"{text[start : start + _TXT_STRING]}"' for start in range(0, len(text), _TXT_STRING)]
    return f"{place(selector, domain)}. IN TXT {' '.join(strings)}"


def _pem(text: str) -> Key:
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        # Of the library's words none is repeated: they may hold a part of the key.
        msg = "the DKIM key cannot be read: it has to be a private key in PEM, without a password"
        raise ValueError(msg) from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        msg = "DKIM knows keys of rsa and ed25519 alone"
        raise ValueError(msg)  # noqa: TRY004  # of the configuration a value is wrong, not a type
    return key


def _seed(text: str) -> Key:
    try:
        seed = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        msg = "the DKIM key is neither PEM nor base64"
        raise ValueError(msg) from error
    if len(seed) != _SEED_BYTES:
        msg = f"an ed25519 key has {_SEED_BYTES} bytes, this one has {len(seed)}"
        raise ValueError(msg)
    return Ed25519PrivateKey.from_private_bytes(seed)

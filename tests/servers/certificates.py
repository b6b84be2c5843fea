"""Certificates for servers of the tests, which last for a day."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


def make(folder: Path, *, address: str = "127.0.0.1", ended: bool = False) -> dict[str, Path]:
    """A certificate for an address or a name, which vouches for itself, and its key; called as the SMTP door does."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "desk.test")])
    here = x509.DNSName(address) if address[0].isalpha() else x509.IPAddress(ipaddress.ip_address(address))
    now = datetime.now(UTC) - (2 * _DAY if ended else timedelta(0))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    paths = {"tls_certificate": folder / "cert.pem", "tls_key": folder / "key.pem"}
    paths["tls_certificate"].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths["tls_key"].write_bytes(secret)
    return paths

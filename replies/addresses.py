"""Which addresses we put into an envelope or a header.

Narrower than RFC 5321 on purpose: a dot-atom, one @, a host name, all in ASCII. What is left out (quoted local
parts, domain literals, SMTPUTF8) is rare in honest mail and common in attacks.
"""

from __future__ import annotations

import re

from replies.errors import AddressRefused

#: RFC 5321, 4.5.3.1.3: a path has 256 octets, its angle brackets included.
MAX_ADDRESS = 254

#: RFC 5321, 4.5.3.1.1.
MAX_LOCAL_PART = 64

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATEXT}+(?:\.{_ATEXT}+)*)@{_LABEL}(?:\.{_LABEL})*")


def sendable(address: str) -> bool:
    """Whether mail can be sent to this address (or from it) as it stands."""
    # "=?" would be the start of an encoded word for readers that decode where RFC 2047, 5 forbids it, and what it
    # decodes to may be another address.
    if len(address) > MAX_ADDRESS or "=?" in address:
        return False
    match = _ADDRESS.fullmatch(address)
    return match is not None and len(match["local"]) <= MAX_LOCAL_PART


def checked(address: str) -> str:
    """The address, or AddressRefused where it is not sendable."""
    if not sendable(address):
        raise AddressRefused
    return address


def domain(address: str) -> str:
    """The part after the @, in lower case."""
    return address.rpartition("@")[2].lower()


def is_at(address: str, host: str) -> bool:
    """Whether an address is at a domain, or below it."""
    return domain(address) == host or domain(address).endswith(f".{host}")

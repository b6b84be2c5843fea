"""Signed reply addresses: proof that an answer goes to where we invited it.

A token is 20 bytes in 32 characters of lower-case Crockford base32, which survives every gateway's case folding:

    1 byte   version (high half), the key's id (2 bits), role (2 bits)
    5 bytes  the participant's handle: an opaque number that stands for a ticket and a recipient
    4 bytes  the last day on which it is good, as days since 0001-01-01
    10 bytes HMAC-SHA256 of the above under that token key of the desk, cut short

An agent's has another version, four other bytes in the place of the day, and says what a mail to it does:

    2 bytes  the last day, as days since 2020-01-01
    2 bytes  purpose (4 bits), serial (12 bits): which answer the agent had seen, or which one is meant

It stands in the Reply-To (`support+TOKEN@desk`) and in the Message-ID (`<r.TOKEN.SEQUENCE@desk>`), because some
gateways strip the extension. It is a bearer secret: who presents it still has to be the participant it was made for.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from store.facts import AGENT, Purpose
from store.keys import TokenKey

VERSION: Final = 1
AGENTS_VERSION: Final = 2

#: What an agent's token may be for. The position is the code on the wire, of four bits: append only.
PURPOSES: Final = tuple(Purpose)

#: Answers of one ticket that tokens tell apart: later ones count as this one.
MAX_SERIAL: Final = (1 << 12) - 1

_AGENTS_FIRST_DAY: Final = date(2020, 1, 1).toordinal()

#: How long an answer carries authority; later it still makes a ticket, only a new one. An agent's moves more.
DAYS: Final = {"requester": 90, "copied": 90, "agent": 14, "asked": 14}

#: What a token may say of its holder. The position is the code on the wire: append only.
ROLES: Final = ("requester", "copied", "agent", "asked")

#: Douglas Crockford's base32, in lower case; its aliases (o for 0, i and l for 1) are not taken: one token, one text.
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"

LENGTH: Final = 32
_HANDLE_BYTES = 5
_DAY_BYTES = 4
_MAC_BYTES = 10
_SIGNED_BYTES = 1 + _HANDLE_BYTES + _DAY_BYTES
_VALUES = {character: value for value, character in enumerate(ALPHABET)}

#: A mail names a token in a few places; more candidates than this are a guesser's, not a correspondent's.
MAX_CANDIDATES: Final = 50

#: Before the @ of an address extension, or before the sequence of a Message-ID.
_CANDIDATE = re.compile(rf"(?<![0-9a-z])([{ALPHABET}]{{{LENGTH}}})(?=@|\.[0-9]{{1,20}}@)", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What a valid token says."""

    handle: int  #: the participant's, 40 bits
    role: str  #: one of ROLES
    expires: date  #: the last day on which it is good
    purpose: Purpose | None = None  #: of an agent's
    serial: int = 0  #: likewise


def mint(key: TokenKey, handle: int, role: str, expires: date) -> str:
    """Make the token of a participant: 32 characters. ValueError for a role or handle that no token can hold."""
    if role not in ROLES or not 0 <= handle < 1 << 8 * _HANDLE_BYTES:
        msg = "no token can hold that role or handle"
        raise ValueError(msg)
    head = VERSION << 4 | key.id << 2 | ROLES.index(role)
    signed = bytes([head]) + handle.to_bytes(_HANDLE_BYTES) + expires.toordinal().to_bytes(_DAY_BYTES)
    return _encode(signed + _mac(key, signed))


def mint_agents(key: TokenKey, handle: int, purpose: Purpose, serial: int, expires: date) -> str:
    """Make a token of an agent for a ticket: 32 characters. ValueError for a day or handle that no token can hold."""
    days, told = expires.toordinal() - _AGENTS_FIRST_DAY, PURPOSES.index(purpose) << 12 | min(serial, MAX_SERIAL)
    if not 0 <= handle < 1 << 8 * _HANDLE_BYTES or not 0 <= days < 1 << 16:
        msg = "no token can hold that day or handle"
        raise ValueError(msg)
    head = AGENTS_VERSION << 4 | key.id << 2 | ROLES.index(AGENT)
    signed = bytes([head]) + handle.to_bytes(_HANDLE_BYTES) + days.to_bytes(2) + told.to_bytes(2)
    return _encode(signed + _mac(key, signed))


def expiry(role: str, today: date) -> date:
    """The last day on which a token that is made today is good."""
    return today + timedelta(days=DAYS[role])


def verify(keys: Sequence[TokenKey], text: str, today: date) -> Token | None:
    """The token that a text holds; None where it is none of this desk's, or has expired."""
    token = read(keys, text)
    return token if token is not None and token.expires >= today else None


def read(keys: Sequence[TokenKey], text: str) -> Token | None:
    """The token that a text holds, in any case of letters, expired or not; None where it is none of this desk's."""
    raw = _decode(text)
    if raw is None:
        return None
    signed, mac = raw[:_SIGNED_BYTES], raw[_SIGNED_BYTES:]
    named = signed[0] >> 2 & 3
    genuine = [hmac.compare_digest(mac, _mac(key, signed)) for key in keys if key.id == named]
    version, role = signed[0] >> 4, signed[0] & 3
    if not any(genuine) or role >= len(ROLES):
        return None
    handle, rest = int.from_bytes(signed[1 : 1 + _HANDLE_BYTES]), signed[1 + _HANDLE_BYTES :]
    if version == VERSION:
        return Token(handle=handle, role=ROLES[role], expires=date.fromordinal(int.from_bytes(rest)))
    if version == AGENTS_VERSION and ROLES[role] == AGENT:
        return _agents(handle, rest)
    return None


def _agents(handle: int, rest: bytes) -> Token | None:
    told = int.from_bytes(rest[2:])
    if told >> 12 >= len(PURPOSES):
        return None
    return Token(
        handle=handle,
        role=AGENT,
        expires=date.fromordinal(_AGENTS_FIRST_DAY + int.from_bytes(rest[:2])),
        purpose=PURPOSES[told >> 12],
        serial=told & MAX_SERIAL,
    )


def address(desk_address: str, token: str, separator: str) -> str:
    """The desk's address with the token as its extension: `support+TOKEN@desk.example`."""
    local, _, host = desk_address.rpartition("@")
    return f"{local}{separator}{token}@{host}"


def message_id(desk_address: str, token: str, sequence: int) -> str:
    """A msg-id that carries the token, without angle brackets; the sequence sets a participant's letters apart."""
    return f"r.{token}.{sequence}@{desk_address.rpartition('@')[2].lower()}"


def find(texts: Iterable[str]) -> tuple[str, ...]:
    """What looks like a token in addresses and msg-ids: in lower case, each once, in order. Nothing is verified."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _CANDIDATE.finditer(text.lower()):
            found[match[1]] = None
            if len(found) == MAX_CANDIDATES:
                return tuple(found)
    return tuple(found)


def loop_mark(key: TokenKey) -> str:
    """What X-Loket-Loop says in this desk's letters, so that it knows them when they come back."""
    return hmac.digest(key.secret, b"loop", "sha256")[:_MAC_BYTES].hex()


def _mac(key: TokenKey, signed: bytes) -> bytes:
    return hmac.digest(key.secret, b"reply" + signed, "sha256")[:_MAC_BYTES]


def _encode(raw: bytes) -> str:
    number = int.from_bytes(raw)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


def _decode(text: str) -> bytes | None:
    # Lower-casing may turn a letter from outside ASCII into one of ours (the Kelvin sign), hence the first test.
    if len(text) != LENGTH or not text.isascii():
        return None
    number = 0
    for character in text.lower():
        value = _VALUES.get(character)
        if value is None:
            return None
        number = number << 5 | value
    return number.to_bytes(LENGTH * 5 // 8)

"""DKIM (RFC 6376): which domains have signed a mail, and what of it.

dkimpy does the arithmetic. What it would let pass and we do not: a body length (`l=`, anything may follow), SHA-1, keys
below 1024 bits, a From that is not signed, signatures older than a week. What could keep it busy is refused before.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from intake.identity.resolver import DnsFailed, Resolver

#: Signatures of one mail that are looked at: its author's, a mailing service's, a list's.
MAX_SIGNATURES: Final = 5

#: A mail may wait in queues for five days (RFC 5321, 4.5.4.1); older signatures are replayed ones.
MAX_AGE: Final = timedelta(days=7)

#: A signature with a long list of fields takes 2 kB. dkimpy's patterns take time that grows with the square of this.
_MAX_SIGNATURE: Final = 4096

#: The public key of 4096 bits takes 740 characters; verifying with a much longer one would take seconds.
_MAX_KEY: Final = 1100

#: RFC 8301, 3.2.
_MIN_KEY_BITS: Final = 1024

_BLANKS = re.compile(rb"[\t ]+")

#: dkimpy tells its troubles to a logger; ours are results.
_quiet = logging.getLogger("loket.dkim")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """What became of one signature."""

    domain: str  #: d=, in lower case; "" where it cannot be read
    result: str  #: pass, fail, temperror, or why it does not count: "l=", "sha1", "old" …
    signed: frozenset[str] = frozenset()  #: the names of the fields that it covers, in lower case


def check(resolver: Resolver, content: bytes, received_at: datetime) -> list[Signature]:
    """Each signature of a mail with its result, the topmost first. The header block is one that could be read whole."""
    try:
        verifier = dkim.DKIM(content, logger=_quiet, minkey=_MIN_KEY_BITS)
    except dkim.DKIMException:
        return []
    found = [value for name, value in verifier.headers if name.lower() == b"dkim-signature"]
    relaxed = _BLANKS.sub(b" ", verifier.body).replace(b" \r\n", b"\r\n")
    plain = verifier.body
    results = []
    for position, value in enumerate(found[:MAX_SIGNATURES]):
        found_tags = tags(value)
        # Where the body is compared in its relaxed form, it is given in that form: dkimpy's own way there is quadratic.
        verifier.body = relaxed if found_tags.get(b"c", b"").partition(b"/")[2] == b"relaxed" else plain
        results.append(_result(resolver, verifier, position, found_tags, received_at))
    return results


def tags(value: bytes) -> dict[bytes, bytes]:
    """The tags of a signature or of a key's record; none where it cannot be read."""
    if len(value) > _MAX_SIGNATURE:
        return {}
    try:
        found: dict[bytes, bytes] = parse_tag_value(value)
    except InvalidTagValueList:
        return {}
    return found


def _result(
    resolver: Resolver, verifier: dkim.DKIM, position: int, tags: dict[bytes, bytes], received_at: datetime
) -> Signature:
    domain = tags.get(b"d", b"").decode("ascii", "replace").lower().rstrip(".")
    signed = frozenset(name.strip().decode("ascii", "replace").lower() for name in tags.get(b"h", b"").split(b":"))
    refused = _refused(tags, signed, received_at)
    if refused:
        return Signature(domain=domain, result=refused)
    key = _Key(resolver)
    try:
        valid = verifier.verify(idx=position, dnsfunc=key.look_up)
    except Exception:  # noqa: BLE001  # a signature is a stranger's, and so is its key: whatever it does, it is no pass
        valid = False
    if key.failed:
        return Signature(domain=domain, result="temperror")
    return Signature(domain=domain, result="pass" if valid else "fail", signed=signed if valid else frozenset())


def _refused(tags: dict[bytes, bytes], signed: Sequence[str] | frozenset[str], received_at: datetime) -> str:
    """Why a signature does not count, whatever the arithmetic says; "" where it may."""
    stamp = tags.get(b"t", b"")
    age = received_at.timestamp() - int(stamp) if stamp.isdigit() and len(stamp) < 12 else 0.0  # noqa: PLR2004  # seconds
    reasons = (
        (not tags, "unreadable"),
        (b"l" in tags, "l="),
        (tags.get(b"a", b"").endswith(b"sha1"), "sha1"),
        ("from" not in signed, "From not signed"),
        (age > MAX_AGE.total_seconds(), "old"),
    )
    return next((reason for holds, reason in reasons if holds), "")


class _Key:
    """Looks a key up for dkimpy, and remembers whether the DNS failed, which dkimpy calls an invalid signature."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self.failed = False

    def look_up(self, name: bytes, timeout: float = 0) -> bytes | None:
        """The record of a key; None where there is none, or more than one."""
        del timeout  # the resolver's own
        try:
            found = self._resolver.txt(name.decode("ascii").rstrip("."))
        except DnsFailed:
            self.failed = True
            return None
        except UnicodeDecodeError:
            return None
        records = [record for record in found if b"p=" in record]
        return records[0] if len(records) == 1 and len(records[0]) <= _MAX_KEY else None

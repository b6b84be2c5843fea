"""DMARC (RFC 9989): the policy of a From domain, and whether an authenticated domain is aligned with it.

The organizational domain is found by the tree walk (4.10), which needs no list of public suffixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from intake.identity.resolver import Resolver

#: RFC 9989, 4.10: of a longer name the walk goes on at seven labels, so that it takes eight questions at the most.
_LABELS: Final = 8
_SHORTENED: Final = 7

_TAG = re.compile(r"\s*([a-z]+)\s*=\s*([^;\s]*)\s*", re.IGNORECASE)
_POLICIES = frozenset({"none", "quarantine", "reject"})
_WEAKER = {"reject": "quarantine", "quarantine": "none", "none": "none"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A domain's DMARC record."""

    domain: str  #: where it was found
    policy: str  #: none, quarantine, reject
    subdomain_policy: str
    absent_policy: str  #: for subdomains that do not exist
    strict_dkim: bool
    strict_spf: bool
    psd: str  #: y: above organizations; n: an organization; u: not told
    testing: bool

    def asks(self, resolver: Resolver, domain: str) -> str:
        """The policy for mail from that domain, which is the record's own or below it. Raises DnsFailed."""
        if domain == self.domain:
            wanted = self.policy
        elif self.absent_policy == self.subdomain_policy or _exists(resolver, domain):
            wanted = self.subdomain_policy
        else:
            wanted = self.absent_policy
        return _WEAKER[wanted] if self.testing else wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What a From domain asks for."""

    record: Record | None  #: None where neither it nor its organization publishes one
    organization: str


def policy(resolver: Resolver, domain: str) -> Policy:
    """The policy that applies to a From domain (RFC 9989, 4.10.1). Raises DnsFailed."""
    records = list(_walk(resolver, domain))
    organization = _organization(domain, records)
    wanted = (domain, organization)
    record = next((each for name in wanted for each in records if each.domain == name), None)
    return Policy(record=record or next((each for each in records if each.psd == "y"), None), organization=organization)


def aligned(resolver: Resolver, authenticated: str, author: str, organization: str, *, strict: bool) -> bool:
    """Whether an authenticated domain speaks for the author's (RFC 9989, 4.4). Raises DnsFailed."""
    if authenticated == author:
        return True
    if strict or "." not in authenticated:
        return False
    # Only relatives can share an organization, and only they are worth asking for.
    if authenticated != organization and not authenticated.endswith(f".{organization}"):
        return False
    return _organization(authenticated, list(_walk(resolver, authenticated))) == organization


def _walk(resolver: Resolver, domain: str) -> Iterator[Record]:
    for name in _names(domain):
        record = _record(resolver, name)
        if record is not None:
            yield record
            if record.psd in ("y", "n"):
                return


def _names(domain: str) -> Iterator[str]:
    """The domain, and the names above it that are asked for."""
    labels = domain.split(".")
    yield domain
    above = labels[1:] if len(labels) <= _LABELS else labels[-_SHORTENED:]
    for start in range(len(above)):
        yield ".".join(above[start:])


def _organization(domain: str, records: list[Record]) -> str:
    """RFC 9989, 4.10.2; `records` as the walk found them, the longest name first."""
    for record in records:
        if record.psd == "n":
            return record.domain
        if record.psd == "y" and record.domain != domain:
            labels = domain.split(".")
            return ".".join(labels[-len(record.domain.split(".")) - 1 :])
    return records[-1].domain if records else domain


def _exists(resolver: Resolver, domain: str) -> bool:
    return any(resolver.addresses(domain, kind) for kind in ("A", "AAAA")) or bool(resolver.mail_servers(domain))


def _record(resolver: Resolver, domain: str) -> Record | None:
    found = [tags for text in resolver.txt(f"_dmarc.{domain}") if (tags := _tags(text)) is not None]
    if len(found) != 1:  # several records are none (4.10)
        return None
    tags = found[0]
    wanted = tags.get("p", "none").lower()
    wanted = wanted if wanted in _POLICIES else "none"
    below = tags.get("sp", wanted).lower()
    below = below if below in _POLICIES else wanted
    absent = tags.get("np", below).lower()
    return Record(
        domain=domain,
        policy=wanted,
        subdomain_policy=below,
        absent_policy=absent if absent in _POLICIES else below,
        strict_dkim=tags.get("adkim", "r").lower() == "s",
        strict_spf=tags.get("aspf", "r").lower() == "s",
        psd=tags.get("psd", "u").lower(),
        testing=tags.get("t", "n").lower() == "y",
    )


def _tags(text: bytes) -> dict[str, str] | None:
    """The tags of a record; None where it is no DMARC record: v=DMARC1 comes first, in that case (4.7)."""
    pieces = [_TAG.fullmatch(piece) for piece in text.decode("ascii", "replace").split(";")]
    first = pieces[0]
    if first is None or first[1].lower() != "v" or first[2] != "DMARC1":
        return None
    tags: dict[str, str] = {}
    for piece in pieces[1:]:
        if piece:
            tags.setdefault(piece[1].lower(), piece[2])
    return tags

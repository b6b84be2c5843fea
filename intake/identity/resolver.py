"""Questions to the DNS, with time limits and a cache; tests answer them out of a local zone."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import dns.reversename

from intake.errors import IntakeError

#: A resolver that is there answers within a second or two; RFC 7208, 4.6.4 allows 20 s for a whole SPF check.
LIFETIME_SECONDS: Final = 5.0

#: Answers are kept for their TTL, but no longer than this: a key that was withdrawn is withdrawn.
LONGEST_SECONDS: Final = 3600.0

#: "There is no such name" is kept shortly, a failure more shortly: a burst of mail does not ask again and again.
ABSENCE_SECONDS: Final = 300.0
FAILURE_SECONDS: Final = 30.0

#: Answers that are kept: one a domain and selector of those who write to us.
CACHE_SIZE: Final = 10_000

#: RFC 7208, 3.4 wants SPF records below 512 bytes; the largest honest DKIM key (4096 bits) takes 800.
MAX_TXT: Final = 4096


class DnsFailed(IntakeError):
    """The DNS did not answer, so nothing can be said of the sender; look at /etc/resolv.conf and the network."""

    temporary = True


class Resolver(Protocol):
    """Who knows the DNS."""

    def txt(self, name: str) -> Sequence[bytes]:
        """The TXT records of a name, each joined; none where there is none. Raises DnsFailed."""
        ...

    def addresses(self, name: str, kind: str) -> Sequence[str]:
        """The A or AAAA records of a name. Raises DnsFailed."""
        ...

    def mail_servers(self, name: str) -> Sequence[tuple[int, str]]:
        """The MX records of a name, without the last dot, the most wanted first. Raises DnsFailed."""
        ...

    def names(self, address: str) -> Sequence[str]:
        """The PTR records of an IP address, without the last dot. Raises DnsFailed."""
        ...


class DnsResolver:
    """The real DNS. Any thread may ask."""

    def __init__(
        self,
        *,
        nameservers: Sequence[str] = (),
        port: int = 53,
        lifetime: float = LIFETIME_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolver: dns.resolver.Resolver | None = None
        self._nameservers = list(nameservers)
        self._port = port
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[float, list[Any] | None]] = OrderedDict()

    def txt(self, name: str) -> Sequence[bytes]:
        """See Resolver."""
        joined = (b"".join(record.strings) for record in self._ask(name, "TXT"))
        return [record for record in joined if len(record) <= MAX_TXT]

    def addresses(self, name: str, kind: str) -> Sequence[str]:
        """See Resolver."""
        return [record.address for record in self._ask(name, kind)]

    def mail_servers(self, name: str) -> Sequence[tuple[int, str]]:
        """See Resolver."""
        return sorted((record.preference, _plain(record.exchange)) for record in self._ask(name, "MX"))

    def names(self, address: str) -> Sequence[str]:
        """See Resolver."""
        return [_plain(record.target) for record in self._ask(str(dns.reversename.from_address(address)), "PTR")]

    def _ask(self, name: str, kind: str) -> list[Any]:
        key = (name.lower().rstrip("."), kind)
        with self._lock:
            until, kept = self._kept.get(key, (0.0, None))
        if until <= self._clock():
            kept = self._look_up(key)
        if kept is None:
            raise DnsFailed(f"{kind} {key[0]}")
        return kept

    def _look_up(self, key: tuple[str, str]) -> list[Any] | None:
        """Ask, and keep what came; None is a failure."""
        name, kind = key
        found: list[Any] | None
        try:
            answer = self._open().resolve(name, kind, lifetime=self._lifetime, search=False)
            found, seconds = list(answer), min(answer.rrset.ttl if answer.rrset else 0.0, LONGEST_SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            found, seconds = [], ABSENCE_SECONDS
        except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel, dns.name.BadEscape, UnicodeError):
            found, seconds = [], ABSENCE_SECONDS  # no such name can be
        except (dns.exception.DNSException, OSError):
            found, seconds = None, FAILURE_SECONDS
        with self._lock:
            self._kept[key] = (self._clock() + seconds, found)
            self._kept.move_to_end(key)
            while len(self._kept) > CACHE_SIZE:
                self._kept.popitem(last=False)
        return found

    def _open(self) -> dns.resolver.Resolver:
        """The library's resolver, made when it is first needed: /etc/resolv.conf may not be there, or not yet."""
        if self._resolver is None:
            resolver = dns.resolver.Resolver(configure=not self._nameservers)
            if self._nameservers:
                resolver.nameservers, resolver.port = self._nameservers, self._port
            self._resolver = resolver
        return self._resolver


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()

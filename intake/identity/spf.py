"""SPF (RFC 7208): whether the client that handed a mail in may use the domain of its reverse-path."""

from __future__ import annotations

import ipaddress
from typing import Any, Final

import spf

from intake.identity.resolver import DnsFailed, Resolver
from replies.settings import PRIVATE_NETWORKS

#: Clients there are our own relays or this machine: what SPF would say of them is about us, not the sender.
_OURS: Final = tuple(map(ipaddress.ip_network, PRIVATE_NETWORKS))


class _Query(spf.query):  # type: ignore[misc]  # the library ships no types
    """The library's evaluation with our resolver in place of its own, which is global and knows no cache."""

    def __init__(self, resolver: Resolver, *, client: str, sender: str, helo: str) -> None:
        super().__init__(i=client, s=sender, h=helo)
        self._resolver = resolver

    def dns(self, name: str, qtype: str, cnames: Any = None, ignore_void: bool = False) -> list[Any]:
        """See spf.query.dns: TXT are lists of byte strings, MX pairs, the others strings."""
        del cnames  # the resolver follows them
        try:
            found = self._asked(str(name).rstrip("."), qtype)
        except DnsFailed as error:
            raise spf.TempError(str(error)) from error
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many void lookups")
        return found

    def _asked(self, name: str, qtype: str) -> list[Any]:
        match qtype:
            case "TXT":
                return [(record,) for record in self._resolver.txt(name)]
            case "A" | "AAAA":
                return list(self._resolver.addresses(name, qtype))
            case "MX":
                return list(self._resolver.mail_servers(name))
            case "PTR":
                return list(self._resolver.names(self.c))
        return []


def foreign(client: str | None) -> bool:
    """Whether the client stands outside our own networks, so that SPF has something to say of it."""
    if not client:
        return False
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return False
    return not any(address in network for network in _OURS)


def check(resolver: Resolver, *, client: str, sender: str, helo: str) -> tuple[str, str]:
    """The result (pass, fail, softfail, neutral, none, temperror, permerror) and the domain that it is about.

    `sender` is the reverse-path; for the null one the name of HELO stands for it (RFC 7208, 2.4).
    """
    try:
        query = _Query(resolver, client=client, sender=sender, helo=helo)
        result, _code, _why = query.check()
    except Exception:  # noqa: BLE001  # records are strangers' words, and the library has bugs that they could find
        return "permerror", ""
    return str(result), str(query.o).lower().rstrip(".")

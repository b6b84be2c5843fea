"""Asks the DNS about the domains that a desk writes from, and says of what is missing how to mend it.

Receivers decide by SPF, DKIM, DMARC and the sender's name in the DNS whether a letter is seen at all. Our automatic
letters have an empty envelope sender (RFC 3834, 3.3), so SPF speaks for the mail server's name in them and never for
the desk: what lets DMARC pass there is the signature.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from intake.config import Settings
from intake.errors import ServerWrong
from intake.identity import dmarc, signatures, spf
from intake.identity.resolver import DnsFailed, Resolver
from replies import addresses, dkim_keys
from replies.dkim_keys import Key
from replies.settings import DeskSettings, DkimSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class _Provider:
    """A mail provider of many: what it asks its customers to publish, and where it takes their mail."""

    hosts: tuple[str, ...]  #: domains of its servers for submission and for mailboxes
    include: str  #: what belongs into SPF
    selectors: tuple[str, ...]  #: by which it signs
    exchangers: tuple[str, ...]  #: domains of its MX


_PROVIDERS: Final = (
    # https://support.google.com/a/answer/33786, /a/answer/174124, /a/answer/174125
    _Provider(
        hosts=("gmail.com", "googlemail.com"),
        include="_spf.google.com",
        selectors=("google",),
        exchangers=("google.com", "googlemail.com"),
    ),
    # https://learn.microsoft.com/defender-office-365/email-authentication-spf-configure, -dkim-configure
    _Provider(
        hosts=("office365.com", "outlook.com"),
        include="spf.protection.outlook.com",
        selectors=("selector1", "selector2"),
        exchangers=("mail.protection.outlook.com", "mx.microsoft"),
    ),
)


#: SPF allows ten lookups in all (RFC 7208, 4.6.4); nobody nests deeper than this.
_MAX_INCLUDES: Final = 3
_INCLUDE = re.compile(r"[+]?include:|redirect=")


def looks(settings: Settings, resolver: Resolver) -> Iterator[tuple[str, Callable[[], str]]]:
    """What there is to ask, one question after the other: its name, and the look, which raises ServerWrong."""
    sends = settings.replies.deliver == "smtp"
    for name, desk in settings.desks.items():
        for domain in dict.fromkeys(addresses.domain(each) for each in desk.addresses):
            yield f"MX of {domain}", lambda domain=domain: _asked(_mx, resolver, domain, settings)  # type: ignore[misc]
            if sends or desk.dkim:
                where = _Sending(desk=desk, desk_name=name, domain=domain, host=settings.replies.smtp.host)
                yield f"DKIM of {domain}", lambda where=where: _asked(_dkim, resolver, where)  # type: ignore[misc]
            if sends:
                yield f"SPF of {domain}", lambda where=where: _asked(_spf, resolver, where)  # type: ignore[misc]
                yield f"DMARC of {domain}", lambda where=where: _asked(_dmarc, resolver, where)  # type: ignore[misc]
    if sends:
        host = settings.replies.smtp.host
        yield f"name of {host}", lambda: _asked(_names, resolver, host)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sending:
    """Who sends letters from where."""

    desk: DeskSettings
    desk_name: str
    domain: str  #: of the From address
    host: str  #: of the mail server that takes them

    @property
    def keys(self) -> list[tuple[DkimSettings, Key]]:
        """The desk's own keys that speak for that domain."""
        fitting = [each for each in self.desk.dkim if addresses.is_at(f"x@{self.domain}", each.domain)]
        return [(each, dkim_keys.read(each.key.get_secret_value())) for each in fitting]


def _asked(look: Callable[..., str], *args: object) -> str:
    try:
        return look(*args)
    except DnsFailed as error:
        fault = "the DNS does not answer, so nothing is known; look at /etc/resolv.conf and the network, and try again"
        raise ServerWrong(fault) from error


# --- who may send ----------------------------------------------------------------------------------------------------


def _spf(resolver: Resolver, where: _Sending) -> str:
    records = [text for text in resolver.txt(where.domain) if text.lower().split(b" ")[0] == b"v=spf1"]
    provider, outside = _provider(where.host), _outside(resolver, where.host)
    mechanism = f"include:{provider.include}" if provider else " ".join(map(_mechanism, outside)) or "ip4:YOUR-ADDRESS"
    if not records:
        raise ServerWrong(f'there is none: publish {where.domain}. IN TXT "v=spf1 {mechanism} ~all"')
    if len(records) > 1:
        raise ServerWrong("there are several, which counts as none (RFC 7208, 4.5): make one of them")
    record = records[0].decode("ascii", "replace")
    if provider:
        if not _includes(resolver, where.domain, provider.include, _MAX_INCLUDES):
            raise ServerWrong(f"{where.host} may not send: put {mechanism} into it ({record})")
        return f"{where.host} may send: {record}"
    refused = [each for each in outside if _result(resolver, each, where) != "pass"]
    if refused:
        told = ", ".join(f"{each} ({_result(resolver, each, where)})" for each in refused)
        raise ServerWrong(
            f"{where.host} may not send from {told}: put {' '.join(map(_mechanism, refused))} into it, or what its "
            f"operator says where it sends from other addresses ({record})"
        )
    if not outside:
        return f"{record}; from which address {where.host} sends cannot be seen from here, so see that it is in there"
    return f"{where.host} may send: {record}"


def _includes(resolver: Resolver, domain: str, wanted: str, depth: int) -> bool:
    """Whether a domain's SPF takes in another's, by itself or by way of others."""
    texts = [text.decode("ascii", "replace").lower() for text in resolver.txt(domain)]
    terms = [term for text in texts if text.startswith("v=spf1") for term in text.split()[1:]]
    named = [_INCLUDE.sub("", term) for term in terms if _INCLUDE.match(term)]
    return wanted in named or (depth > 0 and any(_includes(resolver, each, wanted, depth - 1) for each in named[:10]))


def _result(resolver: Resolver, client: str, where: _Sending) -> str:
    return spf.check(resolver, client=client, sender=f"x@{where.domain}", helo=where.host)[0]


def _mechanism(address: str) -> str:
    return f"ip{ipaddress.ip_address(address).version}:{address}"


def _names(resolver: Resolver, host: str) -> str:
    """A server whose address has no name that leads back to it is turned away by many (RFC 1912, 2.1)."""
    outside = _outside(resolver, host)
    if not outside:
        return (
            "it stands in a network of your own: the address from which mail leaves needs a name that leads back to it"
        )
    for address in outside:
        names = resolver.names(address)
        if not names:
            raise ServerWrong(f"{address} has no name: have who gave you the address set its PTR record to {host}")
        kind = "A" if ipaddress.ip_address(address).version == 4 else "AAAA"  # noqa: PLR2004  # IPv4
        if not any(address in resolver.addresses(name, kind) for name in names):
            raise ServerWrong(f"{address} is called {names[0]}, which does not lead back to it: let {kind} of it do so")
    return f"{', '.join(outside)} and its name agree"


# --- whose letter it is ----------------------------------------------------------------------------------------------


def _dkim(resolver: Resolver, where: _Sending) -> str:
    if where.keys:
        return "; ".join(_published(resolver, settings, key) for settings, key in where.keys)
    provider = _provider(where.host)
    selectors = provider.selectors if provider else ()
    found = [each for each in selectors if resolver.txt(dkim_keys.place(each, where.domain))]
    if found:
        return f"signed by {where.host}, by {', '.join(found)}"
    remedy = f"set [desks.{where.desk_name}.dkim], or let {where.host} sign for {where.domain}"
    needed = "acknowledgements have an empty envelope sender, so nothing but a signature speaks for them"
    if provider:
        raise ServerWrong(f"letters are not signed, and {needed}: {remedy}")
    return f"not signed here; whether {where.host} signs cannot be seen from here, and {needed}: else {remedy}"


def _published(resolver: Resolver, settings: DkimSettings, key: Key) -> str:
    """That the record is there and is our key's."""
    place = dkim_keys.place(settings.selector, settings.domain)
    publish = f"publish {dkim_keys.zone_line(key, settings.selector, settings.domain)}"
    records = resolver.txt(place)
    if not records:
        raise ServerWrong(f"there is no record at {place}: {publish}")
    if len(records) > 1:
        raise ServerWrong(f"there are several records at {place}, which counts as none: take away all but one")
    tags = signatures.tags(records[0])
    if b"".join(tags.get(b"p", b"").split()) != dkim_keys.public(key):
        what = "another key's" if tags.get(b"p") else "of no key"
        raise ServerWrong(f"the record at {place} is {what}: {publish}")
    if tags.get(b"k", b"rsa") != dkim_keys.kind(key).encode():
        raise ServerWrong(f"the record at {place} names another kind of key: {publish}")
    if b"y" in tags.get(b"t", b""):
        return f"{place} is our key's; it says t=y, so receivers take it for a test: take that away when all is well"
    return f"{place} is our key's ({dkim_keys.told(key)})"


def _dmarc(resolver: Resolver, where: _Sending) -> str:
    policy = dmarc.policy(resolver, where.domain)
    record = policy.record
    if record is None:
        several = sum(text.startswith(b"v=DMARC1") for text in resolver.txt(f"_dmarc.{where.domain}")) > 1
        fault = "there are several records, which counts as none: make one of them" if several else ""
        publish = f'publish _dmarc.{where.domain}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{where.domain}"'
        raise ServerWrong(fault or f"there is no record, and large providers ask for one: {publish}")
    relaxed_only = [each.domain for each, _ in where.keys if each.domain != where.domain]
    if record.strict_dkim and relaxed_only and len(relaxed_only) == len(where.keys):
        raise ServerWrong(
            f"adkim=s wants a signature by {where.domain} itself, and ours is by {relaxed_only[0]}: "
            "sign with a key of that domain, or take adkim=s away"
        )
    asked = record.asks(resolver, where.domain)
    if asked == "none":
        return (
            f"p=none at {record.domain}: mail that others forge in your name is delivered like yours; ask for "
            "quarantine once the reports show that yours passes"
        )
    return f"p={asked} at {record.domain}"


# --- where answers go ------------------------------------------------------------------------------------------------


def _mx(resolver: Resolver, domain: str, settings: Settings) -> str:
    servers = [name for _, name in resolver.mail_servers(domain)]
    if servers in ([""], ["."]):
        raise ServerWrong("it says that no mail is taken there (RFC 7505): let it name the server that takes it")
    if not servers:
        if not _addresses(resolver, domain):
            raise ServerWrong(f"there is none, so nobody can write to you: publish {domain}. IN MX 10 YOUR-SERVER.")
        servers = [domain]
    lost = [each for each in servers if not _addresses(resolver, each)]
    if lost:
        raise ServerWrong(f"{', '.join(lost)} has no address: correct the record, or publish one")
    told = ", ".join(servers)
    door = next((each for each in servers if _is_ours(resolver, each, settings)), None)
    box = next(
        (each.host for each in settings.intake.imap if any(_is_of(resolver, mx, each.host) for mx in servers)), None
    )
    if door is not None:
        return f"{told}: it leads to our own door"
    if box is not None:
        return f"{told}: it leads to the mailbox at {box}"
    return f"{told}; whether mail comes from there to a door of ours cannot be seen from here: --probe tries it"


def _is_ours(resolver: Resolver, server: str, settings: Settings) -> bool:
    """Whether a mail server is this machine, where it listens for mail."""
    smtp = settings.intake.smtp
    if not (smtp.listen or smtp.tls_listen):
        return False
    return server == smtp.hostname.lower() or bool(_own_addresses().intersection(_addresses(resolver, server)))


def _is_of(resolver: Resolver, server: str, host: str) -> bool:
    """Whether a mail server belongs to where a mailbox is: the same provider, the same name, or the same machine."""
    provider = _provider(host)
    if provider is not None:
        return any(server == each or server.endswith(f".{each}") for each in provider.exchangers)
    return server == host.lower() or bool(set(_addresses(resolver, host)).intersection(_addresses(resolver, server)))


def _own_addresses() -> set[str]:
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None)}
    except OSError:
        return set()


# --- servers ---------------------------------------------------------------------------------------------------------


def _provider(host: str) -> _Provider | None:
    return next(
        (each for each in _PROVIDERS for name in each.hosts if addresses.is_at(f"x@{host.lower()}", name)), None
    )


def _addresses(resolver: Resolver, host: str) -> list[str]:
    """A host's addresses; an address is its own."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        return [*resolver.addresses(host, "A"), *resolver.addresses(host, "AAAA")]


def _outside(resolver: Resolver, host: str) -> list[str]:
    """Of a host's addresses those that the world sees."""
    return [each for each in _addresses(resolver, host) if spf.foreign(each)]

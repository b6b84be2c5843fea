"""What a desk's letters need to know of the desk, and how they leave."""

from __future__ import annotations

import re
from datetime import date, time
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from replies import addresses, dkim_keys
from store.settings import RetentionSettings

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

#: In the order of datetime.weekday().
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: What may stand before the dash of a ticket number.
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,9}")

#: This machine, and networks that are not routed: where a border server of our own usually stands.
PRIVATE_NETWORKS = (
    "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10",
)  # fmt: skip

#: A host name in ASCII, of two labels at the least; a selector is labels too (RFC 6376, 3.1).
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_SELECTOR = rf"^{_LABEL}(?:\.{_LABEL})*$"

_LANGUAGE = re.compile(r"[a-z]{2,3}")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        msg = f'no time zone is called "{name}"; write it as in Asia/Jakarta'
        raise ValueError(msg) from error
    return name


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        msg = "a ticket prefix is up to ten capital letters and digits, as LKT"
        raise ValueError(msg)
    return text


def _address(text: str) -> str:
    if not addresses.sendable(text):
        msg = f'"{text}" is not an address'
        raise ValueError(msg)
    return text


MailAddress = Annotated[str, AfterValidator(_address)]


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        msg = f'"{text}" is not a network, as 192.0.2.0/24'
        raise ValueError(msg) from error


def _languages(codes: list[str]) -> list[str]:
    for code in codes:
        if not _LANGUAGE.fullmatch(code):
            msg = f'"{code}" is not a language code, as id or en'
            raise ValueError(msg)
    return codes


#: How urgent a ticket is.
Priority = Literal["low", "normal", "high", "urgent"]

#: Less than a quarter of an hour is no promise, more than a thousand hours is none either.
OpeningHours = Annotated[float, Field(ge=0.25, le=1000)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text):
        msg = f'"{text}" is not a domain'
        raise ValueError(msg)
    return text.lower()


def _dkim_key(secret: SecretStr) -> SecretStr:
    dkim_keys.read(secret.get_secret_value())
    return secret


def _one_or_more(table: object) -> object:
    """[desks.NAME.dkim] is one key, [[desks.NAME.dkim]] are several."""
    return [table] if isinstance(table, dict) else table


class DkimSettings(_Settings):
    """A key that a desk's letters are signed with."""

    domain: Annotated[str, AfterValidator(_domain)] = Field(description="the domain that signs")
    selector: str = Field(default="loket", pattern=_SELECTOR, description="which of the domain's keys it is")
    key: Annotated[SecretStr, AfterValidator(_dkim_key)] = Field(
        description="the private key, rsa or ed25519; better as key_file"
    )


class Hours(_Settings):
    """When the desk's people are there."""

    days: list[Weekday] = Field(default=list(WEEKDAYS), min_length=1, description="days on which the desk is open")
    open: time = Field(default=time(8), description="opening time, in the desk's time zone")
    close: time = Field(default=time(22), description="closing time; the same as the opening time means day and night")
    holidays: list[date] = Field(default=[], description="days on which the desk is closed all the same")


class TargetSettings(_Settings):
    """Other targets for some of a desk's tickets."""

    categories: list[str] = Field(default=[], description="of these categories; else of any")
    priorities: list[Priority] = Field(default=[], description="of these priorities; else of any")
    first_reply_hours: OpeningHours | None = Field(default=None, description="opening hours until a person answers")
    resolution_hours: OpeningHours | None = Field(default=None, description="opening hours until it is settled")


class DeskSettings(_Settings):
    """A desk: what it is called, where it is written to, and how it answers."""

    name: str = Field(default="", description="the desk's own key under [desks]")
    addresses: list[MailAddress] = Field(
        min_length=1, description="addresses that customers write to; the first is the sender of what starts with us"
    )
    lists: list[MailAddress] = Field(
        default=[], description="lists and groups that lead to the desk, where they are called otherwise than it"
    )
    display_name: str = Field(default="Support", description="the name that stands before the address")
    languages: Annotated[list[str], AfterValidator(_languages)] = Field(
        default=["id", "en"], min_length=1, description="languages of the letters; the first is used when in doubt"
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="Asia/Jakarta", description="in which letters tell times, and customers mean them"
    )
    prefix: Annotated[str, AfterValidator(_prefix)] = Field(default="LKT", description="what ticket numbers begin with")
    hours: Hours = Field(default_factory=Hours, description="opening hours, named in letters")
    first_reply_hours: int = Field(default=4, ge=1, le=240, description="opening hours within which a person answers")
    resolution_hours: OpeningHours = Field(
        default=40, description="opening hours, while it is our turn, within which a ticket is settled"
    )
    remind_percent: int = Field(
        default=75, ge=1, le=99, description="of a target's time, after which its owner is told"
    )
    targets: list[TargetSettings] = Field(default=[], description="other targets by category and priority")
    close_after_days: int = Field(default=7, ge=0, le=365, description="days of a customer's silence; 0 for never")
    warn_days_before: int = Field(default=2, ge=0, le=30, description="days before closing that it is announced")
    channels: list[str] = Field(default=[], description="the official channels, named in letters; else the addresses")
    acknowledge: Literal["authenticated", "known", "all"] = Field(
        default="authenticated", description="who is told that the mail has arrived"
    )
    acks_per_sender_hour: int = Field(default=3, ge=0, description="acknowledgements an hour to one sender")
    acks_per_sender_day: int = Field(default=10, ge=0, description="acknowledgements a day to one sender")
    acks_per_domain_hour: int = Field(default=200, ge=0, description="acknowledgements an hour to one domain")
    acks_per_hour: int = Field(default=1000, ge=0, description="acknowledgements an hour in all; further ones are held")
    reopen_days: int = Field(default=14, ge=0, le=3650, description="days after which an answer opens a new ticket")
    suspicious: Literal["mark", "hold"] = Field(
        default="mark", description="what becomes of mail whose sender is suspicious"
    )
    spam_header: str = Field(
        default="",
        pattern=r"^(|[Xx]-[Ss]pam[A-Za-z0-9-]*: ?[!-~]+)$",
        description="what the border writes into spam",
    )
    templates: Path | None = Field(default=None, description="a folder of own templates, laid over loket's")
    signature: dict[str, str] = Field(default={}, description="the last line of letters, by language")
    retention: RetentionSettings | None = Field(
        default=None, description="how long this desk keeps what; else as [data]"
    )
    dkim: Annotated[list[DkimSettings], BeforeValidator(_one_or_more)] = Field(
        default=[], description="the keys that sign the letters"
    )
    separator: Literal["+", "-", "="] = Field(
        default="+", description="what the mail server takes as the start of an address extension"
    )
    trusted_authserv_ids: list[str] = Field(
        default=[], description="mail servers whose Authentication-Results are believed (RFC 8601)"
    )
    trusted_relays: list[Annotated[str, AfterValidator(_network)]] = Field(
        default=list(PRIVATE_NETWORKS), description="networks from which they are believed, where mail comes by SMTP"
    )
    authserv_received_above: int = Field(
        default=0, ge=0, le=20, description="Received fields of our own servers that stand above theirs"
    )

    @model_validator(mode="after")
    def _keys_sign_for_somebody(self) -> Self:
        for key in self.dkim:
            if not any(addresses.is_at(each, key.domain) for each in self.addresses):
                msg = f"dkim: none of the desk's addresses is at {key.domain}, so its signature would count for none"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _silence_comes_before_its_warning(self) -> Self:
        if self.close_after_days and self.warn_days_before >= self.close_after_days:
            msg = "warn_days_before must be less than close_after_days"
            raise ValueError(msg)
        return self

    @property
    def is_named(self) -> bool:
        """Whether the site has given the desk a name of its own."""
        return bool(self.display_name != type(self).model_fields["display_name"].default)

    @property
    def written_to(self) -> frozenset[str]:
        """Every address that customers write to, of lists too, in lower case."""
        return frozenset(each.lower() for each in (*self.addresses, *self.lists))

    @property
    def zone(self) -> ZoneInfo:
        """The desk's time zone."""
        return ZoneInfo(self.timezone)


class SmarthostSettings(_Settings):
    """The mail server that takes our letters."""

    host: str = Field(default="127.0.0.1", description="its name, as in its certificate")
    port: int = Field(default=587, ge=1, le=65535, description="587 with starttls, 465 with implicit")
    tls: Literal["starttls", "implicit", "none"] = Field(
        default="starttls", description="none only to this machine, unless allow_plain"
    )
    allow_plain: bool = Field(default=False, description="speak to another machine without TLS")
    ca_file: Path | None = Field(default=None, description="certificate authorities, where the system's do not do")
    username: str | None = Field(default=None, description="for AUTH; none without")
    password: SecretStr | None = Field(default=None, description="for AUTH; better as password_file")
    oauth: str | None = Field(default=None, description="the login by OAuth2, a table under [oauth]")
    hostname: str | None = Field(default=None, description="what we call ourselves in EHLO; else this machine's name")
    daily_limit: int | None = Field(default=None, ge=1, description="letters that it takes of us in a day; as known")
    timeout: int = Field(default=600, ge=10, description="seconds to wait after the final dot (RFC 5321, 4.5.3.2.6)")

    @model_validator(mode="after")
    def _plain_stays_home(self) -> Self:
        if self.tls == "none" and not self.allow_plain and not is_loopback(self.host):
            msg = 'tls = "none" is for a server on this machine; set allow_plain = true if you mean it'
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.username is None) != (self.password is None and self.oauth is None):
            msg = "username and password go together, or username and oauth"
            raise ValueError(msg)
        if self.oauth is not None and self.tls == "none" and not is_loopback(self.host):
            msg = "a token is not sent in the open"
            raise ValueError(msg)
        return self


class RepliesSettings(_Settings):
    """How letters leave."""

    deliver: Literal["folder", "smtp"] = Field(default="folder", description="into a folder, or to a smarthost")
    folder: Path | None = Field(default=None, description="where deliver = folder puts them; else data/letters")
    smtp: SmarthostSettings = Field(default_factory=SmarthostSettings, description="the smarthost")
    answer_hold_seconds: int = Field(
        default=45, ge=0, le=3600, description="how long an agent's answer can be taken back before it leaves"
    )
    lease_seconds: int = Field(default=1200, ge=20, description="how long a sender may hold a letter")

    @model_validator(mode="after")
    def _lease_outlives_the_dot(self) -> Self:
        # A sender that still waits for the dot's answer must not lose its letter to another one.
        if self.lease_seconds <= self.smtp.timeout:
            msg = "lease_seconds must be more than smtp.timeout"
            raise ValueError(msg)
        return self


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own."""
    return host in {"localhost", "::1"} or host.startswith("127.")

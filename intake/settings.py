"""The desk's own keys: its doors, its limits, its timetable. How they are read from files stands in `config.py`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, IPvAnyAddress, SecretStr, StringConstraints, model_validator

from replies.settings import MailAddress, SmarthostSettings, is_loopback

#: HOST:PORT, the host an address, a name or [IPv6]; port 0 takes a free one.
Listen = Annotated[str, StringConstraints(pattern=r"^(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$")]

#: Likewise, or unix:PATH for a socket in the file system.
LocalListen = Annotated[str, StringConstraints(pattern=r"^(unix:/[^\x00-\x1f]+|(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5})$")]

#: A folder's name goes into a command line: no control characters.
FolderName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$")]

MIB = 1 << 20

#: Hours of the day in which somebody is left in peace: "21:00-07:00".
QUIET = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


class Section(BaseModel):
    """A section of the configuration: an unknown key is an error, and nothing changes after the start."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SmtpSettings(Section):
    """The SMTP door."""

    listen: Listen | None = Field(
        default=None, description="Where to accept SMTP, with STARTTLS if a certificate is given; off without it"
    )
    tls_listen: Listen | None = Field(
        default=None, description="Where to accept SMTP over implicit TLS; off without it"
    )
    tls_certificate: Path | None = Field(default=None, description="PEM file with the certificate and its chain")
    tls_key: Path | None = Field(default=None, description="PEM file with the certificate's key")
    require_tls: bool = Field(default=False, description="Refuse MAIL before STARTTLS")
    hostname: str = Field(default="localhost", description="The name that the door greets with")

    @model_validator(mode="after")
    def _tls_is_whole(self) -> SmtpSettings:
        if (self.tls_certificate is None) != (self.tls_key is None):
            message = "tls_certificate and tls_key go together"
            raise ValueError(message)
        if (self.tls_listen or self.require_tls) and self.tls_certificate is None:
            message = "tls_listen and require_tls need tls_certificate and tls_key"
            raise ValueError(message)
        return self

    @property
    def places(self) -> list[tuple[str, bool]]:
        """Where to listen, and whether over TLS."""
        return [(place, tls) for place, tls in ((self.listen, False), (self.tls_listen, True)) if place]

    @property
    def group(self) -> None:
        """Who may connect to a unix socket: there is none."""
        return


class LmtpSettings(Section):
    """The LMTP door, for a mail server on this machine or beside it; nobody is asked who he is."""

    listen: LocalListen | None = Field(default=None, description="Where to accept LMTP; off without it")
    group: str | None = Field(default=None, description="The group that may connect to a unix socket")
    hostname: str = Field(default="localhost", description="The name that the door greets with")

    @property
    def places(self) -> list[tuple[str, bool]]:
        """Where to listen, and whether over TLS: never."""
        return [(self.listen, False)] if self.listen else []

    @property
    def require_tls(self) -> bool:
        """Whether MAIL is refused without TLS."""
        return False

    @property
    def tls_certificate(self) -> None:
        """There is none."""
        return

    @property
    def tls_key(self) -> None:
        """There is none."""
        return


class Limits(Section):
    """What a wrong mail or a wrong client may cost, at the most."""

    max_mail_size: int = Field(default=50 * MIB, gt=0, description="Bytes; the largest mail that a door takes")
    max_recipients: int = Field(
        default=100, gt=0, description="Recipients of one SMTP transaction (RFC 5321, 4.5.3.1.8)"
    )
    max_received: int = Field(default=50, gt=0, description="Received fields; a mail with more of them is a loop")
    connections: int = Field(default=1000, gt=0, description="SMTP connections in all")
    connections_per_client: int = Field(default=50, gt=0, description="SMTP connections of one address")
    minimum_rate: int = Field(default=500, gt=0, description="Bytes a second that a transaction must keep up")
    transaction_grace: float = Field(default=300, gt=0, description="Seconds a transaction has beside its bytes' time")
    idle_timeout: float = Field(default=300, gt=0, description="Seconds that a session may say nothing")
    max_errors: int = Field(default=20, gt=0, description="Refused commands after which a session is closed")
    spool_quota: int = Field(
        default=10_240 * MIB, gt=0, description="Bytes that the spool may hold before doors say later"
    )


class ImapAccount(Section):
    """A mailbox that is polled."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$", description="What status and logs call it")
    desk: str = Field(description="The desk whose mailbox it is")
    host: str = Field(description="The IMAP server")
    port: int = Field(default=993, ge=1, le=65535, description="Its port")
    tls: Literal["implicit", "starttls", "none"] = Field(
        default="implicit", description="starttls can be stripped by who stands between; none only to this machine"
    )
    tls_ca: Path | None = Field(
        default=None, description="PEM file of the authorities to trust instead of the system's"
    )
    username: str = Field(description="The login name")
    password: SecretStr | None = Field(default=None, description="The password; better in a file of its own")
    password_file: Path | None = Field(default=None, description="File that holds the password")
    oauth: str | None = Field(default=None, description="The login by OAuth2, a table under [oauth]")
    folders: list[FolderName] = Field(default=["INBOX"], description="The folders to read")
    junk: list[FolderName] = Field(default=[], description="Folders whose mail is taken, but held for an operator")
    sent: list[FolderName] = Field(
        default=[], description="Folders of what is sent from this mailbox, so that an answer given past loket is seen"
    )
    idle: bool = Field(default=True, description="Let the server say when mail comes, where it can")
    reconcile_minutes: float = Field(default=60, gt=0, description="Minutes between comparing the whole folder")
    poll_seconds: float = Field(default=60, gt=0, description="Seconds from one look to the next")
    done: Literal["flag", "move", "leave"] = Field(
        default="flag", description="What becomes of a mail we have: flagged \\Seen and $Loket, moved, or left alone"
    )
    move_to: FolderName = Field(default="Loket", description="The folder for done = move")
    backlog: bool = Field(default=False, description="Also take what was there before the first look, as history")

    @model_validator(mode="after")
    def _plain_stays_home(self) -> ImapAccount:
        if self.tls == "none" and not is_loopback(self.host):
            message = 'tls = "none" is for a server on this machine'
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _folders_are_apart(self) -> ImapAccount:
        names = [name.upper() if name.upper() == "INBOX" else name for name in self.names]
        if not names or len(set(names)) != len(names):
            message = f"{self.name}: there has to be a folder, and each once"
            raise ValueError(message)
        if self.done == "move" and self.move_to in self.names:
            message = f"{self.name}: mail that is done with cannot be moved to a folder that is read"
            raise ValueError(message)
        return self

    @property
    def names(self) -> list[str]:
        """All folders of the account that are looked at."""
        return [*self.folders, *self.junk, *self.sent]

    @property
    def polled(self) -> list[PolledFolder]:
        """Each of them with what its mail is."""
        inboxes = [PolledFolder(name, "inbox", self._door(name)) for name in self.folders]
        junk = [PolledFolder(name, "junk", self._door(name)) for name in self.junk]
        return inboxes + junk + [PolledFolder(name, "sent", self._door(name)) for name in self.sent]

    def _door(self, folder: str) -> str:
        alone = folder == self.names[0]
        return f"imap:{self.name}" if alone else f"imap:{self.name}/{folder}"


class PolledFolder(NamedTuple):
    """A folder to look at."""

    name: str
    role: Literal["inbox", "junk", "sent"]
    door: str  #: what its door is called in envelopes, in status and in alerts


class AuthenticationSettings(Section):
    """How senders are examined where no border server vouches for them."""

    evaluate: bool = Field(
        default=True, description="Check SPF, DKIM and DMARC ourselves for desks without trusted_authserv_ids"
    )
    nameservers: list[IPvAnyAddress] = Field(default=[], description="DNS servers to ask; else the system's")
    dns_seconds: float = Field(default=5, gt=0, le=60, description="Seconds that one question to the DNS may take")


class ScannerSettings(Section):
    """The scanner for malware."""

    clamd: Annotated[str, StringConstraints(pattern=r"^(|/.+|(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5})$")] = Field(
        default="", description="clamd's socket, or its HOST:PORT; no scanner without it"
    )
    seconds: float = Field(default=60, gt=0, description="Seconds that it may be silent")


class FormSettings(Section):
    """A contact form whose mail counts as its visitor's."""

    address: MailAddress = Field(description="Whom the form's mail is from; it has to authenticate")
    desk: str | None = Field(default=None, description="The desk that it writes to; else any")
    requester: str = Field(default="reply-to", min_length=1, description="Where the visitor's address stands")
    name: str = Field(default="reply-to name", description="Where the visitor's name stands")
    fields: dict[str, list[str]] = Field(default_factory=dict, description="The form's labels, by field")


class IntakeSettings(Section):
    """How mail comes in."""

    smtp: SmtpSettings = Field(default_factory=SmtpSettings, description="The SMTP door")
    lmtp: LmtpSettings = Field(default_factory=LmtpSettings, description="The LMTP door")
    imap: list[ImapAccount] = Field(default_factory=list, description="Mailboxes to poll")
    forms: list[FormSettings] = Field(default=[], description="Contact forms")
    limits: Limits = Field(default_factory=Limits, description="Limits of all doors")
    authentication: AuthenticationSettings = Field(
        default_factory=AuthenticationSettings, description="Our own evaluation of senders"
    )
    scanner: ScannerSettings = Field(default_factory=ScannerSettings, description="The scanner for malware")
    readers: int = Field(default=2, ge=1, le=64, description="Child processes that read mail at the same time")


class AlertSettings(Section):
    """How the operators learn that something is wrong, and what is."""

    addresses: list[MailAddress] = Field(default=[], description="Who gets a mail about each incident, and its end")
    sender: MailAddress | None = Field(default=None, description="Whom it is from; else the first desk's address")
    command: list[str] = Field(default=[], description="A program and its arguments, run for each incident and its end")
    smtp: SmarthostSettings | None = Field(default=None, description="The way of these mails; else replies.smtp")
    canary_minutes: float = Field(
        default=0, ge=0, description="Minutes between mails to ourselves that have to come back; 0 for none"
    )
    canary_late_minutes: float = Field(default=15, gt=0, description="Minutes that such a mail may be on its way")
    door_minutes: float = Field(default=10, gt=0, description="Minutes that a door may fail before it is an incident")
    unread_minutes: float = Field(default=15, gt=0, description="Minutes that a mail may wait to be taken or read")
    outbox_minutes: float = Field(default=60, gt=0, description="Minutes that a letter may wait to leave")


class TimetableSettings(Section):
    """When the regular work is done."""

    outbox_seconds: float = Field(default=15, gt=0, description="Seconds between looks for letters that are due again")
    spool_seconds: float = Field(default=5, gt=0, description="Seconds between looks for mail that `deliver` left")
    health_seconds: float = Field(default=15, gt=0, description="Seconds between writing down how the doors do")
    clocks_seconds: float = Field(default=15, gt=0, description="Seconds between looks for targets and silences")
    grants_minutes: float = Field(default=30, gt=0, description="Minutes between looks after logins by OAuth2")
    watch_seconds: float = Field(default=15, gt=0, description="Seconds between looks for what is wrong")
    retention_minutes: float = Field(default=60, gt=0, description="Minutes between erasing what is old enough")
    housekeeping_hours: float = Field(default=6, gt=0, description="Hours between collecting orphans and leavings")


class AgentSettings(Section):
    """Someone who may answer; these only fill a store that has no agent yet."""

    name: str = Field(min_length=1, description="The agent's name")
    addresses: list[str] = Field(min_length=1, description="The addresses that this agent answers from")
    role: Literal["agent", "lead", "kyc", "auditor"] = Field(default="agent", description="What this agent may do")
    quiet: str = Field(
        default="",
        pattern=rf"^(|{QUIET.pattern})$",
        description="Hours in which this agent is sent nothing",
    )
    language: str = Field(
        default="", pattern=r"^(|[a-z]{2,3})$", description="Of letters to this agent; else the desk's"
    )

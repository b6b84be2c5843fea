"""The values that carry a mail through the rooms: what a door handed over, and what reading made of it.

Only data stands here. How a field is filled is the business of the room that fills it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What a door knew of a mail beside its bytes (RFC 5321, 2.3.1)."""

    door: str  #: the door's name: "smtp", "pipe", "import", "imap:ACCOUNT"
    received_at: datetime  #: when the last byte arrived, aware UTC
    mail_from: str | None = None  #: the reverse-path; "" is the null one, None where the door has none
    rcpt_to: tuple[str, ...] = ()  #: the forward-paths, as given
    client: str | None = None  #: the peer's IP address
    helo: str | None = None  #: what the peer called itself
    tls: bool = False  #: whether it came over TLS
    mailbox: str | None = None  #: for polled mail, "FOLDER;UIDVALIDITY/UID"
    desk: str | None = None  #: the desk that this door belongs to, where it belongs to one
    history: bool = False  #: an import: never acknowledged, never notified, no clock started
    junk: bool = False  #: a filter took it for junk: its ticket is held out of the agents' way
    sent: bool = False  #: it lay where a mailbox keeps what was sent from it: an answer past us, or our own letter
    whole_size: int | None = None  #: bytes of a mail that was too large, and of which only header and text were taken


@dataclass(frozen=True, kw_only=True, slots=True)
class RawMail:
    """A mail as it came: its bytes, and its envelope."""

    content: bytes  #: the message, RFC 5322, line ends as received
    envelope: Envelope


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A mailbox of RFC 5322, 3.4: a display name and an addr-spec."""

    name: str  #: decoded, "" where none
    address: str  #: local-part@domain, the domain in lower case


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Damage that was met, and what was done about it."""

    code: str  #: a word for programs: "no_from", "charset_unknown", "base64_damaged" …
    detail: str = ""  #: for people; never a mail's own words


class Nature(StrEnum):
    """What kind of sender a mail has."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"  # RFC 3834
    BOUNCE = "bounce"  # RFC 3464, or its look-alikes
    BULK = "bulk"  # lists, newsletters
    CHALLENGE = "challenge"  # "prove that you are human"
    FEEDBACK = "feedback"  # RFC 5965
    DISPOSITION = "disposition"  # RFC 8098
    REACTION = "reaction"  # an emoji sent as a mail
    OWN_ECHO = "own_echo"  # our own letter, come back


class AttachmentKind(StrEnum):
    """What an attachment is to an agent."""

    SCREENSHOT = "screenshot"
    PHOTO = "photo"
    DOCUMENT = "document"
    RECORDING = "recording"
    ARCHIVE = "archive"
    CALENDAR = "calendar"
    CONTACT = "contact"
    MAIL = "mail"
    SIGNATURE = "signature"
    DANGEROUS = "dangerous"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A leaf part that is not the mail's own words. Its bytes travel beside it, in Reading.contents."""

    name: str  #: a safe display name: no path, no control or bidi characters; "" where none
    type: str  #: the media type that the bytes show
    declared_type: str  #: the media type that the mail declared
    size: int  #: bytes, decoded
    sha256: str  #: hex, of the decoded bytes
    inline: bool  #: Content-Disposition: inline, or referred to by the HTML
    content_id: str | None  #: without the angle brackets
    kind: AttachmentKind
    text: str = ""  #: of a mail that is attached: its head and its words, for reading without opening it


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What the headers alone allow one to say of the sender."""

    suspicious: bool
    why: str = ""  #: the rule that made it suspicious, "" otherwise


@dataclass(frozen=True, kw_only=True, slots=True)
class Behalf:
    """For whom a machine says that it sends. A claim to show, never identity, and nobody to be answered by it alone."""

    kind: str  #: "google_group", "list", "form"
    address: str
    name: str  #: "" where none


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthResult:
    """One method's result out of an Authentication-Results field (RFC 8601, 2.2)."""

    authserv_id: str  #: who says so, in lower case; "" where the field names nobody
    method: str  #: spf, dkim, dmarc …; "" for a field that names no result or cannot be read
    result: str  #: pass, fail, none …
    properties: tuple[tuple[str, str], ...]  #: ("header.d", "example.com") …
    field: int = 0  #: which Authentication-Results field of the mail it stands in, the topmost is 0
    received_above: int = 0  #: how many Received fields stand above that field
    received_below: int = 0  #: and how many below


@dataclass(frozen=True, kw_only=True, slots=True)
class SpamField:
    """A field by which a mail server says whether a mail is spam, or a sender says that it is none."""

    name: str  #: x-spam-flag, x-spam-status …, in lower case
    value: str
    received_above: int  #: how many Received fields stand above it


@dataclass(frozen=True, kw_only=True, slots=True)
class FailedRecipient:
    """One recipient group of a delivery status notification (RFC 3464, 2.3)."""

    address: str
    status: str  #: RFC 3463, "5.1.1"; "" where not given
    permanent: bool  #: the reporter has given up
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounce:
    """What a delivery status notification says."""

    recipients: tuple[FailedRecipient, ...]
    original_message_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedMail:
    """A mail, read. Any bytes give one: what was damaged stands in `problems`."""

    message_id: str | None  #: msg-id without angle brackets, None where there is none
    subject: str
    from_: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    delivered_to: tuple[str, ...]  #: Delivered-To, X-Original-To, Envelope-To: addresses, newest first
    date: datetime | None  #: the Date header with its own offset
    in_reply_to: tuple[str, ...]  #: msg-ids without angle brackets
    references: tuple[str, ...]  #: oldest first
    text: str  #: all that an agent should read, as text
    html: str | None  #: the HTML body, decoded, not sanitised
    new_text: str  #: of `text`, the sender's new words
    quoted: str  #: of `text`, quoted history
    signature: str  #: of `text`, the signature
    language: str | None  #: of the new words, ISO 639-1; None where it cannot be told
    identity: Identity
    behalf: Behalf | None = None  #: whom a Google Group, a list or a website's form says it sends for
    authentication: tuple[AuthResult, ...]  #: what the mail's Authentication-Results fields claim, topmost first
    nature: Nature
    nature_why: str  #: the evidence for it: a header's name, or words of our own lists; "" for human
    bounce: Bounce | None
    attachments: tuple[Attachment, ...]
    problems: tuple[Problem, ...]
    spam_fields: tuple[SpamField, ...] = ()  #: topmost first
    spoken: str = ""  #: of `new_text`, the sender's words alone, without the quoted lines that they answer
    doubled: tuple[str, ...] = ()  #: header fields that may stand once and stand more often, in lower case

    @property
    def sounds_automatic(self) -> bool:
        """Whether nothing but the words of its text called it automatic: no header, no subject."""
        return self.nature is Nature.AUTO_REPLY and self.nature_why.startswith("words:")

"""One mail at one desk, with all that is needed to decide on it and to write it down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from intake.decision.loops import Judgement
from intake.desks import OpenDesk
from intake.following import Following
from intake.reading.sealed import SeenPicture
from parsing.mail import Envelope, ParsedMail
from parsing.report import Report
from store.blobs import BlobFolder
from store.ledger import Seen
from store.tickets import SealedFile


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A spool file that the worker has in hand."""

    arrival_id: int
    attempts: int  #: this one included
    spool_name: str
    seen: Seen
    envelope: Envelope
    keys: Mapping[str, bytes]  #: by desk that the mail is for: a fresh key to seal its files with


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One mail at one desk, with all that is needed to write it down."""

    desk: OpenDesk
    mail: ParsedMail
    report: Report
    ingest_key: str
    envelope: Envelope
    seen: Seen
    arrival_id: int
    files: Sequence[SealedFile]  #: the raw mail, the attachments in their order, then two copies of each shown picture
    pictures: Sequence[SeenPicture]
    wrapped_key: bytes
    recipients: Sequence[str]  #: by which it came to this desk
    identity: str  #: verified, unverified, suspicious
    identity_why: str  #: in words for an agent
    resembled: str  #: the address that the sender's could be taken for; "" for none
    same_message_id: bool
    sender_known: bool  #: the sender's address has a row at this desk
    wrong_tokens: int  #: reply tokens in it that none of our keys has made
    source: str  #: whom these are counted against
    elsewhere: tuple[tuple[str, str], ...]  #: accounts that another address wrote about, and in which ticket
    following: Following  #: what follows from the decision
    judgement: Judgement  #: whether a machine answers our letters
    now: datetime
    shadow: bool
    blobs: BlobFolder
    read_file: Callable[[int], bytes]  #: the content of one of `files`, by its place

"""Brings together what triage decides on: the facts out of the store, and the circumstances. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from sqlmodel import Session

from intake import authenticate, desks, vouching
from intake.authenticate import Proof, Standing
from intake.desks import OpenDesk
from intake.directory import Directory
from intake.examining import Examination
from intake.triage import Circumstances, Decision, triage
from parsing.mail import Envelope, ParsedMail
from store import lookup
from store.facts import Facts


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A decision, with what it rests on."""

    facts: Facts
    identity: str  #: verified, unverified, suspicious
    identity_why: str  #: in words for an agent
    decision: Decision


def decide(
    session: Session,
    desk: OpenDesk,
    directory: Directory,
    mail: ParsedMail,
    ingest_key: str,
    envelope: Envelope,
    examination: Examination,
    now: datetime,
) -> Decided:
    """The decision about one mail at one desk."""
    gathered = lookup.facts(session, _question(desk, mail, ingest_key, envelope, now))
    proof = proven(desk, mail, envelope, examination)
    identity = authenticate.identity(mail, proof)
    around = Circumstances(
        identity=identity,
        failed=proof.standing is Standing.FAIL,
        null_sender=envelope.mail_from == "",
        history=envelope.history,
        from_ourselves=mail.from_ is not None and directory.knows(mail.from_.address),
    )
    return Decided(
        facts=gathered,
        identity=identity,
        identity_why=vouching.told(mail, proof, gathered),
        decision=triage(mail, gathered, desk.policy, around),
    )


def proven(desk: OpenDesk, mail: ParsedMail, envelope: Envelope, examination: Examination) -> Proof:
    """Who vouches for the sender: the desk's border servers where it has any, else our own evaluation."""
    if not desk.trusted:
        return examination.proof
    if not _by_relay(desk, envelope.client):
        return Proof(standing=Standing.NONE, told="it came past the border")
    return authenticate.by_border(mail, desk.trusted, desk.settings.authserv_received_above)


def _by_relay(desk: OpenDesk, client: str | None) -> bool:
    """Whether a mail came from where the desk's border servers are; what doors without a client fetch, they do."""
    if client is None:
        return True
    try:
        address = ip_address(client)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in desk.relays)


def _question(desk: OpenDesk, mail: ParsedMail, ingest_key: str, envelope: Envelope, now: datetime) -> lookup.Question:
    addressed = [*envelope.rcpt_to, *mail.delivered_to, *(each.address for each in (*mail.to, *mail.cc))]
    references = [*mail.references, *mail.in_reply_to]
    return lookup.Question(
        desk_id=desk.id,
        ingest_key=ingest_key,
        message_id=mail.message_id,
        sender=mail.from_.address if mail.from_ else None,
        references=references,
        handles=desks.handles(desk, [*addressed, *references], now),
        now=now,
    )

"""Brings together what triage decides on: the facts out of the store, and the circumstances. Changes nothing."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from intake import authenticate, desks
from intake.desks import OpenDesk
from intake.directory import Directory
from intake.triage import Circumstances, Decision, triage
from parsing.mail import Envelope, ParsedMail
from store import lookup
from store.facts import Facts


def decide(
    session: Session,
    desk: OpenDesk,
    directory: Directory,
    mail: ParsedMail,
    ingest_key: str,
    envelope: Envelope,
    now: datetime,
) -> tuple[Facts, Decision]:
    """The facts and the decision about one mail at one desk."""
    gathered = lookup.facts(session, _question(desk, mail, ingest_key, envelope, now))
    around = Circumstances(
        identity=authenticate.verdict(mail, desk.trusted),
        null_sender=envelope.mail_from == "",
        history=envelope.history,
        from_ourselves=mail.from_ is not None and directory.knows(mail.from_.address),
    )
    return gathered, triage(mail, gathered, desk.policy, around)


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

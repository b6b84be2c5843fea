"""Brings together what triage decides on: the facts out of the store, and the circumstances. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from intake import border, desks
from intake.decision import answering, forms, lookalikes, loops, vouching
from intake.decision.answering import Circumstances
from intake.decision.loops import Judgement
from intake.desks import OpenDesk, Presented
from intake.directory import Directory
from intake.following import Following, follow
from intake.identity import authenticate
from intake.identity.authenticate import SUSPICIOUS, UNVERIFIED, VERIFIED, Proof, Standing
from intake.identity.examining import Examination
from intake.reading.sealed import SeenPicture
from intake.triage import Decision, triage
from parsing.mail import Envelope, Nature, ParsedMail
from parsing.report import Report
from store import canaries, lookup, numbers, people, tallies
from store.candidates import Invited
from store.facts import AGENT, ASKED, Facts
from store.holding import Reason

#: Wrong reply tokens of one source within an hour, after which none of its tokens is looked at: who guesses 80 bits
#: twenty times an hour will not live to see one.
MAX_WRONG_TOKENS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A decision, with what it rests on."""

    mail: ParsedMail  #: what was decided on: of a contact form's mail, its visitor's
    facts: Facts
    identity: str  #: verified, unverified, suspicious
    identity_why: str  #: in words for an agent
    resembled: str  #: the address that the sender's could be taken for; "" for none
    wrong_tokens: int  #: reply tokens that none of our keys has made
    source: str  #: whom these are counted against
    following: Following  #: the decision, and what follows from it
    judgement: Judgement  #: whether a machine answers our letters

    @property
    def decision(self) -> Decision:
        """What becomes of the mail."""
        return self.following.decision


@dataclass(frozen=True, kw_only=True, slots=True)
class _Writer:
    """Who wrote a mail, and what is proven of it."""

    mail: ParsedMail  #: as the writer's
    proof: Proof
    identity: str
    customer: str | None  #: the address on the other side: the writer's, but of what was sent from a mailbox
    by_form: bool = False


def decide(
    session: Session,
    desk: OpenDesk,
    directory: Directory,
    mail: ParsedMail,
    report: Report,
    ingest_key: str,
    envelope: Envelope,
    examination: Examination,
    now: datetime,
    pictures: Sequence[SeenPicture] = (),
) -> Decided:
    """The decision about one mail at one desk."""
    writer = _writer(desk, directory, mail, envelope, examination)
    mail, proof, identity = writer.mail, writer.proof, writer.identity
    source = _source(desk, writer, envelope)
    presented = _believed(session, desk, _presented(desk, mail, envelope, now), source, now)
    gathered = lookup.facts(session, _question(desk, writer, report, ingest_key, presented, now))
    around = _circumstances(desk, directory, writer, envelope, examination, now)
    judgement = _judged(desk, mail, report, gathered, envelope, around)
    resembled = _resembled(directory, mail, gathered)
    around = replace(around, loop=judgement.loop, canary=canaries.is_ours(session, desk.id, mail.message_id))
    return Decided(
        mail=mail,
        facts=gathered,
        identity=identity,
        identity_why=vouching.told(
            mail, proof, gathered, identity, resembled=resembled, wrong_token=presented.wrong > 0
        ),
        resembled=resembled,
        wrong_tokens=presented.wrong,
        source=source,
        following=follow(
            session,
            desk,
            triage(mail, report, gathered, desk.policy, around),
            mail,
            report,
            pictures,
            identity=identity,
            silence=_silence(desk, mail, gathered, around),
            history=envelope.history,
            now=now,
        ),
        judgement=judgement,
    )


def _judged(
    desk: OpenDesk, mail: ParsedMail, report: Report, facts: Facts, envelope: Envelope, around: Circumstances
) -> Judgement:
    """Whether a machine answers our letters. Who gets none answers none: a forger would brake whom he writes as."""
    if answering.not_entitled(facts, desk.policy, around):
        return Judgement()
    return loops.judge(mail, report, facts, envelope)


def _resembled(directory: Directory, mail: ParsedMail, facts: Facts) -> str:
    """Whom the sender could be taken for: us, or somebody in the ticket that the mail is tied to."""
    sender = mail.from_.address if mail.from_ else ""
    if not sender or directory.knows(sender) or facts.agent is not None:
        return ""
    return lookalikes.resembled(sender, directory.addresses, facts.neighbours)


def _circumstances(
    desk: OpenDesk,
    directory: Directory,
    writer: _Writer,
    envelope: Envelope,
    examination: Examination,
    now: datetime,
) -> Circumstances:
    mail, proof, identity = writer.mail, writer.proof, writer.identity
    named = [each.address.lower() for each in (*mail.to, *mail.cc)]
    return Circumstances(
        identity=identity,
        failed=proof.standing is Standing.FAIL,
        unknown=proof.standing is Standing.UNKNOWN,
        null_sender=envelope.mail_from == "" and not writer.by_form,
        history=envelope.history,
        from_ourselves=mail.from_ is not None and directory.knows(mail.from_.address),
        hold="" if envelope.history else _hold(desk, mail, envelope, examination, identity),
        by_form=writer.by_form,
        addressed=any(desks.is_ours(desk, each) for each in named),
        replayed=not proof.sent
        and not any(desks.is_ours(desk, each) or each in desk.settings.written_to for each in named),
        signed=writer.proof.signed or None,
        sent=envelope.sent,
        own_letter=envelope.sent and _is_own_letter(desk, mail, now),
    )


def _writer(
    desk: OpenDesk, directory: Directory, mail: ParsedMail, envelope: Envelope, examination: Examination
) -> _Writer:
    """Who wrote a mail: of a contact form's, its visitor."""
    if envelope.sent:
        reached = (each.address for each in (*mail.to, *mail.cc) if not directory.knows(each.address))
        proof = Proof(standing=Standing.NONE, told="sent from the mailbox itself")
        return _Writer(mail=mail, proof=proof, identity=UNVERIFIED, customer=next(reached, None))
    proof = border.proven(desk, mail, envelope, examination.proof)
    identity = authenticate.identity(mail, proof)
    unfolded = forms.unfold(mail, desk.forms, desk.settings.name, identity, proof)
    if unfolded is None:
        return _Writer(mail=mail, proof=proof, identity=identity, customer=mail.from_.address if mail.from_ else None)
    told = f"by the form {unfolded.form} ({proof.told})"
    return _Writer(
        mail=unfolded.mail,
        proof=Proof(standing=Standing.NONE, told=told),
        identity=UNVERIFIED,
        customer=unfolded.mail.from_.address if unfolded.mail.from_ else None,
        by_form=True,
    )


def _silence(desk: OpenDesk, mail: ParsedMail, facts: Facts, around: Circumstances) -> str:
    """Why the sender gets no automatic letter but the acknowledgement; "" for no reason."""
    too_many = "the desk has written more than it may" if answering.breaker_open(facts, desk.policy) else ""
    return answering.silence(mail, facts, desk.policy, around) or too_many


def _hold(desk: OpenDesk, mail: ParsedMail, envelope: Envelope, examination: Examination, identity: str) -> str:
    """Why the mail has to be looked at before it becomes work, the worst first; "" where it has not."""
    scan = examination.scan
    reasons = (
        (scan is not None and bool(scan.found), Reason.MALWARE),
        (scan is not None and bool(scan.trouble), Reason.UNSCANNED),
        (envelope.junk or border.calls_it_spam(desk, mail, envelope), Reason.SPAM),
        (identity == SUSPICIOUS and desk.policy.hold_suspicious, Reason.FORGED),
    )
    return next((reason.value for holds, reason in reasons if holds), "")


def _source(desk: OpenDesk, writer: _Writer, envelope: Envelope) -> str:
    """Whom a wrong token is counted against: the sender where he is proven, else the client.

    Neither a From that anybody can write nor a server that brings everybody's mail may cost others their tokens; those
    who are neither proven nor told apart by a client share one count.
    """
    if writer.identity == VERIFIED and writer.customer:
        return f"token:{people.canonical(writer.customer)}"
    return "token:unproven" if border.by_relay(desk, envelope.client) else f"token:{envelope.client}"


def _presented(desk: OpenDesk, mail: ParsedMail, envelope: Envelope, now: datetime) -> Presented:
    addressed = [*envelope.rcpt_to, *mail.delivered_to, *(each.address for each in (*mail.to, *mail.cc))]
    references = [*mail.references, *mail.in_reply_to]
    return desks.presented(desk, dict.fromkeys(addressed), dict.fromkeys(references), now)


def _believed(session: Session, desk: OpenDesk, presented: Presented, source: str, now: datetime) -> Presented:
    """Of the tokens none, where too many wrong ones came from this source. Most mails bear none: nothing is asked."""
    bears_any = presented.invited or presented.agents or presented.asked
    if not bears_any or tallies.counts(session, desk.id, [source], now)[source] < MAX_WRONG_TOKENS:
        return presented
    return replace(presented, invited=(), agents=(), asked=())


def _question(
    desk: OpenDesk, writer: _Writer, report: Report, ingest_key: str, presented: Presented, now: datetime
) -> lookup.Question:
    mail = writer.mail
    return lookup.Question(
        desk_id=desk.id,
        ingest_key=ingest_key,
        message_id=mail.message_id,
        sender=writer.customer,
        references=[*mail.references, *mail.in_reply_to],
        tokens=presented.invited,
        now=now,
        numbers=numbers.find(mail.subject, desk.settings.prefix),
        returned=_returned(desk, mail, now),
        letter=_returned_letter(mail) or "",
        accounts=[str(value) for value in report.values("usernames")],
        agents=presented.agents,
        asked=presented.asked,
    )


def _is_own_letter(desk: OpenDesk, mail: ParsedMail, now: datetime) -> bool:
    """Whether a mail bears one of our tokens where only we write them: some servers exchange the Message-ID."""
    own = [each.address for each in mail.reply_to]
    return bool(desks.presented(desk, own, [mail.message_id] if mail.message_id else (), now).invited)


def _returned_letter(mail: ParsedMail) -> str | None:
    """The Message-ID of the letter that a bounce returns."""
    return mail.bounce.original_message_id if mail.nature is Nature.BOUNCE and mail.bounce else None


def _returned(desk: OpenDesk, mail: ParsedMail, now: datetime) -> tuple[Invited, ...]:
    """The tokens of the letter that a bounce returns."""
    original = _returned_letter(mail)
    if not original:
        return ()
    found = desks.presented(desk, (), [original], now)
    inside = [(each.handle, AGENT) for each in found.agents] + [(handle, ASKED) for handle in found.asked]
    return (*found.invited, *(Invited(handle=handle, role=role, addressed=False) for handle, role in inside))

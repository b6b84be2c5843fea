"""Puts together what an agent is told of a ticket: the store's rows and the sealed pictures, as a letter's view."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from intake.agents import mailing, questions
from intake.desks import OpenDesk
from replies import language, wording
from replies.agent_addresses import AgentAddresses
from replies.enclosing import File
from replies.known import known
from replies.notice import FileTold, Lacking, NoticeView, Other, Said, Shown
from store import answers, clocks, dossier, findings, incidents, people, rows, said
from store.blobs import BlobFolder
from store.dossier import FileOf
from store.errors import BlobDamaged, BlobErased
from store.facts import Purpose
from store.lookup import HARD_BOUNCES
from store.models import Agent, Blob, Message, SealingKey, Ticket
from store.notices import Wanted, Why
from store.routing import Colleague
from store.states import Status

#: Pictures in one letter: who has more to see looks at the ticket.
MAX_PICTURES: Final = 6

#: About these a reply is a note: a customer is not to read what colleagues wrote.
_INSIDE: Final = frozenset({Why.NOTE, Why.PENDING_NOTE})

#: Events that tell an agent to beware, and those that tell that many report the same.
_WARNINGS: Final = ("account elsewhere", "address proposed", "priority high", questions.UNPROVEN)
_SIMILAR: Final = "similar reports"
_UNTHANKED: Final = "not acknowledged"


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """A view of a ticket, and the pictures that go with it."""

    view: NoticeView
    pictures: Sequence[File]
    inside: bool  #: a reply is a note
    told_id: int  #: the newest message that it tells, 0 for none


@dataclass(frozen=True, kw_only=True, slots=True)
class Briefing:
    """Who is briefed, of what, and why."""

    desk: OpenDesk
    ticket: Ticket
    agent: Colleague
    reasons: Sequence[Wanted]
    told_id: int  #: the newest message that the agent knows
    addresses: AgentAddresses
    picture_bytes: int  #: that all pictures may have together
    now: datetime


def brief(session: Session, folder: BlobFolder, about: Briefing) -> Brief:
    """All that a notice needs."""
    ticket, ticket_id = about.ticket, about.ticket.id or 0
    own = people.agent_addresses(session, about.agent.id)
    news = dossier.news(session, ticket_id, about.told_id, own)
    history = dossier.history(session, ticket_id, [each.id or 0 for each in news])
    writers = dossier.writers(session, [each.id or 0 for each in history])
    files = dossier.files(session, [each.id or 0 for each in news])
    pictures = _pictures(session, folder, about, files)
    inside = bool(about.reasons) and all(each.why in _INSIDE for each in about.reasons)
    spoken = mailing.spoken(about.desk, about.agent.language)
    customer = next(iter(dossier.participants(session, ticket_id, "requester")), "")
    view = NoticeView(
        number=ticket.number,
        subject=ticket.subject,
        language=spoken,
        now=about.now,
        whys=list({each.why: (each.why.value, each.detail) for each in about.reasons}.values()),
        customer=customer,
        copied=dossier.participants(session, ticket_id, "copied"),
        inside=inside,
        holder=_holder(session, ticket),
        own=ticket.assignee_id == about.agent.id,
        status=ticket.status,
        said=[_said(each, files, pictures) for each in news],
        pictures=[shown for shown, _file in pictures.values()],
        history=[_said(each, (), {}, writers.get(each.id or 0, "")) for each in history],
        reaches=len(incidents.reached(session, ticket_id)),
        incident=_incident(session, ticket_id),
        **_of_answers(session, ticket, customer),
        **_of_findings(session, about, spoken),
        **_of_trust(session, ticket, customer, [each for each in news if _is_told(each, own)]),
        verbs=_verbs(session, about, inside=inside),
    )
    told_id = max((each.id or 0 for each in news), default=0)
    return Brief(view=view, pictures=[file for _shown, file in pictures.values()], inside=inside, told_id=told_id)


def _is_told(message: Message, own: Collection[str]) -> bool:
    """Whether it is worth saying who wrote it: a mail of others', or one that only says to be the agent's."""
    return message.mail_id is not None and (message.sender not in own or message.identity != "verified")


def _pictures(
    session: Session, folder: BlobFolder, about: Briefing, files: Sequence[FileOf]
) -> dict[tuple[int, int], tuple[Shown, File]]:
    """The pictures that may be shown and that the letter has room for, by message and place. Sealed ones never."""
    found: dict[tuple[int, int], tuple[Shown, File]] = {}
    room = about.picture_bytes
    for each in files:
        if each.large is None or each.guard or each.large_size > room or len(found) == MAX_PICTURES:
            continue
        content = _opened(session, folder, about.desk, each.large)
        if content is not None:
            room -= each.large_size
            name = f"p{each.message_id}.{each.position}"
            shown = Shown(content_id=f"{name}@{about.ticket.number.lower()}", number=each.position + 1)
            file = File(name=f"{name}.jpg", type="image/jpeg", content=content, content_id=shown.content_id)
            found[each.message_id, each.position] = shown, file
    return found


def _opened(session: Session, folder: BlobFolder, desk: OpenDesk, name: str) -> bytes | None:
    """A copy to show, None where it is guarded, erased or damaged: the letter goes without it."""
    blob = rows.one(session, Blob, name)
    wrapped = rows.one(session, SealingKey, blob.key_id).wrapped
    if blob.guard or wrapped is None or blob.desk_id != desk.id:
        return None
    try:
        return folder.read(name, desk.key.unwrap(wrapped))
    except (BlobDamaged, BlobErased):
        return None


def _said(message: Message, files: Iterable[FileOf], shown: Iterable[tuple[int, int]], writer: str = "") -> Said:
    """What somebody said; of what went out as the team's, `writer` is the agent."""
    automatic = message.direction == "out" and message.nature != "human"
    who = message.sender_name or message.sender or ""
    return Said(
        at=message.received_at,
        who=f"{who} ({writer})" if writer and message.direction == "out" else who,
        text=message.new_text or message.text,
        kind="automatic" if automatic else message.direction,
        files=[
            FileTold(number=each.position + 1, name=each.name, kind=each.kind, size=each.size, sealed=bool(each.guard))
            for each in files
            if each.message_id == message.id and (each.message_id, each.position) not in shown
        ],
    )


def _holder(session: Session, ticket: Ticket) -> str:
    agent = session.get(Agent, ticket.assignee_id) if ticket.assignee_id else None
    return agent.name if agent else ""


def _incident(session: Session, ticket_id: int) -> str:
    """The incident that a ticket is of, and its own ticket."""
    incident = incidents.of_ticket(session, ticket_id)
    if incident is None or incident.ticket_id == ticket_id:
        return ""
    return f"{incident.name} ({rows.one(session, Ticket, incident.ticket_id).number})"


def _of_answers(session: Session, ticket: Ticket, customer: str) -> dict[str, Any]:
    """What is owed, and what was said."""
    answered = said.last_answer(session, ticket.id or 0)
    known_as = people.find(session, ticket.desk_id, customer) if customer else None
    return {
        "answered_at": answered,
        "due": _due(session, ticket, answered) if ticket.status == Status.OPEN else None,
        "undeliverable": known_as is not None and known_as.hard_bounces >= HARD_BOUNCES,
    }


def _due(session: Session, ticket: Ticket, answered: datetime | None) -> datetime | None:
    """When the next of what we owe is due: an answer, or that the matter is settled."""
    dates = clocks.dates(session, [ticket.id or 0]).get(ticket.id or 0)
    if dates is not None and dates.due_at is not None:
        return dates.due_at
    return ticket.first_reply_due_at if answered is None else None


def _of_findings(session: Session, about: Briefing, spoken: str) -> dict[str, Any]:
    """What is known, and what is not."""
    settings, ticket_id = about.desk.settings, about.ticket.id or 0
    words, speech = about.desk.words(spoken), wording.laid_over(language.load, spoken, settings.templates)
    asked = dossier.asked(session, ticket_id)
    return {
        "known": known(findings.standing(session, ticket_id), words, speech, settings.zone),
        "lacking": [Lacking(name=words.field_name(each), asked_at=asked.get(each)) for each in about.ticket.missing],
    }


def _of_trust(session: Session, ticket: Ticket, customer: str, mails: Sequence[Message]) -> dict[str, Any]:
    """Who wrote the mails that are new, and what else is known of them and of others with the same trouble."""
    ticket_id = ticket.id or 0
    last = mails[-1] if mails else dossier.last_word(session, ticket_id)
    warnings = [str(detail.get("why", "")) for _at, detail in dossier.events(session, ticket_id, *_WARNINGS)]
    warnings += [*_unthanked(session, ticket_id), *_unreached(session, ticket_id)]
    similar = [str(detail.get("why", "")) for _at, detail in dossier.events(session, ticket_id, _SIMILAR)]
    return {
        "identity": last.identity if last else "",
        "identity_why": last.identity_why if last else "",
        "warnings": list(dict.fromkeys(filter(None, warnings))),
        "similar": list(dict.fromkeys(filter(None, similar)))[-1:],
        "earlier": [
            Other(number=each.number, subject=each.subject, status=each.status, closed_at=each.closed_at, why=each.why)
            for each in dossier.others(session, ticket, customer)
        ],
    }


def _unthanked(session: Session, ticket_id: int) -> list[str]:
    """That the customer has had no letter at all, as long as that is so."""
    if said.last_answer(session, ticket_id) is not None:
        return []
    reasons = [str(detail.get("why", "")) for _at, detail in dossier.events(session, ticket_id, _UNTHANKED)]
    return [f"not acknowledged: {why}; your answer is the first to name the number" for why in reasons[:1]]


def _unreached(session: Session, ticket_id: int) -> list[str]:
    """That an answer on an incident's own ticket does not go to all."""
    count = incidents.left_out(session, ticket_id)
    return [f"{count} tickets of it are not reached: their senders are not proven, answer each there"] if count else []


def _verbs(session: Session, about: Briefing, *, inside: bool) -> list[tuple[str, str]]:
    """What one tap does, the likeliest first."""
    ticket, own = about.ticket, about.ticket.assignee_id == about.agent.id
    newest = answers.newest(session, ticket.id or 0)
    offered = (
        (Purpose.TAKE, not own),
        (Purpose.WAIT, ticket.status == Status.OPEN),
        (Purpose.CLOSE, ticket.status in (Status.OPEN, Status.WAITING)),
        (Purpose.OPEN, ticket.status == Status.CLOSED),
        (Purpose.NOTE, not inside),
        (Purpose.WATCH, not own),
        (Purpose.MUTE, not own),
        (Purpose.UNDO, newest > 0),
        (Purpose.HELP, True),
    )
    return [(purpose.value, about.addresses.link(purpose)) for purpose, wanted in offered if wanted]

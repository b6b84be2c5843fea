"""Puts an agent's answer into the outbox: a letter for each who takes part, in the customer's thread, as the team's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, select

from intake.agents.answer_check import Doubt
from intake.desks import OpenDesk
from parsing.mail import AttachmentKind, Nature
from replies import answers as composing
from replies import letters
from replies.acknowledge import Composed
from replies.answers import Thread
from replies.enclosing import File
from store import answers, commands, exchange, incidents, outbox, rows, said, tickets
from store.models import Answer, Attachment, Message, Participant, Ticket
from store.states import Move, Status

#: Doubts that nobody can wave aside: what was hidden cannot be sent, nor what is not there, nor what is too much.
UNSENDABLE: Final = frozenset({Doubt.SECRET.value, Doubt.EMPTY.value, Doubt.TOO_LARGE.value})

#: That there is no customer.
NOBODY: Final = "refused.no_customer"

#: What cameras make, with the place and the time in it: what leaves is the copy that holds nothing but its dots.
_CAMERAS: Final = frozenset({"image/jpeg", "image/heic", "image/heif"})

#: Messages of a ticket that an answer's References may name.
_CHAIN: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispatch:
    """An answer's way out."""

    session: Session
    desk: OpenDesk
    ticket: Ticket
    by: str  #: who sends it, for the record
    mail_id: int | None  #: the mail in hand that causes it; None where none does
    content: Callable[[Attachment, str], bytes]  #: what a file holds, or one of its copies
    now: datetime
    shadow: bool = False  #: nothing leaves

    @property
    def ticket_id(self) -> int:
        """The ticket's key."""
        return self.ticket.id or 0


def recipients(session: Session, ticket_id: int) -> Sequence[Participant]:
    """Who takes part as a customer, whoever asked first."""
    statement = select(Participant).where(
        Participant.ticket_id == ticket_id, col(Participant.role).in_(("requester", "copied"))
    )
    found = session.exec(statement.order_by(col(Participant.id))).all()
    return sorted(found, key=lambda each: each.role != "requester")


def files_of(session: Session, message_id: int) -> list[Attachment]:
    """A message's files that go to a customer: all but what was set apart."""
    statement = select(Attachment).where(
        Attachment.message_id == message_id, Attachment.kind != AttachmentKind.SIGNATURE.value
    )
    return list(session.exec(statement.order_by(col(Attachment.position))).all())


def obstacle(session: Session, ticket: Ticket, why: str = "") -> str:
    """What stands in the way of an answer on a ticket, as a phrase of orders.toml; "" for nothing.

    `why` is why it is held: doubts that nobody can wave aside are in the way too.
    """
    unsendable = UNSENDABLE.intersection(why.split(","))
    if unsendable:
        return f"doubts.{min(unsendable)}"
    if ticket.status == Status.HELD:
        return "refused.held_ticket"
    nobody = not recipients(session, ticket.id or 0) and not incidents.reached(session, ticket.id or 0)
    return NOBODY if nobody else ""


def put_out(way: Dispatch, row: Answer, words: str, files: Sequence[Attachment]) -> None:
    """Put an answer into the outbox, one letter for each who takes part; the ticket is its writer's, and waits.

    On an incident's own ticket it goes to all of the incident's, to each as one of its own ticket's letters.
    """
    session, ticket_id = way.session, way.ticket_id
    enclosures = [_enclosure(way, number, each) for number, each in enumerate(files)]
    said_to = [{"name": "", "address": part.address} for part in recipients(session, ticket_id)]
    keys = _letters(way, words, enclosures, first=True)
    for member_id in incidents.reached(session, ticket_id):
        member = replace(way, ticket=rows.one(session, Ticket, member_id))
        keys += _to_member(member, words, enclosures, first=not keys)
    answers.goes_out(session, row, keys, way.ticket.status)
    _tell_of(way, row, _thread(way).desk_address, said_to)
    tickets.move(session, ticket_id, Move.WE_ANSWERED, way.by, way.now)
    detail = {"answer": row.serial, "letters": keys}
    tickets.add_event(session, ticket_id, way.now, "answered", way.by, detail)
    commands.assign(session, ticket_id, row.agent_id, way.by, way.now)


def _letters(way: Dispatch, words: str, enclosures: Sequence[File], *, first: bool) -> list[int]:
    """Queue a letter for each who takes part; `first` is for the first one of all that the mail in hand causes."""
    thread, shown = _thread(way), [each.content_id for each in enclosures if each.content_id]
    letter = letters.answer(way.desk.settings, letters.view_of(way.ticket), words, shown)
    keys: list[int] = []
    for part in recipients(way.session, way.ticket_id):
        made = composing.composed(
            way.desk.settings,
            letter,
            thread,
            enclosures,
            recipient=part.address,
            role=part.role,
            token_key=way.desk.key.tokens,
            handle=part.handle,
            sequence=said.letters(way.session, way.ticket_id) + 1,
            now=way.now,
        )
        keys.append(_queue(way, made, first=first and not keys))
    return keys


def _to_member(way: Dispatch, words: str, enclosures: Sequence[File], *, first: bool) -> list[int]:
    """Answer one ticket of an incident: it waits for its customer, and stays whose it is."""
    keys = _letters(way, words, enclosures, first=first)
    if keys:
        answers.copy_out(way.session, way.ticket_id, keys[0], words, way.desk.settings.display_name, way.now)
        tickets.move(way.session, way.ticket_id, Move.WE_ANSWERED, way.by, way.now)
        tickets.add_event(way.session, way.ticket_id, way.now, "answered", way.by, {"letters": keys})
    return keys


def _thread(way: Dispatch) -> Thread:
    """Under the customer's last mail; no msg-id of an agent's is ever named, since its domain tells of him."""
    statement = (
        select(Message)
        .where(Message.ticket_id == way.ticket_id, col(Message.direction).in_(("in", "out")))
        .order_by(col(Message.id).desc())
        .limit(_CHAIN)
    )
    chain = list(reversed(way.session.exec(statement).all()))
    theirs = [each for each in chain if each.direction == "in" and each.message_id]
    known = {address.lower(): address for address in way.desk.settings.addresses}
    written_to = [each["address"].lower() for mail in reversed(theirs) for each in mail.recipients]
    ours = next((known[each] for each in written_to if each in known), way.desk.settings.addresses[0])
    ids = [each.message_id for each in chain if each.message_id]
    return Thread(desk_address=ours, answered=theirs[-1].message_id if theirs else None, references=ids)


def _enclosure(way: Dispatch, number: int, file: Attachment) -> File:
    shown = file.inline and file.type.startswith("image/")
    domain = way.desk.settings.addresses[0].rpartition("@")[2].lower()
    cid = f"{number}.{file.sha256[:16]}@{domain}" if shown else None
    if file.large is not None and file.type in _CAMERAS:
        copy = way.content(file, file.large)
        return File(name=f"{Path(file.name).stem}.jpg", type="image/jpeg", content=copy, content_id=cid)
    return File(name=file.name, type=file.type, content=way.content(file, file.blob), content_id=cid)


def _tell_of(way: Dispatch, row: Answer, desk_address: str, to: list[dict[str, str]]) -> None:
    """The message shows what the customer gets, and nothing of the mail that the agent wrote it in."""
    message = rows.one(way.session, Message, row.message_id)
    message.sender, message.sender_name = desk_address, way.desk.settings.display_name
    message.recipients, message.text = to, message.new_text
    message.nature = Nature.HUMAN.value  # whatever its words are like, an agent stands for it
    way.session.add(message)
    way.session.flush()


def _queue(way: Dispatch, made: Composed, *, first: bool) -> int:
    key = outbox.queue(
        way.session,
        desk_id=way.desk.id,
        ticket_id=way.ticket_id,
        mail_id=way.mail_id if first else None,  # one a mail: the database refuses a second answer of the same one
        kind=exchange.ANSWER,
        message_id=made.message_id,
        envelope_from=made.envelope_from,
        recipients=[made.recipient],
        content=made.content,
        now=way.now,
        delay=way.desk.answer_hold,
        hold="shadow" if way.shadow else "",
    )
    tickets.add_thread_ids(way.session, way.desk.id, way.ticket_id, made.message_id)
    return key

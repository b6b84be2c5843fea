"""An agent's answer on its way: checked, held and shown where it should be, else put into the outbox for a while.

Whatever is written is kept, as a note, before anything else: nothing is lost, and nothing leaves twice, since an answer
that is out is never put out again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from intake.agents import customers, receipts, writing
from intake.agents.answer_check import Doubt, Draft, doubts, without_secrets
from intake.agents.errand import Errand, Refused
from intake.agents.inside import internal_lines
from intake.agents.page import own_page
from parsing.mail import AttachmentKind
from replies import answers as composing
from replies import letters
from replies.acknowledge import Composed
from replies.answers import Thread
from replies.enclosing import File
from replies.order_words import Told
from store import answers, commands, exchange, incidents, opening, outbox, people, rows, said, tickets
from store.facts import Purpose
from store.models import Agent, Answer, Attachment, Message, Participant, Ticket
from store.states import Move, Status

COLLISION: Final = "collision"
PREVIEW: Final = "preview"

#: Doubts that nobody can wave aside: what was hidden cannot be sent, nor what is not there, nor what is too much.
UNSENDABLE: Final = frozenset({Doubt.SECRET.value, Doubt.EMPTY.value, Doubt.TOO_LARGE.value})

#: What cameras make, with the place and the time in it: what leaves is the copy that holds nothing but its dots.
_CAMERAS: Final = frozenset({"image/jpeg", "image/heic", "image/heif"})

#: Messages of a ticket that an answer's References may name.
_CHAIN: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What is to leave."""

    words: str
    files: Sequence[Attachment]  #: rows of the files that go with it
    stray: Sequence[str] = ()  #: lines that would be orders at the top


def written(errand: Errand) -> Written:
    """The mail in hand as an answer."""
    mail, page = errand.work.mail, own_page(errand.work.mail)
    if page is not None:
        _set_apart(errand, page.foreign)
    customers = select(Message.text).where(Message.ticket_id == errand.ticket_id, Message.direction == "in")
    words = writing.for_customer(mail, errand.session.exec(customers).all(), private(errand), page)
    return Written(words=words, files=files_of(errand.session, errand.message_id), stray=errand.orders.stray)


def _set_apart(errand: Errand, foreign: Collection[str]) -> None:
    """Call pictures a signature's that stand in it, or in what the agent quotes: they go to nobody."""
    own = (col(Attachment.message_id) == errand.message_id) & col(Attachment.content_id).in_(foreign)
    errand.session.connection().execute(update(Attachment).where(own).values(kind=AttachmentKind.SIGNATURE.value))


def files_of(session: Session, message_id: int) -> list[Attachment]:
    """A message's files that go to a customer: all but what was set apart."""
    statement = select(Attachment).where(
        Attachment.message_id == message_id, Attachment.kind != AttachmentKind.SIGNATURE.value
    )
    return list(session.exec(statement.order_by(col(Attachment.position))).all())


def private(errand: Errand) -> list[str]:
    """The addresses that no customer sees."""
    own = people.agent_addresses(errand.session, errand.agent.id)
    sender = errand.work.mail.from_.address.lower() if errand.work.mail.from_ else ""
    desk = {each.lower() for each in errand.work.desk.settings.addresses}
    return sorted({*own, sender} - desk - {""})


def answer(errand: Errand, what: Written, *, preview: bool = False) -> Answer:
    """Send what an agent has written, or hold it and show it to its writer, with the reason."""
    if not recipients(errand) and not incidents.reached(errand.session, errand.ticket_id):
        raise customers.nobody(errand)
    if errand.ticket.status == Status.HELD:
        raise Refused("refused.held_ticket")
    doubted = _doubts(errand, what)
    keep_words(errand, without_secrets(what.words))
    unseen = answers.unseen(errand.session, errand.ticket_id, errand.serial, errand.agent.id)
    why = ",".join([*([PREVIEW] if preview else []), *([COLLISION] if unseen else []), *doubted])
    row = answers.write(errand.session, errand.ticket_id, errand.agent.id, errand.message_id, why, errand.work.now)
    if why:
        tickets.add_event(
            errand.session, errand.ticket_id, errand.work.now, "answer held", errand.agent.name,
            {"answer": row.serial, "why": why},
        )  # fmt: skip
        show(errand, row, without_secrets(what.words), unseen)
    else:
        put_out(errand, row, what)
    return row


def hold(errand: Errand, what: Written, why: str, *, because: Sequence[str] = ()) -> None:
    """Hold what an agent has written, for that reason and whatever else speaks against it, and show it."""
    reasons = ",".join([why, *_doubts(errand, what)])
    words = without_secrets(what.words)
    keep_words(errand, words)
    row = answers.write(errand.session, errand.ticket_id, errand.agent.id, errand.message_id, reasons, errand.work.now)
    show(errand, row, words, because=because)


def put_out(errand: Errand, row: Answer, what: Written) -> None:
    """Put an answer into the outbox, one letter for each who takes part; the ticket is the agent's, and waits.

    On an incident's own ticket it goes to all of the incident's, to each as one of its own ticket's letters.
    """
    enclosures = [_enclosure(errand, number, each) for number, each in enumerate(what.files)]
    said_to = [{"name": "", "address": part.address} for part in recipients(errand)]
    keys = _letters(errand, what, enclosures, first=True)
    for ticket_id in incidents.reached(errand.session, errand.ticket_id):
        member = replace(errand, ticket=rows.one(errand.session, Ticket, ticket_id))
        keys += _to_member(member, what, enclosures, first=not keys)
    answers.goes_out(errand.session, row, keys, errand.ticket.status)
    _tell_of(errand, row, _thread(errand).desk_address, said_to)
    tickets.move(errand.session, errand.ticket_id, Move.WE_ANSWERED, errand.agent.name, errand.work.now)
    detail = {"answer": row.serial, "letters": keys}
    tickets.add_event(errand.session, errand.ticket_id, errand.work.now, "answered", errand.agent.name, detail)
    commands.assign(errand.session, errand.ticket_id, errand.agent.id, errand.agent.name, errand.work.now)


def _letters(errand: Errand, what: Written, enclosures: Sequence[File], *, first: bool) -> list[int]:
    """Queue a letter for each who takes part; `first` is for the first one of all that the mail in hand causes."""
    thread, shown = _thread(errand), [each.content_id for each in enclosures if each.content_id]
    letter = letters.answer(errand.work.desk.settings, letters.view_of(errand.ticket), what.words, shown)
    keys: list[int] = []
    for part in recipients(errand):
        made = composing.composed(
            errand.work.desk.settings,
            letter,
            thread,
            enclosures,
            recipient=part.address,
            role=part.role,
            token_key=errand.work.desk.key.tokens,
            handle=part.handle,
            sequence=said.letters(errand.session, errand.ticket_id) + 1,
            now=errand.work.now,
        )
        keys.append(_queue(errand, made, first=first and not keys))
    return keys


def _to_member(errand: Errand, what: Written, enclosures: Sequence[File], *, first: bool) -> list[int]:
    """Answer one ticket of an incident: it waits for its customer, and stays whose it is."""
    session, now = errand.session, errand.work.now
    keys = _letters(errand, what, enclosures, first=first)
    if keys:
        answers.copy_out(session, errand.ticket_id, keys[0], what.words, errand.work.desk.settings.display_name, now)
        tickets.move(session, errand.ticket_id, Move.WE_ANSWERED, errand.agent.name, now)
        tickets.add_event(session, errand.ticket_id, now, "answered", errand.agent.name, {"letters": keys})
    return keys


def show(errand: Errand, row: Answer, words: str, unseen: Sequence[Answer] = (), because: Sequence[str] = ()) -> None:
    """Show a held answer to its writer, with what can be done about it."""
    speech, addresses = errand.speech, errand.addresses
    reasons = [*because, *(_collided(errand, each) for each in unseen)]
    doubted = row.why.split(",")
    reasons += [speech.say(f"doubts.{doubt}") for doubt in doubted if doubt and not (doubt == COLLISION and unseen)]
    choices = [Purpose.KEEP, Purpose.DISCARD]
    if UNSENDABLE.isdisjoint(doubted):
        choices.insert(0, Purpose.SEND)
    links = tuple((speech.say(f"links.{each}"), addresses.link(each, row.serial)) for each in choices)
    receipts.tell(errand, Told(headline=speech.say("heads.held"), lines=tuple(reasons), words=words, links=links))


def recipients(errand: Errand) -> Sequence[Participant]:
    """Who takes part as a customer, whoever asked first."""
    statement = select(Participant).where(
        Participant.ticket_id == errand.ticket_id, col(Participant.role).in_(("requester", "copied"))
    )
    found = errand.session.exec(statement.order_by(col(Participant.id))).all()
    return sorted(found, key=lambda each: each.role != "requester")


def stored(errand: Errand, row: Answer) -> Written:
    """A held answer, as it was written."""
    message = rows.one(errand.session, Message, row.message_id)
    return Written(words=message.new_text, files=files_of(errand.session, row.message_id))


def keep_words(errand: Errand, words: str) -> None:
    """The note holds what would leave; all that the agent wrote stays beside it, for its orders."""
    message = rows.one(errand.session, Message, errand.message_id)
    message.new_text = words
    message.text = without_secrets(message.text)
    errand.session.add(message)
    errand.session.flush()


def _doubts(errand: Errand, what: Written) -> tuple[str, ...]:
    attached = {each.position: each for each in what.files}
    mail = errand.work.mail
    draft = Draft(
        words=what.words,
        files=[each for number, each in enumerate(mail.attachments) if number in attached],
        stray=what.stray,
        private=private(errand),
        internal=internal_lines(errand),
    )
    return doubts(draft)


def _collided(errand: Errand, other: Answer) -> str:
    """What another has answered, and how long ago."""
    agent = errand.session.get(Agent, other.agent_id)
    minutes = max(1, round((errand.work.now - other.created_at).total_seconds() / 60))
    words = rows.one(errand.session, Message, other.message_id).new_text
    return errand.speech.say("heads.collision", name=agent.name if agent else "?", minutes=minutes) + f"\n\n{words}"


def _thread(errand: Errand) -> Thread:
    """Under the customer's last mail; no msg-id of an agent's is ever named, since its domain tells of him."""
    statement = (
        select(Message)
        .where(Message.ticket_id == errand.ticket_id, col(Message.direction).in_(("in", "out")))
        .order_by(col(Message.id).desc())
        .limit(_CHAIN)
    )
    chain = list(reversed(errand.session.exec(statement).all()))
    theirs = [each for each in chain if each.direction == "in" and each.message_id]
    known = {address.lower(): address for address in errand.work.desk.settings.addresses}
    written_to = [each["address"].lower() for mail in reversed(theirs) for each in mail.recipients]
    ours = next((known[each] for each in written_to if each in known), errand.work.desk.settings.addresses[0])
    ids = [each.message_id for each in chain if each.message_id]
    return Thread(desk_address=ours, answered=theirs[-1].message_id if theirs else None, references=ids)


def _enclosure(errand: Errand, number: int, file: Attachment) -> File:
    shown = file.inline and file.type.startswith("image/")
    domain = errand.desk_address.rpartition("@")[2].lower()
    cid = f"{number}.{file.sha256[:16]}@{domain}" if shown else None
    if file.large is not None and file.type in _CAMERAS:
        copy = _content(errand, file, file.large)
        return File(name=f"{Path(file.name).stem}.jpg", type="image/jpeg", content=copy, content_id=cid)
    return File(name=file.name, type=file.type, content=_content(errand, file, file.blob), content_id=cid)


def _content(errand: Errand, file: Attachment, blob: str) -> bytes:
    """What a sealed file holds; those of the mail in hand have not got their lasting place yet."""
    work = errand.work
    if file.message_id == errand.message_id:
        return work.read_file(next(place for place, each in enumerate(work.files) if each.name == blob))
    return opening.content(errand.session, work.blobs, work.desk.key, blob)


def _tell_of(errand: Errand, row: Answer, desk_address: str, recipients: list[dict[str, str]]) -> None:
    """The message shows what the customer gets, and nothing of the mail that the agent wrote it in."""
    message = rows.one(errand.session, Message, row.message_id)
    message.sender, message.sender_name = desk_address, errand.work.desk.settings.display_name
    message.recipients, message.text = recipients, message.new_text
    errand.session.add(message)
    errand.session.flush()


def _queue(errand: Errand, made: Composed, *, first: bool) -> int:
    key = outbox.queue(
        errand.session,
        desk_id=errand.work.desk.id,
        ticket_id=errand.ticket_id,
        mail_id=errand.mail_id if first else None,  # one a mail: the database refuses a second answer of the same one
        kind=exchange.ANSWER,
        message_id=made.message_id,
        envelope_from=made.envelope_from,
        recipients=[made.recipient],
        content=made.content,
        now=errand.work.now,
        delay=errand.work.desk.answer_hold,
        hold="shadow" if errand.work.shadow else "",
    )
    tickets.add_thread_ids(errand.session, errand.work.desk.id, errand.ticket_id, made.message_id)
    return key

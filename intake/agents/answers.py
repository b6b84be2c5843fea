"""An agent's answer on its way: checked, held and shown where it should be, else put into the outbox for a while.

Whatever is written is kept, as a note, before anything else: nothing is lost, and nothing leaves twice, since an answer
that is out is never put out again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import update
from sqlmodel import col, select

from intake.agents import customers, dispatch, receipts, writing
from intake.agents.answer_check import Draft, doubts, without_secrets
from intake.agents.dispatch import Dispatch, files_of
from intake.agents.errand import Errand, Refused
from intake.agents.inside import internal_lines
from intake.agents.page import own_page
from parsing.mail import AttachmentKind
from replies.order_words import Told
from store import answers, opening, people, rows, tickets
from store.facts import Purpose
from store.models import Agent, Answer, Attachment, Message

COLLISION: Final = "collision"
PREVIEW: Final = "preview"


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


def private(errand: Errand) -> list[str]:
    """The addresses that no customer sees."""
    own = people.agent_addresses(errand.session, errand.agent.id)
    sender = errand.work.mail.from_.address.lower() if errand.work.mail.from_ else ""
    desk = {each.lower() for each in errand.work.desk.settings.addresses}
    return sorted({*own, sender} - desk - {""})


def answer(errand: Errand, what: Written, *, preview: bool = False) -> Answer:
    """Send what an agent has written, or hold it and show it to its writer, with the reason."""
    check_way(errand)
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


def check_way(errand: Errand, why: str = "") -> None:
    """Raise Refused where an answer cannot leave; `why` is why it is held."""
    found = dispatch.obstacle(errand.session, errand.ticket, why)
    if found:
        raise customers.nobody(errand) if found == dispatch.NOBODY else Refused(found)


def hold(errand: Errand, what: Written, why: str, *, because: Sequence[str] = ()) -> None:
    """Hold what an agent has written, for that reason and whatever else speaks against it, and show it."""
    overtaken = answers.since_customer(errand.session, errand.ticket_id, errand.agent.id)
    reasons = ",".join([why, *([COLLISION] if overtaken else []), *_doubts(errand, what)])
    words = without_secrets(what.words)
    keep_words(errand, words)
    row = answers.write(errand.session, errand.ticket_id, errand.agent.id, errand.message_id, reasons, errand.work.now)
    show(errand, row, words, overtaken, because)


def put_out(errand: Errand, row: Answer, what: Written) -> None:
    """Put an answer of the agent's into the outbox."""
    way = Dispatch(
        session=errand.session,
        desk=errand.work.desk,
        ticket=errand.ticket,
        by=errand.agent.name,
        mail_id=errand.mail_id,
        content=partial(_content, errand),
        now=errand.work.now,
        shadow=errand.work.shadow,
    )
    dispatch.put_out(way, row, what.words, what.files)


def show(errand: Errand, row: Answer, words: str, unseen: Sequence[Answer] = (), because: Sequence[str] = ()) -> None:
    """Show a held answer to its writer, with what can be done about it."""
    speech, addresses = errand.speech, errand.addresses
    reasons = [*because, *(_collided(errand, each) for each in unseen)]
    doubted = row.why.split(",")
    reasons += [speech.say(f"doubts.{doubt}") for doubt in doubted if doubt and not (doubt == COLLISION and unseen)]
    choices = [Purpose.KEEP, Purpose.DISCARD]
    if dispatch.UNSENDABLE.isdisjoint(doubted):
        choices.insert(0, Purpose.SEND)
    links = tuple((speech.say(f"links.{each}"), addresses.link(each, row.serial)) for each in choices)
    receipts.tell(errand, Told(headline=speech.say("heads.held"), lines=tuple(reasons), words=words, links=links))


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
    named = {people.canonical(each.address) for each in (*mail.to, *mail.cc)}
    draft = Draft(
        words=what.words,
        files=[each for number, each in enumerate(mail.attachments) if number in attached],
        stray=what.stray,
        private=private(errand),
        internal=internal_lines(errand),
        direct=any(part.address in named for part in dispatch.recipients(errand.session, errand.ticket_id)),
    )
    return doubts(draft)


def _collided(errand: Errand, other: Answer) -> str:
    """What another has answered, and how long ago."""
    agent = errand.session.get(Agent, other.agent_id)
    minutes = max(1, round((errand.work.now - other.created_at).total_seconds() / 60))
    words = rows.one(errand.session, Message, other.message_id).new_text
    return errand.speech.say("heads.collision", name=agent.name if agent else "?", minutes=minutes) + f"\n\n{words}"


def _content(errand: Errand, file: Attachment, blob: str) -> bytes:
    """What a sealed file holds; those of the mail in hand have not got their lasting place yet."""
    work = errand.work
    if file.message_id == errand.message_id:
        return work.read_file(next(place for place, each in enumerate(work.files) if each.name == blob))
    return opening.content(errand.session, work.blobs, work.desk.key, blob)

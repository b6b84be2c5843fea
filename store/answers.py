"""Answers of agents to customers, from when they were written.

    written ──► out      its letters are in the outbox, and can be taken back until the first has left
            ──► held     shown to its writer, who sends it, keeps it as a note, or throws it away
    held    ──► out, note, discarded
    out     ──► held     taken back

Each has a serial within its ticket; a token says which was the newest that its agent saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from store import outbox_control, rows, tickets
from store.models import Answer, Letter, LetterAttempt, LetterRecipient, Message, Ticket
from store.states import BACK, Move, Status

OUT: Final = "out"
HELD: Final = "held"
NOTE: Final = "note"
DISCARDED: Final = "discarded"

_SETTLED: Final = {NOTE: "answer kept as a note", DISCARDED: "answer discarded"}

#: Why an answer is held that its writer has taken back.
UNDONE: Final = "undone"


def newest(session: Session, ticket_id: int) -> int:
    """The serial of a ticket's newest answer, 0 before the first: what a notice tells its agent is told up to there."""
    return session.exec(select(func.max(Answer.serial)).where(Answer.ticket_id == ticket_id)).one() or 0


def write(session: Session, ticket_id: int, agent_id: int, message_id: int, why: str, now: datetime) -> Answer:
    """Keep what an agent has written to the customer; it is held until `goes_out` says otherwise."""
    ticket = rows.one(session, Ticket, ticket_id)
    answer = Answer(
        ticket_id=ticket_id,
        agent_id=agent_id,
        message_id=message_id,
        serial=newest(session, ticket_id) + 1,
        state=HELD,
        why=why,
        before=ticket.status,
        created_at=now,
    )
    return rows.one(session, Answer, rows.add(session, answer))


def find(session: Session, ticket_id: int, serial: int) -> Answer | None:
    """An answer by its serial."""
    return session.exec(select(Answer).where(Answer.ticket_id == ticket_id, Answer.serial == serial)).first()


def of_ticket(session: Session, ticket_id: int) -> Sequence[Answer]:
    """A ticket's answers, the oldest first."""
    return session.exec(select(Answer).where(Answer.ticket_id == ticket_id).order_by(col(Answer.serial))).all()


def latest(session: Session, ticket_id: int, agent_id: int, state: str) -> Answer | None:
    """The newest of an agent's answers on a ticket that is in a state."""
    statement = select(Answer).where(Answer.ticket_id == ticket_id, Answer.agent_id == agent_id, Answer.state == state)
    return session.exec(statement.order_by(col(Answer.serial).desc())).first()


def held_for(session: Session, agent_id: int, why: str, since: datetime) -> int:
    """How many of an agent's answers that were written since then are held for that reason."""
    statement = select(Answer.why).where(
        Answer.agent_id == agent_id, Answer.state == HELD, col(Answer.created_at) > since
    )
    return sum(why in each.split(",") for each in session.exec(statement).all())


def unseen(session: Session, ticket_id: int, serial: int, agent_id: int) -> Sequence[Answer]:
    """What others have answered after that serial: an agent who has seen no more writes past them."""
    statement = select(Answer).where(
        Answer.ticket_id == ticket_id,
        col(Answer.serial) > serial,
        Answer.agent_id != agent_id,
        Answer.state == OUT,
    )
    return session.exec(statement.order_by(col(Answer.serial))).all()


def since_customer(session: Session, ticket_id: int, agent_id: int) -> Sequence[Answer]:
    """What others have answered since the customer last wrote: an agent may have written without having seen it."""
    wrote = select(func.max(Message.received_at)).where(Message.ticket_id == ticket_id, Message.direction == "in")
    last = session.exec(wrote).one()
    others = unseen(session, ticket_id, 0, agent_id)
    return [each for each in others if last is None or each.created_at > last]


def goes_out(session: Session, answer: Answer, letters: Sequence[int], before: str) -> None:
    """Say that an answer is in the outbox: its message is one of ours from now on, under the first letter's msg-id."""
    answer.state, answer.letters, answer.why, answer.before = OUT, list(letters), "", before
    message = rows.one(session, Message, answer.message_id)
    message.direction, message.letter_id = "out", letters[0]
    message.message_id = rows.one(session, Letter, letters[0]).message_id
    session.add_all([answer, message])
    session.flush()


def copy_out(session: Session, ticket_id: int, letter_id: int, words: str, name: str, now: datetime) -> None:
    """Show an answer on a ticket that it reaches besides its own."""
    ticket, letter = rows.one(session, Ticket, ticket_id), rows.one(session, Letter, letter_id)
    reached = select(LetterRecipient.address).where(LetterRecipient.letter_id == letter_id)
    message = rows.Draft(
        Message,
        desk_id=ticket.desk_id,
        ticket_id=ticket_id,
        letter_id=letter_id,
        direction="out",
        message_id=letter.message_id,
        sender_name=name,
        recipients=[{"name": "", "address": each} for each in session.exec(reached).all()],
        date=now,
        received_at=now,
        text=words,
        new_text=words,
        identity="verified",
    )
    tickets.add_message(session, message, ())


def settle(session: Session, answer: Answer, state: str, by: str, now: datetime) -> None:
    """Say that a held answer is a note, or is thrown away; its words are kept either way."""
    answer.state = state
    session.add(answer)
    session.flush()
    tickets.add_event(session, answer.ticket_id, now, _SETTLED[state], by, {"answer": answer.serial})


def take_back(session: Session, answer: Answer, by: str, now: datetime) -> bool:
    """Hold an answer that has not left; the ticket is as it was before it. False where it has left, or is not out."""
    letters = [rows.one(session, Letter, key) for key in answer.letters]
    if answer.state != OUT or not letters or not all(_is_here(session, letter) for letter in letters):
        return False
    for letter in letters:
        outbox_control.cancel(session, letter.id or 0, f"taken back by {by}")
    message = rows.one(session, Message, answer.message_id)
    message.direction = "note"
    answer.state, answer.why = HELD, UNDONE
    session.add_all([message, answer])
    session.flush()
    ticket = rows.one(session, Ticket, answer.ticket_id)
    before = Status(answer.before)
    if before in BACK and ticket.status not in (before, Status.HELD):
        tickets.move(session, answer.ticket_id, BACK[before], tickets.LOKET, now)
    tickets.add_event(session, answer.ticket_id, now, "answer taken back", by, {"answer": answer.serial})
    _take_copies_back(session, answer, by, now)
    return True


def _take_copies_back(session: Session, answer: Answer, by: str, now: datetime) -> None:
    """What it was on other tickets is a note there, and it is our turn again."""
    copies = select(Message).where(
        col(Message.letter_id).in_(answer.letters), Message.ticket_id != answer.ticket_id, Message.direction == "out"
    )
    for message in session.exec(copies).all():
        message.direction = "note"
        session.add(message)
        session.flush()
        if rows.one(session, Ticket, message.ticket_id).status == Status.WAITING:
            tickets.move(session, message.ticket_id, Move.REOPEN, tickets.LOKET, now)
        tickets.add_event(session, message.ticket_id, now, "answer taken back", by)


def _is_here(session: Session, letter: Letter) -> bool:
    """Whether nothing of a letter has left, nor may be on its way; its row is locked until the transaction ends."""
    session.exec(select(Letter.id).where(Letter.id == letter.id).with_for_update()).one()
    session.refresh(letter)
    sent = select(LetterRecipient.id).where(LetterRecipient.letter_id == letter.id, LetterRecipient.state == "sent")
    going = select(LetterAttempt.id).where(
        LetterAttempt.letter_id == letter.id, col(LetterAttempt.intent_at).is_not(None)
    )
    begun = session.exec(sent).first() or session.exec(going).first()
    return letter.state in ("pending", "held") and begun is None

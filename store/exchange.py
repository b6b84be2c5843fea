"""What has gone to and fro between a sender and a desk, as far as automatic letters took part. Reads only.

How a mail answered a letter is judged once, when it comes, and stands in its row of the ledger; here it is counted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, func
from sqlmodel import Session, col, select

from parsing.mail import Nature
from store.facts import Exchange, OurLetter, Round
from store.models import Letter, LetterRecipient, Mail, Message
from store.prepared import Prepared

#: The letter kind whose sending is rationed.
ACKNOWLEDGEMENT: Final = "received"

#: The letter kind that a person wrote; all others are automatic.
ANSWER: Final = "answer"

#: Responders that take a day for each answer are known within a week.
MEMORY: Final = timedelta(days=7)

#: The most that any rule counts is five.
MAX_ROUNDS: Final = 12

#: Mails whose words are compared: responders that take turns between two texts are seen too.
MAX_SAID: Final = 6

#: Of a mail's words, what is compared.
MAX_WORDS: Final = 4_000


class Written(NamedTuple):
    """The automatic letters to an address."""

    acknowledged_last_hour: int
    acknowledged_last_day: int
    last_day: int  #: of whatever kind
    any: bool  #: whether there were any within MEMORY


_TO_SENDER = (
    LetterRecipient.address == bindparam("sender"),
    Letter.desk_id == bindparam("desk"),
    col(Letter.created_at) > bindparam("after"),
)
_JOINED = col(LetterRecipient.letter_id) == col(Letter.id)


def _acknowledged(since: str) -> object:
    return _many((col(Letter.kind) == ACKNOWLEDGEMENT) & (col(Letter.created_at) > bindparam(since)))


def _many(alike: ColumnElement[bool]) -> object:
    return func.coalesce(func.sum(case((alike, 1), else_=0)), 0)


_WRITTEN = Prepared(
    select(  # type: ignore[call-overload]
        _acknowledged("hour"), _acknowledged("day"), _many(col(Letter.created_at) > bindparam("day")), func.count()
    )
    .select_from(Letter)
    .join(LetterRecipient, _JOINED)
    .where(*_TO_SENDER, Letter.kind != ANSWER)
)
_LAST_LETTER = Prepared(
    select(Letter.created_at, Letter.ticket_id, Letter.kind)
    .join(LetterRecipient, _JOINED)
    .where(*_TO_SENDER)
    .order_by(col(Letter.created_at).desc(), col(Letter.id).desc())
    .limit(1)
)
_BY_SENDER = (
    Mail.desk_id == bindparam("desk"),
    col(Mail.sender) == bindparam("sender"),
    col(Mail.received_at) > bindparam("after"),
)
_FOLLOWED = Prepared(select(Mail.id).where(*_BY_SENDER, Mail.nature == Nature.HUMAN.value).limit(1))
_ROUNDS = Prepared(
    select(Mail.received_at, Mail.answers_as)
    .where(*_BY_SENDER, Mail.answers_as != "")
    .order_by(col(Mail.received_at).desc())
    .limit(MAX_ROUNDS)
)
_SAID = Prepared(
    select(func.substr(Message.new_text, 1, MAX_WORDS))
    .join(Mail, col(Message.mail_id) == col(Mail.id))
    .where(*_BY_SENDER, Message.direction == "in")
    .order_by(col(Mail.received_at).desc())
    .limit(MAX_SAID)
)
_OURS = Prepared(
    select(func.substr(Message.text, 1, MAX_WORDS))
    .join(LetterRecipient, col(Message.letter_id) == col(LetterRecipient.letter_id))
    .where(
        LetterRecipient.address == bindparam("sender"),
        Message.desk_id == bindparam("desk"),
        col(Message.received_at) > bindparam("after"),
    )
    .order_by(col(Message.id).desc())
    .limit(MAX_SAID)
)


#: Whether a person of ours has answered an address.
ANSWERED = (
    select(Letter.id)
    .join(LetterRecipient, _JOINED)
    .where(
        LetterRecipient.address == bindparam("sender"),
        Letter.desk_id == bindparam("desk"),
        Letter.kind == ANSWER,
        Letter.state == "sent",
    )
)


def written(session: Session, desk_id: int, sender: str, now: datetime) -> Written:
    """How much the desk has written to an address of its own accord."""
    since = {"hour": now - timedelta(hours=1), "day": now - timedelta(days=1), "after": now - MEMORY}
    found = _WRITTEN.first(session, {"desk": desk_id, "sender": sender} | since)
    return Written(int(found[0]), int(found[1]), int(found[2]), found[3] > 0)


def exchange(session: Session, desk_id: int, sender: str, now: datetime) -> Exchange:
    """The exchange with a sender to whom there were letters."""
    wanted = {"desk": desk_id, "sender": sender, "after": now - MEMORY}
    return Exchange(
        letter=_unanswered(session, wanted),
        rounds=tuple(Round(at=at, kind=kind) for at, kind in _ROUNDS.all(session, wanted)),
        said=tuple(words for (words,) in _SAID.all(session, wanted)),
        ours=tuple(words for (words,) in _OURS.all(session, wanted)),
    )


def _unanswered(session: Session, wanted: dict[str, Any]) -> OurLetter | None:
    """Our last letter, where nothing has followed it but what is known for a machine's."""
    last = _LAST_LETTER.first(session, wanted)
    if last is None or _FOLLOWED.first(session, wanted | {"after": last.created_at}):
        return None
    return OurLetter(at=last.created_at, ticket_id=last.ticket_id, automatic=last.kind != ANSWER)

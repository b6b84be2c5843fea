"""The outbox: what we have decided to say, and how far each letter has come.

    queue ──► pending ──due──► claimed (lease, fence) ──intend──► the dot ──record──► sent
                 ▲                  │                                │                failed
                 └──── Later ◄──────┴──────── Later, Unanswered ◄────┘

A letter is handed on at least once, always with the same Message-ID. The intent, committed before the final dot, makes
the one unavoidable duplicate countable: an attempt with an intent and without an end is a dot whose answer we never saw
(RFC 1047). A sender that has lost its lease is told so by the fence, and writes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, or_, update
from sqlmodel import Session, col, select

from store import claimed, rows
from store.models import Event, Letter, LetterAttempt, LetterRecipient
from store.prepared import Prepared

#: The pause after the first try, and the longest: RFC 5321, 4.5.4.1 wants half an hour after several.
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=4)

#: RFC 5321, 4.5.4.1: at least four to five days.
GIVE_UP: Final = timedelta(days=5)

#: Longer than the ten minutes that a dot may take to be answered (RFC 5321, 4.5.3.2.6), which nothing can call back.
LEASE: Final = timedelta(seconds=1200)

#: The kind of letters with a copy of a sealed file, which nobody keeps once they have left.
SEALED: Final = "sealed_file"

MAX_REPLY: Final = 500  #: of what a server says, for people: some say pages


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A letter that one sender may try to hand on, while its lease lasts."""

    letter_id: int
    fence: int
    message_id: str  #: without angle brackets
    envelope_from: str  #: "" is the null reverse-path
    recipients: tuple[str, ...]  #: those still to be reached
    content: bytes
    attempts: int  #: this one included


@dataclass(frozen=True, slots=True)
class Sent:
    """The server has taken the letter for this recipient."""

    reply: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: by the pauses of `pause`, or at a time that the sender knows better."""

    reply: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Not ever."""

    why: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The dot was sent and no answer came: perhaps delivered, so the attempt stays without an end."""


Outcome = Sent | Later | Failed | Unanswered


def queue(
    session: Session,
    *,
    desk_id: int,
    ticket_id: int | None,
    mail_id: int | None,
    kind: str,
    message_id: str,
    envelope_from: str,
    recipients: Sequence[str],
    content: bytes,
    now: datetime,
    hold: str = "",
    give_up: timedelta = GIVE_UP,
    delay: timedelta = timedelta(),
) -> int:
    """Put a letter into the outbox with the caller's transaction; returns its key. It leaves after `delay`.

    `hold` is a reason to keep it back until an operator looks at it. A second letter of one kind for one mail is an
    IntegrityError: the ledger should have told the caller that the mail was done.
    """
    letter = rows.Draft(
        Letter,
        desk_id=desk_id,
        ticket_id=ticket_id,
        mail_id=mail_id,
        kind=kind,
        message_id=message_id,
        envelope_from=envelope_from,
        content=content,
        state="held" if hold else "pending",
        reason=hold,
        created_at=now,
        due_at=now + delay,
        give_up_at=now + give_up,
    )
    key = rows.add(session, letter)
    pending = {"letter_id": key, "state": "pending"}
    rows.add_all(session, [rows.Draft(LetterRecipient, address=each, **pending) for each in dict.fromkeys(recipients)])
    return key


_DUE = Prepared(
    select(Letter.id)
    .where(Letter.state == "pending", col(Letter.due_at) <= bindparam("now"))
    .order_by(col(Letter.due_at))
    .limit(1)
)


def is_any_due(session: Session, now: datetime) -> bool:
    """Whether a letter's time has come; it may be claimed already."""
    return _DUE.first(session, {"now": now}) is not None


def due(session: Session, now: datetime, limit: int, lease: timedelta = LEASE) -> list[Claim]:
    """Claim up to `limit` letters whose time has come, the oldest first; the attempts are committed with the claims."""
    free = or_(col(Letter.lease_until).is_(None), col(Letter.lease_until) < now)
    ready = (
        select(Letter.id)
        .where(Letter.state == "pending", Letter.due_at <= now, free)
        .order_by(col(Letter.due_at), col(Letter.id))
        .limit(limit)
        .with_for_update(skip_locked=True)  # PostgreSQL's; SQLite has one writer at a time anyway
    )
    statement = (
        update(Letter)
        .where(col(Letter.id).in_(ready))
        .values(lease_until=now + lease, fence=col(Letter.fence) + 1, attempts=col(Letter.attempts) + 1)
        .returning(*(col(getattr(Letter, name)) for name in _CLAIMED))
    )
    letters = sorted(session.connection().execute(statement).mappings(), key=lambda row: (row["due_at"], row["id"]))
    if not letters:
        return []
    rows.add_all(session, [LetterAttempt(letter_id=row["id"], fence=row["fence"], started_at=now) for row in letters])
    waiting = _waiting(session, [row["id"] for row in letters])
    return [_claim(row, waiting.get(row["id"], ())) for row in letters]


def _of(claim: Claim) -> dict[str, Any]:
    return {"letter": claim.letter_id, "own_fence": claim.fence}


def intend(session: Session, claim: Claim, now: datetime, lease: timedelta = LEASE) -> bool:
    """Record that the final dot is about to be sent, and renew the lease over its answer.

    Has to be committed before the dot. False where the letter is no longer this claim's: then it must not be sent.
    """
    if claimed.RENEW.run(session, _of(claim) | {"until": now + lease}) != 1:
        return False
    claimed.INTEND.run(session, _of(claim) | {"at": now})
    return True


def record(
    session: Session, claim: Claim, outcomes: Mapping[str, Outcome], now: datetime, rng: random.Random
) -> str | None:
    """Write down what came back, by recipient; one without an outcome stays to be reached.

    Returns the letter's state, or None where the letter is no longer this claim's: then nothing was written. A failure
    becomes an event of the ticket. What is not sent by the letter's time of giving up has failed.
    """
    letter = claimed.MINE.first(session, _of(claim))
    if letter is None:
        return None
    expired = now >= letter.give_up_at
    final = {address: _given_up(outcome) if expired else outcome for address, outcome in outcomes.items()}
    _record_recipients(session, claim, final)
    if not any(isinstance(outcome, Unanswered) for outcome in outcomes.values()):
        said = "; ".join(dict.fromkeys(reply for outcome in outcomes.values() if (reply := _said(outcome))))
        claimed.ENDED.run(session, _of(claim) | {"at": now, "said": said[:MAX_REPLY]})
    failed = {address: outcome.why for address, outcome in final.items() if isinstance(outcome, Failed)}
    if failed and letter.ticket_id is not None:
        rows.add(session, _failure(claim, letter.ticket_id, letter.kind, failed, now))
    state = _settle(session, claim, final, now, rng)
    if letter.kind == SEALED and state != "pending":
        session.connection().execute(update(Letter).where(col(Letter.id) == claim.letter_id).values(content=b""))
    return state


def pause(attempts: int, rng: random.Random) -> timedelta:
    """How long to wait after that many tries: doubling from one minute to four hours, with jitter.

    The jitter spreads letters that failed together, so that they do not come back together.
    """
    whole: timedelta = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts, 16))
    return max(FIRST_PAUSE, whole * rng.uniform(0.5, 1.0))


_CLAIMED = ("id", "fence", "message_id", "envelope_from", "content", "attempts", "due_at")


def _claim(row: Any, recipients: Sequence[str]) -> Claim:
    return Claim(
        letter_id=row["id"],
        fence=row["fence"],
        message_id=row["message_id"],
        envelope_from=row["envelope_from"],
        recipients=tuple(recipients),
        content=row["content"],
        attempts=row["attempts"],
    )


def _waiting(session: Session, letter_ids: Sequence[int]) -> dict[int, list[str]]:
    """The recipients still to be reached, by letter."""
    waiting: dict[int, list[str]] = {}
    found = session.connection().execute(
        select(LetterRecipient.letter_id, LetterRecipient.address)
        .where(col(LetterRecipient.letter_id).in_(letter_ids), LetterRecipient.state == "pending")
        .order_by(col(LetterRecipient.id))
    )
    for letter_id, address in found:
        waiting.setdefault(letter_id, []).append(address)
    return waiting


def _given_up(outcome: Outcome) -> Outcome:
    match outcome:
        case Later(reply=reply):
            return Failed(f"given up; the last answer was: {reply}")
        case Unanswered():
            return Failed("given up; the server did not answer, so perhaps it was delivered")
    return outcome


def _said(outcome: Outcome) -> str:
    match outcome:
        case Sent(reply=said) | Later(reply=said) | Failed(why=said):
            return said[:MAX_REPLY]
    return ""


def _record_recipients(session: Session, claim: Claim, outcomes: Mapping[str, Outcome]) -> None:
    for address, outcome in outcomes.items():
        state = {Sent: "sent", Failed: "failed"}.get(type(outcome), "pending")
        told = {"letter": claim.letter_id, "to": address, "new_state": state, "said": _said(outcome)}
        claimed.TOLD.run(session, told)


def _settle(session: Session, claim: Claim, outcomes: Mapping[str, Outcome], now: datetime, rng: random.Random) -> str:
    """Let the letter's state follow from its recipients'."""
    states = {state for (state,) in claimed.STATES.all(session, {"letter": claim.letter_id})}
    if "pending" not in states:
        state = "failed" if "failed" in states else "sent"
        why = "; ".join(dict.fromkeys(_said(each) for each in outcomes.values() if isinstance(each, Failed)))
        claimed.SETTLED.run(session, _of(claim) | {"new_state": state, "why": why[:MAX_REPLY]})
        return state
    known = [each.until for each in outcomes.values() if isinstance(each, Later) and each.until is not None]
    if known:
        # The server was not there: that was no try of this letter's, and lengthens none of its pauses.
        values = {"due_at": max(known), "attempts": col(Letter.attempts) - 1}
    else:
        values = {"due_at": now + pause(claim.attempts, rng)}
    session.connection().execute(update(Letter).where(*claimed.OWN).values(**values, lease_until=None), _of(claim))
    return "pending"


def _failure(claim: Claim, ticket_id: int, kind: str, failed: Mapping[str, str], now: datetime) -> Event:
    recipients = [{"address": address, "why": why[:MAX_REPLY]} for address, why in failed.items()]
    detail = {"letter": claim.letter_id, "kind": kind, "message_id": claim.message_id, "recipients": recipients}
    return Event(ticket_id=ticket_id, at=now, what="letter_failed", by="loket", detail=detail)

"""The outbox: what is queued is handed on at least once, and never by two at a time."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from store import outbox, outbox_control, rows
from store.engine import looking, writing
from store.errors import MoveRefused, NoSuchRow
from store.models import Desk, Event, Letter, LetterAttempt, LetterRecipient, Mail, Ticket
from store.outbox import GIVE_UP, LEASE, LONGEST_PAUSE, Claim, Failed, Later, Outcome, Sent, Unanswered

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALICE, BUDI = "alice@example.com", "budi@example.com"


def rng() -> random.Random:
    return random.Random(7)  # jitter is no secret


@pytest.fixture
def ticket(engine: Engine) -> Ticket:
    """A desk's ticket, with a mail that caused it."""
    with writing(engine) as session:
        desk = rows.add(session, Desk(name="contoh", wrapped_key=b"k"))
        ticket = Ticket(
            desk_id=desk,
            number="LKT-104231",
            status="open",
            subject="Deposit belum masuk",
            category="deposit_missing",
            language="id",
            created_at=NOW,
            updated_at=NOW,
        )
        ticket.id = rows.add(session, ticket)
        mail = Mail(desk_id=desk, ingest_key="a", received_at=NOW, state="done", rule="new", ticket_id=ticket.id)
        rows.add(session, mail)
    return ticket


def queue(session: Session, ticket: Ticket, number: int = 1, *recipients: str, **more: object) -> int:
    values: dict[str, object] = {
        "desk_id": ticket.desk_id,
        "ticket_id": ticket.id,
        "mail_id": None,
        "kind": "received",
        "message_id": f"r.{number}@desk.example",
        "envelope_from": "",
        "recipients": recipients or (BUDI,),
        "content": b"Subject: x\r\n\r\ny\r\n",
        "now": NOW,
    }
    return outbox.queue(session, **(values | more))  # type: ignore[arg-type]


def queued(engine: Engine, ticket: Ticket, *recipients: str) -> int:
    with writing(engine) as session:
        return queue(session, ticket, 1, *recipients)


def claimed(engine: Engine, now: datetime = NOW, limit: int = 10) -> list[Claim]:
    with writing(engine) as session:
        return outbox.due(session, now, limit)


def recorded(engine: Engine, claim: Claim, outcome: Outcome, now: datetime = NOW) -> str | None:
    with writing(engine) as session:
        return outbox.record(session, claim, dict.fromkeys(claim.recipients, outcome), now, rng())


def letter(engine: Engine, key: int) -> Letter:
    with looking(engine) as session:
        found = rows.one(session, Letter, key)
        session.expunge(found)  # a session's end would take its values along
        return found


def attempts(engine: Engine) -> list[LetterAttempt]:
    with looking(engine) as session:
        found = list(session.exec(select(LetterAttempt).order_by(col(LetterAttempt.fence))).all())
        session.expunge_all()
        return found


def events(engine: Engine) -> list[Event]:
    with looking(engine) as session:
        found = list(session.exec(select(Event)).all())
        session.expunge_all()
        return found


def test_a_queued_letter_is_claimed_with_all_it_takes_to_send_it(engine: Engine, ticket: Ticket) -> None:
    """A claim carries the final bytes, the stable Message-ID, and the recipients, each once."""
    key = queued(engine, ticket, ALICE, BUDI, ALICE)
    [claim] = claimed(engine)
    assert claim == Claim(
        letter_id=key,
        fence=1,
        message_id="r.1@desk.example",
        envelope_from="",
        recipients=(ALICE, BUDI),
        content=b"Subject: x\r\n\r\ny\r\n",
        attempts=1,
    )


def test_a_letter_queued_in_a_transaction_that_fails_was_never_said(engine: Engine, ticket: Ticket) -> None:
    """What we say is decided with the ticket: without its commit there is no letter."""
    with pytest.raises(ZeroDivisionError), writing(engine) as session:
        queue(session, ticket)
        _ = 1 / 0
    assert claimed(engine) == []


def test_one_mail_has_one_letter_of_a_kind(engine: Engine, ticket: Ticket) -> None:
    """A repeat that got past the ledger still makes no second acknowledgement."""
    with looking(engine) as session:
        mail_id = session.exec(select(Mail.id)).one()
    with writing(engine) as session:
        queue(session, ticket, 1, mail_id=mail_id)
    with pytest.raises(IntegrityError), writing(engine) as session:
        queue(session, ticket, 2, mail_id=mail_id)


def test_a_claimed_letter_is_nobody_elses_while_its_lease_lasts(engine: Engine, ticket: Ticket) -> None:
    """A second sender gets nothing until the lease ends, and then the same letter under a higher fence."""
    queued(engine, ticket)
    [first] = claimed(engine)
    assert claimed(engine, NOW + LEASE) == []
    [second] = claimed(engine, NOW + LEASE + MINUTE)
    assert (second.letter_id, second.message_id) == (first.letter_id, first.message_id)
    assert second.fence == first.fence + 1


def test_a_sender_that_lost_its_lease_neither_intends_nor_records(engine: Engine, ticket: Ticket) -> None:
    """The paused worker that wakes up is told so before the dot, and writes nothing afterwards."""
    key = queued(engine, ticket)
    [stale] = claimed(engine)
    [fresh] = claimed(engine, NOW + LEASE + MINUTE)
    with writing(engine) as session:
        assert not outbox.intend(session, stale, NOW + LEASE + MINUTE)
    assert recorded(engine, stale, Sent("250 ok")) is None
    assert letter(engine, key).state == "pending"
    assert [attempt.intent_at for attempt in attempts(engine)] == [None, None]
    assert recorded(engine, fresh, Sent("250 ok")) == "sent"


def test_an_intent_renews_the_lease_over_the_dots_answer(engine: Engine, ticket: Ticket) -> None:
    """A letter that waited for its turn in a batch keeps a whole lease for the ten minutes of the dot."""
    queued(engine, ticket)
    [claim] = claimed(engine)
    late = NOW + LEASE - MINUTE
    with writing(engine) as session:
        assert outbox.intend(session, claim, late)
    assert claimed(engine, late + LEASE) == []
    assert len(claimed(engine, late + LEASE + MINUTE)) == 1


def test_a_sent_letter_is_done(engine: Engine, ticket: Ticket) -> None:
    """Its recipient, its attempt and its reply are on record, and nobody claims it again."""
    key = queued(engine, ticket)
    [claim] = claimed(engine)
    with writing(engine) as session:
        outbox.intend(session, claim, NOW)
    assert recorded(engine, claim, Sent("250 2.0.0 queued as 1")) == "sent"
    assert letter(engine, key).lease_until is None
    assert claimed(engine, NOW + GIVE_UP) == []
    [attempt] = attempts(engine)
    assert (attempt.intent_at, attempt.ended_at, attempt.reply) == (NOW, NOW, "250 2.0.0 queued as 1")
    assert events(engine) == []


def test_an_unanswered_dot_is_sent_again_and_stays_countable(engine: Engine, ticket: Ticket) -> None:
    """The attempt keeps its intent and gets no end, which is what makes a duplicate explicable."""
    queued(engine, ticket)
    [claim] = claimed(engine)
    with writing(engine) as session:
        outbox.intend(session, claim, NOW)
    assert recorded(engine, claim, Unanswered()) == "pending"
    [again] = claimed(engine, NOW + LONGEST_PAUSE)
    assert again.message_id == claim.message_id
    assert [(attempt.intent_at is not None, attempt.ended_at) for attempt in attempts(engine)] == [
        (True, None),
        (False, None),
    ]


def test_a_temporary_refusal_waits_longer_each_time(engine: Engine, ticket: Ticket) -> None:
    """The letter is due after its pause and not before it."""
    key = queued(engine, ticket)
    now = NOW
    for tries in range(1, 6):
        [claim] = claimed(engine, now)
        assert claim.attempts == tries
        assert recorded(engine, claim, Later("451 4.3.0 busy"), now) == "pending"
        due_at = letter(engine, key).due_at
        assert now + MINUTE * 2 ** (tries - 1) <= due_at <= now + MINUTE * 2**tries
        assert claimed(engine, due_at - timedelta(seconds=1)) == []
        now = due_at


def test_a_servers_absence_lengthens_no_letters_pause(engine: Engine, ticket: Ticket) -> None:
    """Where the sender knows when to come back, that holds, and the try was not the letter's."""
    key = queued(engine, ticket)
    [claim] = claimed(engine)
    assert recorded(engine, claim, Later("connection refused", NOW + MINUTE)) == "pending"
    assert (letter(engine, key).due_at, letter(engine, key).attempts) == (NOW + MINUTE, 0)


def test_a_permanent_refusal_fails_with_its_reason_on_the_ticket(engine: Engine, ticket: Ticket) -> None:
    """The agent sees that the customer never got the letter, and why."""
    key = queued(engine, ticket)
    [claim] = claimed(engine)
    assert recorded(engine, claim, Failed("550 5.1.1 no such user")) == "failed"
    assert letter(engine, key).reason == "550 5.1.1 no such user"
    [event] = events(engine)
    assert (event.ticket_id, event.what, event.by) == (ticket.id, "letter_failed", "loket")
    assert event.detail["recipients"] == [{"address": BUDI, "why": "550 5.1.1 no such user"}]


def test_after_five_days_a_letter_has_failed(engine: Engine, ticket: Ticket) -> None:
    """Giving up is a failure with the last answer as its reason."""
    key = queued(engine, ticket)
    late = NOW + GIVE_UP
    [claim] = claimed(engine, late)
    assert recorded(engine, claim, Later("451 4.3.0 busy"), late) == "failed"
    assert letter(engine, key).reason == "given up; the last answer was: 451 4.3.0 busy"
    assert len(events(engine)) == 1


def test_each_recipient_has_its_own_fate(engine: Engine, ticket: Ticket) -> None:
    """Who has the letter does not get it again because somebody else could not be reached."""
    key = queued(engine, ticket, ALICE, BUDI, "carol@example.com")
    [claim] = claimed(engine)
    first: dict[str, Outcome] = {ALICE: Sent("250 ok"), BUDI: Later("450 busy"), "carol@example.com": Failed("550 no")}
    with writing(engine) as session:
        assert outbox.record(session, claim, first, NOW, rng()) == "pending"
    [again] = claimed(engine, NOW + LONGEST_PAUSE)
    assert again.recipients == (BUDI,)
    with writing(engine) as session:
        assert outbox.record(session, again, {BUDI: Sent("250 ok")}, NOW, rng()) == "failed"
        states = session.exec(select(LetterRecipient.address, LetterRecipient.state)).all()
    assert set(states) == {(ALICE, "sent"), (BUDI, "sent"), ("carol@example.com", "failed")}
    assert letter(engine, key).state == "failed"
    assert len(events(engine)) == 1


def test_letters_leave_in_the_order_in_which_they_were_due(engine: Engine, ticket: Ticket) -> None:
    """The oldest goes first, and a limit is a limit."""
    with writing(engine) as session:
        for number in range(5):
            queue(session, ticket, number, now=NOW - number * MINUTE)
    assert [claim.message_id for claim in claimed(engine, limit=2)] == ["r.4@desk.example", "r.3@desk.example"]
    assert next(claim.message_id for claim in claimed(engine, limit=9)) == "r.2@desk.example"


def test_two_senders_never_claim_the_same_letter(engine: Engine, ticket: Ticket) -> None:
    """On PostgreSQL a second claim passes over the rows that the first, uncommitted, has locked."""
    with writing(engine) as session:
        for number in range(6):
            queue(session, ticket, number)
    if engine.dialect.name == "sqlite":
        mine, theirs = claimed(engine, limit=3), claimed(engine, limit=6)
    else:
        with writing(engine) as one, writing(engine) as other:
            mine, theirs = outbox.due(one, NOW, 3), outbox.due(other, NOW, 6)
    assert len(mine) == len(theirs) == 3
    assert {claim.letter_id for claim in mine}.isdisjoint(claim.letter_id for claim in theirs)


def test_a_restart_frees_what_the_dead_sender_held(engine: Engine, ticket: Ticket) -> None:
    """Letters need not wait for the lease's end, and the sender that was not dead after all is fenced off."""
    queued(engine, ticket)
    [dead] = claimed(engine)
    with writing(engine) as session:
        assert outbox_control.release_leases(session) == 1
    [fresh] = claimed(engine)
    assert fresh.letter_id == dead.letter_id
    assert recorded(engine, dead, Sent("250 ok")) is None


@pytest.mark.parametrize("attempts_so_far", [1, 2, 3, 8, 9, 60, 10_000])
def test_the_pause_is_between_a_minute_and_four_hours(attempts_so_far: int) -> None:
    """However many tries there were, and whatever the jitter."""
    pauses = [outbox.pause(attempts_so_far, random.Random(seed)) for seed in range(20)]
    assert all(MINUTE <= pause <= LONGEST_PAUSE for pause in pauses)
    assert len(set(pauses)) > 1


# --- the operator's hands ---------------------------------------------------------------------------------------------


def test_a_held_letter_waits_for_a_person(engine: Engine, ticket: Ticket) -> None:
    """It leaves when someone says so, and not before."""
    with writing(engine) as session:
        key = queue(session, ticket, hold="too many letters to new senders")
    assert claimed(engine) == []
    with writing(engine) as session:
        outbox_control.retry(session, key, NOW)
    assert [claim.letter_id for claim in claimed(engine)] == [key]


@pytest.mark.parametrize("move", [outbox_control.hold, outbox_control.cancel])
def test_a_letter_in_a_senders_hands_can_still_be_stopped(engine: Engine, ticket: Ticket, move: object) -> None:
    """The fence stops the dot that has not been sent yet."""
    key = queued(engine, ticket)
    [claim] = claimed(engine)
    with writing(engine) as session:
        move(session, key, "a mistake")  # type: ignore[operator]
    with writing(engine) as session:
        assert not outbox.intend(session, claim, NOW)
    assert letter(engine, key).reason == "a mistake"


def test_a_failed_letter_can_be_tried_again_for_those_it_missed(engine: Engine, ticket: Ticket) -> None:
    """Who has it is left alone; the clock of giving up starts anew."""
    key = queued(engine, ticket, ALICE, BUDI)
    [claim] = claimed(engine)
    with writing(engine) as session:
        outbox.record(session, claim, {ALICE: Sent("250 ok"), BUDI: Failed("550 no")}, NOW, rng())
    later = NOW + timedelta(days=30)
    with writing(engine) as session:
        outbox_control.retry(session, key, later)
    [again] = claimed(engine, later)
    assert (again.recipients, again.attempts) == ((BUDI,), 1)
    assert letter(engine, key).give_up_at == later + GIVE_UP


def test_what_is_sent_stays_sent(engine: Engine, ticket: Ticket) -> None:
    """No move leads away from it, nor from nowhere."""
    key = queued(engine, ticket)
    recorded(engine, claimed(engine)[0], Sent("250 ok"))
    with pytest.raises(MoveRefused), writing(engine) as session:
        outbox_control.cancel(session, key, "too late")
    with pytest.raises(MoveRefused), writing(engine) as session:
        outbox_control.retry(session, key, NOW)
    with pytest.raises(NoSuchRow), writing(engine) as session:
        outbox_control.retry(session, key + 1, NOW)


def test_the_operator_sees_what_we_said_to_whom_and_what_came_back(engine: Engine, ticket: Ticket) -> None:
    """Listed newest first, without the content, and only a desk's own."""
    with writing(engine) as session:
        for number in range(3):
            queue(session, ticket, number)
    [claim] = claimed(engine, limit=1)
    recorded(engine, claim, Failed("550 no"))
    with looking(engine) as session:
        found = outbox_control.listed(session, desk_id=ticket.desk_id)
        failed = outbox_control.listed(session, state="failed", ticket_id=ticket.id)
        strangers = outbox_control.listed(session, desk_id=ticket.desk_id + 1)
    assert [each.message_id for each in found] == ["r.2@desk.example", "r.1@desk.example", "r.0@desk.example"]
    assert [(each.recipients[0].state, each.recipients[0].reply) for each in failed] == [("failed", "550 no")]
    assert strangers == []


def test_the_counts_tell_states_and_the_oldest_wait(engine: Engine, ticket: Ticket) -> None:
    """What `status` shows."""
    with writing(engine) as session:
        for number in range(4):
            queue(session, ticket, number, now=NOW - number * MINUTE)
        queue(session, ticket, 9, hold="wait")
    recorded(engine, claimed(engine, limit=1)[0], Sent("250 ok"))
    with looking(engine) as session:
        assert outbox_control.counts(session, NOW) == outbox_control.Counts(
            pending=3, sent=1, held=1, oldest_seconds=120
        )
        assert outbox_control.counts(session, NOW, desk_id=ticket.desk_id + 1) == outbox_control.Counts()

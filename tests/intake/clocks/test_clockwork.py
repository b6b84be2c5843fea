"""The clocks of tickets: each reminder, escalation, warning and closing once, whatever happens in between."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy.engine import Engine

from intake.clocks import closing
from intake.clocks.clockwork import Clockwork
from replies.settings import DeskSettings, Hours, TargetSettings
from store import brakes, clocks, commands, migrate, people, rows, tickets, undoing, views
from store.engine import looking, open_store, writing
from store.models import Clock, Event, Letter, Message, Ticket
from store.states import Move
from store.tickets import NewTicket
from tests.intake.conftest import NOON, Counter, customer_mail, make_counter

MX = "mx.desk.test"
PROVEN = {"Authentication_Results": f"{MX}; dmarc=pass header.from=example.com"}

ALWAYS = Hours(open=time(0), close=time(0))


def desk(**settings: Any) -> DeskSettings:
    given = {
        "name": "help",
        "addresses": ["help@desk.test"],
        "acknowledge": "all",
        "hours": ALWAYS,
        "trusted_authserv_ids": [MX],
    }
    return DeskSettings(**(given | settings))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """SQLite alone, for most of what is claimed here is no database's: the battery does it all on both."""
    opened = open_store(f"sqlite:///{tmp_path / 'loket.db'}")
    migrate.upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def open_always(engine: Engine, tmp_path: Path) -> Counter:
    """A desk that never sleeps: an hour is an hour."""
    return make_counter(engine, tmp_path, desk())


@pytest.fixture
def on_both(store_url: str, tmp_path: Path) -> Iterator[Counter]:
    """Likewise, on SQLite and on PostgreSQL."""
    opened = open_store(store_url)
    yield make_counter(opened, tmp_path, desk())
    opened.dispose()


def moved(counter: Counter, move: Move, ticket_id: int = 1) -> None:
    with writing(counter.engine) as session:
        tickets.move(session, ticket_id, move, "Ani", counter.clock[-1])


def opened(counter: Counter, many: int) -> None:
    """Tickets, without the mails that they are made of."""
    now = counter.clock[-1]
    with writing(counter.engine) as session:
        for _ in range(many):
            words = {"prefix": "LKT", "subject": "", "customer_subject": "", "category": "other", "language": "id"}
            new = NewTicket(desk_id=1, person_id=None, missing=(), created_at=now, first_reply_due_at=now, **words)
            tickets.open_ticket(session, new)


def told(counter: Counter, ticket_id: int = 1) -> list[tuple[str, datetime]]:
    """What the clocks did, and when."""
    did = {"reminded", "escalated", "warned of closing", "not warned", "closed"}
    return [(each.what, each.at) for each in counter.rows(Event) if each.what in did and each.ticket_id == ticket_id]


#: How the clocks are looked at: by an index, whatever else there is.
_LOOK = "SELECT ticket_id FROM clock WHERE look_at <= '2026-11-24' AND desk_id IN (1) ORDER BY look_at, id LIMIT 100"


def after(**passed: float) -> datetime:
    return NOON + timedelta(**passed)


def letters(counter: Counter) -> list[email.message.EmailMessage]:
    """The warnings."""
    kept = [each.content for each in counter.rows(Letter) if each.kind == closing.CLOSING]
    return [
        cast("email.message.EmailMessage", email.message_from_bytes(each, policy=email.policy.default)) for each in kept
    ]


def answer_mail(body: str, **headers: str) -> bytes:
    """The customer's next mail."""
    told = {"Message_ID": "<2@example.com>", "Subject": "Re: Deposit", "In_Reply_To": "<1@example.com>"}
    return customer_mail(body, **told | headers)


def test_a_target_is_reminded_of_and_escalated_once(on_both: Counter) -> None:
    """After three quarters of it, and when it has passed, however often the clocks are looked at."""
    on_both.take(customer_mail())
    for _ in range(24):
        on_both.strike(minutes=15)
    assert told(on_both) == [("reminded", after(hours=3)), ("escalated", after(hours=4))]
    detail = next(each.detail for each in on_both.rows(Event) if each.what == "escalated")
    assert detail == {"of": "answer", "due": after(hours=4).isoformat()}


def test_an_automatic_letter_is_no_answer_and_a_persons_is(open_always: Counter) -> None:
    """The acknowledgement stops no clock. An answer in time is neither reminded of nor escalated."""
    open_always.take(customer_mail())
    assert [each.kind for each in open_always.rows(Letter)] == ["received"]
    open_always.strike(hours=2)
    moved(open_always, Move.WE_ANSWERED)
    open_always.strike(hours=30)
    assert told(open_always) == []


def test_the_time_in_which_the_customer_is_awaited_does_not_count(open_always: Counter) -> None:
    """Ten hours of our turn, two days of the customer's, and thirty hours of ours again: settled in forty."""
    open_always.take(customer_mail())
    open_always.strike(hours=1)
    open_always.later(hours=9)
    moved(open_always, Move.WE_ANSWERED)
    open_always.strike(hours=48)
    open_always.take(answer_mail("Belum masuk juga min."))
    for _ in range(40):
        open_always.strike(hours=1)
    assert told(open_always)[-2:] == [("reminded", after(hours=78)), ("escalated", after(hours=88))]


def test_a_reminder_that_comes_too_late_is_left_out(open_always: Counter) -> None:
    """The machine was off when it was due: who has missed a target need not hear that it is near."""
    open_always.take(customer_mail())
    open_always.strike(hours=20)
    assert told(open_always) == [("escalated", after(hours=20))]


def test_a_silent_customer_is_warned_and_then_the_ticket_closes(open_always: Counter) -> None:
    """One letter, in the customer's language, from the address that was written to; none when it closes."""
    open_always.take(customer_mail())
    moved(open_always, Move.WE_ANSWERED)
    for _ in range(9):
        open_always.strike(days=1)
    assert told(open_always) == [("warned of closing", after(days=5)), ("closed", after(days=7))]
    (ticket,) = open_always.rows(Ticket)
    assert (ticket.status, ticket.closed_at) == ("closed", after(days=7))
    (letter,) = letters(open_always)
    assert (letter["Auto-Submitted"], letter["From"].addresses[0].addr_spec) == ("auto-generated", "help@desk.test")
    assert letter["Subject"] == f"[{ticket.number}] Deposit belum masuk"
    body = letter.get_body(("plain",))
    assert body is not None
    assert "sebelum Selasa, 1 Desember 2026" in body.get_content()
    assert letter["References"] is not None
    assert "<1@example.com>" in letter["References"]
    assert [each.kind for each in open_always.rows(Letter)] == ["received", "closing"]


def test_no_agents_own_address_stands_in_a_warning(engine: Engine, tmp_path: Path) -> None:
    """Whatever the ticket's last message says of its sender: the letter comes from where the customer wrote to."""
    counter = make_counter(engine, tmp_path, desk(addresses=["help@desk.test", "deposit@desk.test"]))
    counter.take(customer_mail(To="deposit@desk.test"), rcpt_to=("deposit@desk.test",))
    with writing(engine) as session:
        private = {"sender": "ani@home.test", "sender_name": "Ani", "message_id": "a@desk.test"}
        rows.add(session, Message(desk_id=1, ticket_id=1, direction="out", received_at=NOON, **private))
    moved(counter, Move.WE_ANSWERED)
    counter.strike(days=5)
    (letter,) = letters(counter)
    assert letter["From"].addresses[0].addr_spec == "deposit@desk.test"
    assert letter["In-Reply-To"] == "<a@desk.test>"
    assert b"home.test" not in letter.as_bytes()
    assert b"Ani" not in letter.as_bytes()


def test_an_answer_stops_the_closing(on_both: Counter) -> None:
    """Though it has been announced. Another silence is another one: warned of again, and closed after it."""
    on_both.take(customer_mail())
    moved(on_both, Move.WE_ANSWERED)
    on_both.strike(days=6)
    on_both.take(answer_mail("Belum masuk juga min."))
    on_both.strike(hours=1)
    assert on_both.rows(Ticket)[0].status == "open"
    moved(on_both, Move.WE_ANSWERED)
    for _ in range(8):
        on_both.strike(days=1)
    silences = [(what, at) for what, at in told(on_both) if what in ("warned of closing", "closed")]
    again = after(days=6, hours=1)
    assert silences == [
        ("warned of closing", after(days=6)),
        ("warned of closing", again + timedelta(days=5)),
        ("closed", again + timedelta(days=7)),
    ]


def test_an_out_of_office_is_no_answer(open_always: Counter) -> None:
    """The customer is as silent as before."""
    open_always.take(customer_mail())
    moved(open_always, Move.WE_ANSWERED)
    open_always.later(days=2)
    reply = answer_mail("Saya sedang cuti.").replace(b"To:", b"Auto-Submitted: auto-replied\nTo:", 1)
    open_always.take(reply)
    for _ in range(6):
        open_always.strike(days=1)
    assert [what for what, _ in told(open_always)] == ["warned of closing", "closed"]


def test_another_answer_of_ours_begins_another_silence(open_always: Counter) -> None:
    """A week after the last one, not after the first."""
    open_always.take(customer_mail())
    moved(open_always, Move.WE_ANSWERED)
    open_always.strike(days=4)
    moved(open_always, Move.WE_ANSWERED)
    for _ in range(8):
        open_always.strike(days=1)
    assert told(open_always) == [("warned of closing", after(days=9)), ("closed", after(days=11))]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("makasih, sudah masuk", "closed"),
        ("Terima kasih banyak ya kak", "closed"),
        ("makasih, tapi kapan masuknya?", "open"),
        ("makasih, yang 50rb belum masuk", "open"),
    ],
)
def test_thanks_close_what_waits_for_the_customer(open_always: Counter, words: str, status: str) -> None:
    """Thanks and nothing else. No letter follows."""
    open_always.take(customer_mail())
    moved(open_always, Move.WE_ANSWERED)
    open_always.later(hours=1)
    open_always.take(answer_mail(words, **PROVEN))
    assert open_always.rows(Ticket)[0].status == status
    open_always.strike(days=10)
    assert letters(open_always) == []


def test_thanks_of_who_is_not_proven_close_nothing(open_always: Counter) -> None:
    """Anybody can thank in a customer's name; the ticket waits on."""
    open_always.take(customer_mail())
    moved(open_always, Move.WE_ANSWERED)
    open_always.take(answer_mail("makasih, sudah masuk"))
    assert open_always.rows(Ticket)[0].status == "waiting"


def test_thanks_for_what_has_not_been_answered_close_nothing(open_always: Counter) -> None:
    """The turn is still ours."""
    open_always.take(customer_mail())
    open_always.take(answer_mail("makasih ya min", **PROVEN))
    assert open_always.rows(Ticket)[0].status == "open"


def test_a_ticket_that_is_opened_again_owes_an_answer_again(open_always: Counter) -> None:
    """Another round: its targets begin anew, and are reminded of anew."""
    open_always.take(customer_mail())
    moved(open_always, Move.WE_ANSWERED)
    moved(open_always, Move.CLOSE)
    open_always.later(days=3)
    open_always.take(answer_mail("Ternyata hilang lagi."))
    for _ in range(20):
        open_always.strike(minutes=15)
    assert told(open_always) == [("reminded", after(days=3, hours=3)), ("escalated", after(days=3, hours=4))]
    assert open_always.rows(Ticket)[0].first_reply_due_at == after(days=3, hours=4)


def test_an_agents_reopening_goes_on_where_the_clocks_stood(open_always: Counter) -> None:
    """Closed by mistake for a day: that day does not count, and what ran before does."""
    open_always.take(customer_mail())
    open_always.strike(hours=2)
    moved(open_always, Move.CLOSE)
    open_always.later(days=1)
    moved(open_always, Move.REOPEN)
    for _ in range(20):
        open_always.strike(minutes=15)
    assert told(open_always) == [("reminded", after(days=1, hours=3)), ("escalated", after(days=1, hours=4))]


@pytest.mark.parametrize("acknowledge", ["authenticated", "known"])
def test_who_gets_no_automatic_mail_is_not_warned(engine: Engine, tmp_path: Path, acknowledge: str) -> None:
    """The ticket closes all the same, and says why nothing was written."""
    counter = make_counter(engine, tmp_path, desk(acknowledge=acknowledge))
    counter.take(customer_mail())
    moved(counter, Move.WE_ANSWERED)
    for _ in range(8):
        counter.strike(days=1)
    assert told(counter) == [("not warned", after(days=5)), ("closed", after(days=7))]
    assert letters(counter) == []


def test_a_customer_whose_letters_come_back_is_not_written_to(open_always: Counter) -> None:
    """Twice returned is enough."""
    open_always.take(customer_mail())
    moved(open_always, Move.WE_ANSWERED)
    with writing(open_always.engine) as session:
        for _ in range(2):
            people.note_bounce(session, 1, "budi@example.com")
    open_always.strike(days=5)
    assert told(open_always) == [("not warned", after(days=5))]


def test_a_warning_waits_while_a_brake_is_pulled(open_always: Counter) -> None:
    """It is written when it may be, and the ticket closes as long after it as it says."""
    open_always.take(customer_mail())
    moved(open_always, Move.WE_ANSWERED)
    with writing(open_always.engine) as session:
        brakes.pull(session, 1, "budi@example.com", after(days=6) - brakes.FIRST)
    for _ in range(8 * 4):
        open_always.strike(hours=6)
    assert told(open_always) == [("warned of closing", after(days=6)), ("closed", after(days=8))]


def test_a_desk_that_was_off_warns_before_it_closes(open_always: Counter) -> None:
    """Three weeks without a machine close nobody's ticket unheard."""
    open_always.take(customer_mail())
    moved(open_always, Move.WE_ANSWERED)
    open_always.strike(days=21)
    open_always.strike(hours=1)
    assert told(open_always) == [("warned of closing", after(days=21))]
    open_always.strike(days=2)
    assert told(open_always)[1:] == [("closed", after(days=23, hours=1))]


def test_where_silence_closes_nothing_the_owner_is_reminded_every_week(engine: Engine, tmp_path: Path) -> None:
    """close_after_days = 0: the ticket stays, and is not forgotten."""
    counter = make_counter(engine, tmp_path, desk(close_after_days=0))
    counter.take(customer_mail())
    moved(counter, Move.WE_ANSWERED)
    for _ in range(15):
        counter.strike(days=1)
    assert told(counter) == [("reminded", after(days=7)), ("reminded", after(days=14))]
    assert counter.rows(Ticket)[0].status == "waiting"


def test_history_and_what_is_held_have_no_clocks(open_always: Counter) -> None:
    """What was imported is over; what is held is not work yet."""
    open_always.take(customer_mail(), history=True)
    assert open_always.rows(Clock) == []


def test_a_machines_time_that_goes_back_strikes_nothing_twice(open_always: Counter) -> None:
    """Nor forwards and back, as after a wrong battery."""
    open_always.take(customer_mail())
    open_always.strike(hours=3)
    open_always.strike(hours=-2)
    open_always.strike(days=365)
    open_always.strike(days=-365)
    for _ in range(8):
        open_always.strike(hours=1)
    assert [what for what, _ in told(open_always)] == ["reminded", "escalated", "escalated"]
    of = [each.detail["of"] for each in open_always.rows(Event) if each.what == "escalated"]
    assert sorted(of) == ["answer", "resolution"]


def test_other_hours_count_for_what_has_not_struck(engine: Engine, tmp_path: Path) -> None:
    """A desk that moves from Jakarta to Jayapura and shortens its target: reckoned anew, nothing told twice."""
    office = Hours(open=time(8), close=time(17))
    before = make_counter(engine, tmp_path / "a", desk(hours=office))
    before.take(customer_mail())  # at 12.00 WIB, which is 14.00 WIT
    before.strike(hours=3)
    assert told(before) == [("reminded", after(hours=3))]
    eastern = desk(hours=office, timezone="Asia/Jayapura")
    moved_east = make_counter(engine, tmp_path / "b", eastern, master=before.master)
    moved_east.clock.append(after(hours=3, minutes=10))
    moved_east.strike()
    due = datetime(2026, 11, 25, 0, 0, tzinfo=UTC)  # three hours until 17.00 WIT, one after 08.00
    assert moved_east.rows(Ticket)[0].first_reply_due_at == due
    moved_east.clock.append(due - timedelta(minutes=1))
    moved_east.strike()
    assert told(moved_east) == [("reminded", after(hours=3))]
    moved_east.strike(minutes=1)
    assert told(moved_east)[1:] == [("escalated", due)]


def test_a_higher_priority_has_another_target_at_once(engine: Engine, tmp_path: Path) -> None:
    """Contact data that is to be changed is urgent from the first mail on."""
    high = TargetSettings(priorities=["high"], first_reply_hours=1)
    counter = make_counter(engine, tmp_path, desk(targets=[high]))
    counter.take(customer_mail("Username: budi_99\nTolong ganti nomor HP akun saya ke 0812-0000-0000.\n"))
    counter.strike()
    (ticket,) = counter.rows(Ticket)
    assert (ticket.priority, ticket.first_reply_due_at) == ("high", after(hours=1))


def test_an_agents_other_priority_counts_too(engine: Engine, tmp_path: Path) -> None:
    """And so does taking it back: whatever has been reckoned is reckoned again."""
    counter = make_counter(engine, tmp_path, desk(targets=[TargetSettings(priorities=["urgent"], first_reply_hours=1)]))
    counter.take(customer_mail())
    counter.strike(minutes=30)
    with writing(engine) as session:
        commands.prioritise(session, 1, "urgent", "Ani", counter.clock[-1])
    counter.strike()
    assert counter.rows(Ticket)[0].first_reply_due_at == after(hours=1)
    with writing(engine) as session:
        undoing.undo(session, 1, "Ani", counter.clock[-1])
    counter.strike()
    assert counter.rows(Ticket)[0].first_reply_due_at == after(hours=4)


def test_what_waits_for_a_day_comes_back_on_it(open_always: Counter) -> None:
    """Once; neither warned of nor closed before, and thanks meanwhile are no reason to close."""
    open_always.take(customer_mail())
    until = after(days=30)
    with writing(open_always.engine) as session:
        commands.wait(session, 1, until, "Ani", NOON)
    open_always.strike(days=20)
    open_always.take(answer_mail("baik, makasih", **PROVEN))
    assert told(open_always) == []
    open_always.strike(days=10, minutes=-1)
    assert open_always.rows(Ticket)[0].status == "waiting"
    open_always.strike(minutes=1)
    (ticket,) = open_always.rows(Ticket)
    assert (ticket.status, ticket.wait_until) == ("open", None)
    open_always.strike(minutes=1)
    assert [each.what for each in open_always.rows(Event)].count("came back") == 1
    assert ticket.first_reply_due_at is None
    assert open_always.rows(Ticket)[0].first_reply_due_at == after(days=30, hours=4)  # an answer is still owed


def test_another_day_to_wait_for_counts(open_always: Counter) -> None:
    """Earlier or later; none is the customer's silence again."""
    open_always.take(customer_mail())
    for until in (after(days=30), after(days=2), None):
        with writing(open_always.engine) as session:
            commands.wait(session, 1, until, "Ani", NOON)
        open_always.strike()
        assert next_date(open_always)[:2] == ("silence", (until or after(days=7)).isoformat())


def test_a_customer_who_writes_ends_the_waiting(open_always: Counter) -> None:
    """The day is forgotten with it."""
    open_always.take(customer_mail())
    with writing(open_always.engine) as session:
        commands.wait(session, 1, after(days=3), "Ani", NOON)
    open_always.later(days=1)
    open_always.take(answer_mail("Belum masuk juga min."))
    (ticket,) = open_always.rows(Ticket)
    assert (ticket.status, ticket.wait_until) == ("open", None)
    moved(open_always, Move.WE_ANSWERED)
    open_always.strike(days=3)
    assert "came back" not in [each.what for each in open_always.rows(Event)]


def test_thanks_to_a_closed_ticket_keep_its_window_as_it_is(open_always: Counter) -> None:
    """Else a machine's mails would keep it open to answers for ever."""
    open_always.take(customer_mail())
    moved(open_always, Move.CLOSE)
    open_always.later(days=10)
    open_always.take(answer_mail("makasih ya min", **PROVEN))
    assert open_always.rows(Ticket)[0].closed_at == NOON


def test_a_fault_on_one_ticket_is_not_the_next_ones(open_always: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again after a rest, and struck once."""
    for number in (1, 2):
        sender = f"budi{number}@example.com"
        open_always.take(customer_mail(Message_ID=f"<{number}@example.com>", From=sender), mail_from=sender)
        moved(open_always, Move.WE_ANSWERED, number)
    written = closing.warn

    def faulty(session: Any, case: closing.Case, closes: datetime) -> None:
        if case.ticket.id == 1:
            raise ZeroDivisionError
        written(session, case, closes)

    monkeypatch.setattr(closing, "warn", faulty)
    open_always.strike(days=5)
    assert (told(open_always, 1), told(open_always, 2)) == ([], [("warned of closing", after(days=5))])
    monkeypatch.setattr(closing, "warn", written)
    open_always.strike(minutes=9)
    assert told(open_always, 1) == []
    open_always.strike(minutes=1)
    assert told(open_always, 1) == [("warned of closing", after(days=5, minutes=10))]


def test_a_stroke_is_the_databases_word(on_both: Counter) -> None:
    """Two that have both read that a clock is due: one strikes."""
    on_both.take(customer_mail())
    on_both.strike()
    with writing(on_both.engine) as session:
        clock = rows.one(session, Clock, 1)
        assert clocks.strike(session, clock, clocks.Stroke.LATE, NOON)
        assert not clocks.strike(session, clock, clocks.Stroke.LATE, NOON)


def test_two_who_look_at_the_same_time_strike_once(on_both: Counter) -> None:
    """As when a daemon is started while its forerunner still ends: each ticket is told of once."""
    opened(on_both, 40)
    on_both.later(hours=4)
    means = {"engine": on_both.engine, "open_desks": on_both.desks, "now": lambda: on_both.clock[-1]}
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(Clockwork(**means).run) for _ in range(4)]:  # type: ignore[arg-type]
            done.result()
    on_both.strike()
    escalated = [each.ticket_id for each in on_both.rows(Event) if each.what == "escalated"]
    assert sorted(escalated) == list(range(1, 41))


def test_an_answer_that_is_taken_back_was_none(open_always: Counter) -> None:
    """The clock that it ended goes on where it stood; an answer that left ends it for good."""
    open_always.take(customer_mail())
    open_always.later(hours=1)
    moved(open_always, Move.WE_ANSWERED)  # its letter is held, and cancelled before it leaves
    moved(open_always, Move.REOPEN)
    open_always.strike(hours=2)
    assert told(open_always) == [("reminded", after(hours=3))]
    with writing(open_always.engine) as session:
        rows.add(session, Message(desk_id=1, ticket_id=1, direction="out", received_at=open_always.clock[-1]))
    moved(open_always, Move.WE_ANSWERED)
    moved(open_always, Move.REOPEN)
    open_always.strike(hours=6)
    assert told(open_always) == [("reminded", after(hours=3))]


def test_nothing_is_looked_at_that_need_not_be(open_always: Counter) -> None:
    """A ticket costs a look when it changes, and when it strikes."""
    opened(open_always, 150)
    open_always.strike()
    assert all(each.look_at == after(hours=3) for each in open_always.rows(Clock) if each.kind == "answer")
    with looking(open_always.engine) as session:
        assert clocks.due(session, [1], after(hours=2), 1000) == []
        assert len(clocks.due(session, [1], after(hours=3), 1000)) == 150
        plan = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + _LOOK).all()
    assert [each[3] for each in plan] == ["SEARCH clock USING INDEX ix_clock_look_at (look_at<?)"]
    open_always.strike(hours=3)
    assert len([each for each in open_always.rows(Event) if each.what == "reminded"]) == 150


def test_every_live_ticket_has_a_next_date(open_always: Counter) -> None:
    """Open, waiting, opened again: `ticket show` and `ticket list` tell what is due next, and when."""
    open_always.take(customer_mail())
    open_always.strike()
    assert next_date(open_always) == ("answer", after(hours=4).isoformat(), after(hours=40).isoformat())
    moved(open_always, Move.WE_ANSWERED)
    open_always.strike()
    assert next_date(open_always) == ("silence", after(days=7).isoformat(), None)
    open_always.later(hours=10)
    open_always.take(answer_mail("Belum masuk juga min."))
    assert next_date(open_always)[0] == "resolution"
    moved(open_always, Move.CLOSE)
    assert next_date(open_always) == (None, None, None)


def next_date(counter: Counter) -> tuple[Any, Any, Any]:
    with looking(counter.engine) as session:
        (listed,) = views.listing(session)
        shown = views.ticket(session, rows.one(session, Ticket, 1))
    assert {key: shown[key] for key in listed} == listed
    return listed["next_what"], listed["next_at"], listed["resolution_due_at"]

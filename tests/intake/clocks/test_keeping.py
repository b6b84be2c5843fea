"""What is older than its desk keeps it is erased, a few at a time, and nothing else is."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.engine import Engine

from intake.clocks import keeping
from intake.clocks.keeping import Keeping
from replies.settings import DeskSettings
from store import holding, merging, tickets
from store.engine import looking, writing
from store.errors import ErasureUnfinished
from store.models import Event, Letter, Mail, Message, Person, SealingKey, Ticket
from store.settings import RetentionSettings
from store.states import Move
from tests.intake.conftest import Counter, customer_mail, make_counter

_YEAR = RetentionSettings(closed_days=365)
_DESK = DeskSettings(
    name="help", addresses=["help@desk.test"], acknowledge="all", suspicious="hold", spam_header="X-Spam-Flag: YES"
)


@pytest.fixture
def counter(engine: Engine, tmp_path: Path) -> Counter:
    """A desk that keeps spam away."""
    return make_counter(engine, tmp_path, _DESK)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else writes here."""
    monkeypatch.setattr(keeping, "PAUSE_SECONDS", 0)


def _run(counter: Counter, kept: RetentionSettings, **passed: float) -> Keeping:
    if passed:
        counter.later(**passed)
    made = Keeping(
        {"help": kept},
        open_desks=counter.desks,
        engine=counter.engine,
        blobs=counter.blobs,
        letters=counter.folder / "letters",
        now=lambda: counter.clock[-1],
        stop=threading.Event(),
    )
    made.run()
    return made


def _write(counter: Counter, number: int, **more: str) -> Ticket:
    told = {"From": f"Orang <o{number}@example.com>", "Message_ID": f"<{number}@example.com>"} | more
    counter.take(customer_mail(f"Username: orang_{number}\nDeposit belum masuk {number}.\n", **told))
    return counter.rows(Ticket)[-1]


def _close(counter: Counter, *closed: Ticket) -> None:
    with writing(counter.engine) as session:
        for ticket in closed:
            tickets.move(session, ticket.id or 0, Move.CLOSE, "Ani", counter.clock[-1])


def _erased(counter: Counter) -> list[int]:
    return sorted(each.ticket_id for each in counter.rows(Event) if each.what == "erased")


def test_a_closed_ticket_is_kept_as_long_as_its_desk_says(counter: Counter) -> None:
    """Not a day less; then its words, its person, its mail's key and its letter are gone, and its number stays."""
    old, fresh = _write(counter, 1), _write(counter, 2)
    _close(counter, old)
    _run(counter, _YEAR, days=365)
    assert _erased(counter) == []
    _run(counter, _YEAR, seconds=1)
    assert _erased(counter) == [old.id]
    said = [(each.ticket_id, each.text) for each in counter.rows(Message) if each.direction == "in"]
    assert [bool(text) for _ticket, text in said] == [False, True]
    assert [each.wrapped is None for each in counter.rows(SealingKey)] == [True, False]
    assert [bool(each.content) for each in counter.rows(Letter)] == [False, True]
    assert len(list((counter.folder / "blobs" / "files").iterdir())) == 1
    assert [each.id for each in counter.rows(Person)] == [fresh.person_id]
    kept = counter.rows(Ticket)[0]
    assert (kept.number, kept.status, kept.category, kept.created_at) == (
        old.number,
        "closed",
        old.category,
        old.created_at,
    )


def test_it_is_done_in_pieces_and_once(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run erases so many and no more; the next goes on, and none does it again."""
    monkeypatch.setattr(keeping, "AT_A_TIME", 2)
    monkeypatch.setattr(keeping, "BATCHES", 2)
    found = [_write(counter, number) for number in range(5)]
    _close(counter, *found)
    _run(counter, _YEAR, days=400)
    assert len(_erased(counter)) == 4
    _run(counter, _YEAR)
    _run(counter, _YEAR)
    assert _erased(counter) == [each.id for each in found]


def test_who_still_has_something_there_is_not_forgotten(counter: Counter) -> None:
    """A person of two tickets, of which one is young."""
    old = _write(counter, 1)
    _close(counter, old)
    counter.later(days=400)
    _write(counter, 2, From="Orang <o1@example.com>")
    _run(counter, _YEAR)
    assert _erased(counter) == [old.id]
    assert len(counter.rows(Person)) == 1
    assert [each.sender for each in counter.rows(Mail)] == [None, "o1@example.com"]


def test_what_goes_on_in_another_ticket_is_kept_with_it(counter: Counter) -> None:
    """A merged ticket is a part of the one that is open."""
    part, whole = _write(counter, 1), _write(counter, 2)
    with writing(counter.engine) as session:
        merging.merge(session, part.id or 0, whole.id or 0, "Ani", counter.clock[-1])
    _run(counter, _YEAR, days=400)
    assert _erased(counter) == []
    _close(counter, whole)
    _run(counter, _YEAR, days=400)
    assert _erased(counter) == [part.id, whole.id]


def test_held_and_refused_mail_may_have_a_term_of_its_own(counter: Counter) -> None:
    """What nobody released goes, and what was refused; what was released is a ticket like others."""
    spam = {"X_Spam_Flag": "YES"}
    held, refused, released = (_write(counter, number, **spam) for number in range(3))
    with writing(counter.engine) as session:
        holding.refuse(session, refused.id or 0, holding.Refusal.SPAM, "Ani", counter.clock[-1])
        holding.release(session, released.id or 0, "Ani", counter.clock[-1], counter.clock[-1])
    _close(counter, released)
    _run(counter, _YEAR, days=31)
    assert _erased(counter) == []
    _run(counter, RetentionSettings(closed_days=365, held_days=30))
    assert _erased(counter) == [held.id, refused.id]
    assert counter.rows(Ticket)[0].status == "closed"


def test_mail_of_no_ticket_goes_as_early(counter: Counter) -> None:
    """A machine's mail leaves a line in the ledger; as old as a closed ticket, it names nobody."""
    _write(counter, 1, Auto_Submitted="auto-replied", In_Reply_To="<none@example.com>")
    with writing(counter.engine) as session:
        session.connection().execute(update(Mail).values(ticket_id=None))
    _run(counter, _YEAR, days=364)
    assert [each.sender for each in counter.rows(Mail)] == ["o1@example.com"]
    _run(counter, _YEAR, days=2)
    (mail,) = counter.rows(Mail)
    assert (mail.sender, mail.message_id, bool(mail.ingest_key)) == (None, None, True)


def test_an_erased_ticket_that_was_opened_again_is_erased_again(counter: Counter) -> None:
    """As long after it was closed as any other."""
    ticket = _write(counter, 1)
    _close(counter, ticket)
    _run(counter, _YEAR, days=400)
    with writing(counter.engine) as session:
        tickets.move(session, ticket.id or 0, Move.REOPEN, "Ani", counter.clock[-1])
    counter.later(seconds=1)
    _close(counter, ticket)
    _run(counter, _YEAR, days=300)
    assert len(_erased(counter)) == 1
    _run(counter, _YEAR, days=100)
    assert len(_erased(counter)) == 2


def test_it_is_off_unless_somebody_wants_it(counter: Counter) -> None:
    """Nothing is erased by age of its own accord."""
    _close(counter, _write(counter, 1))
    _run(counter, RetentionSettings(), days=36_000)
    assert _erased(counter) == []


def test_the_store_is_written_anew_once_a_day(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """When all that is due is gone; where it cannot be, that is told and tried again."""
    rewritten: list[Any] = []
    monkeypatch.setattr("store.erasure.leavings.rewrite", rewritten.append)
    _close(counter, *(_write(counter, number) for number in range(2)))
    made = _run(counter, _YEAR, days=400)
    assert len(rewritten) == 1
    _close(counter, _write(counter, 3))
    counter.clock[-1] += timedelta(hours=1)
    made.run()
    assert len(rewritten) == 1

    def busy(engine: Engine) -> None:
        raise ErasureUnfinished("busy")

    monkeypatch.setattr("store.erasure.leavings.rewrite", busy)
    counter.later(days=400)
    made.run()
    monkeypatch.setattr("store.erasure.leavings.rewrite", rewritten.append)
    made.run()
    assert len(rewritten) == 2
    with looking(counter.engine) as session:
        assert session.get(Ticket, 3) is not None

"""One cause, many tickets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from intake.agent_settings import NoticeSettings
from replies.settings import DeskSettings
from store import incidents
from store.engine import writing
from store.errors import MoveRefused, NoSuchRow
from store.models import Incident, Letter, Ticket
from tests.intake.agents.conftest import Staffed, words
from tests.intake.conftest import NOON, customer_mail, make_counter


def _report(number: int, words_: str = "Deposit via DANA belum masuk.", **more: str) -> bytes:
    told = {"From": f"c{number}@example.com", "Message-ID": f"<{number}@example.com>", "Subject": "Tolong"} | more
    return customer_mail(f"Username: user_{number}\n{words_}\n", **told)


def _begin(staffed: Staffed, ticket: Ticket, name: str = "deposit lewat DANA terlambat") -> Incident:
    with writing(staffed.counter.engine) as session:
        return incidents.begin(session, ticket.id or 0, name, "Ani", staffed.counter.clock[-1])


def _received(staffed: Staffed) -> list[str]:
    return [each.content.decode() for each in staffed.counter.rows(Letter) if each.kind == "received"]


def test_like_tickets_are_gathered_and_later_ones_join_while_it_lasts(staffed: Staffed) -> None:
    """Others do not; who is acknowledged meanwhile is told, by the name that the agent gave it."""
    staffed.join("Ani")
    staffed.counter.take(*(_report(number) for number in range(5)), _report(50, "Deposit via BCA belum masuk."))
    listed = staffed.counter.rows(Ticket)
    begun = _begin(staffed, listed[0])
    with writing(staffed.counter.engine) as session:
        assert list(incidents.reached(session, begun.ticket_id)) == [each.id for each in listed[:5]]
    staffed.counter.take(_report(60), _report(61, "Deposit via BCA belum masuk."))
    last = [each.replace("=\r\n", "") for each in _received(staffed)[-2:]]
    assert ["deposit lewat DANA terlambat" in each for each in last] == [True, False]
    with writing(staffed.counter.engine) as session:
        assert len(incidents.reached(session, begun.ticket_id)) == 6
        incidents.end(session, listed[2].id or 0, "Ani", NOON)
    staffed.counter.take(_report(70))
    assert "deposit lewat DANA terlambat" not in _received(staffed)[-1].replace("=\r\n", "")


def test_its_own_ticket_says_whom_a_reply_reaches(staffed: Staffed) -> None:
    """And the others' notices lead to it."""
    staffed.join("Ani")
    staffed.counter.take(_report(1), _report(2))
    begun = _begin(staffed, staffed.counter.rows(Ticket)[0])
    staffed.tell()
    letters = staffed.letters("ani@team.test")
    own = next(each for each in staffed.counter.rows(Ticket) if each.id == begun.ticket_id)
    (head,) = [words(each) for each in letters if own.number in each["Subject"]]
    assert head.startswith("Balasan Anda DIKIRIM ke 2 pelanggan, masing-masing dalam surelnya sendiri.")
    assert "Insiden: deposit lewat DANA terlambat" in head
    (member,) = [words(each) for each in letters if staffed.counter.rows(Ticket)[1].number in each["Subject"]]
    assert f"Bagian dari insiden deposit lewat DANA terlambat ({own.number})" in member


def test_no_ceiling_holds_back_what_its_agent_waits_for(staffed: Staffed) -> None:
    """In a rush the hour's letters are used up; the ticket on which all are answered is told of all the same."""
    staffed.join("Ani")
    staffed.notices = NoticeSettings(per_hour=2)
    for number in range(4):
        staffed.counter.take(_report(number))
        staffed.tell()
    assert len(staffed.letters("ani@team.test")) == 2
    begun = _begin(staffed, staffed.counter.rows(Ticket)[0])
    staffed.tell()
    own = next(each for each in staffed.counter.rows(Ticket) if each.id == begun.ticket_id)
    assert own.number in staffed.letters("ani@team.test")[-1]["Subject"]


def test_the_name_says_what_the_ticket_does_not(staffed: Staffed) -> None:
    """A bank or wallet in it that others of the kind name."""
    staffed.join("Ani")
    staffed.counter.take(_report(1, "Deposit belum masuk."), _report(2), _report(3))
    begun = _begin(staffed, staffed.counter.rows(Ticket)[0], "DANA top-up terlambat")
    with writing(staffed.counter.engine) as session:
        assert len(incidents.reached(session, begun.ticket_id)) == 3


@pytest.mark.parametrize("name", ["", "x" * 61])
def test_a_name_is_short(staffed: Staffed, name: str) -> None:
    """It stands in letters."""
    staffed.counter.take(_report(1))
    with pytest.raises(MoveRefused, match="characters"):
        _begin(staffed, staffed.counter.rows(Ticket)[0], name)


def test_nothing_to_tell_others_by_is_no_incident(staffed: Staffed) -> None:
    """Everything would be like it, or nothing; and what does not last cannot end."""
    staffed.counter.take(_report(1, "Tolong dibantu."))
    (ticket,) = staffed.counter.rows(Ticket)
    with pytest.raises(MoveRefused, match=ticket.number):
        _begin(staffed, ticket)
    with pytest.raises(NoSuchRow), writing(staffed.counter.engine) as session:
        incidents.end(session, ticket.id or 0, "Ani", NOON)


def test_old_and_closed_tickets_are_left_alone(staffed: Staffed) -> None:
    """Whoever had an answer is not written to again."""
    staffed.join("Ani")
    staffed.counter.take(_report(1))
    staffed.counter.later(days=4)
    staffed.counter.take(_report(2), _report(3))
    first, second, third = staffed.counter.rows(Ticket)
    begun = _begin(staffed, second)
    with writing(staffed.counter.engine) as session:
        assert list(incidents.reached(session, begun.ticket_id)) == [second.id, third.id]
        assert incidents.of_ticket(session, first.id or 0) is None
    assert begun.begun_at - NOON == timedelta(days=4)


def test_who_was_never_proven_nor_told_is_not_reached(engine: Engine, tmp_path: Path) -> None:
    """A forger could else have one answer written to a thousand; the agent is told how many are left out."""
    settings = (DeskSettings(name="help", addresses=["help@desk.test"], trusted_authserv_ids=["mx.desk.test"]),)
    staffed = Staffed(counter=make_counter(engine, tmp_path, *settings), settings=settings)
    staffed.join("Ani")
    forged = b"Authentication-Results: mx.desk.test; dmarc=none\n"
    proven = b"Authentication-Results: mx.desk.test; dmarc=pass header.from=example.com\n"
    staffed.counter.take(proven + _report(1), *(forged + _report(number) for number in range(2, 6)), client="127.0.0.1")
    listed = staffed.counter.rows(Ticket)
    begun = _begin(staffed, listed[0])
    with writing(staffed.counter.engine) as session:
        assert list(incidents.reached(session, begun.ticket_id)) == [listed[0].id]
        assert incidents.left_out(session, begun.ticket_id) == 4
    staffed.tell()
    own = next(each for each in staffed.counter.rows(Ticket) if each.id == begun.ticket_id)
    (head,) = [words(each) for each in staffed.letters("ani@team.test") if own.number in each["Subject"]]
    assert head.startswith("Balasan Anda DIKIRIM ke 1 pelanggan")
    assert "4 tiketnya TIDAK terjangkau" in head

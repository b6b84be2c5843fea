"""The ledger: attempts are counted, the same mail is found again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from store import desks, keys, ledger, rows
from store.engine import looking, writing
from store.ledger import Seen
from store.models import Mail

_NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def _seen(name: str) -> Seen:
    return Seen(spool_name=name, door="smtp", mailbox=None, received_at=_NOW, size=10)


def _desk(session: Session, name: str = "help") -> int:
    return desks.ensure(session, [name], keys.new_key())[name][0]


def _mail(desk_id: int, key: str = "k", message_id: str | None = "a@b") -> Mail:
    return Mail(desk_id=desk_id, ingest_key=key, message_id=message_id, received_at=_NOW, state=ledger.DONE, rule="new")


def test_an_attempt_is_counted_each_time(engine: Engine) -> None:
    """Three claims of a waiting file are three attempts; a new file starts at one."""
    for attempt in (1, 2, 3):
        with writing(engine) as session:
            assert ledger.begin_attempts(session, [_seen("one")])["one"].attempts == attempt
    with writing(engine) as session:
        found = ledger.begin_attempts(session, [_seen("one"), _seen("two")])
    assert {name: arrival.attempts for name, arrival in found.items()} == {"one": 4, "two": 1}


def test_what_is_settled_costs_no_further_attempt(engine: Engine) -> None:
    """A file that was committed but not released is told as done, so that it is only released."""
    with writing(engine) as session:
        arrival = ledger.begin_attempts(session, [_seen("one")])["one"]
        ledger.settle(session, [arrival.arrival_id], ledger.DONE)
    with writing(engine) as session:
        again = ledger.begin_attempts(session, [_seen("one")])["one"]
    assert (again.state, again.attempts) == (ledger.DONE, 1)


def test_a_desk_has_an_ingest_key_once(engine: Engine) -> None:
    """The second row of one key at one desk is refused by the database itself; another desk has its own."""
    with writing(engine) as session:
        here, there = _desk(session), _desk_of_other(session)
        rows.add(session, _mail(here))
        rows.add(session, _mail(there))
    with pytest.raises(IntegrityError), writing(engine) as session:
        rows.add(session, _mail(here))


def _desk_of_other(session: Session) -> int:
    return rows.add(session, desks.Desk(name="other", last_number=1, wrapped_key=b"x"))


def test_one_message_id_with_other_content_is_noticed(engine: Engine) -> None:
    """The same Message-ID under another key is another mail, and both are to be flagged; at another desk it is not."""
    with writing(engine) as session:
        desk = _desk(session)
        rows.add(session, _mail(desk, key="one"))
        assert ledger.same(session, desk, "two", "a@b")[1]
        assert not ledger.same(session, desk, "one", "a@b")[1]
        assert not ledger.same(session, desk + 1, "two", "a@b")[1]


def test_every_way_of_a_mail_is_kept(engine: Engine) -> None:
    """One route a recipient, and one without where the door knows none."""
    with writing(engine) as session:
        arrival = ledger.begin_attempts(session, [_seen("one")])["one"]
        mail = rows.add(session, _mail(_desk(session)))
        ledger.add_routes(session, mail, arrival.arrival_id, _seen("one"), ["a@desk.test", "b@desk.test"])
        ledger.add_routes(session, mail, arrival.arrival_id, _seen("one"), [])
    with looking(engine) as session:
        assert [route.recipient for route in ledger.routes(session, mail)] == ["a@desk.test", "b@desk.test", None]
        ((arrival, mails),) = ledger.listing(session)
        assert [each.id for each in mails] == [mail]
        assert ledger.counts(session) == {"done": 1, "shunted": 0}

"""Polled mailboxes in the store."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from store import doors, mailboxes
from store.engine import looking, writing

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def _life(engine: Engine, uidvalidity: int, *, folder: str = "INBOX", baseline: int = 0) -> int:
    with writing(engine) as session:
        return mailboxes.begin_life(session, "box", folder, uidvalidity, baseline, NOON)


def _take(engine: Engine, life: int, uid: int, key: str, state: str = mailboxes.STORED) -> None:
    with writing(engine) as session:
        taken = mailboxes.Taken(uid=uid, state=state, ingest_key=key, spool_name=f"{uid}.mail")
        mailboxes.take(session, life, [taken])


def test_a_uid_is_known_in_its_own_life_only(engine: Engine) -> None:
    """The same number means another mail after a change of UIDVALIDITY."""
    first, second = _life(engine, 7), _life(engine, 8)
    _take(engine, first, 1, "a")
    with looking(engine) as session:
        assert set(mailboxes.known(session, first)) == {1}
        assert mailboxes.known(session, second) == {}
        assert [life.uidvalidity for life in mailboxes.lives(session, "box", "INBOX")] == [8, 7]


def test_a_uid_is_taken_once(engine: Engine) -> None:
    """Two doors to one folder cannot both take it."""
    life = _life(engine, 7)
    _take(engine, life, 1, "a")
    with pytest.raises(IntegrityError):
        _take(engine, life, 1, "a")


def test_the_largest_numbers_of_imap_fit(engine: Engine) -> None:
    """UIDs and UIDVALIDITY have 32 bits without a sign (RFC 3501, 9)."""
    life = _life(engine, 2**32 - 1, baseline=2**32 - 2)
    _take(engine, life, 2**32 - 1, "a")
    with looking(engine) as session:
        assert set(mailboxes.known(session, life)) == {2**32 - 1}


def test_what_the_server_was_not_told_is_unfinished(engine: Engine) -> None:
    """Until it is finished, however many there are."""
    life = _life(engine, 7)
    for uid in range(1, 601):
        _take(engine, life, uid, str(uid))
    _take(engine, life, 601, "left alone", mailboxes.DONE)
    with writing(engine) as session:
        mailboxes.finish(session, life, range(1, 600))
    with looking(engine) as session:
        assert [uid for uid, state in mailboxes.known(session, life).items() if state == mailboxes.STORED] == [600]


def test_earlier_keys_are_those_of_the_folders_other_lives(engine: Engine) -> None:
    """Neither of this life nor of another folder."""
    old, new, other = _life(engine, 7), _life(engine, 8), _life(engine, 7, folder="Other")
    _take(engine, old, 1, "old")
    _take(engine, new, 1, "new")
    _take(engine, other, 1, "other")
    with looking(engine) as session:
        assert mailboxes.earlier_keys(session, "box", "INBOX", new) == {"old"}


def test_mails_that_are_left_are_known_and_nothing_more(engine: Engine) -> None:
    """They are not fetched, and the server is told nothing of them."""
    life = _life(engine, 7)
    with writing(engine) as session:
        mailboxes.leave(session, life, [])
        mailboxes.leave(session, life, range(1, 2_001))
    with looking(engine) as session:
        assert len(mailboxes.known(session, life)) == 2_000
        assert mailboxes.STORED not in mailboxes.known(session, life).values()


def test_a_door_that_is_unknown_never_worked(engine: Engine) -> None:
    """There is no last success to go by."""
    with writing(engine) as session:
        doors.note(session, "imap:box", "imap", doors.Health(success=NOON))
    with looking(engine) as session:
        assert doors.last_success(session, "imap:other") is None
        assert doors.last_success(session, "imap:box") == NOON
